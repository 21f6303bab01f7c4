//! All secrets that a story uses, in one place per process.
//!
//! The support modules call these functions where a secret occurs, so that a story does not have to. Values
//! that are too short to search for are not remembered.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regex::Regex;
use serde_json::Value;

use crate::secrets::{MIN_SECRET_LENGTH, SecretSearch};

/// The number of digits of an MFA code.
const CODE_DIGITS: usize = 6;

/// The start of all tokens of the practice services (ECR, Docker Hub, registry), whichever process issued
/// them. It is `{"audience":` in Base64.
const TOKEN_OF_PRACTICE: &str = "eyJhdWRpZW5jZSI6";

/// Files in which other programs store secrets, below a home or runtime folder.
const FILES_WITH_SECRETS: [&str; 7] = [
    ".aws/credentials",
    ".aws/config",
    ".docker/config.json",
    ".dockercfg",
    ".config/containers/auth.json",
    "runtime/containers/auth.json",
    "containers/auth.json",
];

/// Folders of JSON files in which other programs store secrets.
const FOLDERS_WITH_SECRETS: [&str; 3] = [".aws/sso/cache", ".aws/cli/cache", ".aws/login/cache"];

#[derive(Default)]
struct Known {
    /// Value → name.
    secrets: BTreeMap<String, String>,
    search: Option<Arc<SecretSearch>>,
}

static KNOWN: Mutex<Option<Known>> = Mutex::new(None);

fn locked() -> MutexGuard<'static, Option<Known>> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn initial() -> Known {
    let mut known = Known::default();
    known.add("a token of practice", TOKEN_OF_PRACTICE);
    for (name, value) in std::env::vars_os() {
        for (what, secret) in secrets_in_variable(&name.to_string_lossy(), &value.to_string_lossy())
        {
            known.add(&what, &secret);
        }
    }
    known
}

impl Known {
    fn add(&mut self, name: &str, value: &str) {
        let value = value.trim();
        let is_code = value.len() == CODE_DIGITS && value.bytes().all(|byte| byte.is_ascii_digit());
        if (value.len() >= MIN_SECRET_LENGTH || is_code) && !self.secrets.contains_key(value) {
            self.secrets.insert(value.to_owned(), name.to_owned());
            self.search = None;
        }
    }
}

/// Remembers a secret. `name` identifies it in failure messages.
pub fn remember(name: &str, value: &str) {
    locked().get_or_insert_with(initial).add(name, value);
}

/// A search for all secrets that are known now.
pub fn search() -> Result<Arc<SecretSearch>> {
    let mut known = locked();
    let known = known.get_or_insert_with(initial);
    if let Some(search) = &known.search {
        return Ok(Arc::clone(search));
    }
    let mut search = SecretSearch::new();
    for (value, name) in &known.secrets {
        search = if value.len() < MIN_SECRET_LENGTH {
            search.code(name, value)
        } else {
            search.secret(name, value)?
        };
    }
    Ok(Arc::clone(known.search.insert(Arc::new(search))))
}

/// Remembers the secret in an environment variable: a key, a token, or the login of a proxy.
pub fn remember_variable(name: &str, value: &OsStr) {
    for (what, secret) in secrets_in_variable(name, &value.to_string_lossy()) {
        remember(&what, &secret);
    }
}

fn secrets_in_variable(name: &str, value: &str) -> Vec<(String, String)> {
    let what = format!("{name} of the environment");
    if name.to_ascii_lowercase().ends_with("_proxy") {
        // The login is everything up to the last `@` before the host, encoded or not.
        let Some((login, _)) = value.rsplit_once('@') else { return Vec::new() };
        let login = login.split_once("://").map_or(login, |(_, login)| login);
        let Some((_, password)) = login.split_once(':') else { return Vec::new() };
        let plain = url::form_urlencoded::parse(password.replace('+', "%2B").as_bytes())
            .next()
            .map(|(plain, _)| plain.into_owned());
        let both = [Some(password.to_owned()), plain].into_iter().flatten();
        return both.map(|secret| (what.clone(), secret)).collect();
    }
    if name == "DOCKER_AUTH_CONFIG" {
        let json = serde_json::from_str(value).unwrap_or_default();
        return secrets_in_json(&json).into_iter().map(|secret| (what.clone(), secret)).collect();
    }
    if holds_secret(name) { vec![(what, value.to_owned())] } else { Vec::new() }
}

/// Remembers the secret in an `Authorization` header: the password of a Basic login, or the Bearer token. A
/// signature of AWS contains no secret.
pub fn remember_authorization(what: &str, header: &str) {
    let Some((scheme, value)) = header.split_once(' ') else { return };
    if scheme.eq_ignore_ascii_case("bearer") {
        remember(what, value);
    } else if scheme.eq_ignore_ascii_case("basic") {
        let login = STANDARD.decode(value).ok().and_then(|login| String::from_utf8(login).ok());
        if let Some((_, password)) = login.as_deref().and_then(|login| login.split_once(':')) {
            remember(what, password);
        }
    }
}

/// Remembers the secrets in a JSON or XML message: the values of fields whose names identify secrets.
pub fn remember_message(what: &str, text: &str) {
    if let Ok(json) = serde_json::from_str(text) {
        secrets_in_json(&json).iter().for_each(|secret| remember(what, secret));
        return;
    }
    let Ok(element) = Regex::new("<([A-Za-z]+)>([^<]+)</") else { return };
    for found in element.captures_iter(text) {
        if holds_secret(&found[1]) {
            remember(what, &found[2]);
        }
    }
}

/// Remembers the value of a field if its name identifies a secret.
pub fn remember_field(what: &str, name: &str, value: &str) {
    if holds_secret(name) {
        remember(what, value);
    }
}

/// Remembers the secrets in files in which AWS, Docker and Podman store them, below a home folder.
pub fn remember_home(home: &Path) {
    let in_folders = FOLDERS_WITH_SECRETS.iter().filter_map(|folder| {
        let files = fs::read_dir(home.join(folder)).ok()?;
        Some(files.filter_map(|file| Some(file.ok()?.path())))
    });
    let files = FILES_WITH_SECRETS.iter().map(|file| home.join(file));
    for file in files.chain(in_folders.flatten()) {
        let Ok(text) = fs::read_to_string(&file) else { continue };
        let what = format!("a secret of {}", file.display());
        remember_message(&what, &text);
        for line in text.split(['\n', '\r']) {
            if let Some((name, value)) = line.split_once('=') {
                remember_field(&what, name.trim(), value);
            }
        }
    }
}

/// Whether other programs or servers store secrets in this file.
pub fn keeps_secrets(path: &Path) -> bool {
    // The folder of practice mode is the disk of a server; the keychain encrypts its content.
    let other_programs = ["practice", "keyrings"];
    FILES_WITH_SECRETS.iter().chain(&FOLDERS_WITH_SECRETS).any(|known| path.ends_with(known))
        || other_programs.iter().any(|folder| path.ends_with(folder))
}

fn secrets_in_json(value: &Value) -> Vec<String> {
    let mut secrets = Vec::new();
    let mut values = vec![value];
    while let Some(value) = values.pop() {
        match value {
            Value::Array(items) => values.extend(items),
            Value::Object(fields) => {
                for (name, field) in fields {
                    match field {
                        Value::String(text) if name == "auth" => {
                            let login = STANDARD.decode(text).unwrap_or_default();
                            let login = String::from_utf8_lossy(&login).into_owned();
                            secrets.extend(login.split_once(':').map(|login| login.1.to_owned()));
                        }
                        Value::String(text) if holds_secret(name) => secrets.push(text.clone()),
                        _ => values.push(field),
                    }
                }
            }
            _ => {}
        }
    }
    secrets
}

/// Whether the name of a field, setting or variable identifies a secret.
fn holds_secret(name: &str) -> bool {
    const ENDS: [&str; 14] = [
        "secretaccesskey",
        "sessiontoken",
        "securitytoken",
        "accesstoken",
        "authtoken",
        "refreshtoken",
        "identitytoken",
        "registrytoken",
        "authorizationtoken",
        "clientsecret",
        "devicecode",
        "codeverifier",
        "tokencode",
        "password",
    ];
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let plain = plain.to_ascii_lowercase();
    plain == "token" || plain == "secret" || ENDS.iter().any(|end| plain.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(text: &str) -> bool {
        search().unwrap().check_text("a text", text).is_err()
    }

    #[test]
    fn secrets_are_remembered_from_every_source() {
        let home = tempfile::tempdir().unwrap();
        for (file, text) in [
            (".aws/credentials", "[a]\naws_secret_access_key=key-of-a-file\r[b]\n"),
            (
                ".aws/sso/cache/1.json",
                r#"{"accessToken": "token-of-a-cache", "region": "eu-west-1"}"#,
            ),
            (
                ".docker/config.json",
                r#"{"auths": {"r": {"auth": "YWRhOmxvZ2luLW9mLWRvY2tlcg=="}}}"#,
            ),
        ] {
            let file = home.path().join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        remember_home(home.path());
        let proxy = OsStr::new("http://ada@corp:p@ss-of-a%2Bproxy@127.0.0.1:3128");
        remember_variable("HTTPS_PROXY", proxy);
        remember_variable("AWS_SESSION_TOKEN", OsStr::new("token-of-a-variable"));
        remember_authorization("a login", "Basic QVdTOmVjci10b2tlbi1vZi1hLWxvZ2lu");
        remember_authorization("a token", "Bearer bearer-of-a-hub");
        remember_message(
            "STS",
            "<SecretAccessKey>key-of-sts</SecretAccessKey><Arn>arn:of-sts</Arn>",
        );
        remember_field("a call", "TokenCode", "719204");
        for secret in [
            "key-of-a-file",
            "token-of-a-cache",
            "login-of-docker",
            "p@ss-of-a%2Bproxy",
            "p@ss-of-a+proxy",
            "token-of-a-variable",
            "ecr-token-of-a-login",
            "bearer-of-a-hub",
            "key-of-sts",
            "TokenCode=719204&",
            "eyJhdWRpZW5jZSI6ImVjciJ9.00ff",
        ] {
            assert!(finds(&format!("a line with {secret} in it")), "{secret}");
        }
        for other in ["eu-west-1", "arn:of-sts", "127.0.0.1:3128"] {
            assert!(!finds(&format!("a line with {other} in it")), "{other}");
        }
    }
}
