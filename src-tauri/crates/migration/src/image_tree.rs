//! An image with all its manifests as raw bytes: a single manifest, or an index with its children.
//! Planning, the push step and list copies read it from the source; `copy` copies it.

use crate::manifest_parts::ManifestParts;
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::{StreamExt, TryStreamExt, stream};
use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::concurrency::MAX_CONCURRENT_CHILD_READS;
use crate::error::MigrationError;
use crate::manifest_cache::ManifestSource;
use crate::proof::PlatformProof;
use transload_model::{
    Descriptor, Digest, ImageReference, Manifest, Platform, RawManifest, RegistryHost, media_type,
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
pub(super) const OLDEST_DATE_MS: u64 = 315_532_800_000;

/// An image, pinned to its digest, with all its manifests but no blobs.
#[derive(Clone, Debug)]
pub struct ImageTree {
    /// The manifest that the tag points to.
    pub root: Node,
}

/// A manifest with its children.
#[derive(Clone, Debug)]
pub struct Node {
    /// The manifest as raw bytes.
    pub raw: RawManifest,
    /// The digest that refers to it. A parent may use another hash function than the registry.
    pub name: Digest,
    /// The platform in its index.
    pub platform: Option<Platform>,
    pub attestation: bool,
    /// Its configuration and layers if it is an image. For an index, the layers that it lists
    /// itself, as a build cache does.
    pub blobs: Vec<Descriptor>,
    /// Number of layers that are stored outside the registry and not copied.
    pub foreign_layers: usize,
    /// Its children if it is an index.
    pub children: Vec<Node>,
}

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
pub(super) async fn read_tree(
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
pub(super) async fn read_selected(
    source: ManifestSource<'_>,
    image: &ImageReference,
    reference: &str,
    platform: Option<&Platform>,
) -> Result<ImageTree, MigrationError> {
    let Some(wanted) = platform else { return read_tree(source, image, reference).await };
    let raw = source.manifest(image.path(), reference).await?;
    let manifest = raw.read().map_err(|error| unusable(source.host(), image, error))?;
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
    let manifest = raw.read().map_err(|error| unusable(source.host(), image, error))?;
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

    /// Returns every distinct manifest below the root, parents before children.
    pub(super) fn below(&self) -> Vec<Digest> {
        let (mut seen, mut below) = (std::collections::HashSet::new(), Vec::new());
        let mut level: Vec<&Node> = self.root.children.iter().collect();
        while !level.is_empty() {
            let digests = level.iter().map(|node| &node.name);
            below.extend(digests.filter(|digest| seen.insert((*digest).clone())).cloned());
            level = level.iter().flat_map(|node| &node.children).collect();
        }
        below
    }

    /// Returns the digests that signatures refer to: the image and its children without
    /// attestations.
    pub(super) fn signable(&self) -> Vec<Digest> {
        let mut digests = Vec::new();
        self.root.add_signable(&mut digests);
        digests
    }

    /// Returns every distinct blob with its size in bytes.
    pub fn blobs(&self) -> HashMap<Digest, u64> {
        let mut blobs = HashMap::new();
        self.root.visit(&mut |node| {
            blobs.extend(node.blobs.iter().map(|blob| (blob.digest.clone(), blob.size_bytes)));
        });
        blobs
    }

    /// Returns the platforms that can run, in the order of the index. Attestations are not
    /// included.
    pub fn platforms(&self) -> Vec<Platform> {
        let mut platforms = BTreeMap::new();
        self.root.visit(&mut |node| {
            if let Some(platform) = node.platform.as_ref().filter(|_| !node.attestation) {
                let next = platforms.len();
                platforms.entry(platform.clone()).or_insert(next);
            }
        });
        let mut ordered: Vec<_> = platforms.into_iter().collect();
        ordered.sort_by_key(|(_, order)| *order);
        ordered.into_iter().map(|(platform, _)| platform).collect()
    }

    /// Returns the platforms of an index with the digests of their images, not verified yet. Empty
    /// for a single image.
    pub(super) fn parts(&self) -> Vec<PlatformProof> {
        let mut parts: Vec<PlatformProof> = Vec::new();
        for child in &self.root.children {
            child.visit(&mut |node| {
                let platform = node.platform.as_ref().filter(|_| !node.attestation);
                let digest = &node.name;
                if let Some(platform) = platform
                    && !parts.iter().any(|part| part.digest == *digest)
                {
                    let (platform, digest) = (platform.clone(), digest.clone());
                    parts.push(PlatformProof { platform, digest, in_ecr: false });
                }
            });
        }
        parts
    }

    /// Returns whether it is a build cache that BuildKit exported as an index of layers.
    pub fn is_build_cache(&self) -> bool {
        let mut is_cache = false;
        self.root.visit(&mut |node| {
            is_cache |=
                node.blobs.iter().any(|blob| blob.media_type == media_type::BUILDKIT_CACHE_CONFIG);
        });
        is_cache
    }

    /// Returns how many layers are stored outside the registry and not copied.
    pub fn foreign_layers(&self) -> usize {
        let mut count = 0;
        self.root.visit(&mut |node| count += node.foreign_layers);
        count
    }

    /// Returns how many manifests describe an image, which is what Docker Hub counts as pulls.
    pub fn image_manifests(&self) -> usize {
        let mut count = 0;
        self.root.visit(&mut |node| count += usize::from(node.children.is_empty()));
        count
    }
}

impl Node {
    /// Returns the first image at or below this manifest that is not an attestation.
    fn first_image(&self) -> Option<&Self> {
        if self.children.is_empty() {
            return Some(self).filter(|node| !node.attestation);
        }
        self.children.iter().find_map(Self::first_image)
    }

    /// Returns every distinct blob below this manifest, in order.
    pub(super) fn all_blobs(&self) -> Vec<Descriptor> {
        let mut seen = std::collections::HashSet::new();
        let mut blobs = Vec::new();
        self.visit(&mut |node| {
            blobs
                .extend(node.blobs.iter().filter(|blob| seen.insert(blob.digest.clone())).cloned());
        });
        blobs
    }

    fn add_signable(&self, digests: &mut Vec<Digest>) {
        digests.push(self.name.clone());
        for child in self.children.iter().filter(|child| !child.attestation) {
            child.add_signable(digests);
        }
    }

    fn visit(&self, visitor: &mut impl FnMut(&Self)) {
        visitor(self);
        for child in &self.children {
            child.visit(visitor);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::registry::FakeRegistry;

    async fn read(registry: &FakeRegistry) -> Result<ImageTree, MigrationError> {
        let image = ImageReference::parse("source.example/app:top").unwrap();
        ImageTree::read(registry, &image).await
    }

    #[tokio::test]
    async fn an_index_that_lists_another_one_repeatedly_is_refused_early() {
        let registry = FakeRegistry::new("source.example");
        let mut below = registry.image("app", None, &["layer"]);
        // Each level alone is within every limit; together they are 300 to the power of three.
        for level in ["one", "two", "top"] {
            below = registry.index("app", level, &vec![below; 300]);
        }
        let error = read(&registry).await.unwrap_err();
        assert!(matches!(error, MigrationError::TooManyChildren { .. }), "{error}");
    }

    #[tokio::test]
    async fn indexes_nested_too_deep_are_refused() {
        let registry = FakeRegistry::new("source.example");
        let mut below = registry.image("app", None, &["layer"]);
        for level in ["one", "two", "three", "four", "top"] {
            below = registry.index("app", level, &[below]);
        }
        let error = read(&registry).await.unwrap_err();
        assert!(matches!(error, MigrationError::NestedTooDeep { .. }), "{error}");
    }

    #[test]
    fn the_manifests_of_one_image_have_a_total_size_limit() {
        let budget = Budget::default();
        assert!(!budget.too_large(MAX_MANIFEST_BYTES));
        assert!(budget.too_large(1));
    }
}
