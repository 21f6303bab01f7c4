//! Why an image can't be inspected.

use transload_registry::RegistryError;

/// Why an image can't be inspected.
#[derive(Debug, thiserror::Error)]
pub enum InspectError {
    #[error(transparent)]
    Registry(#[from] RegistryError),
    #[error("{subject} has no image for the platform {requested}; it has {available}")]
    PlatformMissing {
        subject: String,
        requested: String,
        /// The platforms of the index, separated by commas.
        available: String,
    },
    #[error("the indexes of {subject} are nested too deeply")]
    NestedTooDeeply { subject: String },
}
