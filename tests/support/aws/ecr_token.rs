//! The response of ECR to requests for an authorization token.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::aws::scripted::AwsResponse;

/// Returns the response of `GetAuthorizationToken`: a token for a registry at this address.
pub fn registry_token(registry: &str) -> AwsResponse {
    AwsResponse::json(&json!({
        "authorizationData": [{
            "authorizationToken": STANDARD.encode("AWS:token-of-the-registry"),
            "expiresAt": 4_070_908_800.0,
            "proxyEndpoint": registry,
        }]
    }))
}
