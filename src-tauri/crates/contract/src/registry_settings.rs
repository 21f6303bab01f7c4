//! Settings of the whole registry of an account and region.

use serde::{Deserialize, Serialize};
pub use transload_aws::{KnownCacheRule, KnownTemplate};
use transload_errors::ApiError;
use ts_rs::TS;

use crate::migration::RepositorySettings;

/// What is set for the whole registry of an account and region.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct RegistrySettings {
    /// Whether a layer that another repository holds need not be sent again; nothing where it is not
    /// known.
    pub blob_mounting: Option<bool>,
    /// The templates that ECR creates repositories by; nothing where they are not known.
    pub templates: Option<Vec<KnownTemplate>>,
    /// The pull-through cache rules; nothing where they are not known.
    pub cache_rules: Option<Vec<KnownCacheRule>>,
    /// Why something is not known.
    pub errors: Vec<ApiError>,
}

/// A change of what is set for the whole registry, which may serve better than a migration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "repositories.ts")]
pub enum RegistryOffer {
    /// Layers that another repository holds need not be sent again.
    BlobMounting,
    /// ECR creates repositories that are missing when somebody pushes to them.
    CreateOnPush {
        /// What their names begin with, or `ROOT` for all.
        prefix: String,
        /// How they are set up.
        settings: RepositorySettings,
        /// The ARN of the role that ECR takes on; needed for KMS keys and AWS tags.
        role: Option<String>,
    },
    /// ECR fetches from Docker Hub what is pulled and not there yet.
    PullThroughCache {
        /// What the repositories' names begin with, or `ROOT` for all.
        prefix: String,
        /// The ARN of the secret with Docker Hub's user name and access token.
        secret: String,
    },
}
