//! Rules that choose tags.

use transload_contract::{TagPattern, TagPatternKind, TagRules};
use transload_errors::ApiError;
use transload_migration as engine;

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// Parses rules. Days are counted back from `now_ms`.
pub fn tag_rules(rules: &TagRules, now_ms: u64) -> Result<engine::TagRules, ApiError> {
    let patterns = |texts: &[TagPattern]| texts.iter().map(pattern).collect::<Result<_, _>>();
    let since =
        |days: Option<u32>| days.map(|days| now_ms.saturating_sub(u64::from(days) * DAY_MS));
    Ok(engine::TagRules {
        include: patterns(&rules.include)?,
        exclude: patterns(&rules.exclude)?,
        pushed_since_ms: since(rules.pushed_within_days),
        pulled_since_ms: since(rules.pulled_within_days),
        newest: rules.newest.map(|newest| usize::try_from(newest).unwrap_or(usize::MAX)),
    })
}

fn pattern(pattern: &TagPattern) -> Result<engine::TagPattern, ApiError> {
    let text = pattern.text.trim();
    let read = match pattern.kind {
        TagPatternKind::Glob => engine::TagPattern::glob(text),
        TagPatternKind::Regex => engine::TagPattern::regex(text),
        TagPatternKind::Versions => engine::TagPattern::versions(text),
    };
    read.map_err(|error| ApiError::invalid_input(&error).about(&pattern.text))
}
