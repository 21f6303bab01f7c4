//! The list of earlier migrations.

use serde::{Deserialize, Serialize};
use transload_errors::ApiError;
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
    /// Its ID, which is also the ID of a job that runs it.
    pub migration: String,
    /// Its outcome, or that it is running.
    pub state: MigrationOutcome,
    /// The headline and the counts, as in the report.
    pub summary: ReportSummary,
    pub started_at_ms: u64,
    /// The duration of all its runs together.
    pub elapsed_ms: u64,
    /// Why its record can't be read, if it can't. The migration can't be resumed then, and what is unknown of it is
    /// `null`, 0 or empty.
    #[serde(default)]
    pub error: Option<ApiError>,
    /// The AWS identity that ran it. `null` if its record can't be read.
    pub identity: Option<AwsIdentity>,
    /// The host of the registry, with the port if it has one.
    pub registry: String,
    /// The source of the images. `null` if its record can't be read.
    pub source: Option<ImageSource>,
    #[serde(default)]
    pub repositories_created: u32,
    /// Lifecycle policies of new repositories that are not set. Resume sets them.
    #[serde(default)]
    pub policies_not_set: u32,
    pub images: u32,
    /// Images that were copied and verified.
    pub moved: u32,
    /// Images that already existed, or that the user chose to keep.
    pub unchanged: u32,
    pub failed: u32,
    /// `null` if the Docker Engine did not report all bytes.
    pub sent_bytes: Option<u64>,
    /// Bytes that already existed at the destination.
    pub skipped_bytes: u64,
    /// When and how far it was undone.
    pub undone: Option<Undone>,
}

/// The images of a migration that a search found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "report.ts")]
pub struct HistoryMatch {
    pub migration: String,
    pub images: u32,
    pub source: String,
    pub destination: String,
}
