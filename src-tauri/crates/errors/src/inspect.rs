//! An image that can't be inspected, or a layer that can't be listed.

use transload_inspect::InspectError;
use transload_layer_files::LayerFilesError;

use crate::api_error::ApiError;
use crate::code::ErrorCode;
use crate::sentence::sentence;

impl From<InspectError> for ApiError {
    fn from(error: InspectError) -> Self {
        let message = sentence(&error.to_string());
        match &error {
            InspectError::Registry(error) => Self::from(error),
            InspectError::PlatformMissing { requested, .. } => {
                Self::new(ErrorCode::PlatformMissing, message).about(requested)
            }
            InspectError::DocumentMissing { subject } => {
                Self::new(ErrorCode::ImageMissing, message).about(subject)
            }
            InspectError::DocumentTooLarge { subject, .. }
            | InspectError::DocumentUnreadable { subject, .. } => {
                Self::new(ErrorCode::DocumentUnreadable, message).about(subject)
            }
            InspectError::NestedTooDeeply { subject } => {
                Self::new(ErrorCode::ManifestUnsupported, message).about(subject)
            }
        }
    }
}

impl From<LayerFilesError> for ApiError {
    fn from(error: LayerFilesError) -> Self {
        let message = sentence(&error.to_string());
        match &error {
            LayerFilesError::Registry(error) => Self::from(error),
            LayerFilesError::Foreign { digest }
            | LayerFilesError::Unreadable { digest, .. }
            | LayerFilesError::WrongContents { digest } => {
                Self::new(ErrorCode::LayerUnreadable, message).about(digest.as_str())
            }
        }
    }
}
