//! What comes from npm, cargo and PyPI. All of it stays inside the work tree and `target/`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::place::Place;
use crate::process::{Run, find_program};

/// The oldest Node that the window's build takes (Vite 8).
const NODE: (u32, u32) = (20, 19);

const NEXTEST: &str = "0.9.143";
const TAURI_DRIVER: &str = "2.1.0";

/// Looks whether Node is there and new enough. It is not installed: Debian's is older, and which
/// one to take is the person's choice.
///
/// # Errors
/// No Node, or an old one.
pub fn node() -> Result<()> {
    let here = Path::new(".");
    let version = Run::new("node", ["--version"], here)
        .output()
        .context("Node.js is not there; it builds the window: install version 20.19 or newer")?;
    let mut numbers = version.trim_start_matches('v').split('.').map(|n| n.parse().unwrap_or(0));
    let found = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if found < NODE {
        bail!("Node.js {version} is too old to build the window: install 20.19 or newer");
    }
    if find_program(if cfg!(windows) { "npm.cmd" } else { "npm" }).is_none() {
        bail!("npm is not there, though Node.js is: install it (package npm)");
    }
    Ok(())
}

/// Installs what the window's sources need, when its lock file changed since the last time.
///
/// # Errors
/// What npm says.
pub fn window_sources(place: &Place) -> Result<()> {
    npm_install(&place.ui())
}

/// Installs the program that makes packages.
///
/// # Errors
/// What npm says.
pub fn package_tools(place: &Place) -> Result<()> {
    let folder = place.tools.join("node");
    fs::create_dir_all(&folder)?;
    for name in ["package.json", "package-lock.json"] {
        fs::copy(place.tool_lists().join(name), folder.join(name))?;
    }
    npm_install(&folder)
}

/// Installs exactly what the lock file names, and leaves the lock file as it is. Not `npm ci`: that
/// refuses a lock file that was made against a registry without the builds for other systems,
/// which the native packages among these name as optional.
fn npm_install(folder: &Path) -> Result<()> {
    let wanted = folder.join("package-lock.json");
    let stamp = folder.join("node_modules/.installed-lock.json");
    when_changed(&wanted, &stamp, || {
        Run::npm(&["install", "--no-save", "--no-audit", "--no-fund"], folder).show()
    })
}

/// Installs the test runner, unless there is one.
///
/// # Errors
/// What cargo says.
pub fn cargo_nextest(place: &Place) -> Result<()> {
    if find_program("cargo-nextest").is_some() || place.tools.join("bin/cargo-nextest").is_file() {
        return Ok(());
    }
    println!("cargo-nextest runs the tests; it is built once, into {}.", place.tools.display());
    cargo_install(place, "cargo-nextest", NEXTEST)
}

/// Installs the program that drives a real window.
///
/// # Errors
/// What cargo says.
pub fn tauri_driver(place: &Place) -> Result<()> {
    if place.tauri_driver().is_file() {
        return Ok(());
    }
    println!("tauri-driver drives the window; it is built once, into {}.", place.tools.display());
    cargo_install(place, "tauri-driver", TAURI_DRIVER)
}

fn cargo_install(place: &Place, name: &str, version: &str) -> Result<()> {
    let root = place.tools.to_string_lossy();
    // A folder of its own: these builds share nothing with ours, and would wait for its lock.
    let build = place.tools.join("build");
    let arguments =
        ["install", name, "--version", version, "--locked", "--root", root.as_ref(), "--force"];
    Run::cargo(&arguments, &place.root).env("CARGO_TARGET_DIR", &build).show()?;
    fs::remove_dir_all(&build).with_context(|| format!("{} cannot be removed", build.display()))
}

/// Installs ministack and the AWS CLI into a Python environment of their own.
///
/// # Errors
/// What Python or pip says.
pub fn test_programs(place: &Place) -> Result<()> {
    let environment = place.tools.join("python");
    let wanted = place.tool_lists().join("requirements.txt");
    let stamp = environment.join("installed.txt");
    when_changed(&wanted, &stamp, || {
        let folder = environment.to_string_lossy();
        Run::new("python3", ["-m", "venv", "--clear", folder.as_ref()], &place.root).show()?;
        let list = wanted.to_string_lossy();
        let pip = environment.join("bin/pip");
        let arguments =
            ["install", "--quiet", "--disable-pip-version-check", "--no-deps", "-r", &list];
        Run::new(pip, arguments, &place.root).show()
    })
}

/// Does something when a list is not what it was the last time, and remembers the list after.
fn when_changed(wanted: &Path, stamp: &Path, install: impl FnOnce() -> Result<()>) -> Result<()> {
    let list = fs::read(wanted).with_context(|| format!("{} cannot be read", wanted.display()))?;
    if fs::read(stamp).is_ok_and(|done| done == list) {
        return Ok(());
    }
    install()?;
    fs::write(stamp, list).with_context(|| format!("{} cannot be written", stamp.display()))
}
