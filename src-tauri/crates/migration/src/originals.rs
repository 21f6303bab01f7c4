//! What a registry has of an image that the Docker Engine pulled from there: a pull takes one
//! platform of several, and a tag may have moved since.

use super::MigrationError;
use transload_docker::{EngineImage, ImageStore};
use transload_model::{Digest, ImageReference, Manifest, Platform, media_type};
use transload_registry::{RegistryApi, RegistryError};

/// What a registry has under a tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Original {
    /// What the tag points to.
    pub digest: Digest,
    /// The platforms under it; none where the registry was not asked, as of a single image.
    pub platforms: Vec<Platform>,
    /// The manifests under it, where it is an index.
    pub children: Vec<Digest>,
}

/// How an image of the engine and its original differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OriginalDiffers {
    /// The registry has platforms that the engine has not.
    pub more_platforms: bool,
    /// The tag points to something else than what was pulled.
    pub moved: bool,
}

impl Original {
    /// Asks a registry: a HEAD, and the index itself where the tag is one. Docker Hub is asked through
    /// its own API instead, where that counts as no pull.
    ///
    /// # Errors
    /// What a request can meet, and an index that cannot be read.
    pub async fn look_up(
        registry: &dyn RegistryApi,
        image: &ImageReference,
    ) -> Result<Option<Self>, MigrationError> {
        let head = registry.manifest_head(image.path(), image.manifest_reference()).await?;
        let Some(head) = head else { return Ok(None) };
        let mut original =
            Self { digest: head.digest, platforms: Vec::new(), children: Vec::new() };
        let is_index =
            |kind: &str| matches!(kind, media_type::OCI_INDEX | media_type::DOCKER_INDEX);
        if head.media_type.as_deref().is_some_and(is_index) {
            let raw = registry.manifest(image.path(), original.digest.as_str()).await?;
            let manifest = raw.read().map_err(|source| RegistryError::Manifest {
                registry: registry.host().clone(),
                subject: image.to_string(),
                source,
            })?;
            if let Manifest::Index(index) = manifest {
                let images = index.manifests.into_iter().filter(|child| !child.is_attestation());
                for child in images {
                    original.platforms.extend(child.platform);
                    original.children.push(child.digest);
                }
            }
        }
        Ok(Some(original))
    }

    /// How it differs from what the engine holds under this name; `None` where it does not, or where
    /// nothing connects the two.
    pub fn differs(
        &self,
        held: &EngineImage,
        name: &ImageReference,
        store: ImageStore,
    ) -> Option<OriginalDiffers> {
        let has = |wanted: &Platform| held.platforms.iter().any(|known| is_same(known, wanted));
        let is_this = |digest: &Digest| *digest == self.digest || self.children.contains(digest);
        let is_known = match store {
            // The engine keeps what a registry said.
            ImageStore::GraphDriver => pulled_digests(held, name).any(is_this),
            // The ID is the digest of the index or manifest, wherever it came from.
            ImageStore::Containerd => is_this(&held.id),
            ImageStore::Podman => pulled_digests(held, name).any(is_this),
        };
        // Elsewhere a name says nothing: the image may have been built here, and the registry's be a
        // stranger's.
        let moved = !is_known && store == ImageStore::GraphDriver;
        if !is_known && !moved {
            return None;
        }
        let more_platforms = match (store, &held.parts) {
            // It does not say what it holds of an index. Whether there is more is not known, but the
            // registry has all of it.
            (ImageStore::Containerd, None) => self.platforms.len() > 1,
            _ => !held.platforms.is_empty() && !self.platforms.iter().all(has),
        };
        (more_platforms || moved).then_some(OriginalDiffers { more_platforms, moved })
    }
}

/// Whether a registry is asked about an image. One that was only built here is nobody's business but
/// this computer's, and where everything is here there is nothing to gain.
pub fn came_from_registry(held: &EngineImage, name: &ImageReference, store: ImageStore) -> bool {
    match store {
        ImageStore::GraphDriver => pulled_digests(held, name).next().is_some(),
        // Only a pull leaves parts of an image out. Engines that do not list the parts make up the
        // digests from the names, so the registry itself has to tell.
        ImageStore::Containerd => held.is_whole() != Some(true),
        // Podman gives images that were built here this host.
        ImageStore::Podman => {
            name.registry().as_str() != "localhost" && pulled_digests(held, name).next().is_some()
        }
    }
}

/// What the engine got from the registry under this name.
fn pulled_digests<'a>(
    held: &'a EngineImage,
    name: &'a ImageReference,
) -> impl Iterator<Item = &'a Digest> {
    held.repository_digests
        .iter()
        .filter(|known| known.registry() == name.registry() && known.path() == name.path())
        .filter_map(ImageReference::digest)
}

/// Some say the variant of an architecture that has only one, and some do not.
fn is_same(one: &Platform, other: &Platform) -> bool {
    let variant = match (&one.variant, &other.variant) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    };
    variant && one.os == other.os && one.architecture == other.architecture
}

#[cfg(test)]
mod tests {
    use super::super::testing::FakeRegistry;
    use super::*;
    use transload_docker::{EnginePart, PartKind};

    fn platform(text: &str) -> Platform {
        text.parse().unwrap()
    }

    fn name() -> ImageReference {
        ImageReference::parse("source.example/app:1").unwrap()
    }

    fn held(digests: &[&Digest], platforms: &[&str]) -> EngineImage {
        let digests = digests.iter().map(|digest| format!("source.example/app@{digest}"));
        EngineImage {
            id: Digest::of(b"configuration"),
            references: vec![name()],
            repository_digests: digests.map(|text| ImageReference::parse(&text).unwrap()).collect(),
            platforms: platforms.iter().map(|text| platform(text)).collect(),
            parts: None,
            layers: Vec::new(),
            size_bytes: 1,
            created_at_ms: None,
        }
    }

    fn original(digest: &Digest, platforms: &[&str], children: &[&Digest]) -> Original {
        Original {
            digest: digest.clone(),
            platforms: platforms.iter().map(|text| platform(text)).collect(),
            children: children.iter().map(|digest| (*digest).clone()).collect(),
        }
    }

    #[test]
    fn more_platforms_and_moved_tags_are_told_and_nothing_else() {
        let (index, amd64, other) = (Digest::of(b"1"), Digest::of(b"2"), Digest::of(b"3"));
        let both = ["linux/amd64", "linux/arm64/v8"];
        let there = original(&index, &both, &[&amd64]);
        let told = |more_platforms, moved| Some(OriginalDiffers { more_platforms, moved });
        let differs = |digests: &[&Digest], platforms: &[&str]| {
            there.differs(&held(digests, platforms), &name(), ImageStore::GraphDriver)
        };
        assert_eq!(differs(&[&index], &["linux/amd64"]), told(true, false));
        assert_eq!(differs(&[&amd64], &["linux/amd64"]), told(true, false), "pulled by digest");
        assert_eq!(differs(&[&index], &["linux/amd64", "linux/arm64"]), None);
        assert_eq!(differs(&[&other], &both), told(false, true));
        assert_eq!(differs(&[&other, &index], &both), None, "pulled again since");
        assert_eq!(differs(&[&index], &[]), None, "nobody knows what the engine has");
        let single = original(&index, &[], &[]);
        let same =
            single.differs(&held(&[&index], &["linux/amd64"]), &name(), ImageStore::GraphDriver);
        assert_eq!(same, None);
    }

    #[test]
    fn what_was_built_here_came_from_nowhere() {
        use ImageStore::{Containerd, GraphDriver, Podman};
        let pulled = held(&[&Digest::of(b"1")], &[]);
        assert!(came_from_registry(&pulled, &name(), GraphDriver));
        assert!(!came_from_registry(&held(&[], &[]), &name(), GraphDriver));
        let copy = ImageReference::parse("other.example/app:1").unwrap();
        assert!(!came_from_registry(&pulled, &copy, GraphDriver), "it has a second name here");
        let part = |is_available| EnginePart {
            digest: Digest::of(b"part"),
            kind: PartKind::Image,
            platform: None,
            is_available,
            content_bytes: 1,
        };
        // The containerd store makes the digests up from the names.
        let built = EngineImage { parts: Some(vec![part(true)]), ..pulled.clone() };
        assert!(!came_from_registry(&built, &name(), Containerd));
        let partial = EngineImage { parts: Some(vec![part(true), part(false)]), ..pulled.clone() };
        assert!(came_from_registry(&partial, &name(), Containerd));
        assert!(came_from_registry(&pulled, &name(), Containerd), "it does not say its parts");
        let built = ImageReference::parse("localhost/app:1").unwrap();
        assert!(!came_from_registry(&pulled, &built, Podman));
    }

    #[test]
    fn the_containerd_store_says_nothing_of_a_stranger_with_the_same_name() {
        let (own, other) = (Digest::of(b"own"), Digest::of(b"other"));
        let both = ["linux/amd64", "linux/arm64"];
        let engine = EngineImage { id: own.clone(), ..held(&[&own], &["linux/amd64"]) };
        let differs = |engine: &EngineImage, there: &Original| {
            there.differs(engine, &name(), ImageStore::Containerd)
        };
        let more = Some(OriginalDiffers { more_platforms: true, moved: false });
        assert_eq!(differs(&engine, &original(&other, &both, &[])), None);
        assert_eq!(differs(&engine, &original(&own, &both, &[])), more);
        assert_eq!(differs(&engine, &original(&other, &both, &[&own])), more, "pulled by digest");
        assert_eq!(differs(&engine, &original(&own, &["linux/amd64"], &[])), None);
    }

    #[tokio::test]
    async fn an_index_is_read_and_a_single_image_only_headed() {
        let registry = FakeRegistry::new("source.example");
        let child = registry.image("app", Some("single"), &["layer"]);
        let index = registry.index("app", "1", std::slice::from_ref(&child));
        let found = Original::look_up(&registry, &name()).await.unwrap().unwrap();
        assert_eq!((found.digest, found.children), (index, vec![child.clone()]));
        let single = ImageReference::parse("source.example/app:single").unwrap();
        let found = Original::look_up(&registry, &single).await.unwrap().unwrap();
        assert_eq!(found, original(&child, &[], &[]));
        let none = ImageReference::parse("source.example/app:none").unwrap();
        assert_eq!(Original::look_up(&registry, &none).await.unwrap(), None);
    }
}
