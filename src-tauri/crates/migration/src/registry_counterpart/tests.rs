//! Images of an engine, and what the registry has instead.

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

fn counterpart(digest: &Digest, platforms: &[&str], children: &[&Digest]) -> RegistryCounterpart {
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
        Some(CounterpartDifferences { more_platforms, moved, layers_missing: false })
    };
    let differs = |digests: &[&Digest], platforms: &[&str]| {
        with_both.differs(&image(digests, platforms), &name(), ImageStore::GraphDriver)
    };
    assert_eq!(differs(&[&index], &["linux/amd64"]), differences(true, false));
    assert_eq!(differs(&[&amd64], &["linux/amd64"]), differences(true, false), "pulled by digest");
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
    assert!(!came_from_registry(&pulled, &copy, GraphDriver), "a local name for the same image");
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
    let partial = EngineImage { manifests: Some(vec![part(true), part(false)]), ..pulled.clone() };
    assert!(came_from_registry(&partial, &name(), Containerd));
    assert!(came_from_registry(&pulled, &name(), Containerd), "the engine does not list the parts");
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
        Some(CounterpartDifferences { more_platforms, moved: false, layers_missing })
    };
    let more = differences(true, false);
    assert_eq!(differs(&engine, &counterpart(&other, &both, &[])), None);
    assert_eq!(differs(&engine, &counterpart(&own, &both, &[])), more);
    assert_eq!(differs(&engine, &counterpart(&other, &both, &[&own])), more, "pulled by digest");
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
