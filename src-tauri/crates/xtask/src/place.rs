//! Where things are.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The folders of this work tree.
pub struct Place {
    /// The root of the repository.
    pub root: PathBuf,
    /// Where cargo puts what it builds.
    pub target: PathBuf,
    /// Programs that only the checks and packages need; nothing of the system is touched.
    pub tools: PathBuf,
}

impl Place {
    /// Finds the work tree that cargo runs this program for. It is asked now and not when this
    /// program is built: work trees that share a target folder share this program.
    ///
    /// # Errors
    /// A program that was not started by `cargo xtask`.
    pub fn find() -> Result<Self> {
        let package = std::env::var_os("CARGO_MANIFEST_DIR")
            .context("start this as `cargo xtask`: cargo says which work tree is meant")?;
        let root = Path::new(&package)
            .ancestors()
            .nth(3)
            .context("this package is not where it belongs in the work tree")?
            .to_path_buf();
        let target = match std::env::var_os("CARGO_TARGET_DIR") {
            Some(folder) => root.join(folder),
            None => root.join("target"),
        };
        let tools = target.join("tools");
        Ok(Self { root, target, tools })
    }

    /// The window's own sources, and what npm installs for them.
    pub fn ui(&self) -> PathBuf {
        self.root.join("ui")
    }

    /// The TypeScript types that are made from Rust.
    pub fn generated(&self) -> PathBuf {
        self.ui().join("src/ipc/generated")
    }

    /// The shell's folder, where Tauri's own program looks for its configuration.
    pub fn shell(&self) -> PathBuf {
        self.root.join("src-tauri")
    }

    /// The lists of what the checks and packages need from PyPI and npm.
    pub fn tool_lists(&self) -> PathBuf {
        self.root.join("src-tauri/crates/xtask/tools")
    }

    /// The programs of the Python environment.
    pub fn python_tools(&self) -> PathBuf {
        self.tools.join("python/bin")
    }

    /// The Docker Engines that the set-up installed, a folder each.
    pub fn engines(&self) -> PathBuf {
        self.tools.join("engines")
    }

    /// The program that drives a real window.
    pub fn tauri_driver(&self) -> PathBuf {
        self.tools.join("bin/tauri-driver")
    }

    /// The program of a debug build, or of a release build.
    pub fn program(&self, release: bool) -> PathBuf {
        self.target.join(if release { "release/transload" } else { "debug/transload" })
    }
}

/// Whether a window can open here. Only Linux can be without a display.
#[must_use]
pub fn has_display() -> bool {
    !cfg!(target_os = "linux")
        || ["DISPLAY", "WAYLAND_DISPLAY"]
            .iter()
            .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}
