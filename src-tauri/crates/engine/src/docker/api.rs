//! What the rest of the engine asks of a Docker Engine.

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use super::DockerError;
use crate::model::{Digest, ImageReference, Platform, RegistryHost, Secret};

/// The calls of the Docker Engine that Transload makes.
#[async_trait]
pub trait DockerApi: Send + Sync {
    /// What answers, and how it keeps images.
    async fn info(&self) -> Result<EngineInfo, DockerError>;

    /// Every image that has a name.
    async fn images(&self) -> Result<Vec<EngineImage>, DockerError>;

    /// One image.
    async fn image(&self, reference: &ImageReference) -> Result<EngineImage, DockerError>;

    /// Gives an image a second name.
    async fn tag(
        &self,
        source: &ImageReference,
        target: &ImageReference,
    ) -> Result<(), DockerError>;

    /// Takes a name away; the image stays while it has another one.
    async fn untag(&self, reference: &ImageReference) -> Result<(), DockerError>;

    /// Tries a login on a registry; the engine keeps nothing of it. Podman cannot try one on a
    /// registry of this computer that speaks plain HTTP: there the push is the first to tell.
    async fn log_in(&self, registry: &RegistryHost, login: &EngineLogin)
    -> Result<(), DockerError>;

    /// Pushes one tag with a login for this call alone. `progress` is called for every line of the
    /// engine that speaks of a layer; some engines, such as Podman 4.3, send none.
    ///
    /// # Errors
    /// [`DockerError::Cancelled`] when `cancel` fires; the engine stops sending then.
    async fn push(
        &self,
        reference: &ImageReference,
        login: &EngineLogin,
        progress: &mut (dyn FnMut(PushProgress) + Send),
        cancel: &CancellationToken,
    ) -> Result<PushOutcome, DockerError>;
}

/// What answers at the engine's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineInfo {
    /// The product, such as `Docker Engine` or `Podman Engine`.
    pub product: String,
    /// Its version.
    pub version: String,
    /// Whether layers are kept as they were pulled (the containerd image store), so that a push
    /// keeps the digest. Docker's graph-driver store and Podman keep them unpacked and pack them
    /// anew.
    pub keeps_digests: bool,
}

/// An image of the engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineImage {
    /// The engine's id of it.
    pub id: Digest,
    /// Its names.
    pub references: Vec<ImageReference>,
    /// The digests by which registries know it, as `repository@digest`.
    pub repository_digests: Vec<ImageReference>,
    /// The platforms that the engine holds of it; empty where the engine does not say, as most do
    /// in their list and not for one image.
    pub platforms: Vec<Platform>,
    /// Its size in bytes as the engine counts, unpacked.
    pub size_bytes: u64,
    /// When it was made, in milliseconds since 1970.
    pub created_at_ms: Option<u64>,
}

/// A login for one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineLogin {
    /// The user name.
    pub user: String,
    /// The password or token.
    pub password: Secret<String>,
}

/// What the engine says of a layer during a push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushProgress {
    /// The engine's short id of the layer.
    pub layer: String,
    /// Where it is.
    pub state: PushLayerState,
}

/// Where a layer is during a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PushLayerState {
    /// Being prepared, or its turn has not come.
    Waiting,
    /// On the way.
    Sending {
        /// Bytes sent so far.
        sent_bytes: u64,
        /// Its size, where the engine says so.
        total_bytes: Option<u64>,
    },
    /// The registry has it.
    AlreadyThere,
    /// The registry took it over from another repository.
    Mounted,
    /// It is there.
    Done,
}

/// What a push reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushOutcome {
    /// The digest of what the tag points to now, as the engine reported it.
    pub digest: Digest,
}
