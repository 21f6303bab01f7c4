//! The list of earlier migrations.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::aws::AwsIdentity;
use crate::report::MigrationOutcome;
use crate::sources::ImageSource;
use crate::summary::ReportSummary;
use crate::undo::Undone;

/// One migration, as the history lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "report.ts")]
pub struct HistoryEntry {
    /// The migration; a job that runs it has the same name.
    pub migration: String,
    /// Whether it is over, and how it ended.
    pub state: MigrationOutcome,
    /// The headline and the counts, as the report has them.
    pub summary: ReportSummary,
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
    /// Repositories that it created.
    #[serde(default)]
    pub repositories_created: u32,
    /// Lifecycle policies of new repositories that are not set. Resume sets them.
    #[serde(default)]
    pub policies_not_set: u32,
    /// Images of it.
    pub images: u32,
    /// Images that were moved and proved.
    pub moved: u32,
    /// Images that were there before, or stay as they are by choice.
    pub unchanged: u32,
    /// Images that failed.
    pub failed: u32,
    /// Bytes that were sent; nothing where the Docker Engine did not report all of them.
    pub sent_bytes: Option<u64>,
    /// Bytes that the destination had.
    pub skipped_bytes: u64,
    /// That what it brought was taken away again.
    pub undone: Option<Undone>,
}
