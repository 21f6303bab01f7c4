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
    /// Its name.
    pub name: String,
    /// Its address, without a tag.
    pub uri: String,
    /// Its ARN.
    pub arn: String,
    /// When it was created.
    pub created_at_ms: Option<u64>,
    /// How it is set up; tags and lifecycle are only known in its details.
    pub settings: RepositorySettings,
}

/// Counts of a repository, asked for the rows in sight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct RepositorySummary {
    /// Its name.
    pub name: String,
    /// Images in it.
    pub images: u64,
    /// Bytes of them, as ECR counts.
    pub size_bytes: u64,
}

/// A repository with what is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct RepositoryDetails {
    /// The repository.
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
    /// Its digest.
    pub digest: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// What it is.
    pub kind: ImageKind,
    /// The media type of its manifest.
    pub media_type: Option<String>,
    /// Its size as ECR counts.
    pub size_bytes: Option<u64>,
    /// When it was pushed.
    pub pushed_at_ms: Option<u64>,
    /// When it was pulled last, as far as ECR recorded.
    pub pulled_at_ms: Option<u64>,
    /// Commands that pull it.
    pub pull_commands: Vec<String>,
}

/// An image, or one of its tags, that is to be deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "repositories.ts")]
pub enum ImageToDelete {
    /// A tag; where it is its image's last, the image goes too.
    Tag {
        /// The tag.
        tag: String,
    },
    /// An image with all its tags.
    Image {
        /// Its digest.
        digest: String,
    },
}

/// What ECR did not delete.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct ImageNotDeleted {
    /// The tag or digest.
    pub name: String,
    /// Why not.
    pub error: ApiError,
}
