use transload_engine::migration::journal::JournalError;

use super::capitalised;
use crate::contract::{ApiError, ErrorCode};

impl From<JournalError> for ApiError {
    fn from(error: JournalError) -> Self {
        Self::from(&error)
    }
}

impl From<&JournalError> for ApiError {
    fn from(error: &JournalError) -> Self {
        let new = |code| ApiError::new(code, capitalised(&error.to_string())).caused_by(error);
        match error {
            JournalError::Unusable { path, .. } | JournalError::Database { path, .. }
                if error.is_disk_full() =>
            {
                Self::disk_full(path).caused_by(error)
            }
            JournalError::Unusable { path, .. } | JournalError::Database { path, .. } => {
                new(ErrorCode::JournalFailed)
                    .about(path.display().to_string())
                    .hint("Check that the folder exists, that you may write to it, and that the disk has room.")
                    .retryable()
            }
            JournalError::TooNew { path, .. } => new(ErrorCode::JournalFailed)
                .about(path.display().to_string())
                .hint("Use the newer version of Transload that wrote it."),
            JournalError::Damaged { .. } => new(ErrorCode::JournalFailed).hint(
                "Move the file journal.sqlite out of Transload's data folder; a new one is made.",
            ),
            JournalError::Unknown { id } => new(ErrorCode::JobUnknown)
                .about(id)
                .hint("Look at the history for the migrations that are known."),
            JournalError::RunsElsewhere { id } => new(ErrorCode::RunsElsewhere)
                .about(id)
                .hint("Follow it where it runs, or stop it there first.")
                .retryable(),
            JournalError::Closed => {
                new(ErrorCode::JournalFailed).hint("Start Transload again.").retryable()
            }
        }
    }
}
