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

/// A pattern for tags.
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

    /// Returns whether a tag matches the pattern.
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
#[ts(rename = "OutReason", export_to = "sources.ts")]
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
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tags(named: &[(&str, u64)]) -> Vec<DatedTag> {
        let tag = |(tag, pushed): &(&str, u64)| DatedTag {
            tag: Tag::parse(tag).unwrap(),
            pushed_at_ms: Some(*pushed).filter(|pushed| *pushed > 0),
            pulled_at_ms: Some(*pushed * 2).filter(|pulled| *pulled > 0),
        };
        named.iter().map(tag).collect()
    }

    fn chosen(named: &[(&str, u64)], rules: &TagRules) -> Vec<String> {
        let tags = tags(named);
        let reasons = choose(&tags, rules);
        let kept = tags.iter().zip(reasons).filter(|(_, reason)| reason.is_none());
        kept.map(|(tag, _)| tag.tag.to_string()).collect()
    }

    const RELEASES: &[(&str, u64)] = &[
        ("latest", 60),
        ("v2.0.0", 50),
        ("v2.0.0-rc1", 40),
        ("1.10", 30),
        ("1.9.1", 20),
        ("1.9.1-alpine", 10),
        ("sha-4f2a", 0),
    ];

    #[test]
    fn every_kind_of_pattern_includes_and_excludes_tags() {
        let rules = |include: &[TagPattern], exclude: &[TagPattern]| TagRules {
            include: include.to_vec(),
            exclude: exclude.to_vec(),
            ..TagRules::default()
        };
        let glob = |text| TagPattern::glob(text).unwrap();
        let regex = |text| TagPattern::regex(text).unwrap();
        let versions = |text| TagPattern::versions(text).unwrap();
        assert_eq!(chosen(RELEASES, &rules(&[], &[])).len(), 7);
        assert_eq!(chosen(RELEASES, &rules(&[glob("v2.*")], &[])), ["v2.0.0", "v2.0.0-rc1"]);
        assert_eq!(chosen(RELEASES, &rules(&[glob("1.9.?")], &[])), ["1.9.1"]);
        assert_eq!(
            chosen(RELEASES, &rules(&[glob("v*"), glob("latest")], &[glob("*-rc*")])),
            ["latest", "v2.0.0"]
        );
        assert_eq!(chosen(RELEASES, &rules(&[regex("^sha-[0-9a-f]+$")], &[])), ["sha-4f2a"]);
        assert_eq!(chosen(RELEASES, &rules(&[versions(">=1.9.1, <2")], &[])), ["1.10", "1.9.1"]);
        assert_eq!(
            chosen(RELEASES, &rules(&[versions(">=2.0.0-rc0")], &[])),
            ["v2.0.0", "v2.0.0-rc1"]
        );
    }

    #[test]
    fn newest_is_applied_after_all_other_rules() {
        let exclude = vec![TagPattern::glob("latest").unwrap()];
        let rules = TagRules { newest: Some(2), exclude, ..TagRules::default() };
        assert_eq!(chosen(RELEASES, &rules), ["v2.0.0", "v2.0.0-rc1"]);
        let all = TagRules { newest: Some(100), ..TagRules::default() };
        assert_eq!(chosen(RELEASES, &all).len(), 7);
    }

    #[test]
    fn a_time_that_the_source_does_not_report_is_a_reason() {
        let rules = TagRules { pushed_since_ms: Some(30), ..TagRules::default() };
        assert_eq!(chosen(RELEASES, &rules), ["latest", "v2.0.0", "v2.0.0-rc1", "1.10"]);
        assert_eq!(choose(&tags(RELEASES), &rules)[6], Some(TagExclusion::TimeUnknown));
        let rules = TagRules { pulled_since_ms: Some(100), ..TagRules::default() };
        assert_eq!(chosen(RELEASES, &rules), ["latest", "v2.0.0"]);
        assert_eq!(choose(&tags(RELEASES), &rules)[2], Some(TagExclusion::PulledBefore));
    }

    #[test]
    fn reading_stops_when_no_later_tag_can_be_selected() {
        use TagExclusion::{Older, PushedBefore};
        let glob = |text| vec![TagPattern::glob(text).unwrap()];
        let all = TagRules::default;
        let sorted: &[(&str, u64)] = &[("c", 30), ("b-rc", 20), ("a", 10)];
        let unsorted: &[(&str, u64)] = &[("c", 10), ("b", 20), ("a", 5)];
        let undated: &[(&str, u64)] = &[("c", 30), ("b", 0)];
        for (what, read, rules, expected) in [
            ("no rules", sorted, all(), None),
            ("newest, satisfied", sorted, TagRules { newest: Some(3), ..all() }, Some(Older)),
            ("newest, one missing", sorted, TagRules { newest: Some(4), ..all() }, None),
            ("no tags wanted", sorted, TagRules { newest: Some(0), ..all() }, Some(Older)),
            (
                "newest counts only tags that match the other rules",
                sorted,
                TagRules { newest: Some(3), exclude: glob("*-rc"), ..all() },
                None,
            ),
            (
                "the others match",
                sorted,
                TagRules { newest: Some(2), exclude: glob("*-rc"), ..all() },
                Some(Older),
            ),
            (
                "pushed before",
                sorted,
                TagRules { pushed_since_ms: Some(11), ..all() },
                Some(PushedBefore),
            ),
            ("pushed since", sorted, TagRules { pushed_since_ms: Some(10), ..all() }, None),
            ("pulls aren't sorted", sorted, TagRules { pulled_since_ms: Some(99), ..all() }, None),
            ("patterns alone", sorted, TagRules { include: glob("c"), ..all() }, None),
            ("another order", unsorted, TagRules { newest: Some(1), ..all() }, None),
            ("another order", unsorted, TagRules { pushed_since_ms: Some(40), ..all() }, None),
            ("without dates", undated, TagRules { newest: Some(1), ..all() }, None),
            ("nothing read", &[], TagRules { newest: Some(0), ..all() }, None),
        ] {
            assert_eq!(rest_excluded(&tags(read), &rules), expected, "{what}");
        }
    }

    #[test]
    fn an_invalid_pattern_reports_the_reason() {
        let error = TagPattern::regex("v[").unwrap_err();
        assert_eq!(
            error.to_string(),
            "\"v[\" is not a regular expression: unclosed character class"
        );
        assert!(TagPattern::versions("newest").is_err());
        assert!(TagPattern::regex(&"(a{1000}){1000}".repeat(3)).is_err());
    }

    proptest! {
        /// A pattern without wildcards matches only itself.
        #[test]
        fn a_pattern_without_wildcards_matches_only_itself(tag in "[A-Za-z0-9_][A-Za-z0-9_.-]{0,40}", other in "[A-Za-z0-9_.-]{1,40}") {
            let pattern = TagPattern::glob(&tag).unwrap();
            prop_assert!(pattern.matches(&tag));
            prop_assert_eq!(pattern.matches(&other), tag == other);
        }

        /// Stopping early selects the same tags as reading everything, whatever the page size.
        #[test]
        fn stopping_early_selects_the_same_tags(
            mut pushed in prop::collection::vec(0u64..20, 0..40),
            page in 1usize..8,
            newest in prop::option::of(0usize..10),
            pushed_since_ms in prop::option::of(0u64..25),
        ) {
            pushed.sort_by_key(|time| std::cmp::Reverse(*time));
            let tags: Vec<_> = pushed.iter().enumerate().map(|(number, pushed)| DatedTag {
                tag: Tag::parse(&format!("t{number}")).unwrap(),
                pushed_at_ms: Some(*pushed),
                pulled_at_ms: None,
            }).collect();
            let exclude = vec![TagPattern::glob("t*3").unwrap()];
            let rules = TagRules { newest, pushed_since_ms, exclude, ..TagRules::default() };
            let selected = |tags: &[DatedTag]| -> Vec<_> {
                let reasons = choose(tags, &rules);
                tags.iter().zip(reasons).filter(|(_, reason)| reason.is_none())
                    .map(|(tag, _)| tag.tag.clone()).collect()
            };
            let mut read = 0;
            while read < tags.len() {
                read = (read + page).min(tags.len());
                if rest_excluded(&tags[..read], &rules).is_some() {
                    break;
                }
            }
            prop_assert_eq!(selected(&tags[..read]), selected(&tags));
        }

        /// Selects at most `newest` tags, and never one that is older than a tag left out.
        #[test]
        fn newest_selects_at_most_the_requested_number(pushed in prop::collection::vec(0u64..50, 0..60), newest in 0usize..70) {
            let tags: Vec<_> = pushed.iter().enumerate().map(|(number, pushed)| DatedTag {
                tag: Tag::parse(&format!("t{number}")).unwrap(),
                pushed_at_ms: Some(*pushed),
                pulled_at_ms: None,
            }).collect();
            let rules = TagRules { newest: Some(newest), ..TagRules::default() };
            let reasons = choose(&tags, &rules);
            let kept: Vec<_> = pushed.iter().zip(&reasons).filter(|(_, reason)| reason.is_none()).collect();
            prop_assert_eq!(kept.len(), newest.min(tags.len()));
            let oldest_kept = kept.iter().map(|(pushed, _)| **pushed).min().unwrap_or(0);
            for (pushed, reason) in pushed.iter().zip(&reasons) {
                prop_assert!(reason.is_none() || *pushed <= oldest_kept || newest == 0);
            }
        }
    }
}
