//! Settings of the whole registry of an account and region.

use serde::{Deserialize, Serialize};
pub use transload_aws::{KnownCacheRule, KnownTemplate};
use transload_errors::ApiError;
use ts_rs::TS;

use crate::migration::RepositorySettings;

/// The settings of the whole registry of an account and region.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct RegistrySettings {
    /// Whether layers of other repositories are mounted instead of sent. `null` if unknown.
    pub blob_mounting: Option<bool>,
    /// The repository creation templates. `null` if unknown.
    pub templates: Option<Vec<KnownTemplate>>,
    /// The pull-through cache rules. `null` if unknown.
    pub cache_rules: Option<Vec<KnownCacheRule>>,
    /// Why a setting is unknown.
    pub errors: Vec<ApiError>,
}

/// A change of the settings of the whole registry that may replace or speed up a migration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "repositories.ts")]
pub enum RegistryOffer {
    /// Mount layers of other repositories instead of sending them again.
    BlobMounting,
    /// ECR creates missing repositories on push.
    CreateOnPush {
        /// The prefix of their names, or `ROOT` for all.
        prefix: String,
        settings: RepositorySettings,
        /// The ARN of the role that ECR assumes. Required for KMS keys and AWS tags.
        role: Option<String>,
    },
    /// ECR fetches missing images from Docker Hub on pull.
    PullThroughCache {
        /// The prefix of the repository names, or `ROOT` for all.
        prefix: String,
        /// The ARN of the secret with the Docker Hub user name and access token.
        secret: String,
    },
}
