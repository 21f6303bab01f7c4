//! `cargo xtask package`: builds the `.deb` and the `.rpm`, and with `--check` installs and starts the
//! `.deb`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::arguments::Arguments;
use crate::process::Process;
use crate::setup::consent::Consent;
use crate::setup::purpose::Purpose;
use crate::workspace::Workspace;
use crate::{setup, ui_build};

/// The name of the package, which the bundler derives from the product name.
const PACKAGE: &str = "transload";

/// How long the display and the window may take to appear.
const WINDOW_LIMIT: Duration = Duration::from_secs(60);

pub fn run(workspace: &Workspace, arguments: &mut Arguments) -> Result<()> {
    let consent = Consent::read(arguments);
    let check = arguments.flag("--check");
    arguments.finish()?;
    setup::system(if check { Purpose::Tests } else { Purpose::Build }, consent)?;
    setup::programs::package_tools(workspace)?;
    ui_build::build(workspace)?;
    Process::cargo(&["build", "--release", "--package", "transload"], &workspace.root).run()?;
    let bundles = workspace.target.join("release/bundle");
    // Packages of earlier versions would be mistaken for this one.
    if bundles.is_dir() {
        fs::remove_dir_all(&bundles)?;
    }
    // The bundler packs what cargo built, without network access for these two formats.
    let tauri = workspace.tools.join("node/node_modules/.bin/tauri");
    Process::new(tauri, ["bundle", "--bundles", "deb,rpm"], &workspace.shell())
        .env("CARGO_TARGET_DIR", &workspace.target)
        .run()?;
    let deb = the_only(&bundles.join("deb"), "deb")?;
    let rpm = the_only(&bundles.join("rpm"), "rpm")?;
    for package in [&deb, &rpm] {
        println!("{} ({} bytes)", package.display(), fs::metadata(package)?.len());
    }
    if check { check_installation(&deb) } else { Ok(()) }
}

fn the_only(folder: &Path, extension: &str) -> Result<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .with_context(|| format!("couldn't read {}", folder.display()))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.is_file() && path.extension().is_some_and(|end| end == extension))
        .collect();
    match (found.pop(), found.len()) {
        (Some(path), 0) => Ok(path),
        (_, more) => {
            bail!("expected one package in {}, found {more} more or none", folder.display())
        }
    }
}

/// Installs the package, waits for the window on a virtual display, removes the package, and fails if
/// files are left.
fn check_installation(deb: &Path) -> Result<()> {
    let here = Path::new("/");
    if Process::new("dpkg-query", ["--show", PACKAGE], here).succeeds() {
        bail!("{PACKAGE} is already installed, and the check would remove it; remove it first");
    }
    setup::apt::apt(&["update", "-q"])?;
    setup::apt::apt(&["install", "-y", "-q", "--no-install-recommends", &deb.to_string_lossy()])?;
    let files = Process::new("dpkg-query", ["--listfiles", PACKAGE], here).output();
    let started = check_start();
    // Removed even if the start failed.
    setup::apt::apt(&["purge", "-y", "-q", PACKAGE])?;
    started?;
    let files = files?;
    let left: Vec<&str> = files
        .lines()
        .filter(|path| Path::new(path).is_file() || Path::new(path).is_symlink())
        .collect();
    if !left.is_empty() {
        bail!("files left after removing the package: {}", left.join(", "));
    }
    println!("The package installs, opens its window, and leaves no files when removed.");
    Ok(())
}

fn check_start() -> Result<()> {
    let here = Path::new("/");
    let version = Process::new(PACKAGE, ["--version"], here).output()?;
    let expected = format!("transload {}", env!("CARGO_PKG_VERSION"));
    if version != expected {
        bail!("the installed program has version {version}, not {expected}");
    }
    let data = std::env::temp_dir().join(format!("transload-trial-{}", std::process::id()));
    fs::create_dir_all(&data)?;
    // `xwininfo` needs the number of the display, which `xvfb-run` would choose itself.
    let display = free_display()?;
    let mut server =
        Process::new("Xvfb", [&display, "-screen", "0", "1440x1000x24"], here).spawn()?;
    let outcome = wait_for_window(&display, &data);
    end(&mut server);
    fs::remove_dir_all(&data)?;
    outcome
}

fn wait_for_window(display: &str, data: &Path) -> Result<()> {
    let here = Path::new("/");
    wait("the display", || {
        Process::new("xwininfo", ["-display", display, "-root"], here).succeeds()
    })?;
    let mut program = Process::new(PACKAGE, ["--practice"], here)
        .env("DISPLAY", display)
        .env_remove("WAYLAND_DISPLAY")
        .env("TRANSLOAD_DATA_DIR", data)
        .spawn()?;
    let shown = wait("the window", || {
        Process::new("xwininfo", ["-display", display, "-name", "Transload"], here).succeeds()
    });
    let ended = program.try_wait()?;
    end(&mut program);
    shown?;
    if let Some(status) = ended {
        bail!("the program exited unexpectedly ({status})");
    }
    println!("  The window opened.");
    Ok(())
}

fn wait(what: &str, is_ready: impl Fn() -> bool) -> Result<()> {
    let started_at = Instant::now();
    while started_at.elapsed() < WINDOW_LIMIT {
        if is_ready() {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    bail!("{what} did not appear within {} s", WINDOW_LIMIT.as_secs())
}

fn free_display() -> Result<String> {
    (90..200)
        .find(|number| !Path::new(&format!("/tmp/.X11-unix/X{number}")).exists())
        .map(|number| format!(":{number}"))
        .context("no free display number")
}

/// Ends a program. One that already exited is not an error.
fn end(program: &mut Child) {
    let _ = program.kill();
    let _ = program.wait();
}
