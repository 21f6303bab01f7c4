//! The sums of an undo, planned or done.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Number of items that an undo deletes or deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "undo.ts")]
pub struct UndoTotals {
    /// Tags that are deleted.
    pub tags_removed: u32,
    /// Tags that point to their previous image again.
    pub tags_restored: u32,
    /// Images that are deleted, including those below an index.
    pub images_deleted: u32,
    pub repositories_deleted: u32,
    /// Tags, images and repositories that stay unchanged.
    pub left: u32,
}
