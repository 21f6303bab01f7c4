//! Copies from registry to registry without a plan. For the command line only.

use serde::Serialize;
use transload_errors::ApiError;

use crate::migration::CopyScope;
use crate::report::LeftBehind;

/// What is to be copied from registry to registry, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CopyRequest {
    /// The images.
    pub pairs: Vec<CopyPair>,
    /// Every tag of the sources, which are repositories then.
    pub all_tags: bool,
    /// What of each image.
    pub extent: CopyScope,
    /// Images at the same time; the default suits most registries.
    pub jobs: Option<usize>,
    /// The source registries answer in plain HTTP.
    pub source_plain_http: bool,
    /// The destination registries answer in plain HTTP.
    pub destination_plain_http: bool,
    /// How ECR is reached.
    pub ecr: CopyEcr,
    /// Missing repositories are created in ECR.
    pub create_repositories: bool,
    /// A file with certificate authorities that are trusted beside those of the system.
    pub ca_file: Option<String>,
}

/// How ECR is reached: by a profile of the AWS configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CopyEcr {
    /// The profile. Where it is named, the destination is ECR whatever its host is called.
    pub profile: Option<String>,
    /// The region; otherwise the host's or the profile's.
    pub region: Option<String>,
}

/// An image and where it goes, as references.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CopyPair {
    /// Where it is.
    pub source: String,
    /// Where it goes.
    pub destination: String,
}

/// One thing that happened in a copy. `seq` grows by one; the first is `started`, exactly one
/// `finished` comes last.
#[derive(Clone, Debug, Serialize)]
pub struct CopyEvent {
    /// Its number, from 0.
    pub seq: u64,
    /// Milliseconds since the copy began.
    pub elapsed_ms: u64,
    /// What happened.
    #[serde(flatten)]
    pub kind: CopyEventKind,
}

/// What happened in a copy.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CopyEventKind {
    /// It begins, with these images.
    Started {
        /// In the order by which the other events number them.
        images: Vec<CopyPair>,
    },
    /// Bytes go by; at most ten times a second.
    Progress {
        /// Bytes that were sent so far.
        sent_bytes: u64,
    },
    /// An image is settled.
    ImageFinished {
        /// Its number.
        image: usize,
        /// What became of it.
        #[serde(flatten)]
        outcome: CopyOutcome,
    },
    /// Something that the person should know, and that stopped nothing.
    Warning {
        /// A sentence.
        message: String,
    },
    /// It is over.
    Finished(CopySummary),
}

/// What became of an image.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum CopyOutcome {
    /// It is at the destination now.
    Copied {
        /// Its digest, there as at the source.
        digest: String,
        /// Bytes that were sent.
        sent_bytes: u64,
        /// Bytes that were there or were mounted.
        skipped_bytes: u64,
        /// What refers to it and could not come along.
        left_behind: Vec<LeftBehind>,
    },
    /// It was there already.
    AlreadyThere {
        /// Its digest.
        digest: String,
    },
    /// It is not there.
    Failed {
        /// Why.
        error: ApiError,
    },
    /// It was not finished.
    Cancelled,
}

/// A copy in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CopySummary {
    /// Images that were copied.
    pub copied: usize,
    /// Images that were there already.
    pub already_there: usize,
    /// Images that failed.
    pub failed: usize,
    /// Images that were not finished.
    pub cancelled: usize,
    /// Signatures and other referrers that stayed behind.
    pub left_behind: usize,
    /// Bytes that were sent.
    pub sent_bytes: u64,
    /// Bytes that were there or were mounted.
    pub skipped_bytes: u64,
}
