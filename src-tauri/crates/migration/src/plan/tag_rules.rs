//! Selects the tags of a repository by rules instead of a list, so that the same rules also match
//! tags that are pushed later. Pure: the command line and the window's planning call it with tags
//! that were already listed.

use regex::Regex;
use semver::{Version, VersionReq};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use transload_model::Tag;

/// Limit of a compiled regular expression, in bytes. Patterns that people write stay far below.
const MAX_PATTERN_BYTES: usize = 1 << 20;

/// Rules that select tags of a repository. The default selects all of them. The rules apply in the
/// order of the fields.
#[derive(Clone, Debug, Default)]
pub struct TagRules {
    /// A tag must match one of these. Empty means all tags.
    pub include: Vec<TagPattern>,
    /// A tag must match none of these.
    pub exclude: Vec<TagPattern>,
    /// The earliest push time, in milliseconds since 1970.
    pub pushed_since_ms: Option<u64>,
    /// The earliest time of the last pull, in milliseconds since 1970.
    pub pulled_since_ms: Option<u64>,
    /// Selects at most this many of the remaining tags: those that were pushed last.
    pub newest: Option<usize>,
}

#[derive(Clone, Debug)]
pub enum TagPattern {
    /// A wildcard pattern for the whole tag: `*` matches any characters and `?` matches one.
    Glob(Regex),
    /// A regular expression. It matches anywhere in the tag unless it is anchored.
    Regex(Regex),
    /// A range of semantic versions, such as `>=1.2, <3`. A tag may start with `v` and omit the
    /// last numbers. As in SemVer, `1.2.3-rc1` is in a range only if the range names a pre-release
    /// of the same numbers.
    Versions(VersionReq),
}

/// A pattern that can't be parsed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not {what}: {reason}")]
pub struct InvalidPattern {
    pub text: String,
    /// What was expected, such as "a regular expression".
    pub what: &'static str,
    /// Why it can't be parsed.
    pub reason: String,
}

impl TagPattern {
    /// Parses a pattern with `*` and `?`.
    ///
    /// # Errors
    /// Returns [`InvalidPattern`] if the pattern is too large.
    pub fn glob(text: &str) -> Result<Self, InvalidPattern> {
        let mut pattern = String::from("^");
        for character in text.chars() {
            match character {
                '*' => pattern.push_str(".*"),
                '?' => pattern.push('.'),
                other => pattern.push_str(&regex::escape(&other.to_string())),
            }
        }
        pattern.push('$');
        compile(&pattern, text, "a pattern").map(Self::Glob)
    }

    /// Parses a regular expression.
    ///
    /// # Errors
    /// Returns [`InvalidPattern`] if it can't be compiled or is too large.
    pub fn regex(text: &str) -> Result<Self, InvalidPattern> {
        compile(text, text, "a regular expression").map(Self::Regex)
    }

    /// Parses a range of semantic versions.
    ///
    /// # Errors
    /// Returns [`InvalidPattern`] if it isn't a version requirement.
    pub fn versions(text: &str) -> Result<Self, InvalidPattern> {
        VersionReq::parse(text).map(Self::Versions).map_err(|error| InvalidPattern {
            text: text.to_owned(),
            what: "a range of versions",
            reason: error.to_string(),
        })
    }

    pub fn matches(&self, tag: &str) -> bool {
        match self {
            Self::Glob(pattern) | Self::Regex(pattern) => pattern.is_match(tag),
            Self::Versions(range) => version(tag).is_some_and(|version| range.matches(&version)),
        }
    }
}

/// Compiles `pattern`. Errors quote `text`, which is what the user entered.
pub(crate) fn compile(
    pattern: &str,
    text: &str,
    what: &'static str,
) -> Result<Regex, InvalidPattern> {
    regex::RegexBuilder::new(pattern).size_limit(MAX_PATTERN_BYTES).build().map_err(|error| {
        // The library's message spans several lines; only the last one states the reason.
        let reason = error.to_string();
        let reason = reason.lines().last().unwrap_or_default();
        let reason = reason.strip_prefix("error: ").unwrap_or(reason).to_owned();
        InvalidPattern { text: text.to_owned(), what, reason }
    })
}

/// Parses a tag as a semantic version. `v1.2` becomes 1.2.0.
fn version(tag: &str) -> Option<Version> {
    let bare = tag.strip_prefix(['v', 'V']).unwrap_or(tag);
    let end = bare.find(['-', '+']).unwrap_or(bare.len());
    let (numbers, suffix) = bare.split_at(end);
    let given = numbers.split('.').count();
    let missing = 3usize.checked_sub(given)?;
    Version::parse(&format!("{numbers}{}{suffix}", ".0".repeat(missing))).ok()
}

/// A tag with the times that the rules compare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatedTag {
    pub tag: Tag,
    /// When it was pushed, in milliseconds since 1970, if the source reports it.
    pub pushed_at_ms: Option<u64>,
    /// When it was last pulled, in milliseconds since 1970, if the source reports it.
    pub pulled_at_ms: Option<u64>,
}

/// Why the rules leave a tag out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "sources.ts")]
pub enum TagExclusion {
    /// It matches no include pattern.
    NotIncluded,
    /// It matches an exclude pattern.
    Excluded,
    /// It was pushed before the earliest push time.
    PushedBefore,
    /// It was last pulled before the earliest pull time.
    PulledBefore,
    /// A rule needs a time that the source doesn't report.
    TimeUnknown,
    /// Enough newer tags are selected.
    Older,
}

/// Applies the rules to the tags of one repository. Returns `None` for each selected tag, and the
/// reason for each tag that is left out.
pub fn choose(tags: &[DatedTag], rules: &TagRules) -> Vec<Option<TagExclusion>> {
    let mut reasons: Vec<_> = tags.iter().map(|tag| exclusion_reason(tag, rules)).collect();
    if let Some(newest) = rules.newest {
        let mut chosen: Vec<usize> =
            (0..tags.len()).filter(|index| reasons[*index].is_none()).collect();
        // The sort is stable: tags with the same time, or without one, stay in the order of the
        // source.
        chosen.sort_by_key(|index| std::cmp::Reverse(tags[*index].pushed_at_ms));
        for index in chosen.into_iter().skip(newest) {
            reasons[index] = Some(TagExclusion::Older);
        }
    }
    reasons
}

/// Returns why no tag after `tags` can be selected, in a list that is sorted by push time, newest
/// first. `None` if later tags have to be read. Also `None` if `tags` themselves aren't sorted, so
/// that a source whose order is different is read to its end.
pub fn rest_excluded(tags: &[DatedTag], rules: &TagRules) -> Option<TagExclusion> {
    let pushed: Option<Vec<u64>> = tags.iter().map(|tag| tag.pushed_at_ms).collect();
    let pushed = pushed.filter(|times| times.is_sorted_by(|one, next| one >= next))?;
    let oldest = *pushed.last()?;
    if rules.pushed_since_ms.is_some_and(|earliest| oldest < earliest) {
        return Some(TagExclusion::PushedBefore);
    }
    let newest = rules.newest?;
    let matching = tags.iter().filter(|tag| exclusion_reason(tag, rules).is_none());
    (matching.count() >= newest).then_some(TagExclusion::Older)
}

fn exclusion_reason(tag: &DatedTag, rules: &TagRules) -> Option<TagExclusion> {
    let name = tag.tag.as_str();
    let matched = |patterns: &[TagPattern]| patterns.iter().any(|pattern| pattern.matches(name));
    if !rules.include.is_empty() && !matched(&rules.include) {
        return Some(TagExclusion::NotIncluded);
    }
    if matched(&rules.exclude) {
        return Some(TagExclusion::Excluded);
    }
    let since = |earliest: Option<u64>, actual: Option<u64>, reason: TagExclusion| match (
        earliest?, actual,
    ) {
        (_, None) => Some(TagExclusion::TimeUnknown),
        (earliest, Some(actual)) => (actual < earliest).then_some(reason),
    };
    since(rules.pushed_since_ms, tag.pushed_at_ms, TagExclusion::PushedBefore)
        .or_else(|| since(rules.pulled_since_ms, tag.pulled_at_ms, TagExclusion::PulledBefore))
}

#[cfg(test)]
mod tests;
