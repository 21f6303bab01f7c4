//! Which tags of a repository are meant: rules instead of a list, so that the same rules find new
//! tags another day. Pure.

use regex::Regex;
use semver::{Version, VersionReq};

use transload_model::Tag;

/// The longest regular expression that is compiled, in bytes of its compiled form: a person's
/// pattern is far below.
const PATTERN_LIMIT_BYTES: usize = 1 << 20;

/// Which tags of a repository are meant. Without anything, all of them.
#[derive(Clone, Debug, Default)]
pub struct TagRules {
    /// Tags that match one of these; nothing for all.
    pub include: Vec<TagPattern>,
    /// Of those, the ones that match none of these.
    pub exclude: Vec<TagPattern>,
    /// Of those, the ones that were pushed at this time or later, in milliseconds since 1970.
    pub pushed_since_ms: Option<u64>,
    /// Of those, the ones that were pulled at this time or later, in milliseconds since 1970.
    pub pulled_since_ms: Option<u64>,
    /// Of those, so many that were pushed last.
    pub newest: Option<usize>,
}

/// What tags look like.
#[derive(Clone, Debug)]
pub enum TagPattern {
    /// A text in which `*` stands for any characters and `?` for one; for the whole tag.
    Glob(Regex),
    /// A regular expression; anywhere in the tag unless it says otherwise.
    Regex(Regex),
    /// A range of semantic versions, such as `>=1.2, <3`. A tag may begin with `v` and leave out the
    /// last numbers. As everywhere, `1.2.3-rc1` is in a range only where the range names such a
    /// suffix of the same numbers.
    Versions(VersionReq),
}

/// A pattern that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not {what}: {reason}")]
pub struct InvalidPattern {
    /// What was given.
    pub text: String,
    /// What it should be.
    pub what: &'static str,
    /// Why it is not.
    pub reason: String,
}

impl TagPattern {
    /// Reads a pattern with `*` and `?`.
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

    /// Reads a regular expression.
    pub fn regex(text: &str) -> Result<Self, InvalidPattern> {
        compile(text, text, "a regular expression").map(Self::Regex)
    }

    /// Reads a range of semantic versions.
    pub fn versions(text: &str) -> Result<Self, InvalidPattern> {
        VersionReq::parse(text).map(Self::Versions).map_err(|error| InvalidPattern {
            text: text.to_owned(),
            what: "a range of versions",
            reason: error.to_string(),
        })
    }

    /// Whether a tag looks like this.
    pub fn matches(&self, tag: &str) -> bool {
        match self {
            Self::Glob(pattern) | Self::Regex(pattern) => pattern.is_match(tag),
            Self::Versions(range) => version(tag).is_some_and(|version| range.matches(&version)),
        }
    }
}

/// Compiles an expression that a person gave as `text`.
pub(super) fn compile(
    pattern: &str,
    text: &str,
    what: &'static str,
) -> Result<Regex, InvalidPattern> {
    regex::RegexBuilder::new(pattern).size_limit(PATTERN_LIMIT_BYTES).build().map_err(|error| {
        // The library draws a picture over several lines; its last line says what is wrong.
        let reason = error.to_string();
        let reason = reason.lines().last().unwrap_or_default();
        let reason = reason.strip_prefix("error: ").unwrap_or(reason).to_owned();
        InvalidPattern { text: text.to_owned(), what, reason }
    })
}

/// A tag as a semantic version: `v1.2` is 1.2.0.
fn version(tag: &str) -> Option<Version> {
    let bare = tag.strip_prefix(['v', 'V']).unwrap_or(tag);
    let end = bare.find(['-', '+']).unwrap_or(bare.len());
    let (numbers, suffix) = bare.split_at(end);
    let given = numbers.split('.').count();
    let missing = 3usize.checked_sub(given)?;
    Version::parse(&format!("{numbers}{}{suffix}", ".0".repeat(missing))).ok()
}

/// A tag with what rules look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatedTag {
    /// The tag.
    pub tag: Tag,
    /// When it was pushed, in milliseconds since 1970, where the source says so.
    pub pushed_at_ms: Option<u64>,
    /// When it was pulled last, in milliseconds since 1970, where the source says so.
    pub pulled_at_ms: Option<u64>,
}

/// Why a tag is not meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Out {
    /// It matches none of the patterns.
    NotIncluded,
    /// It matches a pattern of those that are left out.
    Excluded,
    /// It was pushed before the time.
    PushedBefore,
    /// It was not pulled since the time.
    PulledBefore,
    /// The source does not say when.
    TimeUnknown,
    /// There are enough newer ones.
    Older,
}

/// Judges the tags of one repository: nothing for each that is meant, otherwise why not.
pub fn choose(tags: &[DatedTag], rules: &TagRules) -> Vec<Option<Out>> {
    let mut judged: Vec<_> = tags.iter().map(|tag| judge(tag, rules)).collect();
    if let Some(newest) = rules.newest {
        let mut chosen: Vec<usize> =
            (0..tags.len()).filter(|place| judged[*place].is_none()).collect();
        // Of those that are equally old, and of those without a time, the order of the source.
        chosen.sort_by_key(|place| std::cmp::Reverse(tags[*place].pushed_at_ms));
        for place in chosen.into_iter().skip(newest) {
            judged[place] = Some(Out::Older);
        }
    }
    judged
}

fn judge(tag: &DatedTag, rules: &TagRules) -> Option<Out> {
    let name = tag.tag.as_str();
    let matched = |patterns: &[TagPattern]| patterns.iter().any(|pattern| pattern.matches(name));
    if !rules.include.is_empty() && !matched(&rules.include) {
        return Some(Out::NotIncluded);
    }
    if matched(&rules.exclude) {
        return Some(Out::Excluded);
    }
    let since = |wanted: Option<u64>, actual: Option<u64>, out: Out| match (wanted?, actual) {
        (_, None) => Some(Out::TimeUnknown),
        (wanted, Some(actual)) => (actual < wanted).then_some(out),
    };
    since(rules.pushed_since_ms, tag.pushed_at_ms, Out::PushedBefore)
        .or_else(|| since(rules.pulled_since_ms, tag.pulled_at_ms, Out::PulledBefore))
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
        let judged = choose(&tags, rules);
        let kept = tags.iter().zip(judged).filter(|(_, out)| out.is_none());
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
    fn patterns_of_every_kind_choose_and_leave_out() {
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
    fn the_newest_are_counted_after_every_other_rule() {
        let exclude = vec![TagPattern::glob("latest").unwrap()];
        let rules = TagRules { newest: Some(2), exclude, ..TagRules::default() };
        assert_eq!(chosen(RELEASES, &rules), ["v2.0.0", "v2.0.0-rc1"]);
        let all = TagRules { newest: Some(100), ..TagRules::default() };
        assert_eq!(chosen(RELEASES, &all).len(), 7);
    }

    #[test]
    fn times_that_the_source_does_not_tell_are_a_reason() {
        let rules = TagRules { pushed_since_ms: Some(30), ..TagRules::default() };
        assert_eq!(chosen(RELEASES, &rules), ["latest", "v2.0.0", "v2.0.0-rc1", "1.10"]);
        assert_eq!(choose(&tags(RELEASES), &rules)[6], Some(Out::TimeUnknown));
        let rules = TagRules { pulled_since_ms: Some(100), ..TagRules::default() };
        assert_eq!(chosen(RELEASES, &rules), ["latest", "v2.0.0"]);
        assert_eq!(choose(&tags(RELEASES), &rules)[2], Some(Out::PulledBefore));
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let error = TagPattern::regex("v[").unwrap_err();
        assert_eq!(
            error.to_string(),
            "\"v[\" is not a regular expression: unclosed character class"
        );
        assert!(TagPattern::versions("newest").is_err());
        assert!(TagPattern::regex(&"(a{1000}){1000}".repeat(3)).is_err());
    }

    proptest! {
        /// A pattern without signs means just itself.
        #[test]
        fn a_tag_matches_itself_as_a_pattern(tag in "[A-Za-z0-9_][A-Za-z0-9_.-]{0,40}", other in "[A-Za-z0-9_.-]{1,40}") {
            let pattern = TagPattern::glob(&tag).unwrap();
            prop_assert!(pattern.matches(&tag));
            prop_assert_eq!(pattern.matches(&other), tag == other);
        }

        /// However many are wanted, never more come, and none that another rule left out.
        #[test]
        fn newest_keeps_so_many(pushed in prop::collection::vec(0u64..50, 0..60), newest in 0usize..70) {
            let tags: Vec<_> = pushed.iter().enumerate().map(|(number, pushed)| DatedTag {
                tag: Tag::parse(&format!("t{number}")).unwrap(),
                pushed_at_ms: Some(*pushed),
                pulled_at_ms: None,
            }).collect();
            let rules = TagRules { newest: Some(newest), ..TagRules::default() };
            let judged = choose(&tags, &rules);
            let kept: Vec<_> = pushed.iter().zip(&judged).filter(|(_, out)| out.is_none()).collect();
            prop_assert_eq!(kept.len(), newest.min(tags.len()));
            let oldest_kept = kept.iter().map(|(pushed, _)| **pushed).min().unwrap_or(0);
            for (pushed, out) in pushed.iter().zip(&judged) {
                prop_assert!(out.is_none() || *pushed <= oldest_kept || newest == 0);
            }
        }
    }
}
