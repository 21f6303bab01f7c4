//! The parsed contents of a file with logins. If the file is valid JSON, a damaged entry does not
//! affect the other entries.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Map, Value};

use crate::api::EngineLogin;
use crate::client_login::stored::login_files::LoginFileFormat;
use transload_model::Secret;

/// The user name that marks an OAuth refresh token in Docker. Source: docker/cli,
/// `tokenUsername` of `native_store.go`.
const IDENTITY_TOKEN_USER: &str = "<token>";
/// The user name that marks a bearer token, which is sent to the registry unchanged. Only Transload
/// uses it.
const REGISTRY_TOKEN_USER: &str = "<registrytoken>";

/// Like Go's `base64.StdEncoding`: requires padding, and ignores bits after the last byte.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

#[derive(Clone, Debug, Default)]
pub(super) struct LoginFileContent {
    /// `auths`, in their order.
    pub(super) entries: Vec<(String, AuthEntry)>,
    /// `credHelpers`: keys and names of helpers. An empty name disables helpers for the key.
    pub(super) helpers: Vec<(String, String)>,
    /// `credsStore`: the helper for all other registries.
    pub(super) store: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum AuthEntry {
    Login(EngineLogin),
    /// No login. Docker writes such an entry if a helper stores the login.
    Empty,
    /// A malformed login, with the reason.
    Damaged(&'static str),
}

impl LoginFileContent {
    /// Parses a file.
    ///
    /// # Errors
    /// If the text is not a JSON object. The message has the position, but does not quote the text.
    pub(super) fn parse(text: &[u8], format: LoginFileFormat) -> Result<Self, String> {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        if text.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self::default());
        }
        // As in Go's decoder, bytes that aren't UTF-8 are replaced, and anything after the first value is ignored.
        let text = String::from_utf8_lossy(text);
        let first = serde_json::Deserializer::from_str(&text).into_iter::<Value>().next();
        let top = match first {
            Some(Ok(Value::Object(top))) => top,
            Some(Ok(Value::Null)) | None => return Ok(Self::default()),
            Some(Ok(_)) => return Err("it is not a JSON object".to_owned()),
            Some(Err(error)) => {
                let (line, column) = (error.line(), error.column());
                return Err(format!("it is not valid JSON at line {line}, column {column}"));
            }
        };
        if format == LoginFileFormat::Legacy {
            return Ok(Self { entries: auth_entries(&top, format), ..Self::default() });
        }
        let mut content = Self::default();
        for (_, value) in members(&top, "auths") {
            content.entries.extend(
                value.as_object().into_iter().flat_map(|auths| auth_entries(auths, format)),
            );
        }
        for (_, value) in members(&top, "credHelpers") {
            let helpers = value.as_object().into_iter().flatten();
            let named =
                |(key, name): (&String, &Value)| Some((key.clone(), name.as_str()?.to_owned()));
            content.helpers.extend(helpers.filter_map(named));
        }
        // containers/image does not read `credsStore`.
        if format == LoginFileFormat::Docker {
            content.store =
                text_member(&top, "credsStore").filter(|name| !name.is_empty()).map(str::to_owned);
        }
        Ok(content)
    }

    /// Returns whether an entry is for a namespace or repository instead of a whole registry.
    pub(super) fn has_namespaces(&self) -> bool {
        self.entries.iter().any(|(key, _)| key.contains('/'))
    }
}

fn auth_entries(auths: &Map<String, Value>, format: LoginFileFormat) -> Vec<(String, AuthEntry)> {
    let entry = |(key, value): (&String, &Value)| {
        let entry =
            value.as_object().map_or(AuthEntry::Empty, |members| auth_entry(members, format));
        (key.clone(), entry)
    };
    auths.iter().map(entry).collect()
}

/// Parses an entry. Sources: docker/cli, `types.AuthConfig` and `ConfigFile.LoadFromReader`;
/// containers/image, `dockerAuthConfig` and `decodeDockerAuth`.
fn auth_entry(object: &Map<String, Value>, format: LoginFileFormat) -> AuthEntry {
    let text = |name| text_member(object, name).filter(|text| !text.is_empty());
    let login = |user: &str, password: &str| {
        let password = Secret::new(password.to_owned());
        AuthEntry::Login(EngineLogin { user: user.to_owned(), password })
    };
    // Docker prefers it to any other login of the entry; containers/image does not support it.
    // Source: docker/cli, `getHTTPTransport` of its registry client.
    if let Some(token) = text("registrytoken").filter(|_| format == LoginFileFormat::Docker) {
        return login(REGISTRY_TOKEN_USER, token);
    }
    if let Some(token) = text("identitytoken") {
        return login(IDENTITY_TOKEN_USER, token);
    }
    if let Some(auth) = text("auth") {
        return match decode(auth) {
            Ok(None) => AuthEntry::Empty,
            // Docker rejects an empty user name; containers/image sends it.
            Ok(Some((user, _))) if user.is_empty() && format == LoginFileFormat::Docker => {
                AuthEntry::Damaged("it has no user name")
            }
            Ok(Some((user, password))) => login(&user, &password),
            Err(reason) => AuthEntry::Damaged(reason),
        };
    }
    match (text("username"), text("password")) {
        // Docker reads these members, although it does not write them.
        (Some(user), Some(password)) if format == LoginFileFormat::Docker => login(user, password),
        _ => AuthEntry::Empty,
    }
}

/// Decodes the user name and password of an `auth` member. Returns `None` if it is empty.
fn decode(auth: &str) -> Result<Option<(String, String)>, &'static str> {
    let auth: String = auth.chars().filter(|character| !matches!(character, '\r' | '\n')).collect();
    let bytes = BASE64.decode(auth).map_err(|_| "its auth is not valid base64")?;
    let text = String::from_utf8(bytes).map_err(|_| "its auth is not UTF-8 text")?;
    if text.is_empty() {
        return Ok(None);
    }
    let (user, password) = text.split_once(':').ok_or("its auth has no colon")?;
    Ok(Some((user.to_owned(), password.trim_matches('\0').to_owned())))
}

/// Returns the members with a name, case-insensitively, as in Go's decoder.
fn members<'a>(
    object: &'a Map<String, Value>,
    name: &'a str,
) -> impl Iterator<Item = (&'a String, &'a Value)> {
    object.iter().filter(move |(key, _)| key.eq_ignore_ascii_case(name))
}

fn text_member<'a>(object: &'a Map<String, Value>, name: &'a str) -> Option<&'a str> {
    members(object, name).filter_map(|(_, value)| value.as_str()).last()
}
