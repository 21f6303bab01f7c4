//! The Docker Engine on this computer.

use serde::{Deserialize, Serialize};
pub use transload_docker::ImageStore as EngineStore;
use transload_errors::ApiError;
use ts_rs::TS;

use crate::sources::ImageSource;

/// The Docker Engine on this computer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct EngineStatus {
    /// Whether one answers.
    pub running: bool,
    /// The address that answers, or was tried first.
    pub address: Option<String>,
    /// Where that address comes from.
    pub origin: Option<EngineOrigin>,
    /// What answers, such as `Docker Engine 28.2.2`.
    pub version: Option<String>,
    /// Whether it keeps images as they were pulled (containerd) or re-packs layers on push.
    pub keeps_digests: Option<bool>,
    /// How it keeps images.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub store: Option<EngineStore>,
    /// The newest version of the Docker Engine API that it speaks, such as `1.51`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub api: Option<String>,
    /// The platform that it runs on, such as `linux/amd64`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub platform: Option<String>,
    /// Every address that was tried, in order.
    pub tried: Vec<EngineAttempt>,
    /// Why none answers.
    pub error: Option<ApiError>,
}

/// What a registry has of an image that the Docker Engine pulled from there, where that is more or
/// something else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct EngineOriginal {
    /// The tag at the engine, and at the registry.
    pub tag: String,
    /// The registry, such as `docker.io`.
    pub registry: String,
    /// The source that copies it from there.
    pub source: ImageSource,
    /// The repository as that source shows it.
    pub repository: String,
    /// The platforms that the registry has, if it has more than the engine. Empty for a single image.
    pub platforms: Vec<String>,
    /// The platforms that the engine holds; empty where it does not say.
    pub held_platforms: Vec<String>,
    /// Whether the tag points to something else there than what was pulled.
    pub moved: bool,
    /// Whether the engine can't push the image, because it doesn't hold its layers.
    #[serde(default)]
    pub layers_missing: bool,
}

/// One address that was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct EngineAttempt {
    /// The address.
    pub address: String,
    /// Where it comes from.
    pub origin: EngineOrigin,
    /// What came of it, in a few words.
    pub outcome: String,
}

/// Where an engine address comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "sources.ts")]
pub enum EngineOrigin {
    /// Transload's own settings.
    Settings,
    /// The variable `DOCKER_HOST`.
    Environment,
    /// A Docker context.
    Context {
        /// Its name.
        name: String,
    },
    /// A socket where a product puts it.
    Socket {
        /// The product, such as `Docker Desktop`.
        product: String,
    },
}
