//! `cargo xtask package`: the `.deb` and the `.rpm`, and a trial of the first.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::arguments::Arguments;
use crate::place::Place;
use crate::process::Run;
use crate::run;
use crate::setup::{self, Consent, Purpose};

/// The package's name, as the bundler makes it of the product's.
const PACKAGE: &str = "transload";

/// How long the installed program may take until its window is there.
const WINDOW_LIMIT: Duration = Duration::from_secs(60);

/// # Errors
/// Whatever a step says.
pub fn run(place: &Place, arguments: &mut Arguments) -> Result<()> {
    let consent = Consent::read(arguments);
    let check = arguments.flag("--check");
    arguments.finish()?;
    setup::system(if check { Purpose::Tests } else { Purpose::Build }, consent)?;
    setup::package_tools(place)?;
    run::build_window(place)?;
    Run::cargo(&["build", "--release", "--package", "transload"], &place.root).show()?;
    let bundles = place.target.join("release/bundle");
    // Packages of earlier versions must not pass for this one.
    if bundles.is_dir() {
        fs::remove_dir_all(&bundles)?;
    }
    // The bundler packs what cargo built; it needs nothing from the network for these two.
    let tauri = place.tools.join("node/node_modules/.bin/tauri");
    Run::new(tauri, ["bundle", "--bundles", "deb,rpm"], &place.shell())
        .env("CARGO_TARGET_DIR", &place.target)
        .show()?;
    let deb = the_only(&bundles.join("deb"), "deb")?;
    let rpm = the_only(&bundles.join("rpm"), "rpm")?;
    for package in [&deb, &rpm] {
        println!("{} ({} bytes)", package.display(), fs::metadata(package)?.len());
    }
    if check { trial(&deb) } else { Ok(()) }
}

fn the_only(folder: &Path, extension: &str) -> Result<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .with_context(|| format!("{} cannot be read", folder.display()))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.is_file() && path.extension().is_some_and(|end| end == extension))
        .collect();
    match (found.pop(), found.len()) {
        (Some(path), 0) => Ok(path),
        (_, more) => bail!("{} holds {more} packages too many or none", folder.display()),
    }
}

/// Installs the package, starts the program without a screen until its window is there, removes
/// the package, and looks for what is left.
fn trial(deb: &Path) -> Result<()> {
    let here = Path::new("/");
    if Run::new("dpkg-query", ["--show", PACKAGE], here).succeeds() {
        bail!("{PACKAGE} is installed here already; the trial would remove it: remove it first");
    }
    setup::apt(&["update", "-q"])?;
    setup::apt(&["install", "-y", "-q", "--no-install-recommends", &deb.to_string_lossy()])?;
    let files = Run::new("dpkg-query", ["--listfiles", PACKAGE], here).output();
    let started = starts();
    // Removed whatever came of the start.
    setup::apt(&["purge", "-y", "-q", PACKAGE])?;
    started?;
    let files = files?;
    let left: Vec<&str> = files
        .lines()
        .filter(|path| Path::new(path).is_file() || Path::new(path).is_symlink())
        .collect();
    if !left.is_empty() {
        bail!("removing the package left: {}", left.join(", "));
    }
    println!("The package installs, opens its window, and leaves none of its files when removed.");
    Ok(())
}

fn starts() -> Result<()> {
    let here = Path::new("/");
    let version = Run::new(PACKAGE, ["--version"], here).output()?;
    let expected = format!("transload {}", env!("CARGO_PKG_VERSION"));
    if version != expected {
        bail!("the installed program says {version}, not {expected}");
    }
    let data = std::env::temp_dir().join(format!("transload-trial-{}", std::process::id()));
    fs::create_dir_all(&data)?;
    // `xwininfo` must ask the same display, so the display is given by number, not found by
    // `xvfb-run`.
    let display = free_display()?;
    let mut server = Run::new("Xvfb", [&display, "-screen", "0", "1440x1000x24"], here).start()?;
    let outcome = opens(&display, &data);
    end(&mut server);
    fs::remove_dir_all(&data)?;
    outcome
}

fn opens(display: &str, data: &Path) -> Result<()> {
    let here = Path::new("/");
    wait("the display", || Run::new("xwininfo", ["-display", display, "-root"], here).succeeds())?;
    let mut program = Run::new(PACKAGE, ["--practice"], here)
        .env("DISPLAY", display)
        .env_remove("WAYLAND_DISPLAY")
        .env("TRANSLOAD_DATA_DIR", data)
        .start()?;
    let shown = wait("the window", || {
        Run::new("xwininfo", ["-display", display, "-name", "Transload"], here).succeeds()
    });
    let ended = program.try_wait()?;
    end(&mut program);
    shown?;
    if let Some(status) = ended {
        bail!("the program ended by itself ({status})");
    }
    println!("  The window is there.");
    Ok(())
}

fn wait(what: &str, is_there: impl Fn() -> bool) -> Result<()> {
    let begun = Instant::now();
    while begun.elapsed() < WINDOW_LIMIT {
        if is_there() {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    bail!("{what} was not there within {} s", WINDOW_LIMIT.as_secs())
}

fn free_display() -> Result<String> {
    (90..200)
        .find(|number| !Path::new(&format!("/tmp/.X11-unix/X{number}")).exists())
        .map(|number| format!(":{number}"))
        .context("no number for a display is free")
}

/// A program that ended by itself in the meantime is no failure here.
fn end(program: &mut Child) {
    let _ = program.kill();
    let _ = program.wait();
}
