//! The Docker Engine on this computer.

use serde::{Deserialize, Serialize};
pub use transload_docker::{EngineOrigin, ImageStore};
use transload_errors::ApiError;
use ts_rs::TS;

use crate::sources::ImageSource;

/// The Docker Engine on this computer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct EngineStatus {
    /// Whether an engine responds.
    pub running: bool,
    /// The address that responds, or that was tried first.
    pub address: Option<String>,
    /// The source of that address.
    pub origin: Option<EngineOrigin>,
    /// Product and version, such as `Docker Engine 28.2.2`.
    pub version: Option<String>,
    /// Whether it keeps images as they were pulled (containerd), or packs layers again on push.
    pub keeps_digests: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub store: Option<ImageStore>,
    /// The newest supported version of the Docker Engine API, such as `1.51`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub api: Option<String>,
    /// The platform of the engine, such as `linux/amd64`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub platform: Option<String>,
    /// Every address that was tried, in order.
    pub tried: Vec<EngineAttempt>,
    /// Why no engine responds.
    pub error: Option<ApiError>,
}

/// The counterpart in a registry of an image that the Docker Engine pulled from there, if they
/// differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct RegistryCounterpart {
    /// The tag in the engine and in the registry.
    pub tag: String,
    /// The registry, such as `docker.io`.
    pub registry: String,
    /// The source that would copy it from the registry.
    pub source: ImageSource,
    /// The repository as that source shows it.
    pub repository: String,
    /// The platforms in the registry, if it has more than the engine. Empty for a single image.
    pub platforms: Vec<String>,
    /// The platforms in the engine. Empty if the engine doesn't report them.
    pub held_platforms: Vec<String>,
    /// Whether the tag in the registry now points to another image than the one that was pulled.
    pub moved: bool,
    /// Whether the engine can't push the image, because it doesn't hold its layers.
    #[serde(default)]
    pub layers_missing: bool,
}

/// An address that was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct EngineAttempt {
    pub address: String,
    pub origin: EngineOrigin,
    /// The result, in a few words.
    pub outcome: String,
}
