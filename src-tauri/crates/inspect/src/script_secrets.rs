//! Secrets in the scripts of `sed` and `perl`, which write them to a file: `s/password: .*/password: x/`, with a reference to
//! a part of the pattern as in `s/(password: ).*/\1x/`, instead of a mark as in `s/{{PASSWORD}}/x/`, and in appended lines.
//! Used by `command_secrets`.

use crate::command_words::{Range, ShellCommand};
use crate::secret_names::{is_placeholder, is_secret_name};
use crate::value_ends::{QUOTES, Quoted};

/// Programs with such scripts.
const PROGRAMS: [&str; 3] = ["sed", "gsed", "perl"];

/// Names that are a part of other lines, such as `auth required` of PAM, unless `:` or `=` follows.
const PLAIN_NAMES: [&str; 6] = ["auth", "pass", "passwd", "password", "secret", "token"];

/// Returns the values of secrets in the scripts of a command.
pub(crate) fn in_scripts(command: &ShellCommand<'_>) -> Vec<Range> {
    let mut found = Vec::new();
    let Some(program) = PROGRAMS.iter().find_map(|program| command.place_of(program)) else {
        return found;
    };
    let mut end = 0;
    for (from, to) in command.words.iter().skip(program + 1).copied() {
        if from < end {
            continue;
        }
        // An argument in quotation marks has several words.
        let before = command.text[..from].trim_end_matches(QUOTES).len();
        end = match Quoted::at(command.text, before) {
            Some(quoted) => quoted.end(command.text).unwrap_or(command.text.len()),
            None => to,
        };
        in_script(command.text, (from, end), &mut found);
    }
    found
}

fn in_script(text: &str, script: Range, found: &mut Vec<Range>) {
    let (mut at, mut has_substitution) = (script.0, false);
    while let Some(place) = text[at..script.1].find('s').map(|place| at + place) {
        at = place + 1;
        let begins = text[script.0..place].chars().next_back();
        if begins.is_some_and(|before| before.is_alphabetic() || "_-.\\".contains(before)) {
            continue;
        }
        if let Some((pattern, replacement)) = substitution(text, (at, script.1)) {
            has_substitution = true;
            at = replacement.1;
            found.extend(in_replacement(text, pattern, replacement));
        }
    }
    if !has_substitution {
        // A line that `a`, `c` or `i` writes.
        found.extend(named_value(text, script, |separator| separator == ':'));
    }
}

/// Returns the pattern and the replacement after the `s` of a substitution.
fn substitution(text: &str, (from, to): Range) -> Option<(Range, Range)> {
    let mark = text[from..to].chars().next().filter(char::is_ascii_punctuation)?;
    if mark == '\\' || QUOTES.contains(&mark) {
        return None;
    }
    let part = |from: usize| {
        let mut is_escaped = false;
        let length = text[from..to].find(|character| {
            let is_end = character == mark && !is_escaped;
            is_escaped = character == '\\' && !is_escaped;
            is_end
        })?;
        Some((from, from + length))
    };
    let pattern = part(from + 1)?;
    Some((pattern, part(pattern.1 + 1)?))
}

fn in_replacement(text: &str, pattern: Range, replacement: Range) -> Option<Range> {
    let is_separator = |separator: char| ":= \t".contains(separator);
    if let Some(value) = named_value(text, replacement, is_separator) {
        return Some(value);
    }
    let (from, to) = replacement;
    let written = &text[from..to];
    // `\1`, `$1` and `&` are a part of the pattern.
    let after = written
        .strip_prefix(['\\', '$'])
        .map(|rest| rest.trim_start_matches(|character: char| character.is_ascii_digit()))
        .filter(|rest| rest.len() + 1 < written.len())
        .or_else(|| written.strip_prefix('&'));
    let (value, is_named) = match after {
        Some(after) => (after, has_secret_name(&text[pattern.0..pattern.1])),
        None => (written, is_mark(&text[pattern.0..pattern.1])),
    };
    (is_named && !is_placeholder(value)).then_some((to - value.len(), to))
}

/// Whether a pattern is only the name of a secret, in capital letters as the marks of templates are.
fn is_mark(pattern: &str) -> bool {
    let name = pattern.trim_matches(|character: char| !character.is_ascii_alphanumeric());
    let is_capital = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    name.bytes().all(is_capital) && is_secret_name(name)
}

fn has_secret_name(pattern: &str) -> bool {
    pattern.split(|character| !is_name(character)).any(is_secret_name)
}

fn is_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || "_-.".contains(character)
}

/// Returns the first value after the name of a secret and a separator.
fn named_value(
    text: &str,
    (from, to): Range,
    is_separator: impl Fn(char) -> bool,
) -> Option<Range> {
    let mut at = from;
    while let Some(start) = text[at..to].find(is_name).map(|start| at + start) {
        let rest = &text[start..to];
        let name = &rest[..rest.find(|character| !is_name(character)).unwrap_or(rest.len())];
        at = start + name.len();
        let after = text[at..to].trim_start_matches(QUOTES);
        let separator = after.chars().next().filter(|separator| is_separator(*separator));
        let is_plain = || PLAIN_NAMES.iter().any(|plain| plain.eq_ignore_ascii_case(name));
        let is_other = separator.is_none_or(|separator| separator.is_whitespace() && is_plain());
        if is_other || !is_secret_name(name) {
            continue;
        }
        let value = after.trim_start_matches([':', '=', ' ', '\t']).trim_start_matches(QUOTES);
        let ends = ["\\\"", "\\'", "\\n", "\"", "'"];
        let length = ends.iter().filter_map(|end| value.find(end)).min().unwrap_or(value.len());
        let value_from = to - value.len();
        if !is_placeholder(&value[..length]) {
            return Some((value_from, value_from + length));
        }
        at = value_from + length;
    }
    None
}
