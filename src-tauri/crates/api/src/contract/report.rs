use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ApiError, AwsIdentity, Route};

/// What a migration did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct MigrationReport {
    /// The job.
    pub job: String,
    /// How it ended.
    pub outcome: MigrationOutcome,
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
    /// Every image.
    pub images: Vec<ImageReport>,
    /// Bytes that were sent.
    pub sent_bytes: u64,
    /// Bytes that need not be sent, because the destination had them.
    pub skipped_bytes: u64,
    /// Tags that were made in the Docker Engine on the way and are still there.
    pub temporary_tags_left: Vec<String>,
    /// Why the history does not hold all of this, where it could not be written.
    pub journal_error: Option<ApiError>,
}

/// How a migration ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum MigrationOutcome {
    /// Every image is there and proved.
    Succeeded,
    /// Some images are, some failed.
    PartlyFailed,
    /// No image arrived.
    Failed,
    /// A person stopped it.
    Cancelled,
    /// It was not brought to its end, or still runs.
    Interrupted,
}

/// What became of one image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
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
    /// The platforms of an index that was copied, in its order; none of an image that is alone, or
    /// that was there already.
    #[serde(default)]
    pub platforms: Vec<PlatformProof>,
    /// Bytes that were sent for it.
    pub sent_bytes: u64,
    /// How long it took.
    pub elapsed_ms: u64,
    /// Signatures and other referrers that could not come along.
    pub left_behind: Vec<LeftBehind>,
    /// The digest that the source's tag had after the push, where it is another than the one that
    /// was copied: the tag was moved meanwhile.
    pub source_moved_to: Option<String>,
}

/// The image of one platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
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
#[ts(export)]
pub struct LeftBehind {
    /// Its digest or tag at the source; where they could not be listed, the image's digest.
    pub name: String,
    /// Why.
    pub error: ApiError,
}

/// What became of an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export)]
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

/// What can be said of an image's digests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Proof {
    /// Source, push, registry and ECR agree.
    Equal,
    /// The engine re-packed the image: push, registry and ECR agree on a digest of its own.
    EqualToPushed,
    /// They disagree.
    Different,
    /// There is nothing to compare.
    NotProved,
}

/// The formats that a report is exported in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
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
