//! Patterns, version requirements, ages and exclusions of tags.

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
    assert_eq!(chosen(RELEASES, &rules(&[versions(">=2.0.0-rc0")], &[])), ["v2.0.0", "v2.0.0-rc1"]);
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
    assert_eq!(error.to_string(), "\"v[\" is not a regular expression: unclosed character class");
    assert!(TagPattern::versions("newest").is_err());
    assert!(TagPattern::regex(&"(a{1000}){1000}".repeat(3)).is_err());
}

proptest! {
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
