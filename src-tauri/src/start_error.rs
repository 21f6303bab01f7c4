//! Why the program can't start. `start` and `folders` return it, and `main` prints it.

use std::path::PathBuf;

use crate::log::LogError;

/// Why the program can't start, as a sentence with a next step.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(
        "Couldn't use the data folder {}: {source}. Check that you can write to it and that the \
         disk has free space, or choose another folder with TRANSLOAD_DATA_DIR.",
        folder.display()
    )]
    DataFolder {
        folder: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("This system defines no data folder ({0}). Set TRANSLOAD_DATA_DIR to a folder.")]
    NoDataFolder(#[source] tauri::Error),
    #[error(
        "Couldn't write the log to {}: {source}. Check that you can write to this folder and that \
         the disk has free space, or choose another data folder with TRANSLOAD_DATA_DIR.",
        folder.display()
    )]
    Log {
        folder: PathBuf,
        #[source]
        source: LogError,
    },
    /// The window or its web view couldn't be created.
    #[error("Couldn't open the window: {0}. {next_step}", next_step = window_next_step())]
    Window(#[source] tauri::Error),
}

/// Returns what the user can do if the window doesn't open.
pub(crate) fn window_next_step() -> &'static str {
    if cfg!(windows) {
        "Install the Microsoft Edge WebView2 Runtime, then start Transload again."
    } else if cfg!(target_os = "macos") {
        "Update macOS, then start Transload again."
    } else {
        "Check that the display is available (DISPLAY or WAYLAND_DISPLAY) and that WebKitGTK 4.1 is \
         installed (package libwebkit2gtk-4.1-0), then start Transload again."
    }
}
