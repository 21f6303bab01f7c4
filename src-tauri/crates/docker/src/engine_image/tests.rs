//! Inspections of images, from every kind of engine.

use serde_json::json;

use super::*;

const ID: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn summary(extra: serde_json::Value) -> ImageSummary {
    let mut value = json!({
        "Id": ID, "ParentId": "", "RepoTags": ["dencold/pgcli:latest"], "RepoDigests": [],
        "Created": 1_700_000_000, "Size": 42, "SharedSize": -1, "Labels": null,
        "Containers": -1,
    });
    for (key, item) in extra.as_object().unwrap() {
        value[key] = item.clone();
    }
    serde_json::from_value(value).unwrap()
}

/// The manifests of an index as Docker 28.5.2 lists them in the containerd store: amd64 was
/// pulled without its attestation, arm64 was not.
fn partial_index() -> serde_json::Value {
    let digest = |number: u32| format!("sha256:{}", format!("{number:x}").repeat(64));
    json!([
        {"ID": digest(1), "Descriptor": {"size": 561}, "Available": true, "Kind": "image",
         "Size": {"Content": 401_601, "Total": 803_009},
         "ImageData": {"Platform": {"architecture": "amd64", "os": "linux"},
                       "Size": {"Unpacked": 401_408}, "Containers": null}},
        {"ID": digest(2), "Descriptor": {}, "Available": false, "Kind": "image",
         "Size": {"Content": 0, "Total": 0},
         "ImageData": {"Platform": {"architecture": "arm64", "os": "linux", "variant": "v8"},
                       "Size": {"Unpacked": 0}, "Containers": null}},
        {"ID": digest(3), "Descriptor": {}, "Available": false, "Kind": "attestation",
         "Size": {"Content": 0, "Total": 0}, "AttestationData": {"For": digest(1)}},
        {"ID": digest(4), "Descriptor": {}, "Available": false, "Kind": "image",
         "Size": {"Content": 0, "Total": 0},
         "ImageData": {"Platform": {"architecture": "", "os": ""},
                       "Size": {"Unpacked": 0}, "Containers": null}},
    ])
}

#[test]
fn an_index_has_the_available_platforms() {
    let list = from_summary(summary(json!({"Manifests": partial_index()}))).unwrap().unwrap();
    let inspect: EngineInspection = serde_json::from_value(json!({
        "Id": ID, "Os": "linux", "Architecture": "amd64", "Size": 402_880,
        "Manifests": partial_index(),
    }))
    .unwrap();
    for image in [list, from_inspection(inspect).unwrap()] {
        let texts =
            |platforms: &[Platform]| platforms.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(texts(&image.platforms), ["linux/amd64"]);
        assert_eq!(texts(&image.missing_platforms()), ["linux/arm64/v8"]);
        assert_eq!(image.is_complete(), Some(false));
        assert_eq!(
            image.size_bytes, 401_601,
            "the size of a push instead of the uncompressed size"
        );
        let kinds: Vec<_> = image.manifests.unwrap().iter().map(|part| part.kind).collect();
        let expected = [
            EngineManifestKind::Image,
            EngineManifestKind::Image,
            EngineManifestKind::Attestation,
            EngineManifestKind::Image,
        ];
        assert_eq!(kinds, expected);
    }
}

/// The response of 28.5.2 for an image whose layers were downloaded with another image.
#[test]
fn an_image_without_layers_and_platform_is_accepted() {
    let inspect = json!({
        "Id": ID, "RepoTags": ["k/sh:1"], "Os": "", "Architecture": "", "Size": 401_594,
        "RootFS": {}, "Manifests": [
            {"ID": ID, "Descriptor": {"size": 561}, "Available": false, "Kind": "image",
             "Size": {"Content": 1010, "Total": 1010},
             "ImageData": {"Platform": {"architecture": "", "os": ""},
                           "Size": {"Unpacked": 0}, "Containers": null}},
        ],
    });
    let image = from_inspection(serde_json::from_value(inspect).unwrap()).unwrap();
    assert_eq!(image.is_complete(), Some(false));
    assert!(image.layers.is_empty() && image.platforms.is_empty());
    assert_eq!(image.size_bytes, 0, "none of its content can be pushed");
    let empty = from_inspection(serde_json::from_value(json!({"Id": ID})).unwrap()).unwrap();
    assert!(empty.manifests.is_none() && empty.references.is_empty());
}

#[test]
fn a_platform_has_the_json_that_the_engine_expects() {
    let windows = json!({"os": "windows", "architecture": "amd64", "os.version": "10.0.20348"});
    let read = platform(&serde_json::from_value(windows.clone()).unwrap()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), windows);
    assert_eq!(serde_json::from_value::<EnginePlatform>(windows).unwrap(), read);
}

#[test]
fn duplicate_names_are_removed() {
    let image = from_summary(summary(json!({"RepoTags": ["loaded/x:1", "docker.io/loaded/x:1"]})));
    assert_eq!(image.unwrap().unwrap().references.len(), 1);
}

#[test]
fn images_without_a_name_are_left_out() {
    for names in [json!([]), json!(null), json!(["<none>:<none>"])] {
        assert_eq!(from_summary(summary(json!({"RepoTags": names}))).unwrap(), None);
    }
    let image = from_summary(summary(json!({}))).unwrap().unwrap();
    assert_eq!(image.references[0].to_string(), "docker.io/dencold/pgcli:latest");
    assert_eq!((image.size_bytes, image.created_at_ms), (42, Some(1_700_000_000_000)));
    let undated = from_summary(summary(json!({"Created": 0}))).unwrap().unwrap();
    assert_eq!(undated.created_at_ms, None);
}

#[test]
fn the_time_of_an_inspection_is_parsed() {
    assert_eq!(milliseconds("1970-01-01T00:00:01.5Z"), Some(1500));
    assert_eq!(milliseconds("2023-11-14T23:13:20+01:00"), Some(1_700_000_000_000));
    assert_eq!(milliseconds("0001-01-01T00:00:00Z"), None);
}
