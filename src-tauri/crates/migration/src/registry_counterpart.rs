//! Compares an image of the Docker Engine with the registry that it was pulled from: a pull fetches
//! one of several platforms, and the tag may have moved since. The window shows the difference
//! while the user selects images.

use crate::error::MigrationError;
use transload_docker::{EngineImage, EngineManifestKind, ImageStore};
use transload_model::{Digest, ImageReference, Manifest, Platform, media_type};
use transload_registry::{RegistryApi, RegistryError};

/// What a registry has under a tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistryCounterpart {
    /// The digest of the tag.
    pub digest: Digest,
    /// The platforms of the index. Empty for a single image, whose configuration isn't read.
    pub platforms: Vec<Platform>,
    /// The manifests of the index. Empty for a single image.
    pub children: Vec<Digest>,
}

/// How an image of the engine differs from the registry's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CounterpartDifferences {
    /// The registry has platforms that the engine doesn't have.
    pub more_platforms: bool,
    /// The tag no longer points to the pulled image.
    pub moved: bool,
    /// The registry has the layers of the image, and the engine holds none of them in the form that a
    /// registry needs.
    pub layers_missing: bool,
}

impl RegistryCounterpart {
    /// Looks up a tag with a HEAD request, and reads the index if it is one. Docker Hub is
    /// read through its own API instead, where it doesn't count as a pull.
    ///
    /// # Errors
    /// Returns the error of a request, or of an index that can't be parsed.
    pub async fn look_up(
        registry: &dyn RegistryApi,
        image: &ImageReference,
    ) -> Result<Option<Self>, MigrationError> {
        let head = registry.manifest_head(image.path(), image.manifest_reference()).await?;
        let Some(head) = head else { return Ok(None) };
        let mut counterpart =
            Self { digest: head.digest, platforms: Vec::new(), children: Vec::new() };
        let is_index =
            |kind: &str| matches!(kind, media_type::OCI_INDEX | media_type::DOCKER_INDEX);
        if head.media_type.as_deref().is_some_and(is_index) {
            let raw = registry.manifest(image.path(), counterpart.digest.as_str()).await?;
            let manifest = raw.parse().map_err(|source| RegistryError::Manifest {
                registry: registry.host().clone(),
                subject: image.to_string(),
                source,
            })?;
            if let Manifest::Index(index) = manifest {
                let images = index.manifests.into_iter().filter(|child| !child.is_attestation());
                for child in images {
                    counterpart.platforms.extend(child.platform);
                    counterpart.children.push(child.digest);
                }
            }
        }
        Ok(Some(counterpart))
    }

    /// Returns how the registry's image differs from the one that the engine has under this name.
    /// Returns `None` if they are the same or nothing connects the two.
    pub fn differs(
        &self,
        image: &EngineImage,
        name: &ImageReference,
        store: ImageStore,
    ) -> Option<CounterpartDifferences> {
        let has = |wanted: &Platform| image.platforms.iter().any(|known| is_same(known, wanted));
        let is_this = |digest: &Digest| *digest == self.digest || self.children.contains(digest);
        let is_known = match store {
            // The engine records the digest that a registry reported.
            ImageStore::GraphDriver => pulled_digests(image, name).any(is_this),
            // The ID is the digest of the index or manifest, whatever its origin.
            ImageStore::Containerd => is_this(&image.id),
            ImageStore::Podman => pulled_digests(image, name).any(is_this),
        };
        // In other stores a name alone proves nothing: the image may have been built here, and the
        // one in the registry may belong to somebody else.
        let moved = !is_known && store == ImageStore::GraphDriver;
        if !is_known && !moved {
            return None;
        }
        let more_platforms = match (store, &image.manifests) {
            // The engine doesn't report which parts of an index it has, but the registry has all of
            // them.
            (ImageStore::Containerd, None) => self.platforms.len() > 1,
            _ => !image.platforms.is_empty() && !self.platforms.iter().all(has),
        };
        let layers_missing = store == ImageStore::Containerd && has_no_image(image);
        (more_platforms || moved || layers_missing).then_some(CounterpartDifferences {
            more_platforms,
            moved,
            layers_missing,
        })
    }
}

/// Returns whether the registry should be asked about an image. An image that was only built here
/// must not be disclosed to a registry, and a complete image has nothing to gain.
pub fn came_from_registry(image: &EngineImage, name: &ImageReference, store: ImageStore) -> bool {
    match store {
        ImageStore::GraphDriver => pulled_digests(image, name).next().is_some(),
        // Only a pull leaves out parts of an image. Engines that don't list the parts derive the
        // digests from the names, so the registry has to be asked.
        ImageStore::Containerd => image.is_complete() != Some(true),
        // Podman gives locally built images this host.
        ImageStore::Podman => {
            name.registry().as_str() != "localhost" && pulled_digests(image, name).next().is_some()
        }
    }
}

/// Returns whether the engine reports that it can't push any image under this name.
fn has_no_image(image: &EngineImage) -> bool {
    let parts = image.manifests.iter().flatten();
    let mut images = parts.filter(|part| part.kind == EngineManifestKind::Image).peekable();
    images.peek().is_some() && images.all(|part| !part.is_available)
}

/// Returns the digests that the engine got from the registry under this name.
fn pulled_digests<'a>(
    image: &'a EngineImage,
    name: &'a ImageReference,
) -> impl Iterator<Item = &'a Digest> {
    image
        .repository_digests
        .iter()
        .filter(|known| known.registry() == name.registry() && known.path() == name.path())
        .filter_map(ImageReference::digest)
}

/// Compares platforms; some tools omit the variant of an architecture that has only one.
fn is_same(one: &Platform, other: &Platform) -> bool {
    let variant = match (&one.variant, &other.variant) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    };
    variant && one.os == other.os && one.architecture == other.architecture
}

#[cfg(test)]
mod tests;
