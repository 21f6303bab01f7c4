//! The folders of the work tree. `main` finds them once and passes them to every command.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

pub struct Workspace {
    /// The root of the repository.
    pub root: PathBuf,
    /// The target folder of cargo.
    pub target: PathBuf,
    /// Programs that the checks and packages require, below the target folder.
    pub tools: PathBuf,
}

impl Workspace {
    /// Finds the work tree at run time: work trees that share a target folder also share the program.
    pub fn find() -> Result<Self> {
        let package = std::env::var_os("CARGO_MANIFEST_DIR")
            .context("CARGO_MANIFEST_DIR isn't set; start this as `cargo xtask`")?;
        let root = Path::new(&package)
            .ancestors()
            .nth(3)
            .context("xtask isn't in src-tauri/crates")?
            .to_path_buf();
        let target = match std::env::var_os("CARGO_TARGET_DIR") {
            Some(folder) => root.join(folder),
            None => root.join("target"),
        };
        let tools = target.join("tools");
        Ok(Self { root, target, tools })
    }

    pub fn ui(&self) -> PathBuf {
        self.root.join("ui")
    }

    /// The TypeScript types that are generated from Rust.
    pub fn generated(&self) -> PathBuf {
        self.ui().join("src/ipc/generated")
    }

    /// The folder of the shell, where the Tauri bundler looks for its configuration.
    pub fn shell(&self) -> PathBuf {
        self.root.join("src-tauri")
    }

    /// The lock files of the programs from PyPI and npm.
    pub fn tool_lists(&self) -> PathBuf {
        self.root.join("src-tauri/crates/xtask/tools")
    }

    pub fn python_tools(&self) -> PathBuf {
        self.tools.join("python/bin")
    }

    /// The Docker Engines that the set-up installed, one folder each.
    pub fn engines(&self) -> PathBuf {
        self.tools.join("engines")
    }

    /// The WebDriver server that drives a real window.
    pub fn tauri_driver(&self) -> PathBuf {
        self.tools.join("bin/tauri-driver")
    }

    /// The window's program of a release or debug build.
    pub fn program(&self, release: bool) -> PathBuf {
        self.target.join(if release { "release/transload" } else { "debug/transload" })
    }
}

/// Returns whether a window can open. Other systems than Linux always have a display.
#[must_use]
pub fn has_display() -> bool {
    !cfg!(target_os = "linux")
        || ["DISPLAY", "WAYLAND_DISPLAY"]
            .iter()
            .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}
