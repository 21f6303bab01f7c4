//! Failures of the migration journal.

use transload_migration::journal::JournalError;

use crate::api_error::ApiError;
use crate::code::ErrorCode;
use crate::sentence::sentence;

impl From<JournalError> for ApiError {
    fn from(error: JournalError) -> Self {
        Self::from(&error)
    }
}

impl From<&JournalError> for ApiError {
    fn from(error: &JournalError) -> Self {
        let new = |code| ApiError::new(code, sentence(&error.to_string())).caused_by(error);
        match error {
            JournalError::Unusable { path, .. } | JournalError::Database { path, .. }
                if error.is_disk_full() =>
            {
                Self::disk_full(path).caused_by(error)
            }
            JournalError::Database { path, .. } if error.is_corrupt() => {
                let file = path.display();
                let message = format!("The journal {file} is damaged, so the history can't be read.");
                ApiError::new(ErrorCode::JournalFailed, message)
                    .about(file.to_string())
                    .hint(format!(
                        "Move {file} to another folder, together with the files {file}-wal and {file}-shm \
                         if they exist. Transload then starts a new journal."
                    ))
                    .hint("Migrations that only the damaged journal knows can't be resumed or undone.")
                    .caused_by(error)
            }
            JournalError::Unusable { path, .. } | JournalError::Database { path, .. } => {
                new(ErrorCode::JournalFailed)
                    .about(path.display().to_string())
                    .hint(format!("Check that your user has access to {}, and that the disk has free space.", path.display()))
                    .retryable()
            }
            JournalError::TooNew { path, .. } => new(ErrorCode::JournalFailed)
                .about(path.display().to_string())
                .hint("Use the newer version of Transload that wrote this file."),
            JournalError::Damaged { .. } => new(ErrorCode::JournalFailed).hint(
                "Move the file journal.sqlite out of the data folder of Transload. Transload creates a new file.",
            ),
            JournalError::UnreadableMigration { id, .. } => {
                new(ErrorCode::RecordUnreadable).about(id)
            }
            JournalError::Unreadable { .. } => new(ErrorCode::RecordUnreadable),
            JournalError::Unknown { id } => new(ErrorCode::JobUnknown)
                .about(id),
            JournalError::RunsElsewhere { id } => new(ErrorCode::RunsElsewhere)
                .about(id)
                .retryable(),
            JournalError::Closed => {
                new(ErrorCode::JournalFailed).hint("Restart Transload.").retryable()
            }
        }
    }
}
