//! The data folder that the command line and the window share: one history and one set of settings
//! for both.

use std::path::PathBuf;

use transload_errors::{ApiError, ErrorCode};

/// Returns the folder that `TRANSLOAD_DATA_DIR` names, or the folder of the window.
pub fn data_folder() -> Result<PathBuf, ApiError> {
    let named = std::env::var_os("TRANSLOAD_DATA_DIR").filter(|name| !name.is_empty());
    let folder = match named {
        Some(named) => std::path::absolute(named).ok(),
        None => dirs::data_dir().map(|data| data.join("io.github.transload.Transload")),
    };
    folder.ok_or_else(|| {
        ApiError::new(ErrorCode::StorageFailed, "This system defines no data folder.")
            .hint("Set TRANSLOAD_DATA_DIR to a folder.")
    })
}
