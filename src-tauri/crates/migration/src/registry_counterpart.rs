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
pub struct RegistryCounterpartDiffers {
    /// The registry has platforms that the engine doesn't have.
    pub more_platforms: bool,
    /// The tag no longer points to the pulled image.
    pub moved: bool,
    /// The registry has the layers of the image, and the engine holds none of them in the form that a
    /// registry needs.
    pub layers_missing: bool,
}

impl RegistryCounterpart {
    /// Looks up a tag with a HEAD request, and reads the index if it is one. Docker Hub is asked
    /// through its own API instead, where it doesn't count as a pull.
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
    ) -> Option<RegistryCounterpartDiffers> {
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
        (more_platforms || moved || layers_missing).then_some(RegistryCounterpartDiffers {
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
mod tests {
    use super::*;
    use crate::testing::registry::FakeRegistry;
    use transload_docker::EngineManifest;

    fn platform(text: &str) -> Platform {
        text.parse().unwrap()
    }

    fn name() -> ImageReference {
        ImageReference::parse("source.example/app:1").unwrap()
    }

    fn image(digests: &[&Digest], platforms: &[&str]) -> EngineImage {
        let digests = digests.iter().map(|digest| format!("source.example/app@{digest}"));
        EngineImage {
            id: Digest::of(b"configuration"),
            references: vec![name()],
            repository_digests: digests.map(|text| ImageReference::parse(&text).unwrap()).collect(),
            platforms: platforms.iter().map(|text| platform(text)).collect(),
            manifests: None,
            layers: Vec::new(),
            size_bytes: 1,
            created_at_ms: None,
        }
    }

    fn counterpart(
        digest: &Digest,
        platforms: &[&str],
        children: &[&Digest],
    ) -> RegistryCounterpart {
        RegistryCounterpart {
            digest: digest.clone(),
            platforms: platforms.iter().map(|text| platform(text)).collect(),
            children: children.iter().map(|digest| (*digest).clone()).collect(),
        }
    }

    #[test]
    fn only_missing_platforms_and_moved_tags_are_reported() {
        let (index, amd64, other) = (Digest::of(b"1"), Digest::of(b"2"), Digest::of(b"3"));
        let both = ["linux/amd64", "linux/arm64/v8"];
        let with_both = counterpart(&index, &both, &[&amd64]);
        let differences = |more_platforms, moved| {
            Some(RegistryCounterpartDiffers { more_platforms, moved, layers_missing: false })
        };
        let differs = |digests: &[&Digest], platforms: &[&str]| {
            with_both.differs(&image(digests, platforms), &name(), ImageStore::GraphDriver)
        };
        assert_eq!(differs(&[&index], &["linux/amd64"]), differences(true, false));
        assert_eq!(
            differs(&[&amd64], &["linux/amd64"]),
            differences(true, false),
            "pulled by digest"
        );
        assert_eq!(differs(&[&index], &["linux/amd64", "linux/arm64"]), None);
        assert_eq!(differs(&[&other], &both), differences(false, true));
        assert_eq!(differs(&[&other, &index], &both), None, "pulled again since");
        assert_eq!(differs(&[&index], &[]), None, "the content of the engine is unknown");
        let single = counterpart(&index, &[], &[]);
        let same =
            single.differs(&image(&[&index], &["linux/amd64"]), &name(), ImageStore::GraphDriver);
        assert_eq!(same, None);
    }

    #[test]
    fn locally_built_images_did_not_come_from_a_registry() {
        use ImageStore::{Containerd, GraphDriver, Podman};
        let pulled = image(&[&Digest::of(b"1")], &[]);
        assert!(came_from_registry(&pulled, &name(), GraphDriver));
        assert!(!came_from_registry(&image(&[], &[]), &name(), GraphDriver));
        let copy = ImageReference::parse("other.example/app:1").unwrap();
        assert!(
            !came_from_registry(&pulled, &copy, GraphDriver),
            "a local name for the same image"
        );
        let part = |is_available| EngineManifest {
            digest: Digest::of(b"part"),
            kind: EngineManifestKind::Image,
            platform: None,
            is_available,
            content_bytes: 1,
        };
        // The containerd store derives the digests from the names.
        let built = EngineImage { manifests: Some(vec![part(true)]), ..pulled.clone() };
        assert!(!came_from_registry(&built, &name(), Containerd));
        let partial =
            EngineImage { manifests: Some(vec![part(true), part(false)]), ..pulled.clone() };
        assert!(came_from_registry(&partial, &name(), Containerd));
        assert!(
            came_from_registry(&pulled, &name(), Containerd),
            "the engine does not list the parts"
        );
        let built = ImageReference::parse("localhost/app:1").unwrap();
        assert!(!came_from_registry(&pulled, &built, Podman));
    }

    #[test]
    fn the_containerd_store_ignores_an_unrelated_image_with_the_same_name() {
        let (own, other) = (Digest::of(b"own"), Digest::of(b"other"));
        let both = ["linux/amd64", "linux/arm64"];
        let engine = EngineImage { id: own.clone(), ..image(&[&own], &["linux/amd64"]) };
        let differs = |engine: &EngineImage, at_registry: &RegistryCounterpart| {
            at_registry.differs(engine, &name(), ImageStore::Containerd)
        };
        let differences = |more_platforms, layers_missing| {
            Some(RegistryCounterpartDiffers { more_platforms, moved: false, layers_missing })
        };
        let more = differences(true, false);
        assert_eq!(differs(&engine, &counterpart(&other, &both, &[])), None);
        assert_eq!(differs(&engine, &counterpart(&own, &both, &[])), more);
        assert_eq!(
            differs(&engine, &counterpart(&other, &both, &[&own])),
            more,
            "pulled by digest"
        );
        assert_eq!(differs(&engine, &counterpart(&own, &["linux/amd64"], &[])), None);
        // Layers that another image stored in another form: single images, and an index.
        let part = |kind, is_available| EngineManifest {
            digest: own.clone(),
            kind,
            platform: None,
            is_available,
            content_bytes: 1,
        };
        let parts = |parts: &[EngineManifest]| EngineImage {
            platforms: Vec::new(),
            manifests: Some(parts.to_vec()),
            ..engine.clone()
        };
        let (missing, available) =
            (part(EngineManifestKind::Image, false), part(EngineManifestKind::Image, true));
        let attestation = part(EngineManifestKind::Attestation, true);
        for (engine, at_registry, expected) in [
            (
                parts(std::slice::from_ref(&missing)),
                counterpart(&own, &[], &[]),
                differences(false, true),
            ),
            (parts(std::slice::from_ref(&missing)), counterpart(&other, &[], &[]), None),
            (
                parts(&[missing.clone(), attestation.clone()]),
                counterpart(&own, &both, &[]),
                differences(false, true),
            ),
            (parts(&[missing.clone(), available.clone()]), counterpart(&own, &[], &[]), None),
            (parts(&[available]), counterpart(&own, &[], &[]), None),
            (parts(&[attestation]), counterpart(&own, &[], &[]), None),
        ] {
            assert_eq!(differs(&engine, &at_registry), expected, "{engine:?} {at_registry:?}");
        }
    }

    #[tokio::test]
    async fn an_index_is_read_and_a_single_image_needs_only_head() {
        let registry = FakeRegistry::new("source.example");
        let child = registry.image("app", Some("single"), &["layer"]);
        let index = registry.index("app", "1", std::slice::from_ref(&child));
        let found = RegistryCounterpart::look_up(&registry, &name()).await.unwrap().unwrap();
        assert_eq!((found.digest, found.children), (index, vec![child.clone()]));
        let single = ImageReference::parse("source.example/app:single").unwrap();
        let found = RegistryCounterpart::look_up(&registry, &single).await.unwrap().unwrap();
        assert_eq!(found, counterpart(&child, &[], &[]));
        let none = ImageReference::parse("source.example/app:none").unwrap();
        assert_eq!(RegistryCounterpart::look_up(&registry, &none).await.unwrap(), None);
    }
}
