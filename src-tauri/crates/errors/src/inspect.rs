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
            InspectError::DocumentTooLarge { subject, .. } => {
                Self::new(ErrorCode::DocumentTooLarge, message).about(subject)
            }
            InspectError::DocumentUnreadable { subject, .. } => {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_that_is_too_large_has_its_size_the_limit_and_a_next_step() {
        let (subject, size_bytes) = ("shop/api@sha256:1".to_owned(), 60_000_000);
        let error = InspectError::DocumentTooLarge { subject, size_bytes, limit_bytes: 50_000_000 };
        let error = ApiError::from(error);
        assert_eq!(error.code, ErrorCode::DocumentTooLarge);
        let sentence = "The document of shop/api@sha256:1 has 60 MB; at most 50 MB are shown.";
        assert_eq!(error.message, sentence);
        assert_eq!(error.subject.as_deref(), Some("shop/api@sha256:1"));
        assert!(
            error.next_steps().next().is_some_and(|step| step.starts_with("Save it to a file"))
        );
    }
}
