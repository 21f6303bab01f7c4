//! What a migration did.

use serde::{Deserialize, Serialize};
use transload_errors::ApiError;
pub use transload_migration::{Headline as MigrationOutcome, Proof};
use ts_rs::TS;

use crate::aws::AwsIdentity;
use crate::plan::Route;
use crate::summary::{ImageStanding, ReportSummary};

/// What a migration did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "report.ts")]
pub struct MigrationReport {
    /// The job.
    pub job: String,
    /// How it ended, computed from the proofs of its images.
    pub outcome: MigrationOutcome,
    /// The headline, the counts and what else everyone who reads the report must know.
    pub summary: ReportSummary,
    /// Who did it.
    pub identity: AwsIdentity,
    /// The registry's host, and port where there is one.
    pub registry: String,
    /// When it started.
    pub started_at_ms: u64,
    /// How long it took.
    pub elapsed_ms: u64,
    /// Repositories that it created.
    pub repositories_created: Vec<String>,
    /// Of these, the repositories that no image was pushed to. *Undo* deletes them.
    #[serde(default)]
    pub repositories_empty: Vec<String>,
    /// Every image.
    pub images: Vec<ImageReport>,
    /// Bytes that were sent; nothing where the Docker Engine did not report all of them.
    pub sent_bytes: Option<u64>,
    /// Bytes that need not be sent, because the destination had them.
    pub skipped_bytes: u64,
    /// Tags that were made in the Docker Engine on the way and are still there.
    pub temporary_tags_left: Vec<String>,
    /// Lifecycle policies of new repositories that were not set.
    #[serde(default)]
    pub policies_not_set: Vec<PolicyNotSet>,
    /// Why the history does not hold all of this, where it could not be written.
    pub journal_error: Option<ApiError>,
    /// The fault of the program that ended the run, where one did.
    #[serde(default)]
    pub run_error: Option<ApiError>,
    /// Which part of a plan this is, where the plan was run from a file.
    #[serde(default)]
    pub part: Option<ReportPart>,
    /// Of a report that joins the parts of a plan: the parts that are missing from it.
    #[serde(default)]
    pub missing_parts: Vec<u32>,
    /// When registry and ECR were asked again, where the proofs are of a later time than the run.
    #[serde(default)]
    pub verified_at_ms: Option<u64>,
}

/// Which part of a plan a report is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "report.ts")]
pub struct ReportPart {
    /// The plan: the SHA-256 digest of its file's content.
    pub plan: String,
    /// The number of the part, from 1; nothing where the report joins all parts.
    pub part: Option<u32>,
    /// How many parts the plan was run in.
    pub parts: u32,
    /// How many images the whole plan has.
    pub plan_images: u32,
}

/// A lifecycle policy of a new repository that was not set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "report.ts")]
pub struct PolicyNotSet {
    /// The repository.
    pub repository: String,
    /// Why setting it failed; nothing if the migration was cancelled before.
    pub error: Option<ApiError>,
}

/// What became of one image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "report.ts")]
pub struct ImageReport {
    /// Its number in the plan.
    pub image: u32,
    /// The full source.
    pub source: String,
    /// The full destination.
    pub destination: String,
    /// How it travelled.
    pub route: Route,
    /// What became of it.
    pub result: ImageResult,
    /// The digest at the source, where the source has one.
    pub source_digest: Option<String>,
    /// The digest that the push reported.
    pub pushed_digest: Option<String>,
    /// The digest that the registry gives for the tag now.
    pub registry_digest: Option<String>,
    /// The digest that ECR's DescribeImages gives for the tag now.
    pub ecr_digest: Option<String>,
    /// What can be said of the digests.
    pub proof: Proof,
    /// What is known about the image, computed from result and proof; the counts of the report are
    /// made of these.
    pub standing: ImageStanding,
    /// The platforms of an index that was copied, in its order; none of an image that is alone, or
    /// that was there already.
    #[serde(default)]
    pub platforms: Vec<PlatformProof>,
    /// Bytes that were sent for it; nothing where the Docker Engine did not report all of them.
    pub sent_bytes: Option<u64>,
    /// How long it took.
    pub elapsed_ms: u64,
    /// Signatures and other referrers that could not come along.
    pub left_behind: Vec<LeftBehind>,
    /// The digest that the source's tag had after the push, where it is another than the one that
    /// was copied: the tag was moved meanwhile.
    pub source_moved_to: Option<String>,
    /// The digest of the index that it is one platform of, where only that was copied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub part_of: Option<String>,
}

/// The image of one platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "report.ts")]
pub struct PlatformProof {
    /// Which one, such as `linux/arm64/v8`.
    pub platform: String,
    /// Its digest at the source.
    pub digest: String,
    /// Whether ECR has this digest, asked after the push.
    pub in_ecr: bool,
}

/// A signature or another referrer that stayed behind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "report.ts")]
pub struct LeftBehind {
    /// Its digest or tag at the source; where they could not be listed, the image's digest.
    pub name: String,
    /// Why.
    pub error: ApiError,
}

/// What became of an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "report.ts")]
pub enum ImageResult {
    /// It was moved.
    Moved,
    /// It was there already, or stays as it is by choice.
    Unchanged,
    /// It failed.
    Failed {
        /// Why.
        error: ApiError,
    },
    /// It was not finished when the migration was stopped or interrupted.
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
    /// One page for a browser, fit to send to a colleague.
    Html,
}
