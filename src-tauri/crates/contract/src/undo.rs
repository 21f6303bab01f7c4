//! What an undo would delete, and what it deleted.

use serde::{Deserialize, Serialize};
use transload_errors::ApiError;
pub use transload_migration::journal::Undone;
pub use transload_migration::{
    ImageUndo, LeftReason as TagLeft, RepositoryUndo, TagUndo, UndoTag, UndoTotals,
};
use ts_rs::TS;

use crate::destination::DestinationIdentity;

/// What an undo of a migration would take away, and what it would leave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "undo.ts")]
pub struct UndoPlan {
    /// The plan; it is carried out by this name.
    pub undo: String,
    /// The migration.
    pub migration: String,
    /// Where it deletes: the destination of the migration.
    pub destination: DestinationIdentity,
    /// What is done in each repository.
    pub repositories: Vec<UndoRepository>,
    /// The sums.
    pub totals: UndoTotals,
}

/// What an undo does in one repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "undo.ts")]
pub struct UndoRepository {
    /// Its name.
    pub name: String,
    /// The tags that the migration set.
    pub tags: Vec<UndoTag>,
    /// Images that are deleted by themselves: below an index, or signatures of what is deleted.
    pub images_deleted: u32,
    /// What becomes of the repository itself.
    pub repository: RepositoryUndo,
}

/// How far an undo is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "undo.ts")]
pub struct UndoProgress {
    /// Tags, images and repositories that are done.
    pub done: u32,
    /// Those to be done in all.
    pub total: u32,
}

/// What an undo did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "undo.ts")]
pub struct UndoReport {
    /// The migration.
    pub migration: String,
    /// The sums.
    pub totals: UndoTotals,
    /// What was left as it is, and why.
    pub left: Vec<UndoLeft>,
    /// Whether a person stopped it.
    pub cancelled: bool,
    /// Why the history does not say that it was undone, where it could not be written.
    pub journal_error: Option<ApiError>,
}

/// Something that an undo left as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "undo.ts")]
pub struct UndoLeft {
    /// A repository, a tag or an image, such as `app`, `app:1` or `app@sha256:…`.
    pub name: String,
    /// Why.
    pub why: UndoLeftReason,
}

/// Why an undo left something as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "undo.ts")]
pub enum UndoLeftReason {
    /// The tag is not, or cannot be made, what it was.
    Tag {
        /// Why.
        reason: TagLeft,
    },
    /// The repository holds images that the migration did not bring.
    Holds {
        /// How many.
        images: u32,
    },
    /// It could not be changed.
    Failed {
        /// Why.
        error: ApiError,
    },
}
