//! The calls of ECR that only the explorer makes: every image whatever its status, manifests in batches, and lifecycle
//! policies with their preview. [`Ecr`](crate::ecr::client::Ecr) implements them.

use std::collections::BTreeMap;

use async_trait::async_trait;

use crate::ecr::api::{EcrApi, EcrImage, EcrImageId};
use crate::error::AwsError;
use transload_model::{Digest, Reported, RepositoryName, RepositorySettings, Tag};

/// Images per call of BatchGetImage. Source: the service model of ECR, `ImageIdentifierList`.
pub const MANIFEST_BATCH_SIZE: usize = 100;

/// The calls to ECR that the explorer makes.
#[async_trait]
pub trait EcrExplorer: EcrApi {
    /// Returns how many seconds this computer's clock is behind that of ECR, as the last response of a server says. `None` if
    /// it isn't known.
    fn clock_behind_seconds(&self) -> Option<i64>;

    /// Lists every image of a repository, also archived ones, all pages. A throttled page is retried without
    /// beginning again.
    async fn all_images(&self, name: &RepositoryName) -> Result<Vec<EcrImage>, AwsError>;

    /// Describes one image, also an archived one, which is no pull. Returns `None` if it doesn't exist.
    async fn described_image(
        &self,
        name: &RepositoryName,
        image: &EcrImageId,
    ) -> Result<Option<EcrImage>, AwsError>;

    /// Reads up to [`MANIFEST_BATCH_SIZE`] manifests in one call. ECR may count it as a pull of each image.
    async fn manifests(
        &self,
        name: &RepositoryName,
        digests: &[Digest],
    ) -> Result<ManifestBatch, AwsError>;

    /// Returns the lifecycle policy of a repository and when ECR last evaluated it, or `None`.
    async fn known_lifecycle_policy(
        &self,
        name: &RepositoryName,
    ) -> Result<Option<KnownLifecyclePolicy>, AwsError>;

    async fn delete_lifecycle_policy(&self, name: &RepositoryName) -> Result<(), AwsError>;

    async fn delete_repository_policy(&self, name: &RepositoryName) -> Result<(), AwsError>;

    /// Starts the preview of a lifecycle policy, which deletes nothing.
    ///
    /// # Errors
    /// [`AwsError::Refused`] with `LifecyclePolicyPreviewInProgressException` if another one runs.
    async fn start_lifecycle_preview(
        &self,
        name: &RepositoryName,
        text: &str,
    ) -> Result<(), AwsError>;

    /// Returns the newest preview of a repository, all pages, or `None` if nobody started one. Its images are only read if
    /// it is complete.
    async fn lifecycle_preview(
        &self,
        name: &RepositoryName,
    ) -> Result<Option<LifecyclePreview>, AwsError>;

    /// Pushes the manifest of an image whose layers the repository holds, under a tag or without one. Succeeds if it
    /// already exists.
    async fn put_image(
        &self,
        name: &RepositoryName,
        manifest: &EcrManifest,
        tag: Option<&Tag>,
    ) -> Result<(), AwsError>;

    /// Sets the tag mutability of these settings, with its exclusion filters.
    async fn set_tag_mutability(
        &self,
        name: &RepositoryName,
        settings: &RepositorySettings,
    ) -> Result<(), AwsError>;

    /// Returns the AWS tags of the repository with this ARN.
    async fn aws_tags(&self, arn: &str) -> Result<BTreeMap<String, String>, AwsError>;

    /// Archives an image or restores it. Returns the new status.
    async fn set_archived(
        &self,
        name: &RepositoryName,
        digest: &Digest,
        is_archived: bool,
    ) -> Result<(), AwsError>;
}

/// The manifests of one call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ManifestBatch {
    pub found: Vec<EcrManifest>,
    pub failures: Vec<ManifestFailure>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EcrManifest {
    pub digest: Digest,
    pub media_type: String,
    pub text: String,
}

/// A manifest that ECR did not return.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestFailure {
    pub digest: Digest,
    /// The failure code of ECR, such as `ImageNotFound`.
    pub code: String,
    /// The explanation of ECR.
    pub reason: String,
}

/// The lifecycle policy of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownLifecyclePolicy {
    pub text: String,
    /// When ECR last evaluated it, in milliseconds since 1970. `None` if it never did.
    pub last_evaluated_at_ms: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PreviewStatus {
    InProgress,
    Complete,
    /// ECR discarded the result.
    Expired,
    Failed,
}

/// What a policy does with an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PreviewAction {
    Expire,
    Archive,
}

/// A preview of a lifecycle policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LifecyclePreview {
    pub status: Reported<PreviewStatus>,
    /// The policy that it is for. Someone else may have started it.
    pub text: String,
    /// Number of images that would be deleted, as ECR counts them.
    pub expiring: Option<u64>,
    /// Number of images that would be archived, as ECR counts them.
    pub archiving: Option<u64>,
    pub images: Vec<PreviewedImage>,
}

/// An image that a previewed policy applies to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewedImage {
    pub digest: Digest,
    pub tags: Vec<Tag>,
    pub action: Reported<PreviewAction>,
    /// The priority of the rule that applies.
    pub rule: Option<u32>,
}
