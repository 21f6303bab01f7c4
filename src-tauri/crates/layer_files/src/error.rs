//! Why a layer can't be listed.

use transload_model::Digest;
use transload_registry::RegistryError;

/// Why a layer can't be listed.
#[derive(Debug, thiserror::Error)]
pub enum LayerFilesError {
    #[error(transparent)]
    Registry(#[from] RegistryError),
    #[error("the layer {digest} is stored outside the registry")]
    Foreign { digest: Digest },
    #[error("the layer {digest} isn't a readable archive: {reason}")]
    Unreadable { digest: Digest, reason: String },
    #[error(
        "the table of contents of the layer {digest} doesn't match its digest, so it isn't shown"
    )]
    WrongContents { digest: Digest },
}
