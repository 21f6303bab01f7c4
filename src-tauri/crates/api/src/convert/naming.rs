//! Rename rules.

use transload_contract::{RenameRule, RenameRuleKind};
use transload_errors::ApiError;
use transload_migration as engine;

/// Parses rules. Returns the reason for each rule that is invalid.
pub fn rename_rules(rules: &[RenameRule]) -> Vec<Result<engine::RenameRule, ApiError>> {
    rules.iter().map(rename_rule).collect()
}

fn rename_rule(rule: &RenameRule) -> Result<engine::RenameRule, ApiError> {
    let (pattern, replacement) = (rule.pattern.trim(), rule.replacement.trim());
    let read = match rule.kind {
        RenameRuleKind::Glob => engine::RenameRule::glob(pattern, replacement),
        RenameRuleKind::Regex => engine::RenameRule::regex(pattern, replacement),
    };
    read.map_err(|error| ApiError::invalid_input(&error).about(&rule.pattern))
}
