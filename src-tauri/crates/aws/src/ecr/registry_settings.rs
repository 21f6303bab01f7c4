//! Settings of the whole registry of an account and region: blob mounting, repository creation
//! templates and pull through cache rules. For some users these serve better than a migration.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::ecr::cache_rules::CacheRule;
use crate::ecr::creation_templates::CreationTemplate;
use crate::error::AwsError;

/// The calls of ECR that concern a whole registry.
#[async_trait]
pub trait EcrRegistrySettings: Send + Sync {
    /// Whether pushes may reuse layers of other repositories: the account setting `BLOB_MOUNTING`.
    async fn blob_mounting(&self) -> Result<bool, AwsError>;

    /// Turns blob mounting on or off.
    async fn set_blob_mounting(&self, on: bool) -> Result<(), AwsError>;

    /// Lists the repository creation templates, all pages.
    async fn creation_templates(&self) -> Result<Vec<KnownTemplate>, AwsError>;

    /// Creates a template for repositories that ECR creates.
    async fn create_creation_template(&self, template: &CreationTemplate) -> Result<(), AwsError>;

    /// Lists the pull through cache rules, all pages.
    async fn cache_rules(&self) -> Result<Vec<KnownCacheRule>, AwsError>;

    /// Creates a pull through cache rule.
    async fn create_cache_rule(&self, rule: &CacheRule) -> Result<(), AwsError>;
}

/// A template that exists in the registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct KnownTemplate {
    /// The prefix of the repository names, or `ROOT` for all repositories without a template of their
    /// own.
    pub prefix: String,
    /// Whether the template applies to repositories that ECR creates on push.
    pub on_push: bool,
}

/// A cache rule that exists in the registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct KnownCacheRule {
    /// The prefix of the repository names, or `ROOT` for all.
    pub prefix: String,
    /// The upstream registry, such as `registry-1.docker.io`.
    pub upstream: String,
}
