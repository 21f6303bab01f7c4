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
/// Words that say so at the end of a name only: `OAUTH_URL` says something else.
const LAST_SECRET_WORDS: [&str; 3] = ["oauth", "pat", "bearer"];
/// Endings of words that say the same, as in `PGPASSWORD` and `-storepass`.
const SECRET_ENDINGS: [&str; 7] =
    ["password", "passwd", "passphrase", "pass", "secret", "token", "apikey"];
/// English words with such an ending.
const OTHER_WORDS: [&str; 7] =
    ["bypass", "compass", "encompass", "overpass", "surpass", "trespass", "underpass"];
/// The last words of names of mappings from a host or a user to a secret, as in `auth.json` of composer.
const MAPPINGS: [&str; 5] = ["token", "tokens", "oauth", "bearer", "passwords"];
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
const DESCRIPTIONS: [&str; 50] = [
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
    "audience",
    "backend",
    "chars",
    "count",
    "domain",
    "fd",
    "format",
    "helper",
    "helpers",
    "httponly",
    "issuer",
    "lifetime",
    "limit",
    "method",
    "plugin",
    "policy",
    "prefix",
    "provider",
    "providers",
    "realm",
    "region",
    "samesite",
    "scheme",
    "size",
    "stdin",
    "store",
    "text",
    "timeout",
    "user",
    "username",
    "version",
];
/// First words of an option that says something about a secret, as in `--disabled-password`.
const SWITCHES: [&str; 9] =
    ["allow", "ask", "disable", "disabled", "enable", "no", "require", "skip", "without"];

/// Whether a value can't be a secret: empty, a switch, a reference to a variable, or the path of a mounted secret.
pub(crate) fn is_placeholder(value: &str) -> bool {
    let value = value.trim_matches(['"', '\'', ' ']);
    let is_switch = ["", "true", "false", "yes", "no", "on", "off", "null", "none", HIDDEN]
        .iter()
        .any(|switch| switch.eq_ignore_ascii_case(value));
    let is_reference = value.strip_prefix('$').is_some_and(|name| {
        // `${env.NAME}` of Maven.
        let variable = name.trim_start_matches("{env.").trim_matches(['{', '}']);
        variable.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    });
    is_switch || is_reference || value.starts_with("/run/secrets/")
}

/// Whether a name is that of a secret.
pub(crate) fn is_secret_name(name: &str) -> bool {
    let words = words(name);
    let Some(last) = words.last() else { return false };
    let is_switch = name.starts_with('-') && SWITCHES.contains(&words[0].as_str());
    // The shell's own variables for the current folder.
    let is_folder = ["PWD", "OLDPWD"].contains(&name);
    if DESCRIPTIONS.contains(&last.as_str()) || is_switch || is_folder {
        return false;
    }
    let is_last = words.len() > 1 && LAST_SECRET_WORDS.contains(&last.as_str());
    is_last
        || is_bundler_login(name)
        || words.iter().enumerate().any(|(place, word)| {
            // As in `PASSWORD2`.
            let word = word.trim_end_matches(|character: char| character.is_ascii_digit());
            let before = place.checked_sub(1).map_or("", |before| words[before].as_str());
            // `client-key-data` of a kubeconfig. The key of a client can also be a file.
            let is_data =
                before == "client" && words.get(place + 1).is_some_and(|next| next == "data");
            let is_key =
                ["key", "keys"].contains(&word) && (SECRET_KEYS.contains(&before) || is_data);
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
