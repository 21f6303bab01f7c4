//! Locations of the programs that the stories use.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

pub fn workspace_root() -> PathBuf {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    crate_folder.parent().unwrap_or(crate_folder).to_path_buf()
}

/// The target folder of cargo.
pub fn target_folder() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => workspace_root().join(folder),
        None => workspace_root().join("target"),
    }
}

/// A Python program (`aws`, `ministack`, `python3`): in the folder of `TRANSLOAD_TOOLS`, in the folder of
/// `cargo xtask setup --tests`, or on the `PATH`.
///
/// # Errors
/// If the program is not found; the error lists the searched folders.
pub fn python_tool(name: &str) -> Result<PathBuf> {
    let made_by_xtask = target_folder().join("tools/python/bin");
    let named = std::env::var_os("TRANSLOAD_TOOLS").map(PathBuf::from);
    find(name, named.into_iter().chain([made_by_xtask]))
}

/// `tauri-driver`: at the path of `TRANSLOAD_TAURI_DRIVER`, in the folder of `cargo xtask setup --tests`, or
/// on the `PATH`.
pub fn tauri_driver() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("TRANSLOAD_TAURI_DRIVER") {
        return Ok(PathBuf::from(path));
    }
    find("tauri-driver", [target_folder().join("tools/bin")])
}

/// The program with the window: at the path of `TRANSLOAD_APP`, or where `cargo build` puts it.
pub fn application() -> Result<PathBuf> {
    let path = match std::env::var_os("TRANSLOAD_APP") {
        Some(path) => PathBuf::from(path),
        None => target_folder().join("debug/transload"),
    };
    if !path.is_file() {
        bail!("the window's program is not at {}: build it first", path.display());
    }
    Ok(path)
}

/// `transload-cli`, where `cargo build` or a test run puts it.
pub fn command_line() -> Result<PathBuf> {
    let path = target_folder().join("debug/transload-cli");
    if !path.is_file() {
        bail!("the command line is not at {}: build the workspace first", path.display());
    }
    Ok(path)
}

/// The folder of a Docker Engine that `cargo xtask setup --tests` installed: below the folder of
/// `TRANSLOAD_ENGINES`, or in the target folder.
pub fn engine_root(name: &str) -> Result<PathBuf> {
    let engines = std::env::var_os("TRANSLOAD_ENGINES")
        .map_or_else(|| target_folder().join("tools/engines"), PathBuf::from);
    let root = engines.join(name);
    if !root.join("usr/sbin/dockerd").is_file() {
        bail!("no Docker Engine in {}: `cargo xtask setup --tests` installs it", root.display());
    }
    Ok(root)
}

/// A system program: on the `PATH`, or in the folders for root on Debian.
///
/// # Errors
/// If the program is not found; the error lists the searched folders.
pub fn system_tool(name: &str) -> Result<PathBuf> {
    find(name, [])
}

fn find(name: &str, first: impl IntoIterator<Item = PathBuf>) -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = first
        .into_iter()
        .chain(std::env::split_paths(&path))
        .chain(["/usr/sbin", "/sbin"].map(PathBuf::from))
        .collect();
    match folders.iter().map(|folder| folder.join(name)).find(|path| path.is_file()) {
        Some(found) => Ok(found),
        None => bail!(
            "the program {name} was not found in {}",
            folders
                .iter()
                .map(|folder| folder.display().to_string())
                .collect::<Vec<_>>()
                .join(", ")
        ),
    }
}
