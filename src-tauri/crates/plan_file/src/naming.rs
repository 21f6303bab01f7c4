//! The ECR names of a request: rename rules, and the name of each source repository.

use std::collections::BTreeMap;

use transload_contract::{MigrationRequest, RenameRule, RenameRuleKind};
use transload_errors::{ApiError, ErrorCode};
use transload_migration as engine;
use transload_migration::{name_collisions, proposed_names};
use transload_model::RepositoryName;

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

/// The ECR name of each source repository of a request: as it was given, or as its naming makes it.
///
/// # Errors
/// If ECR doesn't allow a name, a rule is invalid, or two sources have the same name.
pub(crate) fn names(
    request: &MigrationRequest,
) -> Result<BTreeMap<String, RepositoryName>, ApiError> {
    let mut names = BTreeMap::new();
    for mapping in &request.repositories {
        let name = RepositoryName::parse(mapping.repository_name.trim())?;
        names.insert(mapping.source_repository.clone(), name);
    }
    let mut unnamed: Vec<&str> = Vec::new();
    for image in &request.images {
        let source = image.repository.as_str();
        if !names.contains_key(source) && unnamed.last() != Some(&source) {
            unnamed.push(source);
        }
    }
    unnamed.sort_unstable();
    unnamed.dedup();
    if !unnamed.is_empty() {
        let rules = rename_rules(&request.naming.rules);
        let rules = rules.into_iter().collect::<Result<Vec<_>, _>>()?;
        for (source, proposed) in unnamed.iter().zip(proposed_names(&unnamed, &rules)) {
            let name = format!("{}{}", request.naming.prefix, proposed.name);
            names.insert((*source).to_owned(), RepositoryName::parse(&name)?);
        }
    }
    let pairs = names.iter().map(|(source, name)| (source.as_str(), name.as_str()));
    if let Some((name, sources)) = name_collisions(pairs).into_iter().next() {
        return Err(names_collide(name, &sources));
    }
    Ok(names)
}

/// The error for source repositories with the same name in ECR.
pub fn names_collide(name: &str, sources: &[&str]) -> ApiError {
    let quoted: Vec<_> = sources.iter().map(|source| format!("\u{201c}{source}\u{201d}")).collect();
    let message =
        format!("{} have the same name in ECR, \u{201c}{name}\u{201d}.", quoted.join(" and "));
    ApiError::new(ErrorCode::NamesCollide, message).about(name)
}
