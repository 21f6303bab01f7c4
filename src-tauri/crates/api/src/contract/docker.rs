use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The Docker Engine on this computer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
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
    /// Every address that was tried, in order.
    pub tried: Vec<EngineAttempt>,
    /// Why none answers.
    pub error: Option<super::ApiError>,
}

/// One address that was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
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
#[ts(export)]
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
