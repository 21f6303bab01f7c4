//! Interprets unsuccessful responses: [`ErrorResponse`] reads status, code and message, and converts them to a
//! [`RegistryError`]. `client`, `uploads` and `token` use it.

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use crate::encoding::Body;
use crate::error::RegistryError;
use crate::http;
use transload_model::RegistryHost;

/// The largest error body that is read, in bytes.
const ERROR_BODY_LIMIT_BYTES: usize = 64 * 1024;
/// The maximum length of a message, in characters.
const MESSAGE_LIMIT_CHARACTERS: usize = 400;

/// An unsuccessful response, read completely.
#[derive(Debug, Default)]
pub(super) struct ErrorResponse {
    status: u16,
    code: Option<String>,
    message: Option<String>,
    retry_after: Option<Duration>,
    /// Whether this is a 404 with an HTML page in response to a HEAD, whose text is not available. It doesn't
    /// prove that the object is missing: Nexus 3.2 responded so to every HEAD of a manifest.
    is_unproven: bool,
    /// Whether the body is a web page, and the server has not yet proved to be a registry.
    is_foreign_page: bool,
}

impl ErrorResponse {
    /// Reads the response. A body that can't be read is ignored, because the status is sufficient.
    /// `is_registry` is whether the server is known to be a registry. In that case a web page is only the
    /// text of a 404.
    pub(super) async fn read(
        response: Response,
        registry: &RegistryHost,
        is_registry: bool,
    ) -> Self {
        let status = response.status().as_u16();
        let retry_after = retry_after(response.headers(), OffsetDateTime::now_utc());
        let body = match http::read_body(response, ERROR_BODY_LIMIT_BYTES, registry, "").await {
            Ok(Body::Whole(bytes)) => bytes,
            Ok(Body::TooLarge { .. }) | Err(_) => bytes::Bytes::new(),
        };
        let (code, message) = error_details(&body);
        let is_foreign_page = !is_registry && is_web_page(&body);
        Self { status, code, message, retry_after, is_unproven: false, is_foreign_page }
    }

    /// Returns whether the registry requires a login, or another one than was sent.
    pub(super) fn is_about_login(&self) -> bool {
        self.status == StatusCode::UNAUTHORIZED.as_u16() || self.is_expired_token()
    }

    /// Interprets this as the response to a HEAD with these headers.
    pub(super) fn for_head(self, headers: &HeaderMap) -> Self {
        let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let is_page = media_type
            .is_some_and(|text| text.trim_start().to_ascii_lowercase().starts_with("text/html"));
        Self { is_unproven: self.status == 404 && is_page, ..self }
    }

    /// Returns whether the registry may hide the object from anonymous clients.
    pub(super) fn may_hide_from_anonymous(&self) -> bool {
        matches!(self.status, 401 | 403 | 404)
    }

    /// Returns whether ECR rejected an expired token, with 403 and the code `DENIED`. Source: Amazon ECR User
    /// Guide, "Troubleshooting errors with Docker commands when using Amazon ECR".
    pub(super) fn is_expired_token(&self) -> bool {
        matches!(self.status, 401 | 403) && self.message_contains("authorization token has expired")
    }

    /// Converts the response to an error. `had_login` is whether a login was sent.
    pub(super) fn into_error(
        self,
        registry: &RegistryHost,
        subject: &str,
        had_login: bool,
    ) -> RegistryError {
        let registry = registry.clone();
        let subject = subject.to_owned();
        let code = self.code.as_deref().unwrap_or_default().to_owned();
        if self.is_expired_token() {
            return RegistryError::TokenExpired { registry };
        }
        if self.is_immutable_tag(&code) {
            return RegistryError::TagImmutable { registry, subject, message: self.message };
        }
        match self.status {
            401 => {
                RegistryError::Unauthorized { registry, subject, message: self.message, had_login }
            }
            403 => RegistryError::Forbidden { registry, subject, message: self.message },
            404 if self.is_foreign_page => RegistryError::NotARegistry {
                registry,
                detail: "it responds with a web page".to_owned(),
            },
            404 if self.is_unproven => RegistryError::Refused {
                registry,
                subject,
                status: 404,
                code,
                message: "it responds to HEAD with a web page".to_owned(),
            },
            404 | 410 => RegistryError::Missing {
                registry,
                subject,
                repository: code == "NAME_UNKNOWN",
                message: self.message,
            },
            429 if self.is_pull_quota() => {
                RegistryError::PullQuotaUsedUp { registry, retry_after: self.retry_after }
            }
            429 => RegistryError::Throttled {
                registry,
                retry_after: self.retry_after,
                message: self.message,
            },
            status @ 500..=599 => {
                RegistryError::Failed { registry, subject, status, message: self.message }
            }
            status => RegistryError::Refused {
                registry,
                subject,
                status,
                code,
                message: self.message.unwrap_or_else(|| "no reason given".to_owned()),
            },
        }
    }

    fn message_contains(&self, words: &str) -> bool {
        self.message.as_deref().is_some_and(|text| text.to_ascii_lowercase().contains(words))
    }

    /// Returns whether the pull quota of Docker Hub is used up. Only the message distinguishes it from the
    /// abuse rate limit. Source: Docker Hub documentation, "Usage and limits".
    fn is_pull_quota(&self) -> bool {
        self.message_contains("pull rate limit") || self.message_contains("increase-rate-limit")
    }

    /// Returns whether a tag is immutable. ECR responds with 400 `TAG_INVALID`, Harbor with 412
    /// `PRECONDITION`; both messages contain the word.
    fn is_immutable_tag(&self, code: &str) -> bool {
        let is_conflict = matches!(self.status, 409 | 412) || code == "TAG_INVALID";
        is_conflict && self.message_contains("immutable")
    }
}

/// Returns whether a body is a web page. `Content-Type` is not reliable: registries send empty bodies and JSON
/// as `text/html`, and some proxies send their pages as another type.
pub(super) fn is_web_page(body: &[u8]) -> bool {
    let start = &body[..body.len().min(512)];
    let text = String::from_utf8_lossy(start).to_ascii_lowercase();
    let mut text = text.trim_start_matches('\u{feff}').trim_start();
    while let Some(comment) = text.strip_prefix("<!--") {
        text = comment.split_once("-->").map_or("", |(_, rest)| rest).trim_start();
    }
    if text.starts_with("<?xml") {
        text = text.split_once("?>").map_or("", |(_, rest)| rest).trim_start();
    }
    ["<!doctype html", "<html", "<head", "<body"].iter().any(|tag| text.starts_with(tag))
}

/// Extracts the first code and message of the protocol's `{"errors":[{code,message,detail}]}`, or of the formats
/// of token servers: `{"details":…}`, `{"message":…}`, `error_description` of OAuth.
fn error_details(body: &[u8]) -> (Option<String>, Option<String>) {
    let Ok(json) = serde_json::from_slice::<Value>(body) else { return (None, None) };
    let text =
        |value: &Value| value.as_str().map(displayable_message).filter(|text| !text.is_empty());
    if let Some(first) = json["errors"].get(0) {
        return (text(&first["code"]), text(&first["message"]).or_else(|| text(&first["detail"])));
    }
    let message = ["message", "details", "detail", "error_description", "error"]
        .into_iter()
        .find_map(|key| text(&json[key]));
    (text(&json["code"]), message)
}

/// Makes a message of a registry safe to display: one line of limited length, without the query of URLs, which
/// may be signed, and without credentials, which some servers and proxies repeat.
fn displayable_message(text: &str) -> String {
    let words = text.split(|character: char| character.is_control() || character.is_whitespace());
    let mut out = String::new();
    let mut login_follows = false;
    for word in words.filter(|word| !word.is_empty()) {
        let scheme = word.trim_matches(|character: char| !character.is_ascii_alphabetic());
        let is_login = login_follows && is_likely_login(word);
        login_follows = ["basic", "bearer"].contains(&scheme.to_ascii_lowercase().as_str());
        let word = if is_login {
            "***"
        } else if word.contains("://") {
            word.split('?').next().unwrap_or_default()
        } else {
            word
        };
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    match out.char_indices().nth(MESSAGE_LIMIT_CHARACTERS) {
        Some((end, _)) => format!("{}…", &out[..end]),
        None => out,
    }
}

/// Returns whether the word after `Basic` or `Bearer` is a credential, and not a word like `authentication`.
fn is_likely_login(word: &str) -> bool {
    word.len() >= 16 || word.bytes().any(|byte| !byte.is_ascii_alphabetic())
}

/// Parses `Retry-After`, in seconds or as a date. Source: RFC 9110, section 10.2.3.
fn retry_after(headers: &HeaderMap, now: OffsetDateTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    // Fractions of a second are not in the specification, but some servers send them.
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let until = OffsetDateTime::parse(text, &Rfc2822).ok()?;
    Some(Duration::try_from(until - now).unwrap_or_default())
}

#[cfg(test)]
pub(super) mod testing {
    use super::*;

    #[allow(clippy::unwrap_used, reason = "a constant, in tests")]
    pub(crate) fn error(status: u16, body: &str) -> RegistryError {
        let (code, message) = error_details(body.as_bytes());
        let is_foreign_page = is_web_page(body.as_bytes());
        let error_response =
            ErrorResponse { status, code, message, is_foreign_page, ..ErrorResponse::default() };
        error_response.into_error(&RegistryHost::parse("r.example").unwrap(), "team/app:1", true)
    }
}

#[cfg(test)]
mod tests;
