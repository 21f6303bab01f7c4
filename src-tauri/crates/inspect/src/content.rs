//! The interface that reads the content of one repository. `api` implements it with a cache; [`RegistryContent`] reads
//! a registry directly.

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::StreamExt;
use transload_model::{Descriptor, Digest, ManifestError, RawManifest};
use transload_registry::{
    BlobStream, Referrer, RegistryApi, RegistryError, Remedy, fallback_tag, may_be_referrer,
    referrers_in_list,
};

/// Reads manifests and blobs of one repository.
#[async_trait]
pub trait ImageContent: Send + Sync {
    /// Returns how messages name an image of the repository.
    fn subject(&self, reference: &str) -> String;

    /// Returns the error of a manifest that can't be parsed.
    fn unreadable(&self, reference: &str, source: ManifestError) -> RegistryError;

    /// Returns a manifest by tag or digest.
    async fn manifest(&self, reference: &str) -> Result<RawManifest, RegistryError>;

    /// Downloads a blob. The stream verifies its size and digest.
    async fn blob(&self, blob: &Descriptor) -> Result<BlobStream, RegistryError>;

    /// Downloads a layer. The stream verifies its size and digest. Nothing of it is kept.
    async fn layer(&self, layer: &Descriptor) -> Result<BlobStream, RegistryError> {
        self.blob(layer).await
    }

    /// Downloads a part of a blob, which the caller has to verify. Returns `None` if the registry doesn't support
    /// ranges.
    async fn blob_range(
        &self,
        _digest: &Digest,
        _start: u64,
        _length: u64,
    ) -> Result<Option<Vec<u8>>, RegistryError> {
        Ok(None)
    }

    /// Returns the digests of the referrers of a manifest.
    async fn referrers(&self, digest: &Digest) -> Result<Vec<Digest>, RegistryError>;

    /// Returns the digest of a tag without reading its manifest. `None` if the tag doesn't exist.
    async fn digest(&self, tag: &str) -> Result<Option<Digest>, RegistryError>;
}

/// A repository of a registry.
pub struct RegistryContent {
    registry: Arc<dyn RegistryApi>,
    path: String,
}

impl RegistryContent {
    pub fn new(registry: Arc<dyn RegistryApi>, path: impl Into<String>) -> Self {
        Self { registry, path: path.into() }
    }
}

impl RegistryContent {
    /// Returns the error of an image that the registry has but doesn't serve.
    pub fn archived(&self, reference: &str) -> RegistryError {
        RegistryError::Archived {
            registry: self.registry.host().clone(),
            subject: self.subject(reference),
        }
    }

    /// Reads the list of referrers in a registry without the referrers API.
    async fn fallback_referrers(&self, digest: &Digest) -> Result<Vec<Referrer>, RegistryError> {
        let tag = fallback_tag(digest);
        match self.registry.manifest(&self.path, &tag).await {
            Ok(list) => {
                let listed = referrers_in_list(&list, digest);
                Ok(listed.map_err(|source| self.unreadable(&tag, source))?.unwrap_or_default())
            }
            Err(error) if error.remedy() == Remedy::Absent => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }
}

#[async_trait]
impl ImageContent for RegistryContent {
    fn subject(&self, reference: &str) -> String {
        let separator = if reference.contains(':') { '@' } else { ':' };
        format!("{}{separator}{reference}", self.path)
    }

    fn unreadable(&self, reference: &str, source: ManifestError) -> RegistryError {
        RegistryError::Manifest {
            registry: self.registry.host().clone(),
            subject: self.subject(reference),
            source,
        }
    }

    async fn manifest(&self, reference: &str) -> Result<RawManifest, RegistryError> {
        self.registry.manifest(&self.path, reference).await
    }

    async fn blob(&self, blob: &Descriptor) -> Result<BlobStream, RegistryError> {
        self.registry.blob(&self.path, blob).await
    }

    async fn blob_range(
        &self,
        digest: &Digest,
        start: u64,
        length: u64,
    ) -> Result<Option<Vec<u8>>, RegistryError> {
        let part = self.registry.blob_range(&self.path, digest, start, length).await?;
        Ok(part.map(Vec::from))
    }

    async fn referrers(&self, digest: &Digest) -> Result<Vec<Digest>, RegistryError> {
        let listed = match self.registry.referrers(&self.path, digest).await? {
            Some(listed) => listed,
            None => self.fallback_referrers(digest).await?,
        };
        let referrers = listed.into_iter().filter(may_be_referrer);
        Ok(referrers.map(|referrer| referrer.digest).collect())
    }

    async fn digest(&self, tag: &str) -> Result<Option<Digest>, RegistryError> {
        let head = self.registry.manifest_head(&self.path, tag).await?;
        Ok(head.map(|head| head.digest))
    }
}

/// Reads a small blob into memory. Returns `None` if it is larger than `limit`, before anything is downloaded.
///
/// # Errors
/// If the blob can't be read, or its size or digest is wrong.
pub(crate) async fn read_blob(
    content: &dyn ImageContent,
    blob: &Descriptor,
    limit: u64,
) -> Result<Option<Vec<u8>>, RegistryError> {
    if blob.size_bytes > limit {
        return Ok(None);
    }
    let mut stream = content.blob(blob).await?;
    let mut bytes = Vec::new();
    // The stream ends with an error after the bytes that the descriptor states.
    while let Some(piece) = stream.next().await {
        bytes.extend_from_slice(&piece?);
    }
    Ok(Some(bytes))
}
