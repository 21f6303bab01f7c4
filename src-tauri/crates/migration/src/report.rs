use std::sync::Arc;

use super::outcome::{Outcome, OutcomeCounts, RunEnd};
use super::{LeftBehind, MigrationError, PlannedImage};
use transload_model::{Digest, ImageReference, Platform, RepositoryName};

/// What a migration did.
#[derive(Clone, Debug)]
pub struct Report {
    /// Repositories that it created, in this try or in an earlier one.
    pub repositories_created: Vec<RepositoryName>,
    /// Those of them that no image was pushed to: all of their images failed or were cancelled.
    pub repositories_empty: Vec<RepositoryName>,
    /// Every image of the plan, in its order.
    pub images: Vec<ImageReport>,
    /// Names that were made in the Docker Engine on the way and are still there.
    pub temporary_tags_left: Vec<ImageReference>,
    /// Lifecycle policies of new repositories that are not set.
    pub policies_not_set: Vec<PolicyNotSet>,
    /// Whether a person stopped it.
    pub cancelled: bool,
}

/// A lifecycle policy of a new repository that is not set.
#[derive(Clone, Debug)]
pub struct PolicyNotSet {
    /// The repository.
    pub repository: RepositoryName,
    /// Why setting it failed. `None` if the migration was cancelled before.
    pub error: Option<Arc<MigrationError>>,
}

/// What became of one image.
#[derive(Clone, Debug)]
pub struct ImageReport {
    /// The image as planned.
    pub planned: PlannedImage,
    /// What became of it.
    pub result: ImageResult,
    /// The digest that the push reported.
    pub pushed_digest: Option<Digest>,
    /// The digest that the registry gives for the tag now.
    pub registry_digest: Option<Digest>,
    /// The digest that ECR's DescribeImages gives for the tag now.
    pub ecr_digest: Option<Digest>,
    /// What can be said of the digests.
    pub proof: Proof,
    /// The platforms of an index that was copied, each with its own proof. What was there already is
    /// not read again: its index is the same, and ECR deletes no image that an index names.
    pub platforms: Vec<PlatformProof>,
    /// Bytes that were sent for it. `None` if the Docker Engine did not report all of them.
    pub sent_bytes: Option<u64>,
    /// Bytes that the destination had already.
    pub skipped_bytes: u64,
    /// How long its content took, in milliseconds.
    pub elapsed_ms: u64,
    /// What refers to it and could not come along.
    pub left_behind: Vec<LeftBehind>,
    /// The digest that the source's tag had after the push, where it is not the one that was planned.
    pub source_moved_to: Option<Digest>,
}

/// The image of one platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlatformProof {
    /// Which one.
    pub platform: Platform,
    /// Its digest at the source.
    pub digest: Digest,
    /// Whether ECR's DescribeImages knows this digest, asked after the push.
    pub in_ecr: bool,
}

/// What became of an image.
#[derive(Clone, Debug)]
pub enum ImageResult {
    /// It was moved, and is proved.
    Moved,
    /// Nothing was sent: ECR already had it, or a different image stays under its tag by choice.
    Unchanged,
    /// It failed.
    Failed {
        /// Why.
        error: Arc<MigrationError>,
    },
    /// It was not finished when a person stopped the migration.
    Cancelled,
}

/// What can be said of an image's digests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Source, push, registry and ECR agree.
    Equal,
    /// One platform of an index was copied: push, registry and ECR agree on the digest that the index
    /// names for it.
    EqualToPart,
    /// The engine packed the layers again: push, registry and ECR agree on a digest of its own, and
    /// the image's configuration, which names the content of every layer, is the engine's.
    SameContent,
    /// Push, registry and ECR agree on a digest; nothing connects it with the source.
    EqualToPushed,
    /// They disagree.
    Different,
    /// There is nothing to compare.
    NotProved,
}

impl ImageReport {
    /// Whether the image was pushed, or was in ECR before.
    pub(super) fn is_in_ecr(&self) -> bool {
        self.pushed_digest.is_some()
            || matches!(self.result, ImageResult::Moved | ImageResult::Unchanged)
    }
}

impl Report {
    /// Counts and headline, from the proofs of the images.
    pub fn outcome(&self) -> Outcome {
        let end = if self.cancelled { RunEnd::Cancelled } else { RunEnd::Completed };
        Outcome::of(end, OutcomeCounts::of(&self.images))
    }

    /// Images that failed, by their number in the plan.
    pub fn failed(&self) -> impl Iterator<Item = u32> + '_ {
        let failed = |image: &&ImageReport| matches!(image.result, ImageResult::Failed { .. });
        self.images.iter().filter(failed).map(|image| image.planned.index)
    }
}
