//! Docker Engines that Debian's current release does not have. Each is installed with the system it was
//! built for, in a folder below `target/tools/engines`. The stories start its `dockerd` in a separate
//! mount namespace, so nothing on this computer changes.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::{lock, mounts};
use crate::process::Process;
use crate::workspace::Workspace;

/// An engine, and the Debian release that contains it.
struct Engine {
    /// The name of the folder, which the tests look up.
    folder: &'static str,
    release: &'static str,
}

/// 26.1.5: supports the containerd image store besides the graph drivers, with an API that is too old
/// to select a platform for a push.
const FOR_TESTS: Engine = Engine { folder: "docker-26", release: "trixie" };

/// The newest version in Debian, 28.5.2 at the time of writing. It changes with time, so `cargo xtask
/// test` does not use it.
const NEWEST: Engine = Engine { folder: "docker-newest", release: "testing" };

/// Folders that a running engine does not read.
const NOT_NEEDED: &[&str] =
    &["var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/man", "usr/share/locale"];

/// Installs the engine that the checks require.
pub fn engine_for_tests(workspace: &Workspace) -> Result<()> {
    install(workspace, &FOR_TESTS)
}

/// Installs the newest engine in Debian.
pub fn newest_engine(workspace: &Workspace) -> Result<()> {
    let _lock = lock::wait(workspace)?;
    install(workspace, &NEWEST)
}

fn install(workspace: &Workspace, engine: &Engine) -> Result<()> {
    // There is no debootstrap on other systems. The engine stories only run on Linux.
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let root = workspace.engines().join(engine.folder);
    if root.is_dir() {
        return Ok(());
    }
    println!("Installing the Docker Engine of Debian {} into {}.", engine.release, root.display());
    fs::create_dir_all(workspace.engines())?;
    // The folder gets its final name last, so that an interrupted download is not used as an engine.
    let unfinished = workspace.engines().join(format!("{}.unfinished", engine.folder));
    let mut outcome = debootstrap(&unfinished, engine.release);
    if outcome.is_err() {
        println!("  Retrying, in case the connection failed.");
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
    for point in mounts::at_or_below(folder, &fs::read_to_string("/proc/self/mountinfo")?) {
        as_root(&["umount", &point])?;
    }
    as_root(&["rm", "-rf", &path])?;
    let log = folder.with_extension("log");
    // The log has some 300 lines. Only the end of a failed one is worth printing.
    let line =
        "log=$1; shift; debootstrap \"$@\" >\"$log\" 2>&1 || { tail -n 20 \"$log\"; exit 1; }";
    let (log, options) = (log.to_string_lossy(), ["--variant=minbase", "--include=docker.io"]);
    as_root(&["sh", "-c", line, "sh", &log, options[0], options[1], release, &path])
}

fn as_root(words: &[&str]) -> Result<()> {
    let here = Path::new(".");
    let is_root = Process::new("id", ["-u"], here).output()? == "0";
    let mut line: Vec<&str> = if is_root { Vec::new() } else { vec!["sudo"] };
    line.extend(words);
    let Some((program, arguments)) = line.split_first() else { bail!("no program to run") };
    Process::new(program, arguments, here)
        .run()
        .context("installing an engine requires root, because its files belong to root")
}
