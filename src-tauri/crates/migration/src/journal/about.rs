//! What the journal stores of a migration beside its plan and its request, for the history.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::entered::connection::ImageSource;

/// The caller, the source and the part of a migration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    pub identity: AwsIdentity,
    pub source: ImageSource,
    #[serde(default)]
    pub part: Option<ReportPart>,
}

/// The caller of AWS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "aws.ts")]
pub struct AwsIdentity {
    /// The twelve digits of the account.
    pub account_id: String,
    pub arn: String,
    pub region: String,
    /// When the credentials expire, if they do.
    pub expires_at_ms: Option<u64>,
    /// Whether this is practice mode.
    pub practice: bool,
    /// The partition of the region, as ARNs write it: `aws`, `aws-us-gov`, `aws-cn`, `aws-eusc`.
    #[serde(default)]
    pub partition: String,
    #[serde(default)]
    pub endpoints: AwsEndpoints,
}

/// The endpoints of a connection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "aws.ts")]
pub struct AwsEndpoints {
    /// The host of the ECR API, with the port if it has one. `null` if unknown.
    pub api: Option<String>,
    /// The host of the registry, with the port if it has one. `null` if unknown.
    pub registry: Option<String>,
    /// Whether they are FIPS endpoints, as set in the profile or the environment.
    pub fips: bool,
    /// Whether they are dual-stack endpoints, as set in the profile or the environment.
    pub dual_stack: bool,
}

/// The part of a plan that a report is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "report.ts")]
pub struct ReportPart {
    /// The SHA-256 digest of the content of the plan file.
    pub plan: String,
    /// The number of the part, starting at 1. `null` for a merged report.
    pub part: Option<u32>,
    /// Number of parts of the plan.
    pub parts: u32,
    /// Number of images of the whole plan.
    pub plan_images: u32,
}
