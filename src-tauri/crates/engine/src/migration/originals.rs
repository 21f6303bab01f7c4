//! What a registry has of an image that the Docker Engine pulled from there: a pull takes one
//! platform of several, and a tag may have moved since.

use super::MigrationError;
use crate::docker::EngineImage;
use crate::model::{Digest, ImageReference, Manifest, Platform, media_type};
use crate::registry::{RegistryApi, RegistryError};

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

    /// How it differs from what the engine holds under this name; nothing where it does not.
    pub fn differs(&self, held: &EngineImage, name: &ImageReference) -> Option<OriginalDiffers> {
        let has = |wanted: &Platform| held.platforms.iter().any(|known| is_same(known, wanted));
        let more_platforms = !held.platforms.is_empty() && !self.platforms.iter().all(has);
        let moved = !pulled_digests(held, name)
            .any(|digest| *digest == self.digest || self.children.contains(digest));
        (more_platforms || moved).then_some(OriginalDiffers { more_platforms, moved })
    }
}

/// Whether the engine pulled or pushed an image under this name. One that was only built here is
/// nobody's business but this computer's.
pub fn came_from_registry(held: &EngineImage, name: &ImageReference) -> bool {
    pulled_digests(held, name).next().is_some()
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
            there.differs(&held(digests, platforms), &name())
        };
        assert_eq!(differs(&[&index], &["linux/amd64"]), told(true, false));
        assert_eq!(differs(&[&amd64], &["linux/amd64"]), told(true, false), "pulled by digest");
        assert_eq!(differs(&[&index], &["linux/amd64", "linux/arm64"]), None);
        assert_eq!(differs(&[&other], &both), told(false, true));
        assert_eq!(differs(&[&other, &index], &both), None, "pulled again since");
        assert_eq!(differs(&[&index], &[]), None, "nobody knows what the engine has");
        let single = original(&index, &[], &[]);
        assert_eq!(single.differs(&held(&[&index], &["linux/amd64"]), &name()), None);
    }

    #[test]
    fn what_was_built_here_came_from_nowhere() {
        let pulled = held(&[&Digest::of(b"1")], &[]);
        assert!(came_from_registry(&pulled, &name()));
        assert!(!came_from_registry(&held(&[], &[]), &name()));
        let copy = ImageReference::parse("other.example/app:1").unwrap();
        assert!(!came_from_registry(&pulled, &copy), "it has a second name here");
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
