//! The configuration of a registry as its page shows it: scanning, replication, account settings, policy, signing, and
//! principals whose pulls don't count. `cache_rules` and `creation_templates` are parts of it. Each part is read alone,
//! because a permission can be missing for one of them.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::error::AwsError;
use transload_model::Reported;

/// The calls of ECR that the page of the registry makes.
#[async_trait]
pub trait EcrRegistryConfiguration: Send + Sync {
    async fn scanning(&self) -> Result<RegistryScanning, AwsError>;
    async fn replication(&self) -> Result<Vec<ReplicationRule>, AwsError>;
    /// Lists the replications of images that existed before a rule, all pages.
    async fn replication_backfills(&self) -> Result<Vec<ReplicationBackfill>, AwsError>;
    async fn account_setting(&self, name: &str) -> Result<Option<String>, AwsError>;
    async fn registry_policy(&self) -> Result<Option<String>, AwsError>;
    /// Returns the signing rules. Empty without a configuration.
    async fn signing(&self) -> Result<Vec<SigningRule>, AwsError>;
    /// Lists the ARNs of the principals whose pulls don't change pull times, all pages.
    async fn pull_time_exclusions(&self) -> Result<Vec<String>, AwsError>;
    async fn set_scanning(&self, scanning: &RegistryScanning) -> Result<(), AwsError>;
    /// Replaces all rules.
    async fn set_replication(&self, rules: &[ReplicationRule]) -> Result<(), AwsError>;
    /// Replaces all rules. No rules delete the configuration.
    async fn set_signing(&self, rules: &[SigningRule]) -> Result<(), AwsError>;
    /// Sets the policy of the registry. `None` deletes it.
    async fn set_registry_policy(&self, text: Option<&str>) -> Result<(), AwsError>;
    /// Sets whether the pulls of a principal change pull times.
    async fn exclude_pull_times(&self, principal: &str, is_excluded: bool) -> Result<(), AwsError>;
}

/// How the images of a registry are scanned.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct RegistryScanning {
    pub scan_type: Reported<ScanType>,
    /// At most two. A repository that matches none is scanned manually.
    pub rules: Vec<ScanningRule>,
}

/// What scans the images.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "repositories.ts")]
pub enum ScanType {
    #[default]
    Basic,
    /// Amazon Inspector. It is billed for each image.
    Enhanced,
}

/// Which repositories are scanned when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct ScanningRule {
    pub frequency: Reported<ScanFrequency>,
    /// Patterns of repository names, with `*`.
    pub filters: Vec<Reported<String>>,
}

/// When images are scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "repositories.ts")]
pub enum ScanFrequency {
    OnPush,
    /// When new vulnerabilities become known. Enhanced scanning only.
    Continuous,
    Manual,
}

/// Where images are copied on push.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct ReplicationRule {
    pub destinations: Vec<ReplicationDestination>,
    /// Beginnings of repository names. Empty for all repositories.
    pub prefixes: Vec<Reported<String>>,
}

/// The registry of an account and region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct ReplicationDestination {
    pub region: String,
    pub account: String,
}

/// A replication of images that existed before a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct ReplicationBackfill {
    pub id: String,
    pub destination: Option<ReplicationDestination>,
    /// ECR's word for its state, such as `IN_PROGRESS`.
    pub status: String,
    pub failure: Option<String>,
    pub total: u32,
    pub completed: u32,
    pub failed: u32,
    #[ts(type = "number | null")]
    pub started_at_ms: Option<u64>,
    #[ts(type = "number | null")]
    pub ended_at_ms: Option<u64>,
}

/// Which repositories' images AWS Signer signs on push.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct SigningRule {
    /// The ARN of the signing profile.
    pub profile: String,
    /// Patterns of repository names, with `*`. Empty for all repositories.
    pub filters: Vec<Reported<String>>,
}
