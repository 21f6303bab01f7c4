//! Which values of a configuration look like secrets: by their name, or by the form of known tokens. A guess on the
//! careful side, so that a screenshot or a log of an inspection is harmless. `value_ends` says where a value ends,
//! `file_secrets`, `xml_secrets` and `named_values` find those of files, `command_secrets` those of commands, and
//! `token_forms` those that need no name. Used by `config`, `history` and `hide`.

use crate::command_secrets::in_commands;
use crate::file_secrets::{heredocs, in_file, is_in_heredoc, login_file_passwords, private_keys};
use crate::named_values::named_values;
use crate::secret_names::{HIDDEN, is_mapping_of_secrets, is_placeholder, is_secret_name};
use crate::token_forms::{tokens, url_passwords};
use crate::value_ends::{QUOTES, ValueEnds};
use crate::xml_secrets::xml_values;

/// Whether a variable, label or argument looks like a secret.
pub(crate) fn looks_secret(name: &str, value: &str) -> bool {
    !is_placeholder(value)
        && (is_secret_name(name) || contains_token(value) || !assigned_secrets(value).is_empty())
}

/// Whether an argument is an option whose value is the next argument, such as `--password`.
pub(crate) fn is_secret_option(argument: &str) -> bool {
    argument.starts_with('-') && !argument.contains('=') && is_secret_name(argument)
}

/// Whether the argument after such an option is its value.
pub(crate) fn is_option_value(argument: &str) -> bool {
    !argument.starts_with('-') && !is_placeholder(argument)
}

/// Whether a text contains a known token, a private key, or a URL with a password.
fn contains_token(text: &str) -> bool {
    !private_keys(text).is_empty() || !tokens(text).is_empty() || !url_passwords(text).is_empty()
}

/// Hides secrets that are known from other values. Short ones are parts of too many words.
pub(crate) fn without_known(text: &str, known: &[&str]) -> String {
    let mut hidden = text.to_owned();
    for value in known.iter().filter(|value| value.len() >= 4) {
        hidden = hidden.replace(value, HIDDEN);
    }
    hidden
}

/// Hides secrets in a line, such as a `RUN` line of a history: the given values, assignments and options whose name
/// is that of a secret, and known tokens.
pub(crate) fn hide_in_text(text: &str, known: &[&str]) -> String {
    let hidden = without_known(text, known);
    let mut ranges: Vec<(usize, usize)> = assigned_secrets(&hidden);
    ranges.extend(url_passwords(&hidden));
    ranges.extend(tokens(&hidden));
    ranges.extend(private_keys(&hidden));
    ranges.sort_unstable();
    let mut result = String::with_capacity(hidden.len());
    let mut end = 0;
    for (from, to) in ranges {
        if from >= end {
            result.push_str(&hidden[end..from]);
            result.push_str(HIDDEN);
        }
        end = end.max(to);
    }
    result.push_str(&hidden[end..]);
    result
}

/// Returns the ranges of the values in `NAME=value`, `NAME="a value"`, `--name value`, and in the headers and members
/// `X-Api-Key: value`, `"name": "value"` and `\"name\": \"value\"`. Also of arguments as in `["--name", "value"]`, of files in
/// a heredoc, and of the password in `curl -u user:password`.
fn assigned_secrets(text: &str) -> Vec<(usize, usize)> {
    let is_name = |character: char| character.is_ascii_alphanumeric() || "_-.".contains(character);
    let mut ends = ValueEnds::of(text);
    let is_curl = text.contains("curl");
    let heredocs = heredocs(text);
    let mut line_end = 0;
    let is_printed = text.contains("printf") || text.contains("echo -e");
    let mut found = login_file_passwords(text);
    found.extend(named_values(text));
    found.extend(xml_values(text));
    found.extend(in_commands(text));
    for body in &heredocs {
        found.extend(in_file(text, *body));
    }
    for (place, separator) in text.match_indices(['=', ' ', ':', ',']) {
        let before = &text[..place];
        let unquoted = before.strip_suffix(['"', '\'']).unwrap_or(before);
        // Not the texts are compared, which would read all of them for each separator.
        let is_quoted = unquoted.len() < before.len();
        let unquoted = unquoted.strip_suffix('\\').filter(|_| is_quoted).unwrap_or(unquoted);
        let start = unquoted
            .rfind(|character| !is_name(character))
            .map_or(0, |found| found + unquoted[found..].chars().next().map_or(1, char::len_utf8));
        let name = &unquoted[start..];
        let is_assigned = match separator {
            "=" => !is_quoted,
            " " => name.starts_with('-'),
            "," => name.starts_with('-') && is_quoted,
            // A colon also ends the name of an image or a host.
            _ => {
                is_quoted
                    || is_header(name, &text[..start])
                    || is_flow_member(text, start, &heredocs)
            }
        };
        let is_login = is_curl && is_assigned && LOGIN_OPTIONS.contains(&name);
        if !is_assigned || !(is_login || is_secret_here(name, &text[..start])) {
            continue;
        }
        let is_argument = is_quoted && [" ", ","].contains(&separator);
        let rest = &text[place + 1..];
        let value = match separator {
            // The value of a member of JSON can be in the next line.
            ":" if is_quoted => rest.trim_start(),
            ":" | "," => rest.trim_start_matches(' '),
            _ => rest,
        };
        // The members of a mapping have names of their own, and an operator of a shell ends the command.
        let is_mapping = value.starts_with('{') && !is_mapping_of_secrets(name);
        if is_mapping || (separator == " " && value.starts_with(OPERATORS)) {
            continue;
        }
        let mut from = text.len() - value.len();
        let mut end = ends.of_value(from, separator == ":" || is_argument);
        if separator == "=" && is_printed && !value.starts_with(QUOTES) {
            // What `printf` writes as the end of a line. What was searched isn't searched again.
            if from > line_end {
                line_end = text[from..].find("\\n").map_or(text.len(), |line| from + line);
            }
            end = end.min(line_end);
        }
        if is_login {
            let Some(user) = text[from..end].find(':') else { continue };
            from += user + 1;
        }
        let value = &text[from..end];
        let first = if is_argument { value.trim_start_matches(QUOTES) } else { value };
        if !first.starts_with('-') && !is_placeholder(value) {
            found.push((from, end));
        }
    }
    found
}

/// What a shell reads between commands, and not as an argument.
const OPERATORS: [char; 5] = ['&', '|', ';', '<', '>'];

/// Whether a name is that of a secret after a text: a parameter of a URL, a field of a connection string, or a name after
/// `\\n`, which `printf` writes as the end of a line.
fn is_secret_here(name: &str, before: &str) -> bool {
    let escaped = before.ends_with('\\').then(|| name.strip_prefix(['n', 't', 'r'])).flatten();
    is_secret_name(name)
        || escaped.is_some_and(is_secret_name)
        || (name == "PWD" && before.ends_with(';'))
        // The signature of a URL that Azure Storage accepts.
        || (name == "sig" && before.ends_with(['&', '?']))
}

/// Whether a name is that of a member of a mapping in braces, as in `{user: me, password: x}` in a file.
fn is_flow_member(text: &str, start: usize, heredocs: &[(usize, usize)]) -> bool {
    text[..start].trim_end_matches([' ', '\t', '\n', '\r']).ends_with(['{', ','])
        && is_in_heredoc(start, heredocs)
}

/// Options of curl whose value is `user:password`.
const LOGIN_OPTIONS: [&str; 4] = ["-u", "--user", "-U", "--proxy-user"];

/// Whether a name is one of an HTTP header: with several words, `Authorization`, or after the option of curl and wget.
fn is_header(name: &str, before: &str) -> bool {
    let option = before.trim_end_matches(QUOTES).trim_end_matches([' ', '=']);
    name.trim_matches('-').contains('-')
        || name.eq_ignore_ascii_case("authorization")
        || option.ends_with(" -H")
        || option.ends_with(" --header")
}

#[cfg(test)]
mod tests;
