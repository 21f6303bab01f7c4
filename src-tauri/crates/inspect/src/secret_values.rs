//! Which values of a configuration look like secrets: by their name, or by the form of known tokens. A guess on the
//! careful side, so that a screenshot or a log of an inspection is harmless. Used by `config`, `history` and `hide`.

/// What replaces a hidden value in a line.
pub(crate) const HIDDEN: &str = "***";

/// Words of a name that say that its value is a secret.
const SECRET_WORDS: [&str; 16] = [
    "password",
    "passwd",
    "passphrase",
    "pass",
    "pwd",
    "pw",
    "secret",
    "secrets",
    "token",
    "tokens",
    "apikey",
    "credential",
    "credentials",
    "auth",
    "jwt",
    "cookie",
];
/// Endings of words that say the same, as in `PGPASSWORD`.
const SECRET_ENDINGS: [&str; 6] = ["password", "passwd", "passphrase", "secret", "token", "apikey"];
/// Words that make a following `key` a secret. Without one, a key is often public, as in `GPG_KEY`.
const SECRET_KEYS: [&str; 13] = [
    "api",
    "access",
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
    !is_placeholder(value) && (is_secret_name(name) || contains_token(value))
}

/// Whether a value can't be a secret: empty, a switch, a reference to a variable, or the path of a mounted secret.
fn is_placeholder(value: &str) -> bool {
    let value = value.trim_matches(['"', '\'', ' ']);
    let is_switch = ["", "true", "false", "yes", "no", "on", "off", "null", "none", HIDDEN]
        .contains(&value.to_ascii_lowercase().as_str());
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
        let is_key = ["key", "keys"].contains(&word.as_str())
            && place > 0
            && SECRET_KEYS.contains(&words[place - 1].as_str());
        is_key
            || SECRET_WORDS.contains(&word.as_str())
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
/// key IDs), GitHub, GitLab, Slack, Stripe, Google, npm, PyPI, Docker Hub, Anthropic and OpenAI.
const TOKEN_PREFIXES: [(&str, usize); 21] = [
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

/// Hides secrets in a line, such as a `RUN` line of a history: the given values, assignments and options whose name
/// is that of a secret, and known tokens.
pub(crate) fn hide_in_text(text: &str, known: &[&str]) -> String {
    let mut hidden = text.to_owned();
    for value in known.iter().filter(|value| value.len() >= 4) {
        hidden = hidden.replace(value, HIDDEN);
    }
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

/// Returns the ranges of the values in `NAME=value`, `NAME="a value"` and `--name value`.
fn assigned_secrets(text: &str) -> Vec<(usize, usize)> {
    let is_name = |character: char| character.is_ascii_alphanumeric() || "_-.".contains(character);
    let mut found = Vec::new();
    for (place, _) in text.match_indices(['=', ' ']) {
        let before = &text[..place];
        let start = before
            .rfind(|character| !is_name(character))
            .map_or(0, |found| found + before[found..].chars().next().map_or(1, char::len_utf8));
        let name = &before[start..];
        let is_option = name.starts_with("--");
        if name.is_empty() || (text.as_bytes()[place] == b' ' && !is_option) {
            continue;
        }
        let rest = &text[place + 1..];
        let length = match rest.chars().next() {
            Some(quote @ ('"' | '\'')) => rest[1..].find(quote).map_or(rest.len(), |end| end + 2),
            _ => rest.find(char::is_whitespace).unwrap_or(rest.len()),
        };
        let value = &rest[..length];
        if !value.starts_with('-') && is_secret_name(name) && !is_placeholder(value) {
            found.push((place + 1, place + 1 + length));
        }
    }
    found
}

#[cfg(test)]
mod tests;
