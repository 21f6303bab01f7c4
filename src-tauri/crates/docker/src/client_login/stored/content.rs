//! One file with logins, parsed once into values. What can be read is read: a damaged entry costs
//! only itself, as far as the file is JSON at all.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Map, Value};

use crate::api::EngineLogin;
use crate::client_login::stored::login_files::Format;
use transload_model::Secret;

/// The user name with which Docker marks an OAuth refresh token. Source: docker/cli,
/// `tokenUsername` of `native_store.go`.
const IDENTITY_TOKEN_USER: &str = "<token>";
/// The user name that marks a bearer token, which the registry gets as it is. Only Transload uses it.
const REGISTRY_TOKEN_USER: &str = "<registrytoken>";

/// Go's `base64.StdEncoding` needs the padding and ignores bits behind the last byte.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

/// What a file holds.
#[derive(Clone, Debug, Default)]
pub(super) struct Content {
    /// `auths`, in their order.
    pub(super) entries: Vec<(String, Entry)>,
    /// `credHelpers`: a key and the name of its helper; an empty name means none.
    pub(super) helpers: Vec<(String, String)>,
    /// `credsStore`.
    pub(super) store: Option<String>,
}

/// An entry of `auths`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// A login.
    Login(EngineLogin),
    /// Nothing: Docker writes such an entry beside a helper that has the login.
    Empty,
    /// A login that cannot be read, with the reason.
    Damaged(&'static str),
}

impl Content {
    /// Parses a file.
    ///
    /// # Errors
    /// Where it is no JSON object, with the place and without the text around it.
    pub(super) fn parse(text: &[u8], format: Format) -> Result<Self, String> {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        if text.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self::default());
        }
        // As Go's decoder: what stands behind the first value is not read.
        let first = serde_json::Deserializer::from_slice(text).into_iter::<Value>().next();
        let top = match first {
            Some(Ok(Value::Object(top))) => top,
            Some(Ok(Value::Null)) | None => return Ok(Self::default()),
            Some(Ok(_)) => return Err("it is not a JSON object".to_owned()),
            Some(Err(error)) => {
                let (line, column) = (error.line(), error.column());
                return Err(format!("it is not valid JSON at line {line}, column {column}"));
            }
        };
        if format == Format::Legacy {
            return Ok(Self { entries: entries(&top, format), ..Self::default() });
        }
        let mut content = Self::default();
        for (_, value) in fields(&top, "auths") {
            content.entries.extend(value.as_object().into_iter().flat_map(|a| entries(a, format)));
        }
        for (_, value) in fields(&top, "credHelpers") {
            let helpers = value.as_object().into_iter().flatten();
            let named =
                |(key, name): (&String, &Value)| Some((key.clone(), name.as_str()?.to_owned()));
            content.helpers.extend(helpers.filter_map(named));
        }
        // containers/image does not read `credsStore`.
        if format == Format::Docker {
            content.store =
                text_field(&top, "credsStore").filter(|name| !name.is_empty()).map(str::to_owned);
        }
        Ok(content)
    }

    /// Whether an entry is for a part of a registry.
    pub(super) fn has_namespaces(&self) -> bool {
        self.entries.iter().any(|(key, _)| key.contains('/'))
    }
}

fn entries(auths: &Map<String, Value>, format: Format) -> Vec<(String, Entry)> {
    let entry = |(key, value): (&String, &Value)| {
        let entry = value.as_object().map_or(Entry::Empty, |fields| entry(fields, format));
        (key.clone(), entry)
    };
    auths.iter().map(entry).collect()
}

/// Reads an entry. Sources: docker/cli, `types.AuthConfig` and `ConfigFile.LoadFromReader`;
/// containers/image, `dockerAuthConfig` and `decodeDockerAuth`.
fn entry(fields: &Map<String, Value>, format: Format) -> Entry {
    let text = |name| text_field(fields, name).filter(|text| !text.is_empty());
    let login = |user: &str, password: &str| {
        let password = Secret::new(password.to_owned());
        Entry::Login(EngineLogin { user: user.to_owned(), password })
    };
    // Docker sends it before any other login of the entry; containers/image does not know it. Source:
    // docker/cli, `getHTTPTransport` of its registry client.
    if let Some(token) = text("registrytoken").filter(|_| format == Format::Docker) {
        return login(REGISTRY_TOKEN_USER, token);
    }
    if let Some(token) = text("identitytoken") {
        return login(IDENTITY_TOKEN_USER, token);
    }
    if let Some(auth) = text("auth") {
        return match decode(auth) {
            Ok(None) => Entry::Empty,
            // Docker refuses an empty user name; containers/image sends it.
            Ok(Some((user, _))) if user.is_empty() && format == Format::Docker => {
                Entry::Damaged("it has no user name")
            }
            Ok(Some((user, password))) => login(&user, &password),
            Err(reason) => Entry::Damaged(reason),
        };
    }
    match (text("username"), text("password")) {
        // Docker reads the two, though it does not write them.
        (Some(user), Some(password)) if format == Format::Docker => login(user, password),
        _ => Entry::Empty,
    }
}

/// User name and password of an `auth`.
fn decode(auth: &str) -> Result<Option<(String, String)>, &'static str> {
    let auth: String = auth.chars().filter(|sign| !matches!(sign, '\r' | '\n')).collect();
    let bytes = BASE64.decode(auth).map_err(|_| "its auth is not valid base64")?;
    let text = String::from_utf8(bytes).map_err(|_| "its auth is not UTF-8 text")?;
    if text.is_empty() {
        return Ok(None);
    }
    let (user, password) = text.split_once(':').ok_or("its auth has no colon")?;
    Ok(Some((user.to_owned(), password.trim_matches('\0').to_owned())))
}

/// The fields of a name, without regard to case, as Go's decoder finds them.
fn fields<'a>(
    object: &'a Map<String, Value>,
    name: &'a str,
) -> impl Iterator<Item = (&'a String, &'a Value)> {
    object.iter().filter(move |(key, _)| key.eq_ignore_ascii_case(name))
}

fn text_field<'a>(object: &'a Map<String, Value>, name: &'a str) -> Option<&'a str> {
    fields(object, name).filter_map(|(_, value)| value.as_str()).last()
}
