//! The calls of ECR that the rest of Transload makes, as traits, so that their callers are tested
//! without a network. [`Ecr`](crate::ecr::client::Ecr) implements them.

use std::collections::HashSet;

use async_trait::async_trait;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use url::Url;

use crate::ecr::registry_settings::EcrRegistrySettings;
use crate::error::AwsError;
use transload_model::{
    AccountId, Digest, Reported, RepositoryName, RepositoryPolicy, RepositorySettings, Secret, Tag,
};

/// ECR's own upload of layers in parts. A part that arrived is stored. With the registry protocol, an
/// interrupted layer starts again from the beginning.
#[async_trait]
pub trait EcrLayers: Send + Sync {
    async fn begin_layer_upload(
        &self,
        repository: &RepositoryName,
    ) -> Result<LayerUpload, AwsError>;

    /// Uploads the next part, starting at `first_byte`.
    async fn upload_layer_part(
        &self,
        upload: &LayerUpload,
        first_byte: u64,
        part: Bytes,
    ) -> Result<(), AwsError>;

    /// Returns which of these layers the repository holds. Makes as many calls as necessary.
    async fn existing_layers(
        &self,
        repository: &RepositoryName,
        layers: &[Digest],
    ) -> Result<HashSet<Digest>, AwsError>;

    /// Completes an upload: ECR verifies the digest. Succeeds if the layer already exists.
    async fn complete_layer_upload(
        &self,
        upload: &LayerUpload,
        digest: &Digest,
    ) -> Result<(), AwsError>;
}

/// An upload of a layer in parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerUpload {
    /// The repository that receives the layer.
    pub repository: RepositoryName,
    /// The upload id that ECR assigned.
    pub id: String,
    /// The size of every part except the last, in bytes.
    pub part_bytes: usize,
}

/// The calls to ECR that Transload makes.
#[async_trait]
pub trait EcrApi: EcrLayers + EcrRegistrySettings {
    /// Lists every repository of the account and region, all pages.
    async fn repositories(&self) -> Result<Vec<EcrRepository>, AwsError>;

    /// Returns a repository, or `None` if it doesn't exist.
    async fn repository(&self, name: &RepositoryName) -> Result<Option<EcrRepository>, AwsError>;

    /// Creates a repository with all settings except the lifecycle policy and the repository policy.
    ///
    /// # Errors
    /// [`AwsError::RepositoryExists`] if the repository already exists.
    async fn create_repository(
        &self,
        name: &RepositoryName,
        settings: &RepositorySettings,
    ) -> Result<EcrRepository, AwsError>;

    async fn put_lifecycle_policy(&self, name: &RepositoryName, text: &str)
    -> Result<(), AwsError>;

    /// Returns the lifecycle policy document of a repository, if it has one.
    async fn lifecycle_policy(&self, name: &RepositoryName) -> Result<Option<String>, AwsError>;

    /// Sets the repository policy, which grants access to other principals.
    async fn set_repository_policy(
        &self,
        name: &RepositoryName,
        policy: &RepositoryPolicy,
    ) -> Result<(), AwsError>;

    /// Returns the policy document of a repository, if it has one.
    async fn repository_policy(&self, name: &RepositoryName) -> Result<Option<String>, AwsError>;

    /// Requests a new authorization token, valid for at most twelve hours.
    async fn registry_token(&self) -> Result<RegistryToken, AwsError>;

    /// Lists every image of a repository, tagged or not, all pages.
    async fn images(&self, name: &RepositoryName) -> Result<Vec<EcrImage>, AwsError>;

    /// Returns the images with these digests. Missing ones are left out.
    async fn images_with(
        &self,
        name: &RepositoryName,
        digests: &[Digest],
    ) -> Result<Vec<EcrImage>, AwsError>;

    /// Returns the image that a tag points to, and which of `parts`, the images of its index, the
    /// repository holds. Returns `None` if the tag doesn't exist.
    async fn image(
        &self,
        name: &RepositoryName,
        tag: &Tag,
        parts: &[Digest],
    ) -> Result<Option<TaggedImage>, AwsError>;

    /// Deletes any number of tags and images. Deleting the last tag of an image deletes the image;
    /// deleting an image deletes all its tags. Returns what ECR did not delete.
    async fn delete_images(
        &self,
        name: &RepositoryName,
        images: &[EcrImageId],
    ) -> Result<Vec<DeleteFailure>, AwsError>;

    /// Deletes an empty repository.
    ///
    /// # Errors
    /// [`AwsError::RepositoryNotEmpty`] if it contains images.
    async fn delete_repository(&self, name: &RepositoryName) -> Result<(), AwsError>;
}

/// Identifies an image in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EcrImageId {
    Tag(Tag),
    Digest(Digest),
    /// A tag, on the condition that it points to the digest.
    Tagged {
        tag: Tag,
        /// The digest that the tag must point to.
        digest: Digest,
    },
}

impl std::fmt::Display for EcrImageId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tag(tag) => tag.fmt(formatter),
            Self::Digest(digest) => digest.fmt(formatter),
            Self::Tagged { tag, .. } => tag.fmt(formatter),
        }
    }
}

/// An image that ECR did not delete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeleteFailure {
    /// The image of the request.
    pub image: EcrImageId,
    /// The failure code of ECR, such as `ImageReferencedByManifestList`.
    pub code: String,
    /// The explanation of ECR.
    pub reason: String,
}

/// A repository as ECR describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EcrRepository {
    pub name: RepositoryName,
    pub arn: String,
    /// The repository URI, without a tag.
    pub uri: String,
    /// The account that owns the repository.
    pub registry_id: Option<AccountId>,
    /// When the repository was created, in milliseconds since 1970.
    pub created_at_ms: Option<u64>,
    /// The settings, without AWS tags and lifecycle policy, which ECR does not return here.
    pub settings: RepositorySettings,
}

/// An image as ECR describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EcrImage {
    pub digest: Digest,
    pub tags: Vec<Tag>,
    /// Number of further tags that no registry client can name.
    pub unreadable_tags: u32,
    /// The image that this one refers to, for example the image that it signs.
    pub subject: Option<Digest>,
    /// The compressed size in bytes as ECR counts it. For an index it is the size of the largest child.
    pub size_bytes: Option<u64>,
    /// When the image was pushed, in milliseconds since 1970.
    pub pushed_at_ms: Option<u64>,
    /// When ECR last recorded a pull, in milliseconds since 1970.
    pub pulled_at_ms: Option<u64>,
    /// When the image was restored from the archive, in milliseconds since 1970. Lifecycle policies use
    /// this time as the age.
    pub restored_at_ms: Option<u64>,
    pub status: Reported<EcrImageStatus>,
    /// When the image was archived, in milliseconds since 1970, if it is archived.
    pub archived_at_ms: Option<u64>,
    /// The media type of the manifest.
    pub media_type: Option<String>,
    /// The media type of the artifact, which identifies signatures and attestations.
    pub artifact_media_type: Option<String>,
}

impl EcrImage {
    /// Whether a pull can succeed. ECR serves neither archived images nor those that are being restored (source: Amazon
    /// ECR user guide, "Archiving an image"). Of a status that this version doesn't know, only ECR knows it, so the pull
    /// is tried.
    pub fn may_be_pulled(&self) -> bool {
        match self.status.known() {
            Some(EcrImageStatus::Active) | None => true,
            Some(EcrImageStatus::Archived | EcrImageStatus::Activating) => false,
        }
    }
}

/// The storage status of an image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "ImageStatus", export_to = "repositories.ts")]
pub enum EcrImageStatus {
    /// In standard storage.
    #[default]
    Active,
    /// In archive storage: it can't be pulled.
    Archived,
    /// Being restored from archive storage, which can last 20 minutes.
    Activating,
}

/// The image behind a tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaggedImage {
    /// The image that the tag points to.
    pub image: EcrImage,
    /// Those of the requested images that the repository holds.
    pub parts: HashSet<Digest>,
}

/// An authorization token: Basic credentials for the registry that expire.
#[derive(Clone, Debug)]
pub struct RegistryToken {
    /// Always `AWS`.
    pub user: String,
    pub password: Secret<String>,
    /// When the token expires, in milliseconds since 1970.
    pub expires_at_ms: u64,
    /// The registry's address as ECR returns it.
    pub proxy_endpoint: Url,
}
