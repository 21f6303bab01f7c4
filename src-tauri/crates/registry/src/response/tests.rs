//! Error responses of registries, and the errors that they become.

use proptest::prelude::*;
use time::macros::datetime;

use super::*;
use crate::response::testing::error;

#[test]
fn detects_a_web_page_by_its_body() {
    for page in [
        "<!DOCTYPE html><html>",
        "\u{feff}\n <HTML lang=en>",
        "<!-- proxy --><html>",
        "<?xml version=\"1.0\"?><!doctype html>",
        "<head>",
    ] {
        assert!(is_web_page(page.as_bytes()), "{page}");
    }
    for other in ["", "{}", "true", "<Error><Code>NoSuchKey</Code></Error>", "404 page not found"] {
        assert!(!is_web_page(other.as_bytes()), "{other}");
    }
    assert!(matches!(error(404, "<html>"), RegistryError::NotARegistry { .. }));
    assert!(matches!(error(404, "404 page not found"), RegistryError::Missing { .. }));
}

#[test]
fn removes_credentials_from_a_message() {
    let message = "bad header Authorization: Basic QVdTOnNlY3JldA==, wants Bearer authentication";
    let displayed = "bad header Authorization: Basic *** wants Bearer authentication";
    assert_eq!(displayable_message(message), displayed);
}

fn protocol(code: &str, message: &str) -> String {
    serde_json::json!({"errors": [{"code": code, "message": message, "detail": null}]}).to_string()
}

#[test]
fn converts_each_response_to_its_error() {
    use RegistryError as E;
    let expired =
        protocol("DENIED", "Your authorization token has expired. Reauthenticate and try again.");
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
fn distinguishes_a_used_up_pull_quota_from_throttling() {
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
fn a_message_is_one_short_line_without_signed_urls() {
    assert_eq!(
        displayable_message("a\u{1b}[31m\r\nb  https://s3/x?X-Amz-Signature=hunter2 c"),
        "a [31m b https://s3/x c"
    );
    assert_eq!(
        displayable_message(&"é".repeat(9000)).chars().count(),
        MESSAGE_LIMIT_CHARACTERS + 1
    );
}

#[test]
fn parses_retry_after_in_seconds_and_as_a_date() {
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
    fn no_input_panics(body in r#"[\[\]{}:,"a-z0-9 ]{0,60}"#) {
        let _ = error_details(body.as_bytes());
    }
}
