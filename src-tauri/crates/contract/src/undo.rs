//! What an undo would delete, and what it deleted.

use serde::{Deserialize, Serialize};
use transload_errors::ApiError;
pub use transload_migration::journal::Undone;
pub use transload_migration::{
    ImageUndo, RepositoryUndo, TagLeftReason, TagUndo, UndoTag, UndoTotals,
};
use ts_rs::TS;

use crate::destination::DestinationIdentity;

/// What an undo of a migration would delete, and what it would keep.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "undo.ts")]
pub struct UndoPlan {
    /// The ID with which it is carried out.
    pub undo: String,
    pub migration: String,
    /// The destination of the migration.
    pub destination: DestinationIdentity,
    pub repositories: Vec<UndoRepository>,
    pub totals: UndoTotals,
}

/// What an undo does in one repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "undo.ts")]
pub struct UndoRepository {
    pub name: String,
    /// The tags that the migration set.
    pub tags: Vec<UndoTag>,
    /// Images that are deleted without a tag of their own: children of an index, or signatures of
    /// deleted images.
    pub images_deleted: u32,
    /// What the undo does with the repository itself.
    pub repository: RepositoryUndo,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "undo.ts")]
pub struct UndoProgress {
    /// Number of tags, images and repositories that are finished.
    pub done: u32,
    /// Number of tags, images and repositories in total.
    pub total: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "undo.ts")]
pub struct UndoReport {
    pub migration: String,
    pub totals: UndoTotals,
    /// What the undo kept, and why.
    pub left: Vec<UndoLeft>,
    pub cancelled: bool,
    /// Why the history doesn't record the undo, if it couldn't be written.
    pub journal_error: Option<ApiError>,
}

/// Something that an undo kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "undo.ts")]
pub struct UndoLeft {
    /// A repository, a tag or an image, such as `app`, `app:1` or `app@sha256:…`.
    pub name: String,
    pub why: UndoLeftReason,
}

/// Why an undo kept something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "undo.ts")]
pub enum UndoLeftReason {
    /// The tag was changed by someone else, or can't be restored.
    Tag { reason: TagLeftReason },
    /// The repository contains images that the migration didn't push.
    Holds { images: u32 },
    /// The change failed.
    Failed { error: ApiError },
}
