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
    /// What was deleted. `null` if the deletion is running, or if the program ended before it did.
    pub deleted: Option<DeletionTotals>,
    /// Whether a process on this computer is deleting now.
    #[serde(default)]
    pub running: bool,
    pub stopped: bool,
    /// The file with the table of its images.
    pub table: String,
    /// Images that can't be restored.
    #[serde(default)]
    pub no_undo: Vec<NoUndo>,
    /// What was restored, if there was a restore.
    pub restored: Option<Restored>,
}

/// The restores of a deletion: all together, and the last one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct Restored {
    pub at_ms: u64,
    /// What all restores restored. `null` if the last one is running, or if the program ended before it did: only the
    /// registry knows what was restored.
    pub restored: Option<RestoreTotals>,
    /// What the restores before the last one restored.
    #[serde(default)]
    pub before: RestoreTotals,
    /// What the last one could have restored and didn't, because it was stopped or refused.
    #[serde(default)]
    pub remaining: RestoreTotals,
    /// Whether more may be restored, because the program ended before an earlier restore did.
    #[serde(default)]
    pub at_least: bool,
    /// Whether a process on this computer is restoring now.
    #[serde(default)]
    pub running: bool,
}

impl Restored {
    /// Returns what is known when a restore of `planned` starts, after the restores before.
    pub fn begin(earlier: Option<&Self>, planned: RestoreTotals, at_ms: u64) -> Self {
        Self {
            at_ms,
            restored: None,
            before: earlier.map(|one| one.restored.unwrap_or(one.before)).unwrap_or_default(),
            remaining: planned,
            at_least: earlier.is_some_and(|one| one.at_least || one.restored.is_none()),
            running: false,
        }
    }

    /// Adds what the restore restored.
    #[must_use]
    pub fn finish(self, restored: RestoreTotals, at_ms: u64) -> Self {
        let RestoreTotals { images, tags } = restored;
        Self {
            at_ms,
            restored: Some(RestoreTotals {
                images: self.before.images.saturating_add(images),
                tags: self.before.tags.saturating_add(tags),
            }),
            remaining: RestoreTotals {
                images: self.remaining.images.saturating_sub(images),
                tags: self.remaining.tags.saturating_sub(tags),
            },
            ..self
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    const fn totals(images: u32, tags: u32) -> RestoreTotals {
        RestoreTotals { images, tags }
    }

    #[test]
    fn restores_add_up() {
        let first = Restored::begin(None, totals(5, 2), 1);
        assert_eq!((first.restored, first.at_least), (None, false));
        let first = first.finish(totals(3, 0), 2);
        assert_eq!((first.restored, first.remaining), (Some(totals(3, 0)), totals(2, 2)));
        let second = Restored::begin(Some(&first), totals(2, 2), 3).finish(totals(2, 2), 4);
        assert_eq!((second.restored, second.remaining), (Some(totals(5, 2)), totals(0, 0)));
        assert!(!second.at_least);

        // The program ended before the second restore did.
        let cut = Restored::begin(Some(&first), totals(2, 2), 3);
        let third = Restored::begin(Some(&cut), totals(1, 0), 5).finish(totals(1, 0), 6);
        assert_eq!((third.restored, third.at_least), (Some(totals(4, 0)), true));
        let fourth = Restored::begin(Some(&third), totals(1, 0), 7).finish(totals(1, 0), 8);
        assert_eq!((fourth.restored, fourth.at_least), (Some(totals(5, 0)), true));
    }
}
