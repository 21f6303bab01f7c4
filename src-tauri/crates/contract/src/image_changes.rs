//! Changes of tags and of the storage of images, which the history lists beside deletions.

use serde::{Deserialize, Serialize};
use transload_model::{Digest, Tag};
use ts_rs::TS;

use crate::destination::DestinationIdentity;

/// A change that was made in ECR, or begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct ImageChange {
    #[ts(type = "number")]
    pub changed_at_ms: u64,
    pub destination: DestinationIdentity,
    pub repository: String,
    pub change: ImageChangeKind,
    #[serde(default)]
    pub outcome: ChangeOutcome,
}

/// Whether a change was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "repositories.ts")]
pub enum ChangeOutcome {
    #[default]
    Made,
    /// A process on this computer waits for ECR.
    Running,
    /// The program ended before ECR answered, or the connection did. Only the registry knows.
    Unknown,
}

/// What was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "repositories.ts")]
pub enum ImageChangeKind {
    TagAdded {
        tag: Tag,
        digest: Digest,
    },
    /// Also by the undo of a move.
    TagMoved {
        tag: Tag,
        from: Digest,
        to: Digest,
    },
    /// By the undo of an addition.
    TagRemoved {
        tag: Tag,
        digest: Digest,
    },
    /// `refused` images stay in standard storage.
    Archived {
        #[ts(type = "number")]
        images: u64,
        #[ts(type = "number")]
        refused: u64,
    },
    /// From archive storage. `refused` images stay there.
    Restored {
        #[ts(type = "number")]
        images: u64,
        #[ts(type = "number")]
        refused: u64,
    },
}
