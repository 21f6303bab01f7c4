//! The command line of the window's program, and the check for a display. `main` uses both.

use std::ffi::OsString;

/// The text of `--help`.
pub const HELP: &str = "\
Migrates container images to Amazon ECR and verifies them by digest.

Usage: transload [--practice]

  --practice   Starts with practice mode: an ECR and a Docker Hub account inside the program
  --version    Prints the version
  --help       Prints this help

Without a window, in a terminal or a script: transload-cli --help

Environment:
  TRANSLOAD_DATA_DIR   A folder for all data (settings, saved profiles, practice data, logs)
                       instead of the default folder of your user";

/// The reason if there is no display.
pub const NO_DISPLAY: &str = "\
There is no display: neither DISPLAY nor WAYLAND_DISPLAY is set.

  On a desktop, start Transload from a terminal of that desktop.
  Over SSH, connect with `ssh -X` (X forwarding).
  On a machine without a screen, use `xvfb-run transload` (package xvfb).";

#[derive(Debug, PartialEq, Eq)]
pub enum Request {
    Start(Start),
    Help,
    Version,
}

/// Options of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Start {
    pub practice: bool,
}

/// Parses the arguments.
///
/// # Errors
/// If there is an unknown option, or a command of the command line, as sentences.
pub fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Request, String> {
    let mut start = Start::default();
    for argument in arguments {
        match argument.to_str() {
            Some("--practice") => start.practice = true,
            Some("--help" | "-h") => return Ok(Request::Help),
            Some("--version" | "-V") => return Ok(Request::Version),
            Some(word) if !word.starts_with('-') => {
                return Err(format!(
                    "Unknown argument {word}. Commands are run with `transload-cli`. Its commands are listed by \
                     `transload-cli --help`."
                ));
            }
            _ => {
                return Err(format!(
                    "Unknown option {}. Run `transload --help` for the options.",
                    argument.to_string_lossy()
                ));
            }
        }
    }
    Ok(Request::Start(start))
}

/// Returns whether a window can open. Other systems than Linux always have a display.
#[must_use]
pub fn has_display() -> bool {
    !cfg!(target_os = "linux")
        || display_named(std::env::var_os("DISPLAY"), std::env::var_os("WAYLAND_DISPLAY"))
}

/// An empty variable counts as not set.
fn display_named(x11: Option<OsString>, wayland: Option<OsString>) -> bool {
    [x11, wayland].into_iter().flatten().any(|name| !name.is_empty())
}

#[cfg(test)]
mod tests;
