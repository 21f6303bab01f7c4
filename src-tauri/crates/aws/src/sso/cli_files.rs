//! The token and registration files of the AWS CLI, as JSON.

use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

use crate::sso::sign_in_method::SignInMethod;
use crate::sso::sso_session::SsoSession;
use crate::sso::token::{BROWSER_GRANTS, Registration, SsoToken};
use transload_model::Secret;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TokenFile {
    start_url: Option<String>,
    region: Option<String>,
    access_token: String,
    expires_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    registration_expires_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
}

impl TokenFile {
    pub(super) fn of(session: &SsoSession, token: &SsoToken) -> Self {
        let registration = token.registration.as_ref();
        Self {
            start_url: Some(session.start_url.clone()),
            region: Some(session.region.clone()),
            access_token: token.access_token.expose().clone(),
            expires_at: format_time(token.expires_at),
            client_id: registration.map(|one| one.client_id.clone()),
            client_secret: registration.map(|one| one.client_secret.expose().clone()),
            registration_expires_at: registration.map(|one| format_time(one.expires_at)),
            refresh_token: token.refresh_token.as_ref().map(|token| token.expose().clone()),
        }
    }

    pub(super) fn token(self) -> Option<SsoToken> {
        let registration = self.client_id.zip(self.client_secret).zip(self.registration_expires_at);
        let registration = registration.and_then(|((client_id, client_secret), expires_at)| {
            Some(Registration {
                client_id,
                client_secret: client_secret.into(),
                expires_at: parse_time(&expires_at)?,
            })
        });
        Some(SsoToken {
            access_token: self.access_token.into(),
            expires_at: parse_time(&self.expires_at)?,
            refresh_token: self.refresh_token.map(Secret::new),
            registration,
        })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RegistrationFile {
    client_id: String,
    client_secret: String,
    expires_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    scopes: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grant_types: Option<Vec<String>>,
}

impl RegistrationFile {
    pub(super) fn of(
        registration: &Registration,
        method: SignInMethod,
        scopes: Option<Vec<String>>,
    ) -> Self {
        Self {
            client_id: registration.client_id.clone(),
            client_secret: registration.client_secret.expose().clone(),
            expires_at: format_time(registration.expires_at),
            scopes,
            grant_types: (method == SignInMethod::Browser)
                .then(|| BROWSER_GRANTS.map(str::to_owned).to_vec()),
        }
    }

    pub(super) fn method(&self) -> SignInMethod {
        let grants = self.grant_types.as_deref().unwrap_or_default();
        if grants.iter().any(|grant| grant == BROWSER_GRANTS[0]) {
            SignInMethod::Browser
        } else {
            SignInMethod::Code
        }
    }

    pub(super) fn registration(self) -> Option<Registration> {
        Some(Registration {
            expires_at: parse_time(&self.expires_at)?,
            client_id: self.client_id,
            client_secret: self.client_secret.into(),
        })
    }
}

/// Source: `_registration_cache_key` of the AWS CLI 2, and Python's JSON format.
pub(super) fn registration_key(session: &SsoSession, tool: &str) -> String {
    let scopes = session.scopes.as_ref().map_or_else(
        || "null".to_owned(),
        |scopes| {
            let scopes: Vec<_> = scopes.iter().map(|scope| python_text(scope)).collect();
            format!("[{}]", scopes.join(", "))
        },
    );
    format!(
        "{{\"region\": {}, \"scopes\": {scopes}, \"session_name\": {}, \"startUrl\": {}, \"tool\": {}}}",
        python_text(&session.region),
        session.name.as_deref().map_or_else(|| "null".to_owned(), python_text),
        python_text(&session.start_url),
        python_text(tool),
    )
}

/// Writes a text as Python's `json.dumps` does: characters outside ASCII are escaped.
pub(super) fn python_text(text: &str) -> String {
    let json = serde_json::Value::from(text).to_string();
    let mut written = String::new();
    for character in json.chars() {
        if matches!(character, ' '..='~') {
            written.push(character);
        } else {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                written.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    written
}

/// Source: `_serialize_utc_timestamp` of the AWS CLI 2: UTC, in whole seconds.
pub(super) fn format_time(time: SystemTime) -> String {
    OffsetDateTime::from(time)
        .format(format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z"))
        // A time outside the calendar counts as expired, so the user signs in again.
        .unwrap_or_else(|_| "1970-01-01T00:00:00Z".to_owned())
}

/// Parses RFC 3339. Early versions of the AWS CLI wrote `UTC` instead of `Z`.
pub(super) fn parse_time(text: &str) -> Option<SystemTime> {
    let text = text.strip_suffix("UTC").map_or_else(|| text.to_owned(), |time| format!("{time}Z"));
    OffsetDateTime::parse(&text, &Rfc3339).ok().map(SystemTime::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registration_key_is_written_as_by_python() {
        let mut session = SsoSession {
            name: Some("Zoë 🦀\"\n".to_owned()),
            start_url: "https://corp.example/start".to_owned(),
            region: "eu-west-1".to_owned(),
            scopes: None,
        };
        session.scopes = Some(vec!["a:b".to_owned(), "c".to_owned()]);
        // Printed by Python 3.11: json.dumps({...}, sort_keys=True)
        assert_eq!(
            registration_key(&session, "botocore"),
            r#"{"region": "eu-west-1", "scopes": ["a:b", "c"], "session_name": "Zo\u00eb \ud83e\udd80\"\n", "startUrl": "https://corp.example/start", "tool": "botocore"}"#
        );
    }
}
