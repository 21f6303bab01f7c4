//! Every kind of AWS profile, with real files in a separate home folder.
//!
//! - `profile_kinds`: each kind returns the expected identity
//! - `mfa`: codes of MFA devices
//! - `renewal`: credentials that expire and are renewed
//! - `config_files`: files as Transload and the AWS CLI read them

mod config_files;
mod mfa;
mod profile_kinds;
mod renewal;

use anyhow::Result;
use transload_tests::aws::{AwsResponse, Call, ScriptedAws, registry_token};

/// An access key that the scripted STS knows.
const KEY: (&str, &str) = ("AKIASTORY00000000000", "wJalrXUtnFEMI/K7MDENG/profile-story-key");

/// An ECR that only issues authorization tokens.
async fn token_only() -> Result<ScriptedAws> {
    ScriptedAws::start(|call: &Call| match call.operation.as_str() {
        "GetAuthorizationToken" => registry_token("http://127.0.0.1:9"),
        _ => AwsResponse::json_error(400, "InvalidParameterException", "only tokens here"),
    })
    .await
}
