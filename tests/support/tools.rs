//! Where the programs of the stories are.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

/// The root of the workspace.
pub fn workspace_root() -> PathBuf {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    crate_folder.parent().unwrap_or(crate_folder).to_path_buf()
}

/// Where cargo puts what it builds.
pub fn target_folder() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => workspace_root().join(folder),
        None => workspace_root().join("target"),
    }
}

/// The Python programs of the tests (`aws`, `ministack`): in the folder that `TRANSLOAD_TOOLS`
/// names, else where `cargo xtask test` puts them, else on the `PATH`.
///
/// # Errors
/// When the program is nowhere, with the places that were looked at.
pub fn python_tool(name: &str) -> Result<PathBuf> {
    let made_by_xtask = target_folder().join("tools/python/bin");
    let named = std::env::var_os("TRANSLOAD_TOOLS").map(PathBuf::from);
    find(name, named.into_iter().chain([made_by_xtask]))
}

/// `tauri-driver`: at the path that `TRANSLOAD_TAURI_DRIVER` names, else where
/// `cargo xtask test` puts it, else on the `PATH`.
///
/// # Errors
/// When it is nowhere.
pub fn tauri_driver() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("TRANSLOAD_TAURI_DRIVER") {
        return Ok(PathBuf::from(path));
    }
    find("tauri-driver", [target_folder().join("tools/bin")])
}

/// The window's program: at the path that `TRANSLOAD_APP` names, else as `cargo build` leaves it.
///
/// # Errors
/// When it is not built.
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

/// The command line, as `cargo build` or a test run leaves it.
///
/// # Errors
/// When it is not built.
pub fn command_line() -> Result<PathBuf> {
    let path = target_folder().join("debug/transload-cli");
    if !path.is_file() {
        bail!("the command line is not at {}: build the workspace first", path.display());
    }
    Ok(path)
}

/// The folder of a Docker Engine that `cargo xtask setup --tests` installed: below the folder that
/// `TRANSLOAD_ENGINES` names, else where the set-up puts it.
///
/// # Errors
/// When the set-up did not run.
pub fn engine_root(name: &str) -> Result<PathBuf> {
    let engines = std::env::var_os("TRANSLOAD_ENGINES")
        .map_or_else(|| target_folder().join("tools/engines"), PathBuf::from);
    let root = engines.join(name);
    if !root.join("usr/sbin/dockerd").is_file() {
        bail!("no Docker Engine in {}: `cargo xtask setup --tests` installs it", root.display());
    }
    Ok(root)
}

/// A program of the system, on the `PATH` or where Debian puts what only root calls.
///
/// # Errors
/// When the program is nowhere, with the places that were looked at.
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
            "the program {name} is in none of {}",
            folders
                .iter()
                .map(|folder| folder.display().to_string())
                .collect::<Vec<_>>()
                .join(", ")
        ),
    }
}
