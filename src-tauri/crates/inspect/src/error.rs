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
    #[error("{subject} has no such document")]
    DocumentMissing { subject: String },
    #[error(
        "the document of {subject} has {} MB; at most {} MB are shown",
        size_bytes.div_ceil(1_000_000), limit_bytes / 1_000_000
    )]
    DocumentTooLarge { subject: String, size_bytes: u64, limit_bytes: u64 },
    #[error("the document of {subject} can't be read: {reason}")]
    DocumentUnreadable { subject: String, reason: String },
    #[error("the indexes of {subject} are nested too deeply")]
    NestedTooDeeply { subject: String },
}
