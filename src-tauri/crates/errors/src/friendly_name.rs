//! Failures of a name of one's own in front of ECR.

use std::io::ErrorKind;

use transload_friendly_name::{ClientFileError, InvalidFriendlyName};

use crate::api_error::ApiError;
use crate::code::ErrorCode;
use crate::sentence::sentence;

impl From<InvalidFriendlyName> for ApiError {
    fn from(error: InvalidFriendlyName) -> Self {
        Self::invalid_input(&error)
    }
}

impl From<ClientFileError> for ApiError {
    fn from(error: ClientFileError) -> Self {
        let text = sentence(&error.to_string());
        let failed = match &error {
            ClientFileError::NoFolder | ClientFileError::NothingToUndo { .. } => {
                Self::new(ErrorCode::InputInvalid, text)
            }
            ClientFileError::Unreadable { path, source } => Self::storage(path, source),
            ClientFileError::NotWritable { path, source } => {
                let failed = Self::storage(path, source);
                match source.kind() {
                    ErrorKind::PermissionDenied => failed.hint(format!(
                        "The file belongs to the administrator. Save it, then run: sudo install -D -m 644 FILE {}",
                        path.display()
                    )),
                    _ => failed,
                }
            }
            ClientFileError::ChangedSince { path } => {
                Self::new(ErrorCode::ClientFileChanged, text).about(path.display().to_string())
            }
        };
        failed.caused_by(&error)
    }
}
