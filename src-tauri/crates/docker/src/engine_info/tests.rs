//! Responses of engines, and what they say about the engine and its image store.

use serde_json::json;

use super::*;

fn engine_info(version: serde_json::Value, info: serde_json::Value) -> EngineInfo {
    let version = serde_json::from_value(version).unwrap();
    EngineInfo::from_responses(version, serde_json::from_value(info).unwrap()).unwrap()
}

#[test]
fn engines_are_recognized_by_their_responses() {
    let containerd = json!([["driver-type", "io.containerd.snapshotter.v1"]]);
    let podman = json!([{"Name": "Podman Engine", "Version": "4.3.1"}]);
    // Version and API version, components, driver status, further fields of `/info`; expected
    // store and product.
    let cases = [
        (
            ("20.10.24+dfsg1", "1.41"),
            json!([]),
            json!(null),
            json!({}),
            ImageStore::GraphDriver,
            "Docker Engine",
        ),
        (
            ("26.1.5+dfsg1", "1.45"),
            json!([]),
            json!([["Backing Filesystem", "extfs"]]),
            json!({}),
            ImageStore::GraphDriver,
            "Docker Engine",
        ),
        (
            ("26.1.5+dfsg1", "1.45"),
            json!([]),
            containerd.clone(),
            json!({"Containerd": {"Address": "/x"}}),
            ImageStore::Containerd,
            "Docker Engine",
        ),
        (
            ("28.5.2+dfsg4", "1.51"),
            json!([]),
            json!([]),
            json!({"Containerd": {"Address": "/x"}}),
            ImageStore::GraphDriver,
            "Docker Engine",
        ),
        (
            ("28.5.2", "1.51"),
            json!([]),
            containerd.clone(),
            json!({"OperatingSystem": "Docker Desktop"}),
            ImageStore::Containerd,
            "Docker Desktop",
        ),
        (
            ("27.3.1", "1.47"),
            json!([]),
            json!([]),
            json!({"Name": "colima"}),
            ImageStore::GraphDriver,
            "Colima",
        ),
        (
            ("26.1.5", "1.45"),
            json!([]),
            json!([]),
            json!({"Name": "lima-rancher-desktop"}),
            ImageStore::GraphDriver,
            "Rancher Desktop",
        ),
        (("4.3.1", "1.41"), podman, json!([]), json!({}), ImageStore::Podman, "Podman Engine"),
    ];
    for ((version, api), components, status, extra, store, product) in cases {
        let mut info = json!({"Driver": "overlay2", "DriverStatus": status});
        for (key, value) in extra.as_object().unwrap() {
            info[key] = value.clone();
        }
        let response = json!({
            "Version": version, "ApiVersion": api, "Components": components,
            "Os": "linux", "Arch": "amd64",
        });
        let found = engine_info(response, info);
        assert_eq!((found.store, found.product.as_str()), (store, product), "{version}");
        assert_eq!(found.api.to_string(), api);
        assert_eq!((found.os.as_str(), found.architecture.as_str()), ("linux", "amd64"));
    }
}

#[test]
fn capabilities_follow_from_store_and_api_version() {
    let containerd = json!({"DriverStatus": [["driver-type", "io.containerd.snapshotter.v1"]]});
    for (api, lists, pushes) in
        [("1.45", false, false), ("1.46", false, true), ("1.47", true, true), ("1.100", true, true)]
    {
        let version = json!({"Version": "x", "ApiVersion": api});
        let info = engine_info(version.clone(), containerd.clone());
        assert_eq!((info.lists_parts(), info.pushes_platforms()), (lists, pushes), "{api}");
        let graph = engine_info(version, json!({}));
        assert!(!graph.lists_parts() && !graph.pushes_platforms() && !graph.keeps_digests());
    }
    assert!(ApiVersion::parse("1").is_none());
    assert!(ApiVersion::parse("1.x").is_none());
}

#[test]
fn a_response_without_an_api_version_is_an_error() {
    let version = serde_json::from_value(json!({"Version": "x"})).unwrap();
    assert!(EngineInfo::from_responses(version, SystemInfo::default()).is_err());
}
