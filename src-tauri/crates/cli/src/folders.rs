use std::path::PathBuf;

use transload_api::contract::{ApiError, ErrorCode};

/// Where the window keeps its data too: one history for both.
pub fn data_folder() -> Result<PathBuf, ApiError> {
    let named = std::env::var_os("TRANSLOAD_DATA_DIR").filter(|name| !name.is_empty());
    let folder = match named {
        Some(named) => std::path::absolute(named).ok(),
        None => dirs::data_dir().map(|data| data.join("io.github.transload.Transload")),
    };
    folder.ok_or_else(|| {
        ApiError::new(ErrorCode::StorageFailed, "This system names no folder for data.")
            .hint("Name one with TRANSLOAD_DATA_DIR.")
    })
}
