//! Docker Engines that Debian's current release does not have, each with the system it was built
//! for, in a folder below `target/tools/engines`. The stories start `dockerd` from there in a mount
//! namespace of its own, so nothing of this computer changes.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::place::Place;
use crate::process::Run;

/// An engine, and the release of Debian that brings it.
struct Engine {
    /// The folder's name, by which the tests ask for it.
    folder: &'static str,
    release: &'static str,
}

/// 26.1.5: the containerd image store beside the graph drivers, with an API that is too old to
/// choose a platform for a push.
const FOR_TESTS: Engine = Engine { folder: "docker-26", release: "trixie" };

/// What Debian has newest, 28.5.2 when this was written. It changes with time, so no check that
/// must always pass relies on it.
const NEWEST: Engine = Engine { folder: "docker-newest", release: "testing" };

/// What a running engine does not read.
const NOT_NEEDED: &[&str] =
    &["var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/man", "usr/share/locale"];

/// Installs the engine that every run of the checks needs.
///
/// # Errors
/// What debootstrap says.
pub fn engine_for_tests(place: &Place) -> Result<()> {
    install(place, &FOR_TESTS)
}

/// Installs the newest engine that Debian has.
///
/// # Errors
/// What debootstrap says.
pub fn newest_engine(place: &Place) -> Result<()> {
    install(place, &NEWEST)
}

fn install(place: &Place, engine: &Engine) -> Result<()> {
    // Other systems have no debootstrap; the engine stories run on Linux.
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let root = place.engines().join(engine.folder);
    if root.is_dir() {
        return Ok(());
    }
    println!(
        "The Docker Engine of Debian {} is installed into {}.",
        engine.release,
        root.display()
    );
    fs::create_dir_all(place.engines())?;
    // A download that broke off must not pass for an engine: the folder gets its name at the end.
    let unfinished = place.engines().join(format!("{}.unfinished", engine.folder));
    let mut outcome = debootstrap(&unfinished, engine.release);
    if outcome.is_err() {
        println!("  Once more, in case the connection was the cause.");
        outcome = debootstrap(&unfinished, engine.release);
    }
    outcome?;
    for folder in NOT_NEEDED {
        as_root(&["rm", "-rf", &unfinished.join(folder).to_string_lossy()])?;
    }
    as_root(&["mv", &unfinished.to_string_lossy(), &root.to_string_lossy()])
}

fn debootstrap(folder: &Path, release: &str) -> Result<()> {
    let path = folder.to_string_lossy();
    as_root(&["rm", "-rf", &path])?;
    let log = folder.with_extension("log");
    // Its log has some 300 lines; only a failure's end is worth reading.
    let line =
        "log=$1; shift; debootstrap \"$@\" >\"$log\" 2>&1 || { tail -n 20 \"$log\"; exit 1; }";
    let (log, options) = (log.to_string_lossy(), ["--variant=minbase", "--include=docker.io"]);
    as_root(&["sh", "-c", line, "sh", &log, options[0], options[1], release, &path])
}

fn as_root(words: &[&str]) -> Result<()> {
    let here = Path::new(".");
    let is_root = Run::new("id", ["-u"], here).output()? == "0";
    let mut line: Vec<&str> = if is_root { Vec::new() } else { vec!["sudo"] };
    line.extend(words);
    let Some((program, arguments)) = line.split_first() else { bail!("there is nothing to run") };
    Run::new(program, arguments, here)
        .show()
        .context("the engine's folder belongs to root, as a container's files do")
}
