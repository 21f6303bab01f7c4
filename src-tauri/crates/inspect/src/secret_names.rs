//! Which names are those of secrets, and which values can't be one. Used by `secret_values` and `file_secrets`.

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

/// Whether a value can't be a secret: empty, a switch, a reference to a variable, or the path of a mounted secret.
pub(crate) fn is_placeholder(value: &str) -> bool {
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

/// Whether a name is that of a secret.
pub(crate) fn is_secret_name(name: &str) -> bool {
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
