//! Names of ECR repositories: the rules of ECR, and a suggestion for a name that breaks one.

use std::fmt;
use std::sync::Arc;

/// The name of an ECR repository, such as `team/pgcli`. Clones share the text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RepositoryName(Arc<str>);

/// A naming rule of ECR that a name breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RepositoryNameRule {
    /// Shorter than 2 or longer than 256 characters.
    Length,
    /// A character other than a lower-case letter, a digit, `.`, `_`, `-` or `/`.
    Character(char),
    /// A path part (between slashes) is empty, or starts or ends with a separator.
    PartEdge,
    /// Adjacent separators other than `__` or a run of `-`.
    Separators,
}

/// The error for a name that ECR rejects.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("ECR doesn't allow the repository name {name:?}: {rule}")]
pub struct InvalidRepositoryName {
    /// The rejected name.
    pub name: String,
    /// The first rule that the name breaks.
    pub rule: RepositoryNameRule,
    /// A similar name that ECR allows, if there is one.
    pub suggestion: Option<RepositoryName>,
}

impl fmt::Display for RepositoryNameRule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length => formatter.write_str("a name has 2 to 256 characters"),
            Self::Character(character) => write!(
                formatter,
                "{character:?} is not allowed; use lower-case letters, digits, '.', '_', '-' and '/'"
            ),
            Self::PartEdge => formatter
                .write_str("each part between slashes must start and end with a letter or a digit"),
            Self::Separators => {
                formatter.write_str("separators can't be adjacent, except '__' and runs of '-'")
            }
        }
    }
}

/// The allowed length in characters.
const LENGTHS: std::ops::RangeInclusive<usize> = 2..=256;

impl RepositoryName {
    /// Parses a name.
    ///
    /// Source of the rule: ECR's `RepositoryName`,
    /// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*`, 2 to 256
    /// characters, as of February 2026.
    ///
    /// # Errors
    /// The first rule that the name breaks, with a suggestion.
    pub fn parse(text: &str) -> Result<Self, InvalidRepositoryName> {
        match violated_rule(text) {
            None => Ok(Self(text.into())),
            Some(rule) => Err(InvalidRepositoryName {
                name: text.to_owned(),
                rule,
                suggestion: suggest(text),
            }),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RepositoryName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

fn is_plain(character: char) -> bool {
    character.is_ascii_lowercase() || character.is_ascii_digit()
}

fn is_separator(character: char) -> bool {
    matches!(character, '.' | '_' | '-')
}

fn violated_rule(text: &str) -> Option<RepositoryNameRule> {
    let allowed =
        |character: char| is_plain(character) || is_separator(character) || character == '/';
    if let Some(character) = text.chars().find(|character| !allowed(*character)) {
        return Some(RepositoryNameRule::Character(character));
    }
    if !LENGTHS.contains(&text.len()) {
        return Some(RepositoryNameRule::Length);
    }
    for part in text.split('/') {
        if !part.starts_with(is_plain) || !part.ends_with(is_plain) {
            return Some(RepositoryNameRule::PartEdge);
        }
        let mut runs = part.split(is_plain).filter(|run| !run.is_empty());
        if !runs.all(|run| matches!(run, "." | "_" | "__") || run.bytes().all(|byte| byte == b'-'))
        {
            return Some(RepositoryNameRule::Separators);
        }
    }
    None
}

/// Appended to a suggestion of one character, because ECR requires two.
const SHORT_NAME_ENDING: &str = "-image";

/// Suggests a similar name that ECR allows: lower case, other characters replaced by `-`, runs of
/// separators shortened to the first one.
fn suggest(text: &str) -> Option<RepositoryName> {
    let parts: Vec<String> =
        text.split('/').map(suggest_part).filter(|part| !part.is_empty()).collect();
    let mut name = parts.join("/");
    name.truncate(*LENGTHS.end());
    let name = name.trim_end_matches(|character| is_separator(character) || character == '/');
    let longer = format!("{name}{SHORT_NAME_ENDING}");
    let name = if name.len() == 1 { longer.as_str() } else { name };
    if violated_rule(name).is_none() { Some(RepositoryName(name.into())) } else { None }
}

fn suggest_part(part: &str) -> String {
    let mut out = String::with_capacity(part.len());
    let mut pending: Option<char> = None;
    for character in part.chars().flat_map(char::to_lowercase) {
        if is_plain(character) {
            if let Some(separator) = pending.take()
                && !out.is_empty()
            {
                out.push(separator);
            }
            out.push(character);
        } else if pending.is_none() {
            pending = Some(if is_separator(character) { character } else { '-' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn parse_accepts_names_that_ecr_allows() {
        for text in ["ab", "team/pgcli", "a__b", "a--b", "a---b", "1password/op", "a.b_c-d/e0"] {
            assert_eq!(RepositoryName::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn a_rejected_name_has_its_rule_and_a_suggestion() {
        let cases = [
            ("a", RepositoryNameRule::Length, Some("a-image")),
            ("X", RepositoryNameRule::Character('X'), Some("x-image")),
            ("_", RepositoryNameRule::Length, None),
            ("localhost:5000/app", RepositoryNameRule::Character(':'), Some("localhost-5000/app")),
            ("PgCLI", RepositoryNameRule::Character('P'), Some("pgcli")),
            ("my app", RepositoryNameRule::Character(' '), Some("my-app")),
            ("/pgcli", RepositoryNameRule::PartEdge, Some("pgcli")),
            ("pgcli-", RepositoryNameRule::PartEdge, Some("pgcli")),
            ("a//b", RepositoryNameRule::PartEdge, Some("a/b")),
            ("a..b", RepositoryNameRule::Separators, Some("a.b")),
            ("a___b", RepositoryNameRule::Separators, Some("a_b")),
            ("a-_b", RepositoryNameRule::Separators, Some("a-b")),
        ];
        for (text, rule, suggestion) in cases {
            let error = RepositoryName::parse(text).unwrap_err();
            assert_eq!(error.rule, rule, "{text}");
            assert_eq!(error.suggestion.as_ref().map(RepositoryName::as_str), suggestion, "{text}");
        }
        assert_eq!(
            RepositoryName::parse(&"a".repeat(257)).unwrap_err().rule,
            RepositoryNameRule::Length
        );
    }

    proptest! {
        #[test]
        fn parse_agrees_with_the_pattern_of_ecr(text in "[a-c._/-]{0,12}") {
            let part = r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*";
            let pattern = regex::Regex::new(&format!("^{part}(/{part})*$")).unwrap();
            let is_allowed = pattern.is_match(&text) && text.len() >= 2;
            prop_assert_eq!(RepositoryName::parse(&text).is_ok(), is_allowed);
        }

        #[test]
        fn a_suggestion_is_always_allowed(text in ".{0,300}") {
            if let Err(InvalidRepositoryName { suggestion: Some(name), .. }) = RepositoryName::parse(&text) {
                prop_assert!(RepositoryName::parse(name.as_str()).is_ok());
            }
        }
    }
}
