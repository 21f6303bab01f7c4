//! Programs from npm, cargo and PyPI. They are installed inside the work tree and `target/` only.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::lock;
use crate::process::{Process, find_program};
use crate::workspace::Workspace;

/// The oldest version that Vite 8 supports. Source: <https://vite.dev/guide/>
const MIN_NODE: (u32, u32) = (20, 19);

const NEXTEST_VERSION: &str = "0.9.143";
const TAURI_DRIVER_VERSION: &str = "2.1.0";

/// Checks the version of Node.js. It is not installed automatically: Debian's version is too old, and
/// the choice of another source is the user's.
pub fn check_node() -> Result<()> {
    let here = Path::new(".");
    let version = Process::new("node", ["--version"], here).output().context(
        "Node.js is missing, but building the window requires it; install version 20.19 or newer",
    )?;
    let mut numbers = version.trim_start_matches('v').split('.').map(|n| n.parse().unwrap_or(0));
    let found = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if found < MIN_NODE {
        bail!("Node.js {version} is too old to build the window; install 20.19 or newer");
    }
    if find_program(if cfg!(windows) { "npm.cmd" } else { "npm" }).is_none() {
        bail!("npm is missing; install it (package npm)");
    }
    Ok(())
}

/// Installs the packages of `ui/` if the lock file changed since the last time.
pub fn ui_packages(workspace: &Workspace) -> Result<()> {
    let _lock = lock::wait(workspace)?;
    npm_install(&workspace.ui())
}

/// Installs the Tauri bundler, which builds the .deb and the .rpm.
pub fn package_tools(workspace: &Workspace) -> Result<()> {
    let _lock = lock::wait(workspace)?;
    let folder = workspace.tools.join("node");
    fs::create_dir_all(&folder)?;
    for name in ["package.json", "package-lock.json"] {
        fs::copy(workspace.tool_lists().join(name), folder.join(name))?;
    }
    npm_install(&folder)
}

/// Installs exactly the versions of the lock file and does not change it. `npm ci` is not an option: it
/// rejects a lock file that was made with a registry without builds for other systems, which native
/// packages list as optional.
fn npm_install(folder: &Path) -> Result<()> {
    let wanted = folder.join("package-lock.json");
    let stamp = folder.join("node_modules/.installed-lock.json");
    when_changed(&wanted, &stamp, || {
        Process::npm(&["install", "--no-save", "--no-audit", "--no-fund"], folder).run()
    })
}

/// Installs the test runner if it is missing.
pub fn cargo_nextest(workspace: &Workspace) -> Result<()> {
    if find_program("cargo-nextest").is_some()
        || workspace.tools.join("bin/cargo-nextest").is_file()
    {
        return Ok(());
    }
    println!(
        "Building cargo-nextest, which runs the tests, into {} (once).",
        workspace.tools.display()
    );
    cargo_install(workspace, "cargo-nextest", NEXTEST_VERSION)
}

/// Installs the WebDriver server that drives a real window.
pub fn tauri_driver(workspace: &Workspace) -> Result<()> {
    if workspace.tauri_driver().is_file() {
        return Ok(());
    }
    println!(
        "Building tauri-driver, which drives the window, into {} (once).",
        workspace.tools.display()
    );
    cargo_install(workspace, "tauri-driver", TAURI_DRIVER_VERSION)
}

fn cargo_install(workspace: &Workspace, name: &str, version: &str) -> Result<()> {
    let root = workspace.tools.to_string_lossy();
    // A separate folder: these builds share no artifacts with the workspace and would wait for its lock.
    let build = workspace.tools.join("build");
    let arguments =
        ["install", name, "--version", version, "--locked", "--root", root.as_ref(), "--force"];
    Process::cargo(&arguments, &workspace.root).env("CARGO_TARGET_DIR", &build).run()?;
    fs::remove_dir_all(&build).with_context(|| format!("couldn't remove {}", build.display()))
}

/// Installs ministack and the AWS CLI into a virtual environment.
pub fn test_programs(workspace: &Workspace) -> Result<()> {
    let environment = workspace.tools.join("python");
    let wanted = workspace.tool_lists().join("requirements.txt");
    let stamp = environment.join("installed.txt");
    when_changed(&wanted, &stamp, || {
        let folder = environment.to_string_lossy();
        Process::new("python3", ["-m", "venv", "--clear", folder.as_ref()], &workspace.root)
            .run()?;
        let list = wanted.to_string_lossy();
        let pip = environment.join("bin/pip");
        let arguments =
            ["install", "--quiet", "--disable-pip-version-check", "--no-deps", "-r", &list];
        Process::new(pip, arguments, &workspace.root).run()
    })
}

/// Calls `install` if the list differs from the copy of the last installation, then stores the copy.
fn when_changed(wanted: &Path, stamp: &Path, install: impl FnOnce() -> Result<()>) -> Result<()> {
    let list = fs::read(wanted).with_context(|| format!("couldn't read {}", wanted.display()))?;
    if fs::read(stamp).is_ok_and(|done| done == list) {
        return Ok(());
    }
    install()?;
    fs::write(stamp, list).with_context(|| format!("couldn't write {}", stamp.display()))
}
