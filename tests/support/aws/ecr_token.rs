//! The response of ECR to requests for an authorization token.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::aws::scripted::Answer;

/// What GetAuthorizationToken answers: a token for a registry at this address.
pub fn registry_token(registry: &str) -> Answer {
    Answer::json(&json!({
        "authorizationData": [{
            "authorizationToken": STANDARD.encode("AWS:token-of-the-registry"),
            "expiresAt": 4_070_908_800.0,
            "proxyEndpoint": registry,
        }]
    }))
}
