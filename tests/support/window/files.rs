//! Files of a window story: its screenshots, and programs that it puts on the `PATH`.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::tools::target_folder;

/// Returns the folder of screenshots: the one of `TRANSLOAD_SCREENSHOTS`, or `target/window-stories`.
pub(super) fn screenshot_folder() -> Result<PathBuf> {
    let folder = match std::env::var_os("TRANSLOAD_SCREENSHOTS") {
        Some(folder) => PathBuf::from(folder),
        None => target_folder().join("window-stories"),
    };
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Writes an executable script.
pub(super) fn write_program(path: &Path, text: &str) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(path, text)?;
    Ok(std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))?)
}
