use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{AwsIdentity, ImageSource, Undone};

/// One migration, as the history lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct HistoryEntry {
    /// The migration; a job that runs it has the same name.
    pub migration: String,
    /// Whether it is over, and how it ended.
    pub state: HistoryState,
    /// When it started.
    pub started_at_ms: u64,
    /// How long it took, all its tries together.
    pub elapsed_ms: u64,
    /// Who did it.
    pub identity: AwsIdentity,
    /// The registry's host, and port where there is one.
    pub registry: String,
    /// Where the images came from.
    pub source: ImageSource,
    /// Images of it.
    pub images: u32,
    /// Images that were moved and proved.
    pub moved: u32,
    /// Images that were there before, or stay as they are by choice.
    pub unchanged: u32,
    /// Images that failed.
    pub failed: u32,
    /// Bytes that were sent.
    pub sent_bytes: u64,
    /// Bytes that the destination had.
    pub skipped_bytes: u64,
    /// That what it brought was taken away again.
    pub undone: Option<Undone>,
}

/// Whether a migration is over, and how it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum HistoryState {
    /// It runs now, here or in another window or command.
    Running,
    /// It was not brought to its end: the program or the computer stopped. It can be gone on with.
    Interrupted,
    /// A person stopped it. It can be gone on with.
    Cancelled,
    /// Every image is there and proved.
    Succeeded,
    /// Some images are, some failed.
    PartlyFailed,
    /// No image arrived.
    Failed,
}
