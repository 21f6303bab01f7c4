//! What ECR knows about one image beyond its content: vulnerabilities that a scan found, and where it is replicated.
//! [`Ecr`](crate::ecr::client::Ecr) implements it. Each costs one call per image, so nothing calls it for a whole
//! repository.

use std::collections::BTreeMap;

use async_trait::async_trait;

use crate::error::AwsError;
use transload_model::{Digest, RepositoryName};

/// Calls about the scans and the replication of one image.
#[async_trait]
pub trait EcrImageState: Send + Sync {
    /// Returns what the last scan of an image found, all pages, or `None` if it was never scanned.
    async fn scan_findings(
        &self,
        name: &RepositoryName,
        digest: &Digest,
    ) -> Result<Option<ScanFindings>, AwsError>;

    /// Returns the number of findings by severity, from one page. `None` if the image was never scanned.
    async fn scan_counts(
        &self,
        name: &RepositoryName,
        digest: &Digest,
    ) -> Result<Option<ScanFindings>, AwsError>;

    /// Starts a basic scan. It isn't retried: a second scan within 24 hours is refused with an error that looks like
    /// throttling (aws/containers-roadmap#1226).
    async fn start_scan(&self, name: &RepositoryName, digest: &Digest) -> Result<(), AwsError>;

    /// Returns where ECR replicates an image to.
    async fn replication(
        &self,
        name: &RepositoryName,
        digest: &Digest,
    ) -> Result<Vec<ReplicationState>, AwsError>;
}

/// What a scan of an image found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScanFindings {
    /// The status as ECR names it, such as `COMPLETE`.
    pub status: String,
    /// ECR's explanation of the status.
    pub description: Option<String>,
    /// In milliseconds since 1970.
    pub completed_at_ms: Option<u64>,
    /// When the source of vulnerabilities was last updated, in milliseconds since 1970.
    pub source_updated_at_ms: Option<u64>,
    /// The number of findings by severity as ECR names it, such as `HIGH`.
    pub counts: BTreeMap<String, u64>,
    /// Whether Amazon Inspector found them (enhanced scanning).
    pub is_enhanced: bool,
    pub findings: Vec<ScanFinding>,
    /// In how many places Amazon ECS and EKS run the image. `None` if ECR doesn't say.
    pub in_use_count: Option<u64>,
    /// When it last ran, in milliseconds since 1970.
    pub last_in_use_at_ms: Option<u64>,
}

/// A vulnerability in a package of an image.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScanFinding {
    /// Such as `CVE-2026-90001`.
    pub id: String,
    pub severity: String,
    pub description: Option<String>,
    pub url: Option<String>,
    /// The CVSS score.
    pub score: Option<f64>,
    /// Whether a fixed version exists: `YES`, `NO` or `PARTIAL`. Basic scanning doesn't say.
    pub fix_available: Option<String>,
    pub exploit_available: bool,
    /// The packages that have it. Empty if ECR names none.
    pub packages: Vec<FoundPackage>,
}

/// A package that has a vulnerability.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundPackage {
    pub name: String,
    pub version: Option<String>,
    pub fixed_in: Option<String>,
    /// Where it is in the image.
    pub path: Option<String>,
    /// The digest of its layer.
    pub layer: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplicationState {
    pub region: String,
    pub account: String,
    /// The status as ECR names it: `IN_PROGRESS`, `COMPLETE` or `FAILED`.
    pub status: String,
    pub failure_code: Option<String>,
}
