//! The servers of practice mode.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The practice servers inside the program. The keys and the token are made up: they open nothing but
/// practice, and a person needs them to try `aws`, `docker` and `skopeo` on it.
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
    /// Its region.
    pub region: String,
    /// The access key id that it takes.
    pub access_key_id: String,
    /// The secret access key that goes with it.
    pub secret_access_key: String,
    /// The Docker Hub user whose repositories practice shows.
    pub hub_account: String,
    /// The access token that opens that user's private repositories.
    pub hub_access_token: String,
    /// The organisations that the user belongs to.
    pub hub_organizations: Vec<String>,
}
