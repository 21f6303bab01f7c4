//! Runs the tests with cargo-nextest, with the programs that the set-up installed. `check`, `generate`,
//! `engines` and `screenshots` call it.
//!
//! Every call names the whole workspace: cargo unifies the features of a dependency over all packages
//! that it builds at once, and another selection would compile the dependencies a second time.

mod temporary_files;

use std::ffi::{OsStr, OsString};

use anyhow::Result;

use crate::nextest::temporary_files::TemporaryFiles;
use crate::process::Process;
use crate::workspace::Workspace;

/// A run of tests that was not started yet.
pub struct TestRun {
    process: Process,
    /// Removed when the run ended.
    _files: Option<TemporaryFiles>,
}

impl TestRun {
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.process = self.process.env(name, value);
        self
    }

    pub fn run(self) -> Result<()> {
        self.process.run()
    }
}

/// Returns a run of the tests that a filter selects, without a display.
///
/// # Errors
/// If a folder's name can't be part of `PATH`.
pub fn nextest(workspace: &Workspace, filter: &str) -> Result<TestRun> {
    // A flow waits for its servers and timers for half of its time.
    let threads = (2 * cores()).to_string();
    let run = Process::cargo(&words(filter, &threads), &workspace.root);
    with_tools(workspace, run, TemporaryFiles::in_memory()?)
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Returns a run of the stories that a filter selects, on a display and a session bus of their own, so that a
/// story never touches the windows of the user.
///
/// # Errors
/// If a folder's name can't be part of `PATH`.
pub fn nextest_in_display(workspace: &Workspace, filter: &str) -> Result<TestRun> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut line = vec!["-a", "-s", "-screen 0 1440x1000x24", "dbus-run-session", "--", &cargo];
    // A tour waits for more than half of its time until the page stays the same.
    let threads = (cores() + cores().div_ceil(2)).to_string();
    line.extend(words(filter, &threads));
    let run = Process::new("xvfb-run", line, &workspace.root).env_remove("WAYLAND_DISPLAY");
    with_tools(workspace, run, None)
}

/// Builds the window's program with the features of the tests, which cargo does for the tests of its
/// command line.
pub fn build_program(workspace: &Workspace) -> Result<()> {
    Process::cargo(&["test", "--workspace", "--no-run"], &workspace.root).run()
}

/// Returns the `PATH` with the programs that the set-up installed, where cargo finds `cargo-nextest`.
///
/// # Errors
/// If a folder's name can't be part of `PATH`.
pub fn path_with_tools(workspace: &Workspace) -> Result<OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain([workspace.tools.join("bin")]);
    Ok(std::env::join_paths(folders)?)
}

fn words<'a>(filter: &'a str, threads: &'a str) -> Vec<&'a str> {
    let run = ["nextest", "run", "--workspace", "--no-fail-fast"];
    [&run[..], &["--test-threads", threads, "-E", filter]].concat()
}

fn with_tools(
    workspace: &Workspace,
    run: Process,
    files: Option<TemporaryFiles>,
) -> Result<TestRun> {
    let mut process = run
        .env("PATH", path_with_tools(workspace)?)
        // A failure names its steps, and 60 lines of a backtrace would hide other failures in a log that is cut.
        .env("RUST_LIB_BACKTRACE", "0")
        // Tests that write TypeScript types must not write to the committed folder.
        .env("TS_RS_EXPORT_DIR", workspace.target.join("fresh-types"))
        .env("TRANSLOAD_APP", workspace.program(false))
        .env("TRANSLOAD_TAURI_DRIVER", workspace.tauri_driver())
        .env("TRANSLOAD_TOOLS", workspace.python_tools())
        .env("TRANSLOAD_ENGINES", workspace.engines());
    if let Some(files) = &files {
        process = process.env("TMPDIR", files.folder());
    }
    Ok(TestRun { process, _files: files })
}
