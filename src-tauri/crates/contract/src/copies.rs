//! Copies from registry to registry without a plan. For the command line only.

use serde::Serialize;
use transload_errors::ApiError;

use crate::migration::CopyScope;
use crate::report::LeftBehind;

/// Images to copy from registry to registry, with options.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CopyRequest {
    pub pairs: Vec<CopyPair>,
    /// Copy every tag. The sources are then repositories.
    pub all_tags: bool,
    /// What is copied of each image.
    pub extent: CopyScope,
    /// Number of concurrent images. The default suits most registries.
    pub jobs: Option<usize>,
    /// Use plain HTTP for the source registries.
    pub source_plain_http: bool,
    /// Use plain HTTP for the destination registries.
    pub destination_plain_http: bool,
    pub ecr: CopyEcr,
    /// Create missing repositories in ECR.
    pub create_repositories: bool,
    /// A CA file, which is trusted in addition to the system's certificate authorities.
    pub ca_file: Option<String>,
}

/// The connection to ECR, by a profile of the AWS configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CopyEcr {
    /// If it is given, the destination is ECR regardless of its host.
    pub profile: Option<String>,
    /// Replaces the region of the host or the profile.
    pub region: Option<String>,
}

/// The source and destination of an image, as references.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CopyPair {
    pub source: String,
    pub destination: String,
}

/// One event of a copy. `seq` grows by one; the first event is `started`, and exactly one
/// `finished` comes last.
#[derive(Clone, Debug, Serialize)]
pub struct CopyEvent {
    /// The number of the event, starting at 0.
    pub seq: u64,
    /// Milliseconds since the copy started.
    pub elapsed_ms: u64,
    #[serde(flatten)]
    pub kind: CopyEventKind,
}

/// The kind of an event of a copy.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CopyEventKind {
    /// The copy starts.
    Started {
        /// In the order of the numbers that the other events use.
        images: Vec<CopyPair>,
    },
    /// Bytes were sent. At most ten times a second.
    Progress {
        sent_bytes: u64,
    },
    /// An image is finished.
    ImageFinished {
        image: usize,
        #[serde(flatten)]
        outcome: CopyOutcome,
    },
    /// A warning that doesn't stop the copy.
    Warning {
        message: String,
    },
    Finished(CopySummary),
}

/// The result of an image.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum CopyOutcome {
    /// It was copied.
    Copied {
        /// Its digest, which is the same at the source and the destination.
        digest: String,
        sent_bytes: u64,
        /// Bytes that already existed or were mounted.
        skipped_bytes: u64,
        /// Referrers that couldn't be copied.
        left_behind: Vec<LeftBehind>,
    },
    /// It already existed.
    AlreadyThere { digest: String },
    /// It couldn't be copied.
    Failed { error: ApiError },
    /// It wasn't finished.
    Cancelled,
}

/// The counts of a copy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CopySummary {
    pub copied: usize,
    /// Images that already existed.
    pub already_there: usize,
    pub failed: usize,
    /// Images that weren't finished.
    pub cancelled: usize,
    /// Referrers that weren't copied.
    pub left_behind: usize,
    pub sent_bytes: u64,
    /// Bytes that already existed or were mounted.
    pub skipped_bytes: u64,
}
