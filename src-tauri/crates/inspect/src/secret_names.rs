//! Which names are those of secrets, and which values can't be one. Used by `secret_values` and `file_secrets`.

use crate::value_ends::{QUOTES, SCHEMES};

/// What replaces a hidden value in a line.
pub(crate) const HIDDEN: &str = "***";

/// Words of a name that say that its value is a secret.
const SECRET_WORDS: [&str; 24] = [
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
    "credential",
    "credentials",
    "cred",
    "creds",
    "auth",
    "authorization",
    "basicauth",
    "masterauth",
    "jwt",
    "cookie",
    "mnemonic",
    "privkey",
];
/// Words that say so at the end of a name only: `OAUTH_URL` says something else.
const LAST_SECRET_WORDS: [&str; 4] = ["oauth", "pat", "bearer", "salt"];
/// Endings of words that say the same, as in `PGPASSWORD` and `-storepass`.
const SECRET_ENDINGS: [&str; 7] =
    ["password", "passwd", "passphrase", "passcode", "pass", "secret", "token"];
/// English words with such an ending.
const OTHER_WORDS: [&str; 8] =
    ["askpass", "bypass", "compass", "encompass", "overpass", "surpass", "trespass", "underpass"];
/// The last words of names of mappings from a host or a user to a secret, as in `auth.json` of composer.
const MAPPINGS: [&str; 5] = ["token", "tokens", "oauth", "bearer", "passwords"];
/// Words that make a following `key` a secret, also in one word, as in `TS_AUTHKEY`. Without one, a key is often public, as
/// in `GPG_KEY`.
const SECRET_KEYS: [&str; 23] = [
    "aes",
    "api",
    "app",
    "access",
    "cipher",
    "csrf",
    "fernet",
    "hmac",
    "nonce",
    "session",
    "webhook",
    "private",
    "secret",
    "signing",
    "encryption",
    "master",
    "account",
    "storage",
    "subscription",
    "auth",
    "ssh",
    "deploy",
    "license",
];
/// Last words of a name whose value describes a secret without containing it.
const DESCRIPTIONS: [&str; 75] = [
    "addr",
    "address",
    "age",
    "alg",
    "algorithm",
    "arn",
    "audience",
    "backend",
    "challenge",
    "chars",
    "count",
    "database",
    "days",
    "db",
    "dir",
    "domain",
    "dummy",
    "enabled",
    "endpoint",
    "expiration",
    "expires",
    "expiry",
    "fd",
    "file",
    "format",
    "header",
    "helper",
    "helpers",
    "host",
    "hours",
    "httponly",
    "in",
    "issuer",
    "length",
    "lifetime",
    "limit",
    "manager",
    "mechanism",
    "method",
    "minutes",
    "mode",
    "ms",
    "name",
    "path",
    "plugin",
    "policy",
    "port",
    "prefix",
    "provider",
    "providers",
    "rate",
    "realm",
    "region",
    "required",
    "rule",
    "rules",
    "samesite",
    "scheme",
    "seconds",
    "server",
    "service",
    "size",
    "sock",
    "source",
    "stdin",
    "store",
    "text",
    "timeout",
    "ttl",
    "type",
    "uri",
    "url",
    "user",
    "username",
    "version",
];
/// First words of an option that says something about a secret, as in `--disabled-password`.
const SWITCHES: [&str; 9] =
    ["allow", "ask", "disable", "disabled", "enable", "no", "require", "skip", "without"];

/// Names with such a word that hold the path of a folder or a file.
const PATHS: [&str; 3] = ["PWD", "OLDPWD", "GOOGLE_APPLICATION_CREDENTIALS"];
/// Words before `id` that say that it is public, as in `AUTH0_CLIENT_ID`. `VAULT_SECRET_ID` is a secret.
const PUBLIC_IDS: [&str; 4] = ["application", "client", "tenant", "user"];
/// Words that make `tokens` a number of parts of a text, as in `MAX_INPUT_TOKENS`.
const LIMITS: [&str; 3] = ["max", "min", "num"];
/// The beginnings of references to a secret: of a file that BuildKit mounts, an ARN, 1Password, and a secret of a build.
const REFERENCES: [&str; 4] = ["/run/secrets/", "arn:aws", "op://", "id="];
/// The marks of the name of a variable of Windows, of a template, and of a usage.
const NAME_MARKS: [(&str, &str); 3] = [("%", "%"), ("{{", "}}"), ("<", ">")];

/// Whether a value can't be a secret: empty, a switch, or a reference to a variable, to the output of a command, or to a
/// secret that is stored elsewhere.
pub(crate) fn is_placeholder(value: &str) -> bool {
    let mut value = unquoted(value);
    while let Some(rest) = after_scheme(value).or_else(|| default_of(value)) {
        value = unquoted(rest);
    }
    let switches =
        ["", "0", "1", "true", "false", "yes", "no", "on", "off", "null", "none", HIDDEN];
    switches.iter().any(|switch| switch.eq_ignore_ascii_case(value))
        || REFERENCES.iter().any(|beginning| value.starts_with(beginning))
        || is_variable(value)
        || is_marked_name(value)
        || is_output(value)
}

fn unquoted(value: &str) -> &str {
    value.trim_matches(QUOTES).trim_matches(' ')
}

/// Returns what follows the scheme of an authorization.
fn after_scheme(value: &str) -> Option<&str> {
    SCHEMES.iter().find_map(|scheme| {
        let (first, rest) = value.split_at_checked(scheme.len())?;
        first.eq_ignore_ascii_case(scheme).then(|| rest.strip_prefix(' ')).flatten()
    })
}

/// Returns the name in `$NAME` and `${NAME}`, and what follows it.
fn variable(value: &str) -> Option<(&str, &str)> {
    let rest = value.strip_prefix('$')?;
    let inside = rest.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(rest);
    let end = inside.bytes().position(|byte| !is_name_byte(byte)).unwrap_or(inside.len());
    Some(inside.split_at(end))
}

/// Returns the default of a variable, as in `${NAME:-default}`.
fn default_of(value: &str) -> Option<&str> {
    let (_, after) = variable(value)?;
    after.strip_prefix(":-").or_else(|| after.strip_prefix('-'))
}

/// Whether a value is `$NAME`, `${NAME}`, `${NAME:?message}`, or `${env.NAME}` of Maven.
fn is_variable(value: &str) -> bool {
    variable(value).is_some_and(|(name, after)| {
        let member = after.strip_prefix('.').filter(|_| name == "env");
        after.is_empty()
            || after.starts_with([':', '?']) && after.trim_start_matches(':').starts_with('?')
            || member.is_some_and(|member| member.bytes().all(is_name_byte))
    })
}

/// Whether a value is the name of something that is entered later.
fn is_marked_name(value: &str) -> bool {
    let is_part = |byte: u8| is_name_byte(byte) || b" .-".contains(&byte);
    NAME_MARKS.iter().any(|(open, close)| {
        let name = value.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
        name.is_some_and(|name| name.bytes().all(is_part))
    })
}

/// Whether a value is what a command prints, as in `$(cat /run/secrets/token)`. `echo` can print a secret, and secrets of
/// other commands are found as such.
fn is_output(value: &str) -> bool {
    let dollar = value.strip_prefix("$(").and_then(|rest| rest.strip_suffix(')'));
    let command =
        dollar.or_else(|| value.strip_prefix('`').and_then(|rest| rest.strip_suffix('`')));
    command.is_some_and(|command| {
        let program = command.trim_start();
        let prints = |name: &str| {
            let rest = program.strip_prefix(name);
            rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
        };
        !["echo", "printf"].into_iter().any(prints)
    })
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Whether a name is that of a secret.
pub(crate) fn is_secret_name(name: &str) -> bool {
    let words = words(name);
    let Some(last) = words.last().map(String::as_str) else { return false };
    let before_last = words.len().checked_sub(2).map_or("", |before| words[before].as_str());
    let is_switch = name.starts_with('-') && SWITCHES.contains(&words[0].as_str());
    let is_limit = last == "tokens" && words.iter().any(|word| LIMITS.contains(&word.as_str()));
    let is_public = (last == "key" && before_last == "public")
        || (last == "id" && PUBLIC_IDS.contains(&before_last));
    if DESCRIPTIONS.contains(&last) || PATHS.contains(&name) || is_switch || is_limit || is_public {
        return false;
    }
    let is_last = words.len() > 1 && LAST_SECRET_WORDS.contains(&last);
    is_last
        || is_bundler_login(name)
        || words.iter().enumerate().any(|(place, word)| {
            // As in `PASSWORD2`.
            let word = word.trim_end_matches(|character: char| character.is_ascii_digit());
            let before = place.checked_sub(1).map_or("", |before| words[before].as_str());
            // `client-key-data` of a kubeconfig. The key of a client can also be a file.
            let is_data =
                before == "client" && words.get(place + 1).is_some_and(|next| next == "data");
            let of_key = word.strip_suffix("keys").or_else(|| word.strip_suffix("key"));
            let is_key = of_key.is_some_and(|kind| match kind {
                "" => SECRET_KEYS.contains(&before) || is_data,
                _ => SECRET_KEYS.contains(&kind),
            });
            is_key
                || SECRET_WORDS.contains(&word)
                || SECRET_ENDINGS.iter().any(|ending| word.ends_with(ending))
                    && !OTHER_WORDS.contains(&word)
        })
}

/// Whether a name of a secret is that of a mapping whose members are secrets, whatever their names.
pub(crate) fn is_mapping_of_secrets(name: &str) -> bool {
    words(name).last().is_some_and(|last| MAPPINGS.contains(&last.as_str()))
}

/// Whether a variable of Bundler is the login for a host, which has a dot as two underscores: `BUNDLE_GEM__FURY__IO`.
/// Source: Bundler documentation, `bundle config`, "CREDENTIALS FOR GEM SOURCES".
fn is_bundler_login(name: &str) -> bool {
    let other = ["BUILD__", "LOCAL__", "MIRROR__", "DISABLE_"];
    name.strip_prefix("BUNDLE_").is_some_and(|host| {
        host.contains("__") && !other.iter().any(|other| host.starts_with(other))
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
