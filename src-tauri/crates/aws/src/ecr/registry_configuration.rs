//! The configuration of a registry as its page shows it: scanning, replication, cache rules, templates, account settings,
//! policy, signing, and principals whose pulls don't count. Each part is read alone, because a permission can be missing
//! for one of them.

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
    /// Lists the pull through cache rules, all pages.
    async fn registry_cache_rules(&self) -> Result<Vec<RegistryCacheRule>, AwsError>;
    /// Lists the repository creation templates, all pages.
    async fn registry_templates(&self) -> Result<Vec<RegistryTemplate>, AwsError>;
    async fn account_setting(&self, name: &str) -> Result<Option<String>, AwsError>;
    async fn registry_policy(&self) -> Result<Option<String>, AwsError>;
    /// Returns the signing rules. Empty without a configuration.
    async fn signing(&self) -> Result<Vec<SigningRule>, AwsError>;
    /// Lists the ARNs of the principals whose pulls don't change pull times, all pages.
    async fn pull_time_exclusions(&self) -> Result<Vec<String>, AwsError>;
    /// Checks that a cache rule can reach its upstream. Changes nothing.
    async fn validate_cache_rule(&self, prefix: &str) -> Result<CacheRuleValidation, AwsError>;
    async fn change_registry(&self, change: &RegistryChange) -> Result<(), AwsError>;
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

/// A pull through cache rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct RegistryCacheRule {
    pub prefix: String,
    /// The upstream registry, such as `registry-1.docker.io`.
    pub upstream: String,
    /// The ARN of the secret with its credentials.
    pub secret: Option<String>,
    #[ts(type = "number | null")]
    pub created_at_ms: Option<u64>,
}

/// Whether a cache rule can reach its upstream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct CacheRuleValidation {
    pub is_valid: bool,
    /// Why not, in the words of ECR.
    pub failure: Option<String>,
}

/// A template for repositories that ECR creates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct RegistryTemplate {
    pub prefix: String,
    pub description: Option<String>,
    pub applied_for: Vec<Reported<TemplateUse>>,
    /// ECR's word for the tag mutability, such as `IMMUTABLE`.
    pub tag_mutability: Option<String>,
    /// ECR's word for the encryption, such as `KMS`.
    pub encryption: Option<String>,
    pub has_lifecycle_policy: bool,
    pub has_repository_policy: bool,
    /// The ARN of the role that ECR assumes.
    pub role: Option<String>,
}

/// What makes ECR create a repository from a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "repositories.ts")]
pub enum TemplateUse {
    Replication,
    PullThroughCache,
    CreateOnPush,
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

/// A change of the configuration of a registry. Rules and policies replace all existing ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "repositories.ts")]
pub enum RegistryChange {
    Scanning {
        scanning: RegistryScanning,
    },
    Replication {
        rules: Vec<ReplicationRule>,
    },
    CacheRuleSecret {
        prefix: String,
        secret: String,
    },
    CacheRuleDelete {
        prefix: String,
    },
    TemplateUses {
        prefix: String,
        applied_for: Vec<Reported<TemplateUse>>,
    },
    TemplateDelete {
        prefix: String,
    },
    BlobMounting {
        is_on: bool,
    },
    Policy {
        /// The policy that the user saw. It is changed only if it is still this one.
        before: Option<String>,
        /// `None` deletes it.
        text: Option<String>,
    },
    /// No rules delete the configuration.
    Signing {
        rules: Vec<SigningRule>,
    },
    ExclusionAdd {
        principal: String,
    },
    ExclusionRemove {
        principal: String,
    },
}
