//! Runs the tests with cargo-nextest, with the programs that the set-up installed. `check`, `generate`,
//! `engines` and `screenshots` call it.
//!
//! Every call names the whole workspace: cargo unifies the features of a dependency over all packages
//! that it builds at once, and another selection would compile the dependencies a second time.

use std::ffi::OsString;

use anyhow::Result;

use crate::process::Process;
use crate::workspace::Workspace;

/// Returns a run of the tests that a filter selects, without a display.
///
/// # Errors
/// If a folder's name can't be part of `PATH`.
pub fn nextest(workspace: &Workspace, filter: &str) -> Result<Process> {
    let threads = concurrent_tests().to_string();
    let mut line = words(filter);
    line.extend(["--test-threads", &threads]);
    with_tools(workspace, Process::cargo(&line, &workspace.root))
}

/// Returns half as many tests again as there are cores: a flow waits for its servers about a third of its time.
fn concurrent_tests() -> usize {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    cores + cores.div_ceil(2)
}

/// Returns a run of the stories that a filter selects, one for each core, on a display and a session bus
/// of their own, so that a story never touches the windows of the user.
///
/// # Errors
/// If a folder's name can't be part of `PATH`.
pub fn nextest_in_display(workspace: &Workspace, filter: &str) -> Result<Process> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut line = vec!["-a", "-s", "-screen 0 1440x1000x24", "dbus-run-session", "--", &cargo];
    line.extend(words(filter));
    let run = Process::new("xvfb-run", line, &workspace.root).env_remove("WAYLAND_DISPLAY");
    with_tools(workspace, run)
}

/// Builds the window's program with the features of the tests, which cargo does for the tests of its
/// command line.
///
/// # Errors
/// If the build fails.
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

fn words(filter: &str) -> Vec<&str> {
    vec!["nextest", "run", "--workspace", "--no-fail-fast", "-E", filter]
}

fn with_tools(workspace: &Workspace, run: Process) -> Result<Process> {
    Ok(run
        .env("PATH", path_with_tools(workspace)?)
        // Tests that write TypeScript types must not write to the committed folder.
        .env("TS_RS_EXPORT_DIR", workspace.target.join("fresh-types"))
        .env("TRANSLOAD_APP", workspace.program(false))
        .env("TRANSLOAD_TAURI_DRIVER", workspace.tauri_driver())
        .env("TRANSLOAD_TOOLS", workspace.python_tools())
        .env("TRANSLOAD_ENGINES", workspace.engines()))
}
