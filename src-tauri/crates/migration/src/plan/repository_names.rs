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
mod tests;
