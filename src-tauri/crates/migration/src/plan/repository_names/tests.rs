//! Patterns and replacements that rename repositories.

use proptest::prelude::*;

use super::*;

fn glob(pattern: &str, replacement: &str) -> RenameRule {
    RenameRule::glob(pattern, replacement).unwrap()
}

fn regex(pattern: &str, replacement: &str) -> RenameRule {
    RenameRule::regex(pattern, replacement).unwrap()
}

fn names(sources: &[&str], rules: &[RenameRule]) -> Vec<String> {
    proposed_names(sources, rules).into_iter().map(|proposed| proposed.name).collect()
}

#[test]
fn without_rules_the_last_component_is_proposed_if_it_is_unique() {
    assert_eq!(names(&["a/app", "b/app", "b/api"], &[]), ["a/app", "b/app", "api"]);
    assert_eq!(names(&["alone"], &[]), ["alone"]);
}

#[test]
fn proposed_names_are_valid_in_ecr() {
    assert_eq!(names(&["team/a"], &[]), ["team/a"], "the last part is too short");
    assert_eq!(names(&["a", "b"], &[]), ["a-image", "b-image"]);
    assert_eq!(names(&["a", "x/a-image"], &[]), ["a-image-2", "a-image"]);
    assert_eq!(
        names(&["localhost:5000/app", "quay.io/app"], &[]),
        ["localhost-5000/app", "quay.io/app"]
    );
    assert_eq!(names(&["localhost:5000/a"], &[]), ["localhost-5000/a"]);
    assert_eq!(names(&["a"], &[glob("a", "B")]), ["B"], "a name from a rule is not changed");
}

#[test]
fn each_wildcard_is_a_group() {
    assert_eq!(names(&["team/app"], &[glob("team/*", "$1")]), ["app"]);
    assert_eq!(
        names(&["a/b/c"], &[glob("*/*", "$2")]),
        ["b/c"],
        "the first wildcard matches as little as possible"
    );
    assert_eq!(names(&["team/app"], &[glob("*/*", "$2/$1")]), ["app/team"]);
    assert_eq!(
        names(&["app-1"], &[glob("app-?", "v$1x")]),
        ["v1x"],
        "a group number has only digits"
    );
    assert_eq!(
        names(&["team/app"], &[glob("app", "x")]),
        ["app"],
        "the pattern must match the whole name"
    );
}

#[test]
fn a_regular_expression_is_replaced_at_every_match() {
    assert_eq!(names(&["old-app"], &[regex("^old-", "new/")]), ["new/app"]);
    assert_eq!(names(&["a_b_c"], &[regex("_", "-")]), ["a-b-c"]);
    let named = regex("(?<team>[a-z]+)/(?<app>.+)", "${app}-${team}");
    assert_eq!(names(&["team/app"], &[named]), ["app-team"]);
    assert_eq!(names(&["a"], &[regex("a", "$$1$")]), ["$1$"]);
}

#[test]
fn each_rule_applies_to_the_result_of_the_previous_rule() {
    let rules = [glob("*/*", "$2"), regex("^lib-", ""), glob("nothing", "x")];
    let proposed = proposed_names(&["team/lib-core", "team/app"], &rules);
    assert_eq!(proposed[0], ProposedName { name: "core".to_owned(), rules: vec![0, 1] });
    assert_eq!(proposed[1], ProposedName { name: "app".to_owned(), rules: vec![0] });
}

#[test]
fn proposals_avoid_names_that_rules_produce() {
    assert_eq!(names(&["a/app", "b/x"], &[glob("b/x", "app")]), ["a/app", "app"]);
}

#[test]
fn a_replacement_may_use_only_existing_groups() {
    let error = RenameRule::glob("team/*", "$2").unwrap_err();
    assert_eq!(
        error.to_string(),
        "\"$2\" is not a replacement for this pattern: the pattern has no group \"2\""
    );
    assert!(RenameRule::regex("a(b)", "${name}").is_err());
    assert!(RenameRule::regex("a(", "").is_err());
    assert!(RenameRule::glob("team/*", "$0-$1").is_ok(), "group 0 is the whole match");
}

#[test]
fn sources_with_the_same_name_are_reported() {
    let pairs = [("a/app", "app"), ("b/app", "app"), ("c", "c")];
    let collisions = name_collisions(pairs);
    assert_eq!(collisions.into_iter().collect::<Vec<_>>(), [("app", vec!["a/app", "b/app"])]);
}

#[test]
fn rules_that_double_a_name_are_limited() {
    let rules: Vec<_> = (0..40).map(|_| glob("*", "$1$1")).collect();
    assert_eq!(names(&["abc"], &rules)[0].len(), MAX_NAME_BYTES);
}

proptest! {
    /// A pattern without wildcards matches only itself, and a replacement without dollar signs
    /// is literal.
    #[test]
    fn a_pattern_without_wildcards_renames_only_itself(
        name in "[a-z0-9._/-]{1,30}",
        other in "[a-z0-9._/-]{1,30}",
        new in "[a-z0-9._/-]{0,30}",
    ) {
        let rule = glob(&name, &new);
        prop_assert_eq!(rule.apply(&name), Some(new));
        prop_assert_eq!(rule.apply(&other).is_some(), name == other);
    }

    /// `*` with all groups in order returns the original name.
    #[test]
    fn all_groups_in_order_return_the_name(name in "[a-z]{1,8}(/[a-z]{1,8}){1,3}") {
        prop_assert_eq!(glob("*/*", "$1/$2").apply(&name), Some(name.clone()));
        prop_assert_eq!(regex("^(.*?)/(.*)$", "$1/$2").apply(&name), Some(name));
    }

    /// Names that no rule made never collide, and there is one proposal for each source.
    #[test]
    fn proposals_do_not_collide(
        sources in prop::collection::hash_set("[ab]{1,2}(/[ab]{1,2}){0,2}", 0..12),
    ) {
        let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
        let names = names(&sources, &[]);
        prop_assert_eq!(names.len(), sources.len());
        let pairs = sources.iter().copied().zip(names.iter().map(String::as_str));
        prop_assert!(name_collisions(pairs).is_empty());
        prop_assert!(names.iter().all(|name| RepositoryName::parse(name).is_ok()));
    }

    /// No input panics.
    #[test]
    fn any_input_is_a_rule_or_an_error(pattern in ".{0,30}", replacement in ".{0,20}", name in ".{0,30}") {
        let glob = RenameRule::glob(&pattern, &replacement);
        let regex = RenameRule::regex(&pattern, &replacement);
        for rule in [glob, regex].into_iter().flatten() {
            let _ = proposed_names(&[&name], &[rule]);
        }
    }
}
