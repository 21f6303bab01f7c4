//! Tests of predictions: from `/images/{id}/json?manifests=1`, image store and API version to what
//! a push sends. The cases were measured on Docker 20.10, 26.1.5, 28.5.2 and Podman 4.3 and 5.8.

use crate::engine_route::mount::mounted;
use crate::engine_route::predict::{NotPushable, Prediction, is_podman_list, predict};
use transload_docker::{
    ApiVersion, EngineImage, EngineInfo, EngineManifest, EngineManifestKind, EnginePlatform,
    ImageStore,
};
use transload_model::{Digest, ImageReference, Platform};

fn info(store: ImageStore, minor: u32) -> EngineInfo {
    EngineInfo {
        product: "Docker Engine".to_owned(),
        version: "x".to_owned(),
        store,
        api: ApiVersion { major: 1, minor },
        os: "linux".to_owned(),
        architecture: "amd64".to_owned(),
    }
}

fn newest() -> EngineInfo {
    info(ImageStore::Containerd, 51)
}

fn platform(text: &str) -> Platform {
    text.parse().unwrap()
}

/// Parses a part: `linux/amd64` is held, `-linux/arm64` is not, `attestation` and `other` are no
/// images. The digest of a part is that of its text.
fn part(text: &str) -> EngineManifest {
    let (is_available, name) = match text.strip_prefix('-') {
        Some(name) => (false, name),
        None => (true, text),
    };
    let kind = match name {
        "attestation" => EngineManifestKind::Attestation,
        "other" => EngineManifestKind::Other,
        _ => EngineManifestKind::Image,
    };
    let known = name.split(' ').next().unwrap().parse().ok();
    let os_version = name.split_once("version ").map(|(_, version)| version.to_owned());
    let platform = known.map(|platform| EnginePlatform { platform, os_version });
    let content_bytes = if is_available { 100 } else { 0 };
    EngineManifest {
        digest: Digest::of(name.as_bytes()),
        kind,
        platform,
        is_available,
        content_bytes,
    }
}

fn image(manifests: Option<Vec<EngineManifest>>) -> EngineImage {
    EngineImage {
        id: Digest::of(b"index"),
        references: Vec::new(),
        repository_digests: Vec::new(),
        platforms: vec![platform("linux/amd64")],
        manifests,
        layers: Vec::new(),
        size_bytes: 7,
        created_at_ms: None,
    }
}

fn index(parts: &[&str]) -> EngineImage {
    image(Some(parts.iter().map(|text| part(text)).collect()))
}

/// An image without an index: its only part is itself.
fn single(text: &str) -> EngineImage {
    let part = part(text);
    EngineImage { id: part.digest.clone(), ..image(Some(vec![part])) }
}

/// Returns the prediction in short form.
fn described(predicted: Result<Prediction, NotPushable>) -> String {
    let platforms = |platforms: &[Platform]| {
        platforms.iter().map(ToString::to_string).collect::<Vec<_>>().join("+")
    };
    match predicted {
        Ok(found) => {
            let sent = found.engine.platform.as_ref().map(|sent| sent.platform.to_string());
            let sent = sent.map(|sent| format!(" of {sent}")).unwrap_or_default();
            format!("{:?} {:?}{sent}", found.engine.outcome, found.engine.method)
        }
        Err(NotPushable::PlatformMissing { available }) => {
            format!("no, has {}", platforms(&available))
        }
        Err(NotPushable::PlatformChoiceNeeded { available }) => {
            format!("choose {}", platforms(&available))
        }
        Err(NotPushable::LayersNotHeld) => "layers not held".to_owned(),
        Err(NotPushable::ManifestList) => "manifest list".to_owned(),
    }
}

#[test]
fn the_containerd_store_predicts_from_the_held_parts() {
    const PART: &str = "Part PushPlatform of linux/amd64";
    let cases: &[(EngineImage, Option<&str>, &str)] = &[
        // Single images: OCI, schema 2, zstd, another architecture.
        (single("linux/amd64"), None, "Whole Push"),
        (single("linux/arm64"), None, "Whole Push"),
        (single("linux/arm64"), Some("linux/arm64/v8"), "Whole Push"),
        (single("linux/arm64"), Some("linux/amd64"), "no, has linux/arm64"),
        (single("no platform"), Some("linux/amd64"), "Whole Push"),
        (single("other"), None, "Whole Push"),
        (single("-linux/amd64"), None, "layers not held"),
        (single("-linux/amd64"), Some("linux/amd64"), "layers not held"),
        (single("-no platform"), Some("linux/amd64"), "layers not held"),
        // Complete indexes.
        (index(&["linux/amd64", "linux/arm64", "attestation"]), None, "Whole Push"),
        (index(&["linux/amd64", "attestation"]), None, "Whole Push"),
        (
            index(&["linux/amd64", "linux/arm64/v8"]),
            Some("linux/arm64"),
            "Part PushPlatform of linux/arm64/v8",
        ),
        // Pulled in the usual way.
        (index(&["linux/amd64", "-attestation"]), None, PART),
        (index(&["linux/amd64", "-linux/arm64/v8", "-linux/s390x"]), None, PART),
        (
            index(&["-linux/amd64", "linux/arm64/v8", "-linux/s390x"]),
            None,
            "Part PushPlatform of linux/arm64/v8",
        ),
        (index(&["linux/amd64", "linux/arm64", "-linux/s390x"]), None, PART),
        (
            index(&["linux/amd64", "linux/arm64", "-linux/s390x"]),
            Some("linux/arm64"),
            "Part PushPlatform of linux/arm64",
        ),
        (
            index(&["linux/amd64", "linux/arm64", "-linux/s390x"]),
            Some("linux/s390x"),
            "no, has linux/amd64+linux/arm64",
        ),
        // Several platforms, none of them the engine's own.
        (
            index(&["-linux/amd64", "linux/arm64", "linux/arm/v7"]),
            None,
            "choose linux/arm64+linux/arm/v7",
        ),
        (
            index(&["-linux/amd64", "linux/arm64", "linux/arm/v7"]),
            Some("linux/arm64"),
            "Part PushPlatform of linux/arm64",
        ),
        (
            index(&["-linux/amd64", "linux/arm/v6", "linux/arm/v7"]),
            Some("linux/arm/v6"),
            "Part PushPlatform of linux/arm/v6",
        ),
        // Without a variant, arm is arm/v7, as in the engine.
        (
            index(&["-linux/amd64", "linux/arm/v6", "linux/arm/v7"]),
            Some("linux/arm"),
            "Part PushPlatform of linux/arm/v7",
        ),
        (
            index(&["-linux/amd64", "linux/arm/v5", "linux/arm/v6"]),
            Some("linux/arm"),
            "choose linux/arm/v5+linux/arm/v6",
        ),
        // Two images of one platform, which the engine can't distinguish.
        (
            index(&["linux/amd64", "linux/amd64 zstd", "-linux/arm64"]),
            None,
            "Part OwnPush of linux/amd64",
        ),
        (
            index(&["linux/amd64", "linux/amd64/v1", "-linux/arm64"]),
            None,
            "Part OwnPush of linux/amd64",
        ),
        (index(&["linux/amd64", "linux/amd64/v3", "-linux/arm64"]), None, PART),
        (index(&["linux/amd64", "linux/amd64 zstd"]), None, "Whole Push"),
        (
            index(&["windows/amd64 version 1", "windows/amd64 version 2", "-linux/arm64"]),
            Some("windows/amd64"),
            "Part PushPlatform of windows/amd64",
        ),
        // No platform in the index and none in the configuration.
        (index(&["unnamed", "-linux/arm64"]), None, "Part OwnPush"),
        // It can run, but its layers are not held (shadowed by another image's).
        (index(&["-linux/amd64", "-linux/arm64"]), None, "layers not held"),
        (index(&["-linux/amd64", "attestation"]), None, "layers not held"),
        (index(&["-linux/amd64", "-linux/arm64"]), Some("linux/amd64"), "layers not held"),
        (index(&[]), None, "layers not held"),
    ];
    for (image, wanted, expected) in cases {
        let wanted = wanted.map(platform);
        let parts: Vec<_> = image.manifests.iter().flatten().map(|part| &part.platform).collect();
        assert_eq!(
            described(predict(&newest(), image, wanted.as_ref())),
            *expected,
            "{parts:?} {wanted:?}"
        );
    }
}

#[test]
fn a_part_names_its_digest_its_index_and_its_bytes() {
    let held = index(&["linux/amd64", "-attestation", "-linux/arm64/v8", "-linux/s390x"]);
    let found = predict(&newest(), &held, None).unwrap();
    assert_eq!(found.digest, Some(Digest::of(b"linux/amd64")));
    assert_eq!(found.part_of, Some(Digest::of(b"index")));
    assert_eq!(found.size_bytes, 100);
    assert!(found.engine.attestations_stay);
    assert_eq!(found.platforms, [platform("linux/amd64")]);
    let listed = ["linux/amd64", "linux/arm64/v8", "linux/s390x"].map(platform);
    assert_eq!(found.engine.index_platforms, listed);

    let held = index(&["linux/amd64", "attestation", "linux/arm64"]);
    let found = predict(&newest(), &held, None).unwrap();
    assert_eq!((found.digest, found.part_of), (Some(Digest::of(b"index")), None));
    assert_eq!((found.size_bytes, found.platforms.len()), (300, 2));
    assert!(!found.engine.attestations_stay, "attestations are sent as well");
}

#[test]
fn unsupported_pushes_follow_from_store_and_api_version() {
    let amd64 = platform("linux/amd64");
    let arm64 = platform("linux/arm64");
    let unknown = image(None);
    let cases = [
        // 26.1.5 and 27.0 don't report what they hold. 26.1.5 pushes all of it or nothing.
        (info(ImageStore::Containerd, 44), None, "SeenWhileSending Push of linux/amd64"),
        (info(ImageStore::Containerd, 45), None, "SeenWhileSending Push of linux/amd64"),
        (info(ImageStore::Containerd, 46), None, "SeenWhileSending OwnPush of linux/amd64"),
        (info(ImageStore::Containerd, 45), Some(&arm64), "SeenWhileSending OwnPush of linux/arm64"),
        (info(ImageStore::GraphDriver, 41), None, "Repacked Push"),
        (info(ImageStore::GraphDriver, 51), Some(&amd64), "Repacked Push"),
        (info(ImageStore::GraphDriver, 51), Some(&arm64), "no, has linux/amd64"),
        (info(ImageStore::Podman, 41), None, "Repacked Push"),
        (info(ImageStore::Podman, 44), Some(&arm64), "no, has linux/amd64"),
    ];
    for (info, wanted, expected) in cases {
        assert_eq!(described(predict(&info, &unknown, wanted)), expected, "{info:?}");
        let found = predict(&info, &unknown, wanted);
        assert!(found.is_err() || found.unwrap().digest.is_none(), "no digest is promised");
    }
    // Version 1.47 reports it in the list, so the parts are known; 1.46 could push platforms.
    let part = index(&["linux/amd64", "-linux/arm64"]);
    let listed = info(ImageStore::Containerd, 47);
    assert_eq!(described(predict(&listed, &part, None)), "Part PushPlatform of linux/amd64");
    let too_old = info(ImageStore::Containerd, 45);
    assert_eq!(described(predict(&too_old, &part, None)), "Part OwnPush of linux/amd64");
}

#[test]
fn the_registry_mounts_the_layers_of_a_single_image_and_of_no_index() {
    let cases: &[(EngineImage, Option<&str>, Option<&str>)] = &[
        (single("-linux/amd64"), None, Some("Mounted Push")),
        (single("-no platform"), None, Some("Mounted Push")),
        (single("-linux/amd64"), Some("linux/amd64"), Some("Mounted Push")),
        // Nothing shows that it is for this platform.
        (single("-no platform"), Some("linux/amd64"), None),
        (single("-linux/amd64"), Some("linux/arm64"), None),
        // The engine has the layers itself, or refuses to push.
        (single("linux/amd64"), None, None),
        (single("-other"), None, None),
        (index(&["-linux/amd64"]), None, None),
        (index(&["-linux/amd64", "-attestation"]), None, None),
        (image(None), None, None),
    ];
    for (image, wanted, expected) in cases {
        let wanted = wanted.map(platform);
        let found = mounted(image, wanted.as_ref());
        let digest = found.as_ref().and_then(|found| found.digest.clone());
        assert_eq!(digest, expected.map(|_| image.id.clone()), "{image:?} {wanted:?}");
        let found = found.map(|found| described(Ok(found)));
        assert_eq!(found.as_deref(), *expected, "{image:?} {wanted:?}");
    }
}

/// For the name of a list, Podman returns the image for its own platform, which has other names or
/// none.
#[test]
fn a_name_that_podman_answers_with_another_image_is_a_manifest_list() {
    let name = |text: &str| ImageReference::parse(text).unwrap();
    for (store, asked, names, is_list) in [
        (ImageStore::Podman, "localhost/list:1", vec!["localhost/one:1"], true),
        (ImageStore::Podman, "localhost/list:1", vec![], true),
        (ImageStore::Podman, "localhost/one:1", vec!["localhost/one:1"], false),
        (ImageStore::Podman, "docker.io/library/a:1", vec!["localhost/b:1", "a:1"], false),
        // Docker lists a name from an archive in another form.
        (ImageStore::Containerd, "localhost/list:1", vec!["localhost/one:1"], false),
        (ImageStore::GraphDriver, "localhost/list:1", vec![], false),
    ] {
        let found =
            EngineImage { references: names.into_iter().map(name).collect(), ..image(None) };
        assert_eq!(is_podman_list(&info(store, 41), &name(asked), &found), is_list, "{asked}");
    }
}
