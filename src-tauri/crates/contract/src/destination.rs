//! The destination that a migration writes to.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which destination a migration writes to. Running, resuming, verifying and undoing refuse any other
/// destination.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "plan.ts")]
pub struct DestinationIdentity {
    /// The twelve digits of the AWS account.
    pub account_id: String,
    /// The partition of the region, such as `aws` or `aws-cn`.
    pub partition: String,
    pub region: String,
    /// The host of the registry, with the port if it has one.
    pub registry: String,
    /// The endpoint of the ECR API that replaces the one of AWS.
    pub ecr_endpoint: Option<String>,
    /// The endpoint of the registry that replaces the one of AWS.
    pub registry_endpoint: Option<String>,
}
