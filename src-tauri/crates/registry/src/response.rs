//! What a registry's refusal means.

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use crate::error::RegistryError;
use crate::http;
use crate::http::Body;
use transload_model::RegistryHost;

/// An explanation longer than this is not read.
const EXPLANATION_LIMIT: usize = 64 * 1024;
/// How much of a registry's sentence is kept, in characters.
const SENTENCE_LIMIT: usize = 400;

/// An answer that is no success, read to its end.
#[derive(Debug, Default)]
pub(super) struct Refusal {
    status: u16,
    code: Option<String>,
    message: Option<String>,
    retry_after: Option<Duration>,
    /// Whether it is the 404 of something that knows no HEAD: a web page, of which no body tells what
    /// it says. Nexus 3.2 answered so to every HEAD of a manifest.
    is_unproven: bool,
    /// Whether the body is a web page, and nothing has shown yet that a registry answers here.
    is_foreign_page: bool,
}

impl Refusal {
    /// Reads what the registry says. A body that cannot be read is no body: the status is known.
    /// `is_registry` is whether a registry has answered at this address before: then a web page is
    /// only its way to word a 404.
    pub(super) async fn read(
        response: Response,
        registry: &RegistryHost,
        is_registry: bool,
    ) -> Self {
        let status = response.status().as_u16();
        let retry_after = retry_after(response.headers(), OffsetDateTime::now_utc());
        let body = match http::read_body(response, EXPLANATION_LIMIT, registry, "").await {
            Ok(Body::Whole(bytes)) => bytes,
            Ok(Body::TooLarge { .. }) | Err(_) => bytes::Bytes::new(),
        };
        let (code, message) = explanation(&body);
        let is_foreign_page = !is_registry && is_web_page(&body);
        Self { status, code, message, retry_after, is_unproven: false, is_foreign_page }
    }

    /// Whether the registry wants another login than the one it got, or one at all.
    pub(super) fn is_about_login(&self) -> bool {
        self.status == StatusCode::UNAUTHORIZED.as_u16() || self.says_expired()
    }

    /// The same refusal of a HEAD, with the headers that it came with.
    pub(super) fn of_head(self, headers: &HeaderMap) -> Self {
        let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let is_page = media_type
            .is_some_and(|text| text.trim_start().to_ascii_lowercase().starts_with("text/html"));
        Self { is_unproven: self.status == 404 && is_page, ..self }
    }

    /// Whether something may be here that the anonymous are not shown.
    pub(super) fn may_hide_from_anonymous(&self) -> bool {
        matches!(self.status, 401 | 403 | 404)
    }

    /// ECR refuses an expired token with 403 and the code `DENIED`. Source: Amazon ECR user guide,
    /// "Troubleshooting errors with Docker commands when using Amazon ECR".
    pub(super) fn says_expired(&self) -> bool {
        matches!(self.status, 401 | 403) && self.says("authorization token has expired")
    }

    /// The error that this refusal is.
    pub(super) fn into_error(
        self,
        registry: &RegistryHost,
        subject: &str,
        had_login: bool,
    ) -> RegistryError {
        let registry = registry.clone();
        let subject = subject.to_owned();
        let code = self.code.as_deref().unwrap_or_default().to_owned();
        if self.says_expired() {
            return RegistryError::TokenExpired { registry };
        }
        if self.says_immutable(&code) {
            return RegistryError::TagImmutable { registry, subject, message: self.message };
        }
        match self.status {
            401 => {
                RegistryError::Unauthorized { registry, subject, message: self.message, had_login }
            }
            403 => RegistryError::Forbidden { registry, subject, message: self.message },
            404 if self.is_foreign_page => RegistryError::NotARegistry {
                registry,
                detail: "it answers with a web page".to_owned(),
            },
            404 if self.is_unproven => RegistryError::Refused {
                registry,
                subject,
                status: 404,
                code,
                message: "it answers HEAD with a web page".to_owned(),
            },
            404 | 410 => RegistryError::Missing {
                registry,
                subject,
                repository: code == "NAME_UNKNOWN",
                message: self.message,
            },
            429 if self.says_quota() => {
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

    fn says(&self, words: &str) -> bool {
        self.message.as_deref().is_some_and(|text| text.to_ascii_lowercase().contains(words))
    }

    /// Docker Hub's quota, told from its limit against floods by the words alone. Source: Docker
    /// Hub documentation, "Usage and limits".
    fn says_quota(&self) -> bool {
        self.says("pull rate limit") || self.says("increase-rate-limit")
    }

    /// ECR answers 400 `TAG_INVALID`, Harbor 412 `PRECONDITION`; both say that it is immutable.
    fn says_immutable(&self, code: &str) -> bool {
        let fits = matches!(self.status, 409 | 412) || code == "TAG_INVALID";
        fits && self.says("immutable")
    }
}

/// Whether a body is a web page. Its `Content-Type` is only a hint: registries label empty bodies and
/// JSON as `text/html`, and some proxies label their pages as something else.
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

/// The first code and sentence of the protocol's `{"errors":[{code,message,detail}]}`, or what
/// token servers say instead: `{"details":…}`, `{"message":…}`, OAuth's `error_description`.
fn explanation(body: &[u8]) -> (Option<String>, Option<String>) {
    let Ok(json) = serde_json::from_slice::<Value>(body) else { return (None, None) };
    let text = |value: &Value| value.as_str().map(sentence).filter(|text| !text.is_empty());
    if let Some(first) = json["errors"].get(0) {
        return (text(&first["code"]), text(&first["message"]).or_else(|| text(&first["detail"])));
    }
    let message = ["message", "details", "detail", "error_description", "error"]
        .into_iter()
        .find_map(|key| text(&json[key]));
    (text(&json["code"]), message)
}

/// A registry's words, fit to be shown: one line, of a sane length, no signed addresses, and none of
/// the login that some servers and proxies repeat.
fn sentence(text: &str) -> String {
    let words = text.split(|character: char| character.is_control() || character.is_whitespace());
    let mut out = String::new();
    let mut login_follows = false;
    for word in words.filter(|word| !word.is_empty()) {
        let scheme = word.trim_matches(|character: char| !character.is_ascii_alphabetic());
        let is_login = login_follows && looks_like_login(word);
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
    match out.char_indices().nth(SENTENCE_LIMIT) {
        Some((at, _)) => format!("{}…", &out[..at]),
        None => out,
    }
}

/// Whether what follows `Basic` or `Bearer` is a login and not the word `authentication`.
fn looks_like_login(word: &str) -> bool {
    word.len() >= 16 || word.bytes().any(|byte| !byte.is_ascii_alphabetic())
}

/// `Retry-After` in seconds or as a date. Source: RFC 9110, section 10.2.3.
fn retry_after(headers: &HeaderMap, now: OffsetDateTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    // Not in the specification, and sent: a fraction of a second.
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let until = OffsetDateTime::parse(text, &Rfc2822).ok()?;
    Some(Duration::try_from(until - now).unwrap_or_default())
}

#[cfg(test)]
pub(super) mod testing {
    use super::*;

    /// The error of an answer with this status and body.
    #[allow(clippy::unwrap_used, reason = "a constant, in tests")]
    pub(crate) fn error(status: u16, body: &str) -> RegistryError {
        let (code, message) = explanation(body.as_bytes());
        let is_foreign_page = is_web_page(body.as_bytes());
        let refusal = Refusal { status, code, message, is_foreign_page, ..Refusal::default() };
        refusal.into_error(&RegistryHost::parse("r.example").unwrap(), "team/app:1", true)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::datetime;

    use super::*;
    use crate::response::testing::error;

    #[test]
    fn a_web_page_is_told_by_its_body() {
        for page in [
            "<!DOCTYPE html><html>",
            "\u{feff}\n <HTML lang=en>",
            "<!-- proxy --><html>",
            "<?xml version=\"1.0\"?><!doctype html>",
            "<head>",
        ] {
            assert!(is_web_page(page.as_bytes()), "{page}");
        }
        for other in
            ["", "{}", "true", "<Error><Code>NoSuchKey</Code></Error>", "404 page not found"]
        {
            assert!(!is_web_page(other.as_bytes()), "{other}");
        }
        assert!(matches!(error(404, "<html>"), RegistryError::NotARegistry { .. }));
        assert!(matches!(error(404, "404 page not found"), RegistryError::Missing { .. }));
    }

    #[test]
    fn a_login_that_a_server_repeats_is_not_shown() {
        let told = "bad header Authorization: Basic QVdTOnNlY3JldA==, wants Bearer authentication";
        let shown = "bad header Authorization: Basic *** wants Bearer authentication";
        assert_eq!(sentence(told), shown);
    }

    fn protocol(code: &str, message: &str) -> String {
        serde_json::json!({"errors": [{"code": code, "message": message, "detail": null}]})
            .to_string()
    }

    #[test]
    fn each_refusal_has_its_own_meaning() {
        use RegistryError as E;
        let expired = protocol(
            "DENIED",
            "Your authorization token has expired. Reauthenticate and try again.",
        );
        assert!(matches!(error(403, &expired), E::TokenExpired { .. }));
        let immutable = protocol(
            "TAG_INVALID",
            "The image tag '1' already exists and cannot be overwritten because the tag is immutable.",
        );
        assert!(matches!(error(400, &immutable), E::TagImmutable { message: Some(_), .. }));
        assert!(matches!(
            error(400, &protocol("TAG_INVALID", "manifest tag did not match URI")),
            E::Refused { status: 400, .. }
        ));
        assert!(matches!(
            error(404, &protocol("NAME_UNKNOWN", "x")),
            E::Missing { repository: true, .. }
        ));
        assert!(matches!(
            error(404, &protocol("MANIFEST_UNKNOWN", "x")),
            E::Missing { repository: false, .. }
        ));
        assert!(matches!(
            error(403, &protocol("DENIED", "User is not authorized")),
            E::Forbidden { message: Some(_), .. }
        ));
        assert!(
            matches!(error(405, &protocol("UNSUPPORTED", "no")), E::Refused { status: 405, code, .. } if code == "UNSUPPORTED")
        );
        assert!(
            matches!(error(401, r#"{"details":"incorrect username or password"}"#), E::Unauthorized { message: Some(text), had_login: true, .. } if text.starts_with("incorrect"))
        );
        assert!(matches!(error(502, "<html>"), E::Failed { status: 502, message: None, .. }));
    }

    #[test]
    fn a_used_up_quota_is_told_from_too_many_requests() {
        use RegistryError as E;
        for words in [
            "You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit",
            "You have reached your pull rate limit. You may increase the limit by authenticating and upgrading",
        ] {
            assert!(matches!(
                error(429, &protocol("TOOMANYREQUESTS", words)),
                E::PullQuotaUsedUp { .. }
            ));
        }
        assert!(matches!(
            error(429, &protocol("TOOMANYREQUESTS", "Rate exceeded")),
            E::Throttled { .. }
        ));
        assert!(matches!(error(429, "Too Many Requests"), E::Throttled { .. }));
    }

    #[test]
    fn a_sentence_is_one_line_of_a_sane_length_without_signed_addresses() {
        assert_eq!(
            sentence("a\u{1b}[31m\r\nb  https://s3/x?X-Amz-Signature=hunter2 c"),
            "a [31m b https://s3/x c"
        );
        assert_eq!(sentence(&"é".repeat(9000)).chars().count(), SENTENCE_LIMIT + 1);
    }

    #[test]
    fn retry_after_is_read_in_seconds_and_as_a_date() {
        let now = datetime!(2026-11-23 10:00:00 UTC);
        let read = |text: &str| {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, text.parse().unwrap())]);
            retry_after(&headers, now)
        };
        assert_eq!(read("7"), Some(Duration::from_secs(7)));
        assert_eq!(read("Mon, 23 Nov 2026 10:01:30 GMT"), Some(Duration::from_secs(90)));
        assert_eq!(read("Mon, 23 Nov 2026 09:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(read("1.5"), Some(Duration::from_millis(1500)));
        for none in ["soon", "-1", "NaN", "inf"] {
            assert_eq!(read(none), None, "{none}");
        }
    }

    proptest! {
        #[test]
        fn no_explanation_panics(body in r#"[\[\]{}:,"a-z0-9 ]{0,60}"#) {
            let _ = explanation(body.as_bytes());
        }
    }
}
