//! The login of the registry.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::answering;
use crate::ecr::api_calls::*;
use crate::testing::session_at;

fn authorization(token: &str) -> Value {
    json!({"authorizationData": [{
        "authorizationToken": token,
        "expiresAt": 1_700_000_000,
        "proxyEndpoint": "https://123456789012.dkr.ecr.eu-west-1.amazonaws.com",
    }]})
}

#[tokio::test]
async fn a_registry_token_is_parsed_and_never_printed() {
    // A password may contain colons.
    let aws = answering(authorization(&STANDARD.encode("AWS:pass:word"))).await;
    let token = session_at(&aws).await.ecr().registry_token().await.unwrap();
    assert_eq!(token.user, "AWS");
    assert_eq!(token.password.expose(), "pass:word");
    assert_eq!(token.expires_at_ms, 1_700_000_000_000);
    assert_eq!(
        token.proxy_endpoint.host_str(),
        Some("123456789012.dkr.ecr.eu-west-1.amazonaws.com")
    );
    assert!(!format!("{token:?}").contains("pass:word"));
}

#[tokio::test]
async fn an_invalid_token_is_reported_without_printing_it() {
    let nothing_after = STANDARD.encode("AWS:");
    let no_colon = STANDARD.encode("hunter2");
    for token in ["%%% hunter2 %%%", &nothing_after, &no_colon, &STANDARD.encode([0xff, 0xfe])] {
        let aws = answering(authorization(token)).await;
        let error = session_at(&aws).await.ecr().registry_token().await.unwrap_err();
        assert!(matches!(&error, AwsError::AnswerUnusable { action, .. }
            if action == "ecr:GetAuthorizationToken"));
        let printed = format!("{error} {error:?}");
        assert!(!printed.contains("hunter2") && !printed.contains(token), "{printed}");
    }
}
