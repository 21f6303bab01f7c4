//! What the rest of the engine asks of ECR: small, so that logic is tested without a network.

use std::collections::HashSet;

use async_trait::async_trait;
use bytes::Bytes;
use url::Url;

use crate::ecr::registry_settings::EcrRegistrySettings;
use crate::error::AwsError;
use transload_model::{
    AccountId, Digest, RepositoryName, RepositoryPolicy, RepositorySettings, Secret, Tag,
};

/// ECR's own way to take a layer: in parts, each of which is kept once it has arrived. It works
/// beside the registry protocol, where a layer that broke off begins anew.
#[async_trait]
pub trait EcrLayers: Send + Sync {
    /// Opens an upload of a layer.
    async fn begin_layer(&self, repository: &RepositoryName) -> Result<LayerUpload, AwsError>;

    /// Sends the next part: bytes from a position on.
    async fn send_layer_part(
        &self,
        upload: &LayerUpload,
        first_byte: u64,
        part: Bytes,
    ) -> Result<(), AwsError>;

    /// Which of these layers a repository holds. Asked in as many calls as it takes.
    async fn layers_held(
        &self,
        repository: &RepositoryName,
        layers: &[Digest],
    ) -> Result<HashSet<Digest>, AwsError>;

    /// Ends an upload: ECR checks the digest. A layer that is there already is a success.
    async fn complete_layer(&self, upload: &LayerUpload, digest: &Digest) -> Result<(), AwsError>;
}

/// An upload of a layer in parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerUpload {
    /// Where the layer goes.
    pub repository: RepositoryName,
    /// Its name at ECR.
    pub id: String,
    /// Bytes of each part but the last.
    pub part_bytes: usize,
}

/// The calls of ECR that Transload makes.
#[async_trait]
pub trait EcrApi: EcrLayers + EcrRegistrySettings {
    /// Every repository of the account and region, all pages.
    async fn repositories(&self) -> Result<Vec<EcrRepository>, AwsError>;

    /// One repository, or nothing where it does not exist.
    async fn repository(&self, name: &RepositoryName) -> Result<Option<EcrRepository>, AwsError>;

    /// Creates a repository with everything but the lifecycle policy and the repository policy.
    ///
    /// # Errors
    /// [`AwsError::RepositoryExists`] where somebody else was quicker.
    async fn create_repository(
        &self,
        name: &RepositoryName,
        settings: &RepositorySettings,
    ) -> Result<EcrRepository, AwsError>;

    /// Sets the lifecycle policy document of a repository.
    async fn put_lifecycle_policy(&self, name: &RepositoryName, text: &str)
    -> Result<(), AwsError>;

    /// The lifecycle policy document of a repository, if it has one.
    async fn lifecycle_policy(&self, name: &RepositoryName) -> Result<Option<String>, AwsError>;

    /// Sets who else may do what with a repository.
    async fn set_repository_policy(
        &self,
        name: &RepositoryName,
        policy: &RepositoryPolicy,
    ) -> Result<(), AwsError>;

    /// The policy document of a repository, if it has one.
    async fn repository_policy(&self, name: &RepositoryName) -> Result<Option<String>, AwsError>;

    /// A fresh registry token. It is valid for twelve hours at most.
    async fn registry_token(&self) -> Result<RegistryToken, AwsError>;

    /// Every image of a repository, tagged or not, all pages.
    async fn images(&self, name: &RepositoryName) -> Result<Vec<EcrImage>, AwsError>;

    /// The image that a tag points to, with those of `parts`, the images of its index, that the
    /// repository holds; nothing where the tag does not exist.
    async fn image(
        &self,
        name: &RepositoryName,
        tag: &Tag,
        parts: &[Digest],
    ) -> Result<Option<HeldImage>, AwsError>;

    /// Takes tags and images away, in any number. A tag that is its image's last takes the image
    /// along; an image takes all its tags along. Answers what ECR left as it is.
    async fn delete_images(
        &self,
        name: &RepositoryName,
        images: &[ImageName],
    ) -> Result<Vec<NotDeleted>, AwsError>;

    /// Deletes a repository that holds nothing.
    ///
    /// # Errors
    /// [`AwsError::RepositoryNotEmpty`] where it holds something.
    async fn delete_repository(&self, name: &RepositoryName) -> Result<(), AwsError>;
}

/// An image by one of its names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImageName {
    /// By a tag.
    Tag(Tag),
    /// By its digest.
    Digest(Digest),
    /// By a tag, as long as the tag points to the digest.
    Tagged {
        /// The tag.
        tag: Tag,
        /// What it must point to.
        digest: Digest,
    },
}

impl std::fmt::Display for ImageName {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tag(tag) => tag.fmt(formatter),
            Self::Digest(digest) => digest.fmt(formatter),
            Self::Tagged { tag, .. } => tag.fmt(formatter),
        }
    }
}

/// What ECR did not delete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotDeleted {
    /// What was asked for.
    pub image: ImageName,
    /// ECR's code, such as `ImageReferencedByManifestList`.
    pub code: String,
    /// ECR's sentence.
    pub reason: String,
}

/// A repository as ECR describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EcrRepository {
    /// Its name.
    pub name: RepositoryName,
    /// Its ARN.
    pub arn: String,
    /// Its address as ECR gives it, without a tag.
    pub uri: String,
    /// The account it is in.
    pub registry_id: Option<AccountId>,
    /// When it was created, in milliseconds since 1970.
    pub created_at_ms: Option<u64>,
    /// How it is set up. AWS tags and lifecycle are not part of what ECR describes.
    pub settings: RepositorySettings,
}

/// An image as ECR describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EcrImage {
    /// Its digest.
    pub digest: Digest,
    /// Its tags.
    pub tags: Vec<Tag>,
    /// Tags beside these that no registry client can name.
    pub unreadable_tags: u32,
    /// The image that it refers to, such as the one that it signs.
    pub subject: Option<Digest>,
    /// Its compressed size in bytes as ECR counts; of an index, the largest child.
    pub size_bytes: Option<u64>,
    /// When it was pushed, in milliseconds since 1970.
    pub pushed_at_ms: Option<u64>,
    /// When it was pulled last, as far as ECR recorded, in milliseconds since 1970.
    pub pulled_at_ms: Option<u64>,
    /// When it was restored from the archive, in milliseconds since 1970. Lifecycle policies rank it by
    /// this time.
    pub restored_at_ms: Option<u64>,
    /// The media type of its manifest.
    pub media_type: Option<String>,
    /// The media type of the artifact, which tells signatures and attestations.
    pub artifact_media_type: Option<String>,
}

/// What a repository holds of a tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldImage {
    /// What the tag points to.
    pub image: EcrImage,
    /// Those of the images that were asked for along with it.
    pub parts: HashSet<Digest>,
}

/// What opens the registry: Basic credentials with an end.
#[derive(Clone, Debug)]
pub struct RegistryToken {
    /// The user name, `AWS`.
    pub user: String,
    /// The password.
    pub password: Secret<String>,
    /// When it ends, in milliseconds since 1970.
    pub expires_at_ms: u64,
    /// Where ECR says the registry is.
    pub proxy_endpoint: Url,
}
