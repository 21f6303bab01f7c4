//! Deletions in ECR: what the user chose, the dry run, and what became of it.

use serde::{Deserialize, Serialize};
use transload_errors::ApiError;
use transload_explorer::{CleanupClass, FreedBytes};
pub use transload_explorer::{
    ImageToDelete, KeptImage, KeptReason, RepositoryDeletionPlan, TagToDelete,
};
use transload_model::Digest;
use ts_rs::TS;

use crate::destination::DestinationIdentity;

/// What the user wants to delete.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "repositories.ts")]
pub enum DeletionTarget {
    /// Repositories with all their images.
    Repositories { names: Vec<String> },
    /// Images of a repository, each with everything that only it uses. `class` is the clean-up that proposed them.
    Images { repository: String, digests: Vec<String>, class: Option<CleanupClass> },
    /// A tag that points to this image. If it is the last tag, the image goes too.
    Tag { repository: String, tag: String, digest: String },
}

/// What a deletion would delete, and what it would keep.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct DeletionPlan {
    /// The ID with which it is carried out.
    pub deletion: String,
    pub destination: DestinationIdentity,
    pub repositories: Vec<RepositoryDeletionPlan>,
    /// Repositories that couldn't be read. They are kept.
    pub unreadable: Vec<UnreadableRepository>,
    /// Repositories whose unread indexes the caller isn't allowed to read. What only such an index lists is kept.
    pub unread: Vec<UnreadableRepository>,
    /// Images that can't be restored after the deletion.
    pub no_undo: Vec<NoUndo>,
    /// The text that the user must enter: the repository's name, or the number of images in several repositories.
    /// `null` if nothing was tagged, pulled lately, or is more than a few images.
    pub confirmation: Option<String>,
    pub totals: DeletionTotals,
    /// The bytes that it frees.
    pub freed: FreedBytes,
}

/// A repository that couldn't be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct UnreadableRepository {
    pub name: String,
    pub error: ApiError,
}

/// Deleted images that can't be restored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct NoUndo {
    pub images: u32,
    pub why: NoUndoReason,
}

/// Why deleted images can't be restored, although ECR may have their layers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "repositories.ts")]
pub enum NoUndoReason {
    /// Their repository is deleted with all layers.
    Repository,
    /// The caller isn't allowed to read their manifests.
    Denied {
        /// The IAM action.
        action: Option<String>,
    },
    /// Their manifests can't be read, and their layers not be used, while they are archived.
    Archived,
    /// They are indexes, and the repository lacks an image that they list.
    PartMissing,
    /// Their manifests couldn't be read.
    Unread,
}

/// Numbers of a deletion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct DeletionTotals {
    pub repositories: u32,
    pub images: u32,
    /// Number of tags, those of deleted images and those that are deleted alone.
    pub tags: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct DeletionProgress {
    pub phase: DeletionPhase,
    /// Number of manifests, or of images, tags and repositories, that are finished.
    pub done: u32,
    /// The same number in total.
    pub total: u32,
}

/// What a deletion does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "repositories.ts")]
pub enum DeletionPhase {
    /// Keeps the manifests that a restore needs. Nothing is deleted yet.
    ReadingManifests,
    Deleting,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct DeletionReport {
    /// The repositories of the plan, in its order.
    pub repositories: Vec<RepositoryDeletion>,
    /// What was planned.
    pub planned: DeletionTotals,
    /// What was deleted.
    pub deleted: DeletionTotals,
    /// The file with the record of the images. `null` if the deletion includes none.
    pub record: Option<String>,
    /// Images that can't be restored. Empty in records of earlier versions.
    #[serde(default)]
    pub no_undo: Vec<NoUndo>,
    pub stopped: bool,
}

/// What a deletion did in one repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct RepositoryDeletion {
    pub name: String,
    pub deleted: Vec<Digest>,
    pub tag_deleted: bool,
    /// Images that stay, with the reason. Planned images that are in neither list were not requested.
    pub left: Vec<ImageNotDeleted>,
    pub repository_deleted: bool,
    /// The error that ended the deletion in this repository.
    pub error: Option<ApiError>,
}

/// An image that a deletion left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct ImageNotDeleted {
    pub digest: Digest,
    pub error: ApiError,
}
