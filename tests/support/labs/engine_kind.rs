//! The kinds of engines and image stores.

use anyhow::Result;

use crate::labs::engine::EngineLab;
use crate::tools::engine_root;

/// The engines that a story on "every engine" runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EngineKind {
    /// Debian's own Docker Engine, 20.10: graph driver, API 1.41.
    Docker20,
    /// Docker Engine 26.1 with the containerd image store, API 1.45.
    Docker26Containerd,
    /// Docker Engine 26.1 with a graph driver.
    Docker26Graph,
    /// Debian's newest Docker Engine with the containerd image store; `cargo xtask engines` alone.
    NewestContainerd,
    /// Debian's newest Docker Engine with a graph driver; `cargo xtask engines` alone.
    NewestGraph,
    /// Debian's Podman, through its Docker API.
    Podman,
}

impl EngineKind {
    /// The engines of this run: those that never change, and with `TRANSLOAD_NEWEST_ENGINE` set
    /// also Debian's newest.
    pub fn all() -> Vec<Self> {
        let mut kinds =
            vec![Self::Docker20, Self::Docker26Containerd, Self::Docker26Graph, Self::Podman];
        if std::env::var_os("TRANSLOAD_NEWEST_ENGINE").is_some() {
            kinds.extend([Self::NewestContainerd, Self::NewestGraph]);
        }
        kinds
    }

    /// Whether it keeps images in containerd, byte for byte as they came.
    pub fn has_containerd_store(self) -> bool {
        matches!(self, Self::Docker26Containerd | Self::NewestContainerd)
    }

    /// The name of its image store.
    pub fn store(self) -> &'static str {
        match self {
            Self::Docker26Containerd | Self::NewestContainerd => "containerd",
            Self::Docker20 | Self::Docker26Graph | Self::NewestGraph => "graph driver",
            Self::Podman => "Podman",
        }
    }

    /// Starts one, empty.
    ///
    /// # Errors
    /// When it is not installed, or does not start.
    pub async fn start(self) -> Result<EngineLab> {
        match self {
            Self::Docker20 => EngineLab::docker().await,
            Self::Podman => EngineLab::podman().await,
            Self::Docker26Containerd => {
                EngineLab::docker_in(&engine_root("docker-26")?, true).await
            }
            Self::Docker26Graph => EngineLab::docker_in(&engine_root("docker-26")?, false).await,
            Self::NewestContainerd => {
                EngineLab::docker_in(&engine_root("docker-newest")?, true).await
            }
            Self::NewestGraph => EngineLab::docker_in(&engine_root("docker-newest")?, false).await,
        }
    }
}
