//! An image that can't be inspected.

use transload_inspect::InspectError;

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
