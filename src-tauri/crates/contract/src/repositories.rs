//! The repository pages.

use serde::{Deserialize, Serialize};
use transload_errors::ApiError;
pub use transload_repositories::{ImageKind, IndexEntry};
use ts_rs::TS;

use crate::migration::RepositorySettings;

/// An ECR repository in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct Repository {
    pub name: String,
    /// Its URI, without a tag.
    pub uri: String,
    pub arn: String,
    /// When it was created.
    pub created_at_ms: Option<u64>,
    /// Its settings. AWS tags and lifecycle are only known in its details.
    pub settings: RepositorySettings,
}

/// Counts of a repository, for the visible rows of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct RepositorySummary {
    pub name: String,
    pub images: u64,
    /// The size as ECR reports it.
    pub size_bytes: u64,
}

/// A repository with its images.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct RepositoryDetails {
    pub repository: Repository,
    /// Its lifecycle policy document, if it has one.
    pub lifecycle_policy: Option<String>,
    /// Its images, newest first.
    pub images: Vec<RepositoryImage>,
    /// Commands that push to it.
    pub push_commands: Vec<String>,
}

/// An image in a repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct RepositoryImage {
    pub digest: String,
    pub tags: Vec<String>,
    pub kind: ImageKind,
    /// The media type of its manifest.
    pub media_type: Option<String>,
    /// The size as ECR reports it.
    pub size_bytes: Option<u64>,
    /// When it was pushed.
    pub pushed_at_ms: Option<u64>,
    /// The last pull, if ECR recorded one.
    pub pulled_at_ms: Option<u64>,
    /// Commands that pull it.
    pub pull_commands: Vec<String>,
}

/// An image or tag to delete.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "repositories.ts")]
pub enum ImageToDelete {
    /// A tag. If it is the last tag of the image, ECR deletes the image too.
    Tag { tag: String },
    /// An image with all its tags.
    Image { digest: String },
}

/// An image or tag that ECR did not delete.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct ImageNotDeleted {
    /// The tag or digest.
    pub name: String,
    pub error: ApiError,
}
