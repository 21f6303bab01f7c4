//! Earlier deletions in ECR, and what can be restored of them.

use serde::{Deserialize, Serialize};
use transload_errors::ApiError;
use transload_explorer::CleanupClass;
pub use transload_explorer::{
    ImageToRestore, NotRestorable, NotRestorableReason, RepositoryRestorePlan,
};
use transload_model::Digest;
use ts_rs::TS;

use crate::deletion::{DeletionTotals, NoUndo};
use crate::destination::DestinationIdentity;

/// A deletion of images, as the history lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct DeletionEntry {
    /// The ID of its record.
    pub deletion: String,
    pub started_at_ms: u64,
    /// Why its record can't be read, if it can't. It can't be restored then, and what is unknown of it is `null`, 0 or
    /// empty.
    #[serde(default)]
    pub error: Option<ApiError>,
    /// `null` if its record can't be read.
    pub destination: Option<DestinationIdentity>,
    /// The repositories that it was planned for.
    pub repositories: Vec<String>,
    /// The clean-up that proposed its images.
    pub class: Option<CleanupClass>,
    pub planned: DeletionTotals,
    /// What was deleted. `null` if the program ended before the deletion did.
    pub deleted: Option<DeletionTotals>,
    pub stopped: bool,
    /// The file with the table of its images.
    pub table: String,
    /// Images that can't be restored.
    #[serde(default)]
    pub no_undo: Vec<NoUndo>,
    /// The last restore, if there was one.
    pub restored: Option<Restored>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct Restored {
    pub at_ms: u64,
    /// `null` if the program ended before the restore did. Only the registry knows what was restored.
    pub restored: Option<RestoreTotals>,
}

/// Numbers of a restore.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct RestoreTotals {
    /// Images that are pushed again, each with its tags.
    pub images: u32,
    /// Tags that are set again on images that exist.
    pub tags: u32,
}

/// What a restore of a deletion would push.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct RestorePlan {
    /// The ID with which it is carried out.
    pub restore: String,
    pub destination: DestinationIdentity,
    pub repositories: Vec<RepositoryRestorePlan>,
    pub totals: RestoreTotals,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct RestoreProgress {
    /// Number of images that are finished.
    pub done: u32,
    pub total: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct RestoreReport {
    pub planned: RestoreTotals,
    pub restored: RestoreTotals,
    /// Images, or tags of theirs, that ECR refused.
    pub failed: Vec<ImageNotRestored>,
    pub stopped: bool,
}

/// An image that ECR refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct ImageNotRestored {
    pub repository: String,
    pub digest: Digest,
    pub error: ApiError,
}
