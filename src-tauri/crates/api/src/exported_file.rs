//! Writes files that the user exports.

use std::path::PathBuf;

use transload_errors::ApiError;
use transload_files::write_whole;

/// Replaces a file as a whole, on a thread that may block.
pub(crate) async fn write_exported(path: PathBuf, text: String) -> Result<(), ApiError> {
    let written = {
        let path = path.clone();
        tokio::task::spawn_blocking(move || write_whole(&path, text.as_bytes())).await
    };
    let written = written.map_err(|error| ApiError::internal(error.to_string()))?;
    written.map_err(|error| ApiError::storage(&path, &error))
}
