//! What the rest of the engine asks of a registry.

use std::pin::Pin;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::Stream;

use super::RegistryError;
use crate::model::{Descriptor, Digest, RawManifest, RegistryHost, Secret, Tag};

/// The bytes of a blob. It ends with an error, and not with its end, where the size or the digest
/// is not the promised one, so that nothing downstream can take a wrong blob for whole.
pub type BlobStream = Pin<Box<dyn Stream<Item = Result<Bytes, RegistryError>> + Send>>;

/// The OCI distribution protocol, as far as moving images needs it. `path` is the repository's
/// path inside the registry; `reference` a tag or a digest.
#[async_trait]
pub trait RegistryApi: Send + Sync {
    /// The registry's name in references.
    fn host(&self) -> &RegistryHost;

    /// Asks the registry's front door, with the login, whether it may be used.
    async fn check_login(&self) -> Result<(), RegistryError>;

    /// What a reference points to, without its bytes; nothing where it does not exist.
    async fn manifest_head(
        &self,
        path: &str,
        reference: &str,
    ) -> Result<Option<ManifestHead>, RegistryError>;

    /// A manifest as raw bytes; checked against `reference` where that is a digest.
    async fn manifest(&self, path: &str, reference: &str) -> Result<RawManifest, RegistryError>;

    /// Stores a manifest, unchanged.
    async fn put_manifest(
        &self,
        path: &str,
        reference: &str,
        manifest: &RawManifest,
    ) -> Result<(), RegistryError>;

    /// Whether a repository holds a blob.
    async fn has_blob(&self, path: &str, digest: &Digest) -> Result<bool, RegistryError>;

    /// A blob's bytes, checked on the way.
    async fn blob(&self, path: &str, blob: &Descriptor) -> Result<BlobStream, RegistryError>;

    /// Uploads a blob in one piece: POST and one PUT.
    async fn upload_blob(
        &self,
        path: &str,
        blob: &Descriptor,
        content: BlobStream,
    ) -> Result<(), RegistryError>;

    /// Every tag of a repository, all pages.
    async fn tags(&self, path: &str) -> Result<Vec<Tag>, RegistryError>;

    /// Every repository of the catalogue, where the registry has one, all pages.
    async fn catalogue(&self) -> Result<Vec<String>, RegistryError>;
}

/// What a HEAD of a manifest tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestHead {
    /// Its digest.
    pub digest: Digest,
    /// Its media type.
    pub media_type: Option<String>,
    /// Its size in bytes.
    pub size_bytes: Option<u64>,
    /// Docker Hub's pull quota, where the answer carried it.
    pub pull_quota: Option<PullQuota>,
}

/// Docker Hub's pull quota as its headers tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PullQuota {
    /// Pulls in a window.
    pub limit: u32,
    /// Pulls left.
    pub remaining: u32,
    /// Length of the window in seconds.
    pub window_seconds: u64,
}

/// A user name and a password or token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistryLogin {
    /// The user name.
    pub user: String,
    /// The password, access token or ECR token.
    pub password: Secret<String>,
}

/// Where a client gets its login from, each time it needs one.
#[async_trait]
pub trait LoginSource: Send + Sync {
    /// The login to use now; nothing for anonymous access.
    async fn login(&self) -> Result<Option<RegistryLogin>, RegistryError>;

    /// The registry refused the login that [`LoginSource::login`] gave: get a new one where that
    /// can be done. Tells whether there is a new one.
    async fn renew(&self) -> Result<bool, RegistryError>;
}
