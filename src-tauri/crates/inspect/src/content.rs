//! The interface that reads the content of one repository. `api` implements it with a cache; [`RegistryContent`] reads
//! a registry directly.

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::StreamExt;
use transload_model::{Descriptor, ManifestError, RawManifest};
use transload_registry::{BlobStream, RegistryApi, RegistryError};

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
