use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The practice servers inside the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
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
    /// The Docker Hub user whose repositories practice shows.
    pub hub_account: String,
}
