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
            ClientFileError::NoFolder => Self::new(ErrorCode::ClientFolderMissing, text),
            ClientFileError::NothingToUndo { path } => {
                Self::new(ErrorCode::ClientFileNotInstalled, text).about(path.display().to_string())
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

#[cfg(test)]
mod tests {
    use std::io::Error;
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn every_failure_of_a_client_file_has_its_own_code() {
        let path = || PathBuf::from("/etc/containerd/hosts.toml");
        let denied = || Error::from(ErrorKind::PermissionDenied);
        // A failure, its code, whether its subject is the file, and whether it says how to write as the administrator.
        for (failure, code, is_about_file, has_hint) in [
            (ClientFileError::NoFolder, ErrorCode::ClientFolderMissing, false, false),
            (
                ClientFileError::NothingToUndo { path: path() },
                ErrorCode::ClientFileNotInstalled,
                true,
                false,
            ),
            (
                ClientFileError::ChangedSince { path: path() },
                ErrorCode::ClientFileChanged,
                true,
                false,
            ),
            (
                ClientFileError::Unreadable { path: path(), source: denied() },
                ErrorCode::StorageFailed,
                true,
                false,
            ),
            (
                ClientFileError::NotWritable { path: path(), source: denied() },
                ErrorCode::StorageFailed,
                true,
                true,
            ),
        ] {
            let text = failure.to_string();
            let error = ApiError::from(failure);
            assert_eq!(error.code, code, "{text}");
            assert_eq!(error.subject.is_some(), is_about_file, "{text}");
            assert_eq!(error.hints.iter().any(|hint| hint.contains("sudo")), has_hint, "{text}");
        }
    }
}
