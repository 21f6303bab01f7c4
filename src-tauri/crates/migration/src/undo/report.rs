//! The result of an undo, which `carry_out` fills.

use std::sync::Arc;

use crate::error::MigrationError;
use crate::undo::plan::TagLeftReason;
use crate::undo::totals::UndoTotals;
use transload_model::RepositoryName;

/// The result of an undo.
#[derive(Clone, Debug, Default)]
pub struct UndoReport {
    /// Number of deleted tags.
    pub tags_removed: u32,
    /// Number of tags that point to their previous image again.
    pub tags_restored: u32,
    /// Number of deleted images, including those below an index.
    pub images_deleted: u32,
    pub repositories_deleted: Vec<RepositoryName>,
    /// What stays unchanged, and why.
    pub left: Vec<UndoLeft>,
    /// Whether the user cancelled it before everything was requested.
    pub cancelled: bool,
}

impl UndoReport {
    /// Returns the number of deleted, restored and unchanged items.
    pub fn totals(&self) -> UndoTotals {
        UndoTotals {
            tags_removed: self.tags_removed,
            tags_restored: self.tags_restored,
            images_deleted: self.images_deleted,
            repositories_deleted: u32::try_from(self.repositories_deleted.len())
                .unwrap_or(u32::MAX),
            left: u32::try_from(self.left.len()).unwrap_or(u32::MAX),
        }
    }
}

/// A tag, image or repository that an undo left unchanged.
#[derive(Clone, Debug)]
pub struct UndoLeft {
    /// A repository, a tag or an image, such as `app`, `app:1` or `app@sha256:…`.
    pub name: String,
    pub why: ItemLeftReason,
}

/// Why an undo left something unchanged.
#[derive(Clone, Debug)]
pub enum ItemLeftReason {
    /// The tag no longer points to the pushed image, or can't be restored.
    Tag(TagLeftReason),
    /// The repository contains images that the migration did not push.
    Holds {
        /// Number of these images.
        images: u32,
    },
    /// The delete or the restore failed.
    Failed(Arc<MigrationError>),
}
