//! The entries of an index in a repository, read when the user expands it.

use futures_util::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::kind::ImageKind;
use transload_model::{Descriptor, Digest, Manifest, Platform, RepositoryName};
use transload_registry::{RegistryApi, RegistryError};

/// Concurrent manifest requests.
const MAX_CONCURRENT_REQUESTS: usize = 4;

/// An entry of an index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct IndexEntry {
    /// Digest of the manifest.
    pub digest: Digest,
    /// Platform; `None` for an attestation.
    #[serde(with = "transload_model::text::option")]
    #[ts(type = "string | null")]
    pub platform: Option<Platform>,
    /// Kind of image.
    pub kind: ImageKind,
    /// Size of the manifest, configuration and layers, in bytes.
    pub size_bytes: u64,
}

/// Returns the entries of an index, in its order. Returns no entries for a single image.
///
/// # Errors
/// If a manifest can't be read.
pub async fn index_entries(
    registry: &dyn RegistryApi,
    repository: &RepositoryName,
    digest: &Digest,
) -> Result<Vec<IndexEntry>, RegistryError> {
    let path = repository.as_str();
    let children = match read_manifest(registry, path, digest).await? {
        Manifest::Index(index) => index.manifests,
        Manifest::Image(_) => Vec::new(),
    };
    stream::iter(children)
        .map(|child| async move { read_entry(registry, path, child).await })
        .buffered(MAX_CONCURRENT_REQUESTS)
        .try_collect()
        .await
}

async fn read_entry(
    registry: &dyn RegistryApi,
    path: &str,
    child: Descriptor,
) -> Result<IndexEntry, RegistryError> {
    let attestation = child.is_attestation();
    let (kind, content_bytes) = match read_manifest(registry, path, &child.digest).await? {
        Manifest::Image(_) if attestation => (ImageKind::Attestation, 0),
        Manifest::Index(_) => (ImageKind::Index, 0),
        Manifest::Image(image) => {
            let layers: u64 = image.layers.iter().map(|layer| layer.size_bytes).sum();
            (ImageKind::Image, image.config.size_bytes + layers)
        }
    };
    let size_bytes = child.size_bytes + content_bytes;
    let platform = child.platform.filter(|_| !attestation);
    Ok(IndexEntry { digest: child.digest, platform, kind, size_bytes })
}

async fn read_manifest(
    registry: &dyn RegistryApi,
    path: &str,
    digest: &Digest,
) -> Result<Manifest, RegistryError> {
    let raw = registry.manifest(path, digest.as_str()).await?;
    raw.parse().map_err(|source| RegistryError::Manifest {
        registry: registry.host().clone(),
        subject: format!("{path}@{digest}"),
        source,
    })
}
