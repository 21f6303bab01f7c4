//! Which values of a configuration look like secrets: by their name, or by the form of known tokens. A guess on the
//! careful side, so that a screenshot or a log of an inspection is harmless. `value_ends` says where a value ends. Used by
//! `config`, `history` and `hide`.

use crate::value_ends::ValueEnds;

/// What replaces a hidden value in a line.
pub(crate) const HIDDEN: &str = "***";

/// Words of a name that say that its value is a secret.
const SECRET_WORDS: [&str; 22] = [
    "password",
    "passwords",
    "passwd",
    "pswd",
    "passphrase",
    "pass",
    "pwd",
    "pw",
    "secret",
    "secrets",
    "token",
    "tokens",
    "apikey",
    "apikeys",
    "credential",
    "credentials",
    "cred",
    "creds",
    "auth",
    "authorization",
    "jwt",
    "cookie",
];
/// Endings of words that say the same, as in `PGPASSWORD`.
const SECRET_ENDINGS: [&str; 6] = ["password", "passwd", "passphrase", "secret", "token", "apikey"];
/// Words that make a following `key` a secret. Without one, a key is often public, as in `GPG_KEY`.
const SECRET_KEYS: [&str; 18] = [
    "api",
    "app",
    "access",
    "cipher",
    "hmac",
    "session",
    "webhook",
    "private",
    "secret",
    "signing",
    "encryption",
    "master",
    "account",
    "storage",
    "auth",
    "ssh",
    "deploy",
    "license",
];
/// Last words of a name whose value describes a secret without containing it.
const DESCRIPTIONS: [&str; 19] = [
    "file",
    "path",
    "dir",
    "url",
    "uri",
    "endpoint",
    "host",
    "port",
    "ttl",
    "expiry",
    "expires",
    "type",
    "algorithm",
    "length",
    "enabled",
    "required",
    "name",
    "mode",
    "header",
];

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

/// Whether a value can't be a secret: empty, a switch, a reference to a variable, or the path of a mounted secret.
fn is_placeholder(value: &str) -> bool {
    let value = value.trim_matches(['"', '\'', ' ']);
    let is_switch = ["", "true", "false", "yes", "no", "on", "off", "null", "none", HIDDEN]
        .iter()
        .any(|switch| switch.eq_ignore_ascii_case(value));
    let is_reference = value.strip_prefix('$').is_some_and(|name| {
        name.trim_matches(['{', '}'])
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    });
    is_switch || is_reference || value.starts_with("/run/secrets/")
}

fn is_secret_name(name: &str) -> bool {
    let words = words(name);
    let Some(last) = words.last() else { return false };
    // The shell's own variables for the current folder.
    if DESCRIPTIONS.contains(&last.as_str()) || ["PWD", "OLDPWD"].contains(&name) {
        return false;
    }
    words.iter().enumerate().any(|(place, word)| {
        // As in `PASSWORD2`.
        let word = word.trim_end_matches(|character: char| character.is_ascii_digit());
        let is_key = ["key", "keys"].contains(&word)
            && place > 0
            && SECRET_KEYS.contains(&words[place - 1].as_str());
        is_key
            || SECRET_WORDS.contains(&word)
            || SECRET_ENDINGS.iter().any(|ending| word.ends_with(ending))
    })
}

/// Splits `DB_PASSWORD`, `db.password` and `dbPassword` into lowercase words.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    let mut was_lower = false;
    for character in name.chars() {
        if !character.is_alphanumeric() || (was_lower && character.is_uppercase()) {
            words.push(String::new());
        }
        was_lower = character.is_lowercase() || character.is_ascii_digit();
        if character.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(character.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Prefixes of tokens, with the least number of characters that follow. Sources: the documentation of AWS (access
/// key IDs), GitHub, GitLab, Slack, Stripe, Google, npm, PyPI, Docker Hub, Anthropic, OpenAI, Hugging Face, HashiCorp
/// Vault, SendGrid, DigitalOcean, Shopify and age.
const TOKEN_PREFIXES: [(&str, usize); 32] = [
    ("AKIA", 16),
    ("ASIA", 16),
    ("ghp_", 30),
    ("gho_", 30),
    ("ghs_", 30),
    ("ghu_", 30),
    ("github_pat_", 30),
    ("glpat-", 16),
    ("xoxb-", 16),
    ("xoxp-", 16),
    ("xoxa-", 16),
    ("sk_live_", 16),
    ("rk_live_", 16),
    ("sk-ant-", 20),
    ("sk-proj-", 20),
    ("AIza", 30),
    ("npm_", 30),
    ("pypi-", 30),
    ("dckr_pat_", 16),
    ("dckr_oat_", 16),
    ("ghr_", 30),
    ("glrt-", 16),
    ("xapp-", 16),
    ("sk_test_", 16),
    ("whsec_", 20),
    ("hf_", 30),
    ("hvs.", 20),
    ("SG.", 40),
    ("dop_v1_", 40),
    ("shpat_", 30),
    ("AGE-SECRET-KEY-1", 40),
    ("eyJ", 40),
];

/// Whether a text contains a known token, a private key, or a URL with a password.
fn contains_token(text: &str) -> bool {
    (text.contains("-----BEGIN") && text.contains("PRIVATE KEY"))
        || token_words(text).any(|(_, word)| is_token(word))
        || !url_passwords(text).is_empty()
}

fn is_token(word: &str) -> bool {
    TOKEN_PREFIXES.iter().any(|(prefix, least)| {
        word.strip_prefix(prefix).is_some_and(|rest| rest.len() >= *least)
            // Of the tokens with this beginning, only a JWT has two dots.
            && (*prefix != "eyJ" || word.matches('.').count() == 2)
    })
}

/// Returns the words of a text that could be tokens, with their positions.
fn token_words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_part = |character: char| character.is_ascii_alphanumeric() || "_-.".contains(character);
    text.split(move |character| !is_part(character))
        .filter(|word| !word.is_empty())
        .map(|word| (word.as_ptr() as usize - text.as_ptr() as usize, word))
}

/// Returns the ranges of the passwords in URLs such as `https://user:password@host`.
fn url_passwords(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for (start, _) in text.match_indices("://") {
        let rest = &text[start + 3..];
        let end =
            rest.find(|character: char| character.is_whitespace() || "/?#\"'".contains(character));
        let authority = &rest[..end.unwrap_or(rest.len())];
        if let Some((user, _)) = authority.rsplit_once('@')
            && let Some((name, password)) = user.split_once(':')
            && !is_placeholder(password)
        {
            let from = start + 3 + name.len() + 1;
            found.push((from, from + password.len()));
        }
    }
    found
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
    ranges.extend(
        token_words(&hidden)
            .filter(|(_, word)| is_token(word))
            .map(|(start, word)| (start, start + word.len())),
    );
    if let (Some(start), true) = (hidden.find("-----BEGIN"), hidden.contains("PRIVATE KEY")) {
        ranges.push((start, hidden.len()));
    }
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
/// `X-Api-Key: value`, `"name": "value"` and `\"name\": \"value\"`. Also of arguments as in `["--name", "value"]`, of lines
/// `name: value` of a heredoc, and of the password in `curl -u user:password`.
fn assigned_secrets(text: &str) -> Vec<(usize, usize)> {
    let is_name = |character: char| character.is_ascii_alphanumeric() || "_-.".contains(character);
    let mut ends = ValueEnds::of(text);
    let is_curl = text.contains("curl");
    let mut found = Vec::new();
    for (place, separator) in text.match_indices(['=', ' ', ':', ',']) {
        let before = &text[..place];
        let unquoted = before.strip_suffix(['"', '\'']).unwrap_or(before);
        let unquoted =
            unquoted.strip_suffix('\\').filter(|_| unquoted != before).unwrap_or(unquoted);
        let start = unquoted
            .rfind(|character| !is_name(character))
            .map_or(0, |found| found + unquoted[found..].chars().next().map_or(1, char::len_utf8));
        let name = &unquoted[start..];
        let is_quoted = unquoted != before;
        let is_assigned = match separator {
            "=" => !is_quoted,
            " " => name.starts_with('-'),
            "," => name.starts_with('-') && is_quoted,
            // A colon also ends the name of an image or a host.
            _ => is_quoted || is_header(name) || ends.begins_heredoc_line(start),
        };
        let is_login = is_curl && is_assigned && LOGIN_OPTIONS.contains(&name);
        if !is_assigned || !(is_login || is_secret_name(name)) {
            continue;
        }
        let is_argument = is_quoted && [" ", ","].contains(&separator);
        let spaces = text[place + 1..].len() - text[place + 1..].trim_start_matches(' ').len();
        let has_spaces = [":", ","].contains(&separator);
        let mut from = place + 1 + if has_spaces { spaces } else { 0 };
        let mut end = ends.of_value(from, separator == ":" || is_argument);
        if [":", "="].contains(&separator) && ends.begins_heredoc_line(start) {
            end = end.max(ends.of_line(from));
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

/// What begins and ends an argument.
const QUOTES: [char; 3] = ['\\', '"', '\''];

/// Options of curl whose value is `user:password`.
const LOGIN_OPTIONS: [&str; 4] = ["-u", "--user", "-U", "--proxy-user"];

/// Whether a name is one of an HTTP header with several words, or `Authorization`.
fn is_header(name: &str) -> bool {
    name.trim_matches('-').contains('-') || name.eq_ignore_ascii_case("authorization")
}

#[cfg(test)]
mod tests;
