//! What the rest of the engine asks of a Docker Engine.

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use crate::archive::ImageArchive;
use crate::engine_image::{EngineImage, EnginePlatform};
use crate::engine_info::EngineInfo;
use crate::error::DockerError;
use transload_model::{Digest, ImageReference, RegistryHost, Secret};

/// The calls of the Docker Engine that Transload makes.
#[async_trait]
pub trait DockerApi: Send + Sync {
    /// What answers, and how it keeps images.
    async fn info(&self) -> Result<EngineInfo, DockerError>;

    /// Every image that has a name.
    async fn images(&self) -> Result<Vec<EngineImage>, DockerError>;

    /// The image that a name points to now.
    async fn image(&self, reference: &ImageReference) -> Result<EngineImage, DockerError>;

    /// The image with this ID, whatever its names are now.
    async fn image_by_id(&self, id: &Digest) -> Result<EngineImage, DockerError>;

    /// Gives the image with this ID another name. By ID, because a name may point to another image
    /// a moment later.
    async fn tag(&self, id: &Digest, target: &ImageReference) -> Result<(), DockerError>;

    /// Opens the archive of an image. The containerd image store puts its original manifests and
    /// layers into it, as far as it holds them; other stores make new ones.
    async fn archive(&self, id: &Digest) -> Result<ImageArchive, DockerError>;

    /// Takes a name away; the image stays while it has another one.
    async fn untag(&self, reference: &ImageReference) -> Result<(), DockerError>;

    /// Tries a login on a registry; the engine keeps nothing of it. Podman cannot try one on a
    /// registry of this computer that speaks plain HTTP: there the push is the first to tell.
    async fn log_in(&self, registry: &RegistryHost, login: &EngineLogin)
    -> Result<(), DockerError>;

    /// Pushes one tag with a login for this call alone. With a `platform` the engine sends only that
    /// image of an index, which needs [`EngineInfo::pushes_platforms`]. `progress` is called for every
    /// line of the engine that speaks of a layer; some engines, such as Podman 4.3, send none.
    ///
    /// # Errors
    /// [`DockerError::Cancelled`] when `cancel` fires; the engine stops sending then.
    async fn push(
        &self,
        reference: &ImageReference,
        platform: Option<&EnginePlatform>,
        login: &EngineLogin,
        progress: &mut (dyn FnMut(PushProgress) + Send),
        cancel: &CancellationToken,
    ) -> Result<PushOutcome, DockerError>;
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
    /// The index of which the engine sent one image only, where it said that it did so.
    pub instead_of_index: Option<Digest>,
}
