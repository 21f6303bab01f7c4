//! Reads the manifests of an image, with limits because a source may be hostile.

use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::{StreamExt, TryStreamExt, stream};
use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::concurrency::MAX_CONCURRENT_CHILD_READS;
use crate::error::MigrationError;
use crate::image_tree::{ImageTree, Node};
use crate::manifest_cache::ManifestSource;
use crate::manifest_parts::ManifestParts;
use transload_model::{
    Descriptor, ImageReference, Manifest, Platform, RawManifest, RegistryHost, media_type,
};
use transload_registry::{RegistryApi, RegistryError};

/// Maximum nesting of indexes. Real indexes contain images; some tools put an index into an index.
/// Deeper nesting is an attack or a mistake.
const MAX_DEPTH: usize = 4;

/// Maximum number of manifests of one image, however its indexes nest: an index may list another
/// one many times, and that one a third. The largest public indexes list a few dozen platforms and
/// attestations.
const MAX_MANIFESTS: usize = 10_000;

/// Maximum size of all manifests of one image. They are in memory while it is planned and while it
/// is copied. A manifest has a few kilobytes.
const MAX_MANIFEST_BYTES: usize = 64 * 1024 * 1024;

/// Maximum size of a configuration. They have a few kilobytes, or hundreds with a long history.
const MAX_CONFIG_BYTES: u64 = 4 * 1024 * 1024;

/// Earlier dates are placeholders: reproducible builds write 1970-01-01, or one second later.
pub(crate) const OLDEST_DATE_MS: u64 = 315_532_800_000;

/// The remaining limits of one image's manifests.
#[derive(Default)]
struct Budget {
    manifests: AtomicUsize,
    bytes: AtomicUsize,
}

impl Budget {
    /// Counts children that are about to be requested. Returns the count so far if it exceeds the
    /// limit.
    fn too_many(&self, children: usize) -> Option<usize> {
        let children = self.manifests.fetch_add(children, Ordering::Relaxed) + children;
        (children > MAX_MANIFESTS).then_some(children)
    }

    /// Counts the bytes of a manifest. Returns whether they exceed the limit.
    fn too_large(&self, bytes: usize) -> bool {
        self.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes > MAX_MANIFEST_BYTES
    }
}

/// Reads a manifest and all its children.
///
/// # Errors
/// Returns an error if any part can't be read, or doesn't match what its parent says.
pub(crate) async fn read_tree(
    source: ManifestSource<'_>,
    image: &ImageReference,
    reference: &str,
) -> Result<ImageTree, MigrationError> {
    let raw = source.manifest(image.path(), reference).await?;
    let root = read_node(source, image, raw, None, 0, &Budget::default()).await?;
    Ok(ImageTree { root })
}

/// Reads the manifest of one platform: a child of an index, or the image itself if it is for that
/// platform. Without a platform it is [`read_tree`].
///
/// # Errors
/// As [`read_tree`], and [`MigrationError::PlatformMissing`] if there is no image for the platform.
pub(crate) async fn read_selected(
    source: ManifestSource<'_>,
    image: &ImageReference,
    reference: &str,
    platform: Option<&Platform>,
) -> Result<ImageTree, MigrationError> {
    let Some(wanted) = platform else { return read_tree(source, image, reference).await };
    let raw = source.manifest(image.path(), reference).await?;
    let manifest = raw.parse().map_err(|error| unusable(source.host(), image, error))?;
    let missing = |available| MigrationError::PlatformMissing {
        image: image.clone(),
        wanted: wanted.clone(),
        available,
    };
    let root = match manifest {
        Manifest::Image(manifest) => {
            let config = read_configuration(source.registry, image, &manifest.config).await?;
            let actual = config.and_then(|config| config.platform);
            if !actual.as_ref().is_some_and(|actual| actual.matches(wanted)) {
                return Err(missing(actual.into_iter().collect()));
            }
            read_node(source, image, raw, None, 0, &Budget::default()).await?
        }
        Manifest::Index(index) => {
            let images = index.manifests.iter().filter(|child| !child.is_attestation());
            let platforms = images.filter_map(|child| Some((child, child.platform.clone()?)));
            let platforms: Vec<_> = platforms.collect();
            let found = platforms.iter().find(|(_, platform)| platform.matches(wanted));
            let Some((child, _)) = found else {
                return Err(missing(platforms.into_iter().map(|(_, platform)| platform).collect()));
            };
            read_child(source, image, child, 1, &Budget::default()).await?
        }
    };
    Ok(ImageTree { root })
}

/// The fields of an image's configuration that planning reads.
#[derive(Deserialize)]
struct Configuration {
    #[serde(flatten)]
    platform: Option<Platform>,
    created: Option<String>,
}

impl Configuration {
    /// Returns when the image was built, in milliseconds since 1970.
    fn built_at_ms(&self) -> Option<u64> {
        let created = OffsetDateTime::parse(self.created.as_deref()?, &Rfc3339).ok()?;
        let nanoseconds = created.unix_timestamp_nanos();
        u64::try_from(nanoseconds / 1_000_000).ok().filter(|built| *built >= OLDEST_DATE_MS)
    }
}

/// Reads a configuration. Returns `None` if it isn't the configuration of an image.
async fn read_configuration(
    registry: &dyn RegistryApi,
    image: &ImageReference,
    config: &Descriptor,
) -> Result<Option<Configuration>, MigrationError> {
    if config.size_bytes > MAX_CONFIG_BYTES {
        return Ok(None);
    }
    let content = registry.blob(image.path(), config).await?;
    let bytes: Vec<bytes::Bytes> = content.try_collect().await?;
    Ok(serde_json::from_slice(&bytes.concat()).ok())
}

async fn read_node(
    source: ManifestSource<'_>,
    image: &ImageReference,
    raw: RawManifest,
    descriptor: Option<&Descriptor>,
    depth: usize,
    budget: &Budget,
) -> Result<Node, MigrationError> {
    if budget.too_large(raw.bytes().len()) {
        let (image, limit_bytes) = (image.clone(), MAX_MANIFEST_BYTES);
        return Err(MigrationError::ManifestsTooLarge { image, limit_bytes });
    }
    let platform = descriptor.and_then(|descriptor| descriptor.platform.clone());
    let attestation = descriptor.is_some_and(Descriptor::is_attestation);
    let manifest = raw.parse().map_err(|error| unusable(source.host(), image, error))?;
    let ManifestParts { blobs, listed, foreign_layers } = ManifestParts::of(manifest);
    if !listed.is_empty() && depth >= MAX_DEPTH {
        return Err(MigrationError::NestedTooDeep { image: image.clone(), limit: MAX_DEPTH });
    }
    if let Some(children) = budget.too_many(listed.len()) {
        let (image, limit) = (image.clone(), MAX_MANIFESTS);
        return Err(MigrationError::TooManyChildren { image, children, limit });
    }
    let children = stream::iter(listed)
        .map(|child| async move { read_child(source, image, &child, depth + 1, budget).await })
        .buffered(MAX_CONCURRENT_CHILD_READS)
        .try_collect()
        .await?;
    let name = descriptor.map_or_else(|| raw.digest().clone(), |child| child.digest.clone());
    Ok(Node { raw, name, platform, attestation, blobs, foreign_layers, children })
}

/// Boxed, because an index may contain an index.
fn read_child<'a>(
    source: ManifestSource<'a>,
    image: &'a ImageReference,
    child: &'a Descriptor,
    depth: usize,
    budget: &'a Budget,
) -> std::pin::Pin<Box<dyn Future<Output = Result<Node, MigrationError>> + Send + 'a>> {
    Box::pin(async move {
        let raw = source.manifest(image.path(), child.digest.as_str()).await?;
        raw.verify_digest(&child.digest).map_err(|error| unusable(source.host(), image, error))?;
        read_node(source, image, raw, Some(child), depth, budget).await
    })
}

fn unusable(
    registry: &RegistryHost,
    image: &ImageReference,
    source: transload_model::ManifestError,
) -> MigrationError {
    let subject = image.to_string();
    RegistryError::Manifest { registry: registry.clone(), subject, source }.into()
}

impl ImageTree {
    /// Reads what a reference points to now, with all its manifests but no blobs.
    ///
    /// # Errors
    /// Returns an error if any part can't be read, or doesn't match what its parent says.
    pub async fn read(
        registry: &dyn RegistryApi,
        image: &ImageReference,
    ) -> Result<Self, MigrationError> {
        read_tree(ManifestSource::of(registry), image, image.manifest_reference()).await
    }

    /// Reads the platform of a single image, which no index names, and the build date of any image
    /// if `needs_date`. Both are in the configuration, which doesn't count as a pull. Returns the
    /// build date in milliseconds since 1970, if known.
    pub async fn read_configuration(
        &mut self,
        registry: &dyn RegistryApi,
        image: &ImageReference,
        needs_date: bool,
    ) -> Option<u64> {
        let is_alone = self.root.platform.is_none() && self.root.children.is_empty();
        if !is_alone && !needs_date {
            return None;
        }
        let config = self.root.first_image()?.blobs.first()?.clone();
        let is_config = matches!(
            config.media_type.as_str(),
            media_type::OCI_CONFIG | media_type::DOCKER_CONFIG
        );
        if !is_config {
            return None;
        }
        match read_configuration(registry, image, &config).await {
            Ok(config) => {
                let config = config?;
                let built_at_ms = config.built_at_ms();
                if is_alone {
                    self.root.platform = config.platform;
                }
                built_at_ms
            }
            Err(error) => {
                tracing::debug!(%image, %error, "couldn't read the configuration of an image");
                None
            }
        }
    }
}

#[cfg(test)]
mod tests;
