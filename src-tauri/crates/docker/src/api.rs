//! The interface to a Docker Engine that the rest of the program uses. Tests of the migration
//! replace it.

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
    /// Returns product, version and image store of the engine.
    async fn info(&self) -> Result<EngineInfo, DockerError>;

    async fn images(&self) -> Result<Vec<EngineImage>, DockerError>;

    /// Returns the image that a name currently points to.
    ///
    /// # Errors
    /// [`DockerError::ImageMissing`], or a failed request.
    async fn image(&self, reference: &ImageReference) -> Result<EngineImage, DockerError>;

    /// Returns the image with this ID, whatever its current names are.
    ///
    /// # Errors
    /// [`DockerError::ImageMissing`], or a failed request.
    async fn image_by_id(&self, id: &Digest) -> Result<EngineImage, DockerError>;

    /// Adds a name to the image with this ID. Takes an ID because a name can change to another
    /// image at any time.
    async fn tag(&self, id: &Digest, target: &ImageReference) -> Result<(), DockerError>;

    /// Exports an image as an archive. The containerd image store exports the original manifests
    /// and layers that it has. Other stores create new ones.
    async fn archive(&self, id: &Digest) -> Result<ImageArchive, DockerError>;

    /// Removes a name. The engine keeps the image if it has another name.
    async fn untag(&self, reference: &ImageReference) -> Result<(), DockerError>;

    /// Checks a login at a registry. The engine does not store it. Podman can't check a login at a
    /// registry with plain HTTP on this computer. Such a login is accepted here, and a wrong one
    /// fails in the push.
    async fn log_in(&self, registry: &RegistryHost, login: &EngineLogin)
    -> Result<(), DockerError>;

    /// Pushes one tag with a login that is used only for this call. With a `platform`, the engine
    /// pushes only that image of an index, which requires [`EngineInfo::pushes_platforms`].
    /// `progress` is called for every line of the engine about a layer. Some engines, such as
    /// Podman 4.3, report no layers.
    ///
    /// # Errors
    /// [`DockerError::Cancelled`] if `cancel` was triggered; the engine then stops the push.
    /// Otherwise a failed push.
    async fn push(
        &self,
        reference: &ImageReference,
        platform: Option<&EnginePlatform>,
        login: &EngineLogin,
        progress: &mut (dyn FnMut(PushProgress) + Send),
        cancel: &CancellationToken,
    ) -> Result<PushOutcome, DockerError>;
}

/// User name and password for a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineLogin {
    pub user: String,
    /// Password or token.
    pub password: Secret<String>,
}

/// A progress report of the engine about a layer of a push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushProgress {
    /// The engine's short ID of the layer.
    pub layer: String,
    pub state: PushLayerState,
}

/// The state of a layer during a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PushLayerState {
    /// Being prepared, or queued.
    Waiting,
    /// Being uploaded.
    Sending {
        sent_bytes: u64,
        /// Size of the layer in bytes, if the engine reports it.
        total_bytes: Option<u64>,
    },
    /// The repository already has it.
    AlreadyExists,
    /// The registry mounted it from another repository.
    Mounted,
    /// Uploaded.
    Done,
}

/// The result of a push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushOutcome {
    /// The digest that the tag now points to, as reported by the engine.
    pub digest: Digest,
    /// The index of which the engine pushed only one image, if it reported that.
    pub instead_of_index: Option<Digest>,
}
