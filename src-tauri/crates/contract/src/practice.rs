//! The servers of practice mode.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The servers of practice mode. The keys and the token are fictional and valid for practice mode
/// only. The user needs them to try `aws`, `docker` and `skopeo`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "settings.ts")]
pub struct PracticeStatus {
    /// The endpoint of the practice ECR API, for `aws --endpoint-url`.
    pub ecr_endpoint: String,
    /// The practice registry's host and port, for `docker`.
    pub registry: String,
    /// The practice Docker Hub's host and port.
    pub hub: String,
    /// The account of the practice ECR.
    pub account_id: String,
    pub region: String,
    /// The access key ID that it accepts.
    pub access_key_id: String,
    pub secret_access_key: String,
    /// The Docker Hub user whose repositories practice shows.
    pub hub_account: String,
    /// The access token for the private repositories of that user.
    pub hub_access_token: String,
    /// The organizations of the user.
    pub hub_organizations: Vec<String>,
}
