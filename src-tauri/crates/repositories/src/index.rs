use futures_util::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::kind::ImageKind;
use transload_model::{Descriptor, Digest, Manifest, Platform, RepositoryName};
use transload_registry::{RegistryApi, RegistryError};

/// Children that are asked about at the same time.
const MAX_CONCURRENT_REQUESTS: usize = 4;

/// One entry of an index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct IndexEntry {
    /// Its digest.
    pub digest: Digest,
    /// Its platform; nothing for an attestation.
    #[serde(with = "transload_model::text::option")]
    #[ts(type = "string | null")]
    pub platform: Option<Platform>,
    /// What it is.
    pub kind: ImageKind,
    /// Bytes of its manifest, configuration and layers.
    pub size_bytes: u64,
}

/// What an index of a repository holds, in its order. A single image holds nothing.
pub async fn index_entries(
    registry: &dyn RegistryApi,
    repository: &RepositoryName,
    digest: &Digest,
) -> Result<Vec<IndexEntry>, RegistryError> {
    let path = repository.as_str();
    let listed = match read(registry, path, digest).await? {
        Manifest::Index(index) => index.manifests,
        Manifest::Image(_) => Vec::new(),
    };
    stream::iter(listed)
        .map(|child| async move { entry(registry, path, child).await })
        .buffered(MAX_CONCURRENT_REQUESTS)
        .try_collect()
        .await
}

async fn entry(
    registry: &dyn RegistryApi,
    path: &str,
    child: Descriptor,
) -> Result<IndexEntry, RegistryError> {
    let attestation = child.is_attestation();
    let (kind, content_bytes) = match read(registry, path, &child.digest).await? {
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

async fn read(
    registry: &dyn RegistryApi,
    path: &str,
    digest: &Digest,
) -> Result<Manifest, RegistryError> {
    let raw = registry.manifest(path, digest.as_str()).await?;
    raw.read().map_err(|source| RegistryError::Manifest {
        registry: registry.host().clone(),
        subject: format!("{path}@{digest}"),
        source,
    })
}
