//! Proposes ECR names for the repositories of a source, by rules instead of a list, so that the
//! same rules also name new repositories. Pure, and the only place for it: window and command line
//! both call it.

use std::collections::{BTreeMap, HashMap, HashSet};

use regex::{Captures, Regex};

use crate::plan::tag_rules::{InvalidPattern, compile};
use transload_model::{InvalidRepositoryName, RepositoryName};

/// Maximum length of a proposed name in bytes. Without a limit, rules that repeat groups could grow
/// a name until memory is exhausted.
const MAX_NAME_BYTES: usize = 4096;

/// A rule that renames repositories.
#[derive(Clone, Debug)]
pub struct RenameRule {
    pattern: Regex,
    replacement: String,
}

/// The proposed name of a repository, without the prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposedName {
    /// The name. It isn't checked against ECR's rules here.
    pub name: String,
    /// Indexes of the rules that matched.
    pub rules: Vec<usize>,
}

impl RenameRule {
    /// Creates a rule with wildcards for the whole name. `*` matches any characters, as few as
    /// possible except for the last one, and `?` matches one. The matches are `$1`, `$2` and so on
    /// in the replacement, so `team/*` with `$1` removes the namespace.
    ///
    /// # Errors
    /// Returns [`InvalidPattern`] if the replacement uses a group that the pattern doesn't have.
    pub fn glob(text: &str, replacement: &str) -> Result<Self, InvalidPattern> {
        let last_star = text.rfind('*');
        let mut pattern = String::from("^");
        for (index, character) in text.char_indices() {
            match character {
                '*' if Some(index) == last_star => pattern.push_str("(.*)"),
                '*' => pattern.push_str("(.*?)"),
                '?' => pattern.push_str("(.)"),
                other => pattern.push_str(&regex::escape(&other.to_string())),
            }
        }
        pattern.push('$');
        Self::new(compile(&pattern, text, "a pattern")?, replacement)
    }

    /// Creates a rule with a regular expression, which is replaced wherever it matches. Its groups
    /// are `$1` or `${name}` in the replacement, and `$$` is a dollar sign.
    ///
    /// # Errors
    /// Returns [`InvalidPattern`] if the expression can't be parsed, or the replacement uses a
    /// group that it doesn't have.
    pub fn regex(text: &str, replacement: &str) -> Result<Self, InvalidPattern> {
        Self::new(compile(text, text, "a regular expression")?, replacement)
    }

    fn new(pattern: Regex, replacement: &str) -> Result<Self, InvalidPattern> {
        let rule = Self { pattern, replacement: replacement.to_owned() };
        for part in parts(replacement) {
            if let Part::Group(group) = part
                && !rule.has(group)
            {
                return Err(InvalidPattern {
                    text: replacement.to_owned(),
                    what: "a replacement for this pattern",
                    reason: format!("the pattern has no group {group:?}"),
                });
            }
        }
        Ok(rule)
    }

    fn has(&self, group: &str) -> bool {
        match group.parse::<usize>() {
            Ok(number) => number < self.pattern.captures_len(),
            Err(_) => self.pattern.capture_names().flatten().any(|name| name == group),
        }
    }

    /// Returns the name after the rule, or `None` if the rule doesn't match.
    fn apply(&self, name: &str) -> Option<String> {
        self.pattern.find(name)?;
        let expand = |captures: &Captures<'_>| self.expand(captures);
        let mut renamed = self.pattern.replace_all(name, expand).into_owned();
        if renamed.len() > MAX_NAME_BYTES {
            let end = renamed.floor_char_boundary(MAX_NAME_BYTES);
            renamed.truncate(end);
        }
        Some(renamed)
    }

    fn expand(&self, captures: &Captures<'_>) -> String {
        let group = |group: &str| match group.parse::<usize>() {
            Ok(number) => captures.get(number),
            Err(_) => captures.name(group),
        };
        let text = parts(&self.replacement).map(|part| match part {
            Part::Text(text) => text,
            Part::Group(name) => group(name).map(|found| found.as_str()).unwrap_or_default(),
        });
        text.collect()
    }
}

/// A part of a replacement.
enum Part<'a> {
    Text(&'a str),
    Group(&'a str),
}

/// Splits a replacement into its parts. `$1` takes digits only, so `$1a` is the first group
/// followed by an `a`.
fn parts(replacement: &str) -> impl Iterator<Item = Part<'_>> {
    let mut rest = replacement;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let Some(after) = rest.strip_prefix('$') else {
            let end = rest.find('$').unwrap_or(rest.len());
            let (text, left) = rest.split_at(end);
            rest = left;
            return Some(Part::Text(text));
        };
        if let Some(left) = after.strip_prefix('$') {
            rest = left;
            return Some(Part::Text("$"));
        }
        if let Some((name, left)) = after.strip_prefix('{').and_then(|named| named.split_once('}'))
        {
            rest = left;
            return Some(Part::Group(name));
        }
        let digits = after.find(|character: char| !character.is_ascii_digit());
        let (number, left) = after.split_at(digits.unwrap_or(after.len()));
        rest = left;
        Some(if number.is_empty() { Part::Text("$") } else { Part::Group(number) })
    })
}

/// Proposes a name for each repository of a source, in the given order. The rules are applied to
/// the whole name one after another. If none matches, the proposal is the last path component, such
/// as `pgcli` for `dencold/pgcli`; the whole name if two repositories would get the same one or ECR
/// doesn't allow the last component; or a similar allowed name if ECR doesn't allow that either.
pub fn proposed_names(sources: &[&str], rules: &[RenameRule]) -> Vec<ProposedName> {
    let mut names: Vec<_> = sources.iter().map(|source| renamed(source, rules)).collect();
    let mut taken: HashMap<&str, u32> = HashMap::new();
    let proposals: Vec<_> = sources
        .iter()
        .zip(&names)
        .map(|(source, name)| if name.rules.is_empty() { last_part(source) } else { &name.name })
        .map(str::to_owned)
        .collect();
    for proposal in &proposals {
        *taken.entry(proposal).or_default() += 1;
    }
    for (name, proposal) in names.iter_mut().zip(&proposals) {
        let is_alone = taken.get(proposal.as_str()) == Some(&1);
        if name.rules.is_empty() && is_alone && RepositoryName::parse(proposal).is_ok() {
            name.name.clone_from(proposal);
        }
    }
    let mut all: HashSet<String> = names.iter().map(|name| name.name.clone()).collect();
    for name in names.iter_mut().filter(|name| name.rules.is_empty()) {
        if let Err(InvalidRepositoryName { suggestion: Some(suggestion), .. }) =
            RepositoryName::parse(&name.name)
        {
            let suggestion = suggestion.as_str();
            let numbered = (2..).map(|number| format!("{suggestion}-{number}"));
            let mut candidates = std::iter::once(suggestion.to_owned()).chain(numbered);
            if let Some(free) = candidates.find(|candidate| !all.contains(candidate)) {
                all.insert(free.clone());
                name.name = free;
            }
        }
    }
    names
}

fn renamed(source: &str, rules: &[RenameRule]) -> ProposedName {
    let mut proposed = ProposedName { name: source.to_owned(), rules: Vec::new() };
    for (index, rule) in rules.iter().enumerate() {
        if let Some(name) = rule.apply(&proposed.name) {
            proposed.name = name;
            proposed.rules.push(index);
        }
    }
    proposed
}

fn last_part(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// Returns the names that more than one source would get, each with those sources. `names` holds
/// pairs of source and name.
pub fn name_collisions<'a>(
    names: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> BTreeMap<&'a str, Vec<&'a str>> {
    let mut by_name: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (source, name) in names {
        by_name.entry(name).or_default().push(source);
    }
    by_name.retain(|_, sources| sources.len() > 1);
    by_name
}

#[cfg(test)]
mod tests {
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
}
