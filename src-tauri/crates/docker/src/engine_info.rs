//! Product, version, image store and API version of an engine, and the capabilities that follow
//! from them.

use std::fmt;

use bollard::models::{SystemInfo, SystemVersion};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::error::DockerError;

/// The entry of `DriverStatus` in `/info` of an engine with the containerd image store. Source:
/// moby, `daemon/containerd/service.go`.
const CONTAINERD_STORE: [&str; 2] = ["driver-type", "io.containerd.snapshotter.v1"];

/// Information about the engine at an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineInfo {
    /// Product, such as `Docker Engine`, `Docker Desktop` or `Podman Engine`.
    pub product: String,
    pub version: String,
    pub store: ImageStore,
    /// Newest supported API version.
    pub api: ApiVersion,
    /// Operating system of its machine, such as `linux`.
    pub os: String,
    /// Processor architecture as Go names it, such as `amd64`.
    pub architecture: String,
}

/// The image store of an engine. It determines what a push sends, and does not follow from the
/// version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "sources.ts")]
pub enum ImageStore {
    /// Docker's containerd image store: unchanged manifests and layers, and the pulled part of an
    /// index. The ID of an image is the digest of its index or manifest.
    Containerd,
    /// Docker's graph drivers: uncompressed layers of one platform, which each push compresses
    /// again. The ID of an image is the digest of its configuration.
    GraphDriver,
    /// Podman's store. It compresses layers again, as graph drivers do.
    Podman,
}

/// A version of the Docker Engine API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ApiVersion {
    pub major: u32,
    pub minor: u32,
}

impl ApiVersion {
    /// The first version whose list reports the manifests of an index and which of them the engine
    /// has. Source: moby, `api/docs/CHANGELOG.md`, v1.47.
    pub const LISTS_MANIFESTS: Self = Self { major: 1, minor: 47 };
    /// The first version that can push a single platform of an index. Source: the same file, v1.46.
    pub const PUSHES_PLATFORMS: Self = Self { major: 1, minor: 46 };

    /// Parses a version such as `1.47`. Returns `None` for any other text.
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
    /// Returns whether a push sends the manifests and layers that the engine received, so digests
    /// do not change.
    pub fn keeps_digests(&self) -> bool {
        self.store == ImageStore::Containerd
    }

    /// Returns whether the engine reports which parts of an index it has.
    pub fn lists_parts(&self) -> bool {
        self.keeps_digests() && self.api >= ApiVersion::LISTS_MANIFESTS
    }

    /// Returns whether the engine refuses to push an index that it holds in part. Docker 27 and later
    /// push one of its images instead. Source: docker/cli#4959; moby 27.0.1,
    /// `daemon/containerd/image_push.go`.
    pub fn pushes_whole_or_nothing(&self) -> bool {
        self.keeps_digests() && self.api < ApiVersion::PUSHES_PLATFORMS
    }

    /// Returns whether the engine can push a single platform of an index.
    pub fn pushes_platforms(&self) -> bool {
        self.keeps_digests() && self.api >= ApiVersion::PUSHES_PLATFORMS
    }

    /// Converts the responses of `/version` and `/info`.
    ///
    /// # Errors
    /// [`DockerError::InvalidResponse`] if the version or the API version is missing.
    pub(super) fn from_responses(
        version: SystemVersion,
        info: SystemInfo,
    ) -> Result<Self, DockerError> {
        let invalid = |detail: &str| DockerError::InvalidResponse { detail: detail.to_owned() };
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
            version: version.version.ok_or_else(|| invalid("it has no version"))?,
            store: match (is_podman, in_containerd) {
                (true, _) => ImageStore::Podman,
                (false, true) => ImageStore::Containerd,
                (false, false) => ImageStore::GraphDriver,
            },
            api: api.ok_or_else(|| invalid("it has no API version"))?,
            os: version.os.unwrap_or_default(),
            architecture: version.arch.unwrap_or_default(),
        })
    }
}

/// Returns the name of the product. Sources: the responses of the products. Docker Desktop and
/// Rancher Desktop are named in the operating system, Colima and Rancher Desktop in the name of the
/// machine.
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
mod tests;
