//! What an engine says of itself: product, version, image store, API.

use std::fmt;

use bollard::models::{SystemInfo, SystemVersion};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::error::DockerError;

/// What the information of an engine says in `DriverStatus` when it keeps images in containerd.
/// Source: moby, `daemon/containerd/service.go`.
const CONTAINERD_STORE: [&str; 2] = ["driver-type", "io.containerd.snapshotter.v1"];

/// What answers at an engine's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineInfo {
    /// The product, such as `Docker Engine`, `Docker Desktop` or `Podman Engine`.
    pub product: String,
    /// The version of its engine.
    pub version: String,
    /// How it keeps images.
    pub store: ImageStore,
    /// The newest API version that it speaks.
    pub api: ApiVersion,
    /// Operating system of the machine that it runs on, such as `linux`.
    pub os: String,
    /// Processor architecture as Go names it, such as `amd64`.
    pub architecture: String,
}

/// How an engine keeps images. It decides what a push sends, and cannot be told from the version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "EngineStore", export_to = "sources.ts")]
pub enum ImageStore {
    /// Docker's containerd image store: manifests and layers byte for byte, indexes as far as they
    /// were pulled. An image's ID is the digest of its index or manifest.
    Containerd,
    /// Docker's graph drivers: unpacked layers of one platform, packed again by each push. An image's
    /// ID is the digest of its configuration.
    GraphDriver,
    /// Podman's store. It packs layers again as graph drivers do.
    Podman,
}

/// A version of the Docker Engine API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ApiVersion {
    /// The first number.
    pub major: u32,
    /// The second number.
    pub minor: u32,
}

impl ApiVersion {
    /// The first version that says which parts of an index the engine holds, in its list.
    /// Source: moby, `api/docs/CHANGELOG.md`, v1.47.
    pub const LISTS_MANIFESTS: Self = Self { major: 1, minor: 47 };
    /// The first version that pushes one platform of an index. Source: as above, v1.46.
    pub const PUSHES_PLATFORMS: Self = Self { major: 1, minor: 46 };

    /// Reads a version such as `1.47`; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (major, minor) = text.trim().split_once('.')?;
        Some(Self { major: major.parse().ok()?, minor: minor.parse().ok()? })
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.major, self.minor)
    }
}

impl EngineInfo {
    /// Whether a push sends the manifests and layers that the engine received, so that the digest
    /// stays.
    pub fn keeps_digests(&self) -> bool {
        self.store == ImageStore::Containerd
    }

    /// Whether the engine says which parts of an index it holds.
    pub fn lists_parts(&self) -> bool {
        self.keeps_digests() && self.api >= ApiVersion::LISTS_MANIFESTS
    }

    /// Whether the engine can be asked to push one platform of an index.
    pub fn pushes_platforms(&self) -> bool {
        self.keeps_digests() && self.api >= ApiVersion::PUSHES_PLATFORMS
    }

    /// Reads the answers of `/version` and `/info`.
    ///
    /// # Errors
    /// [`DockerError::AnswerUnusable`] where the version or the API version is missing.
    pub(super) fn read(version: SystemVersion, info: SystemInfo) -> Result<Self, DockerError> {
        let unusable = |detail: &str| DockerError::AnswerUnusable { detail: detail.to_owned() };
        let is_podman = version
            .components
            .iter()
            .flatten()
            .any(|component| component.name.starts_with("Podman"));
        let in_containerd = info
            .driver_status
            .iter()
            .flatten()
            .any(|pair| pair.iter().map(String::as_str).eq(CONTAINERD_STORE));
        let api = version.api_version.as_deref().and_then(ApiVersion::parse);
        Ok(Self {
            product: product(is_podman, &version, &info).to_owned(),
            version: version.version.ok_or_else(|| unusable("it does not say its version"))?,
            store: match (is_podman, in_containerd) {
                (true, _) => ImageStore::Podman,
                (false, true) => ImageStore::Containerd,
                (false, false) => ImageStore::GraphDriver,
            },
            api: api.ok_or_else(|| unusable("it does not say the version of its API"))?,
            os: version.os.unwrap_or_default(),
            architecture: version.arch.unwrap_or_default(),
        })
    }
}

/// The name of what runs the engine. Sources: the answers of the products; Docker Desktop and Rancher
/// Desktop name themselves as the operating system, Colima and Rancher Desktop name their machine.
fn product(is_podman: bool, version: &SystemVersion, info: &SystemInfo) -> &'static str {
    let lower = |text: Option<&str>| text.unwrap_or_default().to_lowercase();
    let platform = lower(version.platform.as_ref().map(|platform| platform.name.as_str()));
    let system = lower(info.operating_system.as_deref());
    let machine = lower(info.name.as_deref());
    if is_podman {
        "Podman Engine"
    } else if platform.starts_with("docker desktop") || system.starts_with("docker desktop") {
        "Docker Desktop"
    } else if system.starts_with("rancher desktop") || machine.contains("rancher-desktop") {
        "Rancher Desktop"
    } else if machine.starts_with("colima") {
        "Colima"
    } else {
        "Docker Engine"
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(version: serde_json::Value, info: serde_json::Value) -> EngineInfo {
        let version = serde_json::from_value(version).unwrap();
        EngineInfo::read(version, serde_json::from_value(info).unwrap()).unwrap()
    }

    #[test]
    fn engines_are_recognized_by_their_answers() {
        let containerd = json!([["driver-type", "io.containerd.snapshotter.v1"]]);
        let podman = json!([{"Name": "Podman Engine", "Version": "4.3.1"}]);
        // Version, API, components, driver, driver status, further fields; as the engines answer.
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
            let answer = json!({
                "Version": version, "ApiVersion": api, "Components": components,
                "Os": "linux", "Arch": "amd64",
            });
            let found = read(answer, info);
            assert_eq!((found.store, found.product.as_str()), (store, product), "{version}");
            assert_eq!(found.api.to_string(), api);
            assert_eq!((found.os.as_str(), found.architecture.as_str()), ("linux", "amd64"));
        }
    }

    #[test]
    fn what_an_engine_can_do_follows_from_store_and_api() {
        let containerd = json!({"DriverStatus": [["driver-type", "io.containerd.snapshotter.v1"]]});
        for (api, lists, pushes) in [
            ("1.45", false, false),
            ("1.46", false, true),
            ("1.47", true, true),
            ("1.100", true, true),
        ] {
            let version = json!({"Version": "x", "ApiVersion": api});
            let info = read(version.clone(), containerd.clone());
            assert_eq!((info.lists_parts(), info.pushes_platforms()), (lists, pushes), "{api}");
            let graph = read(version, json!({}));
            assert!(!graph.lists_parts() && !graph.pushes_platforms() && !graph.keeps_digests());
        }
        assert!(ApiVersion::parse("1").is_none());
        assert!(ApiVersion::parse("1.x").is_none());
    }

    #[test]
    fn an_engine_without_a_version_is_none() {
        let answer = serde_json::from_value(json!({"Version": "x"})).unwrap();
        assert!(EngineInfo::read(answer, SystemInfo::default()).is_err());
    }
}
