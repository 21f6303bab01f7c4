//! What ECR knows about one image: vulnerabilities and replication.

use serde::{Deserialize, Serialize};
use transload_errors::ApiError;
pub use transload_explorer::{
    FindingCounts, FixAvailable, ImageVulnerabilities, ScanState, Severity, SeverityCount,
    Vulnerability, VulnerablePackage,
};
use transload_model::Reported;
use ts_rs::TS;

/// The findings of one image of a list, or why they can't be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "vulnerabilities.ts")]
pub struct ListedFindings {
    pub digest: String,
    /// `null` if they can't be read.
    pub findings: Option<FindingCounts>,
    pub error: Option<ApiError>,
}

/// Which images of a repository run in Amazon ECS or EKS, as Amazon Inspector reports.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "vulnerabilities.ts")]
pub struct RepositoryUse {
    /// When this was read. `null` if it never was.
    pub read_at_ms: Option<u64>,
    /// The images that run. Of any other image, Amazon Inspector reports no use; it knows an image only where enhanced
    /// scanning is on.
    pub images: Vec<ListedUse>,
    /// Why it couldn't be read now. The images are those of the last time then.
    pub error: Option<ApiError>,
}

/// An image that runs somewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "vulnerabilities.ts")]
pub struct ListedUse {
    pub digest: String,
    /// In how many places it runs. At least 1.
    pub count: u64,
    pub last_in_use_at_ms: Option<u64>,
}

/// A region or account that ECR replicates an image to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "vulnerabilities.ts")]
pub struct ImageReplication {
    pub region: String,
    pub account: String,
    pub state: Reported<ReplicationStatus>,
    /// ECR's code of the reason, if it failed.
    pub failure_code: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "vulnerabilities.ts")]
pub enum ReplicationStatus {
    InProgress,
    Complete,
    Failed,
}
