//! The report of a migration: the result and proof of every image. `run` and `run::verify_again`
//! create it; [`Report::outcome`] gives its headline.

use std::sync::Arc;

use crate::error::MigrationError;
use crate::plan::PlannedImage;
use crate::proof::{PlatformProof, Proof};
use transload_model::{Digest, ImageReference, RepositoryName};

/// The result of a migration.
#[derive(Clone, Debug)]
pub struct Report {
    /// Repositories that it created, in this or an earlier run.
    pub repositories_created: Vec<RepositoryName>,
    /// Created repositories without images: all of their images failed or were cancelled.
    pub repositories_empty: Vec<RepositoryName>,
    /// Every image of the plan, in its order.
    pub images: Vec<ImageReport>,
    /// Temporary tags that could not be removed from the Docker Engine.
    pub temporary_tags_left: Vec<ImageReference>,
    /// Lifecycle policies of new repositories that are not set.
    pub policies_not_set: Vec<PolicyNotSet>,
    /// Whether a user cancelled the run.
    pub cancelled: bool,
}

/// A lifecycle policy of a new repository that is not set.
#[derive(Clone, Debug)]
pub struct PolicyNotSet {
    pub repository: RepositoryName,
    /// Why setting it failed. `None` if the migration was cancelled before.
    pub error: Option<Arc<MigrationError>>,
}

/// The result of one image.
#[derive(Clone, Debug)]
pub struct ImageReport {
    pub planned: PlannedImage,
    pub result: ImageResult,
    pub pushed_digest: Option<Digest>,
    /// The current digest of the tag in the registry.
    pub registry_digest: Option<Digest>,
    /// The current digest of the tag in ECR's DescribeImages.
    pub ecr_digest: Option<Digest>,
    /// What the digests prove.
    pub proof: Proof,
    /// The platforms of a copied index, each with its own proof. Empty if the image already
    /// existed: its index is the same, and ECR deletes no image that an index refers to.
    pub platforms: Vec<PlatformProof>,
    /// Bytes that were sent for it. `None` if the Docker Engine did not report all of them.
    pub sent_bytes: Option<u64>,
    /// Bytes that the destination already had.
    pub skipped_bytes: u64,
    /// Duration of the copy of its content in milliseconds.
    pub elapsed_ms: u64,
    /// Referrers that couldn't be copied.
    pub left_behind: Vec<LeftBehind>,
    /// The digest of the source's tag after the push, if it is not the planned one.
    pub source_moved_to: Option<Digest>,
}

/// A referrer of an image that was not copied.
#[derive(Clone, Debug)]
pub struct LeftBehind {
    /// Its digest or tag at the source; the digest of the image if the referrers couldn't be
    /// listed.
    pub name: String,
    pub error: Arc<MigrationError>,
}

#[derive(Clone, Debug)]
pub enum ImageResult {
    /// It was copied and is verified.
    Moved,
    /// Nothing was sent: ECR already had it, or a different image is kept under its tag by choice.
    Unchanged,
    Failed {
        error: Arc<MigrationError>,
    },
    /// It was not finished when a user cancelled the migration.
    Cancelled,
}

impl ImageReport {
    /// Returns whether the image was pushed or was already in ECR.
    pub(super) fn is_in_ecr(&self) -> bool {
        self.pushed_digest.is_some()
            || matches!(self.result, ImageResult::Moved | ImageResult::Unchanged)
    }
}

impl Report {
    /// Returns the numbers of the failed images in the plan.
    pub fn failed(&self) -> impl Iterator<Item = u32> + '_ {
        let failed = |image: &&ImageReport| matches!(image.result, ImageResult::Failed { .. });
        self.images.iter().filter(failed).map(|image| image.planned.index)
    }
}
