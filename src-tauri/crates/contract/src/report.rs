//! What a migration did.

use serde::{Deserialize, Serialize};
use transload_errors::ApiError;
pub use transload_migration::journal::ReportPart;
pub use transload_migration::{Headline as MigrationOutcome, PlatformProof, Proof};
use ts_rs::TS;

use crate::aws::AwsIdentity;
use crate::plan::Route;
use crate::summary::{ImageStanding, ReportSummary};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "report.ts")]
pub struct MigrationReport {
    pub job: String,
    /// The outcome, computed from the proofs of the images.
    pub outcome: MigrationOutcome,
    /// The headline, the counts and what needs attention.
    pub summary: ReportSummary,
    /// The AWS identity that ran it. `null` for a copy without a plan.
    pub identity: Option<AwsIdentity>,
    /// The host of the registry, with the port if it has one.
    pub registry: String,
    pub started_at_ms: u64,
    pub elapsed_ms: u64,
    pub repositories_created: Vec<String>,
    /// Of these, the repositories that no image was pushed to. *Undo* deletes them.
    #[serde(default)]
    pub repositories_empty: Vec<String>,
    pub images: Vec<ImageReport>,
    /// `null` if the Docker Engine did not report all bytes.
    pub sent_bytes: Option<u64>,
    /// Bytes that already existed at the destination.
    pub skipped_bytes: u64,
    /// Temporary tags that remain in the Docker Engine.
    pub temporary_tags_left: Vec<String>,
    /// Lifecycle policies of new repositories that were not set.
    #[serde(default)]
    pub policies_not_set: Vec<PolicyNotSet>,
    /// Why the history is incomplete, if it couldn't be written.
    pub journal_error: Option<ApiError>,
    /// The internal error that ended the run, if one did.
    #[serde(default)]
    pub run_error: Option<ApiError>,
    /// The part of the plan, if the plan was run from a file.
    #[serde(default)]
    pub part: Option<ReportPart>,
    /// The missing parts of a merged report.
    #[serde(default)]
    pub missing_parts: Vec<u32>,
    /// When the images were verified again, if they were after the run.
    #[serde(default)]
    pub verified_at_ms: Option<u64>,
}

/// A lifecycle policy of a new repository that was not set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "report.ts")]
pub struct PolicyNotSet {
    pub repository: String,
    /// Why setting it failed. `null` if the migration was cancelled before.
    pub error: Option<ApiError>,
}

/// The result of one image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "report.ts")]
pub struct ImageReport {
    /// Its number in the plan.
    pub image: u32,
    /// The full source reference.
    pub source: String,
    /// The full destination reference.
    pub destination: String,
    pub route: Route,
    pub result: ImageResult,
    pub source_digest: Option<String>,
    pub pushed_digest: Option<String>,
    /// The digest of the tag in the registry.
    pub registry_digest: Option<String>,
    /// The digest of the tag in the response of ECR's DescribeImages.
    pub ecr_digest: Option<String>,
    /// What the comparison of the digests proves.
    pub proof: Proof,
    /// Computed from result and proof. The counts of the report are sums of these.
    pub standing: ImageStanding,
    /// The platforms of a copied index, in its order. Empty for a single image, and for an image
    /// that already existed.
    #[serde(default)]
    pub platforms: Vec<PlatformProof>,
    /// `null` if the Docker Engine did not report all bytes.
    pub sent_bytes: Option<u64>,
    pub elapsed_ms: u64,
    /// Referrers (signatures, attestations, SBOMs) that couldn't be copied.
    pub left_behind: Vec<LeftBehind>,
    /// The digest of the source tag after the push, if the tag was moved during the copy.
    pub source_moved_to: Option<String>,
    /// The digest of its index, if only one platform of the index was copied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub part_of: Option<String>,
}

/// A referrer that wasn't copied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "report.ts")]
pub struct LeftBehind {
    /// Its digest or tag at the source. The digest of the image if its referrers couldn't be
    /// listed.
    pub name: String,
    pub error: ApiError,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "report.ts")]
pub enum ImageResult {
    /// It was copied.
    Moved,
    /// It already existed, or the user chose to keep the existing image.
    Unchanged,
    Failed {
        error: ApiError,
    },
    /// It wasn't finished when the migration was cancelled or interrupted.
    Cancelled,
}

/// The formats that a report is exported in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "report.ts")]
pub enum ReportFormat {
    /// For reading.
    Markdown,
    /// For a spreadsheet.
    Csv,
    /// For a program.
    Json,
    /// One self-contained page for a browser.
    Html,
}
