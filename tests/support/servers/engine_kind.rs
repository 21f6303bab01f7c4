//! The kinds of engines and image stores that stories run on.

use anyhow::Result;

use crate::servers::engine::TestEngine;
use crate::tools::engine_root;

/// An engine with its image store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EngineKind {
    /// Debian's Docker Engine 20.10: graph driver, API 1.41.
    Docker20,
    /// Docker Engine 26.1 with the containerd image store, API 1.45.
    Docker26Containerd,
    /// Docker Engine 26.1 with a graph driver.
    Docker26Graph,
    /// Debian's newest Docker Engine with the containerd image store; only with `cargo xtask engines`.
    NewestContainerd,
    /// Debian's newest Docker Engine with a graph driver; only with `cargo xtask engines`.
    NewestGraph,
    /// Debian's Podman, through its Docker API.
    Podman,
}

impl EngineKind {
    /// The engines of this test run: the ones with a fixed version and, if `TRANSLOAD_NEWEST_ENGINE` is set,
    /// also Debian's newest.
    pub fn all() -> Vec<Self> {
        let mut kinds =
            vec![Self::Docker20, Self::Docker26Containerd, Self::Docker26Graph, Self::Podman];
        if std::env::var_os("TRANSLOAD_NEWEST_ENGINE").is_some() {
            kinds.extend([Self::NewestContainerd, Self::NewestGraph]);
        }
        kinds
    }

    /// Whether it stores images in containerd, byte for byte as pulled.
    pub fn has_containerd_store(self) -> bool {
        matches!(self, Self::Docker26Containerd | Self::NewestContainerd)
    }

    pub fn store(self) -> &'static str {
        match self {
            Self::Docker26Containerd | Self::NewestContainerd => "containerd",
            Self::Docker20 | Self::Docker26Graph | Self::NewestGraph => "graph driver",
            Self::Podman => "Podman",
        }
    }

    /// Starts an empty engine.
    pub async fn start(self) -> Result<TestEngine> {
        match self {
            Self::Docker20 => TestEngine::docker().await,
            Self::Podman => TestEngine::podman().await,
            Self::Docker26Containerd => {
                TestEngine::docker_in(&engine_root("docker-26")?, true).await
            }
            Self::Docker26Graph => TestEngine::docker_in(&engine_root("docker-26")?, false).await,
            Self::NewestContainerd => {
                TestEngine::docker_in(&engine_root("docker-newest")?, true).await
            }
            Self::NewestGraph => TestEngine::docker_in(&engine_root("docker-newest")?, false).await,
        }
    }
}
