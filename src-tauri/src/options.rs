//! What may stand behind `transload` on a command line, and the display that a window needs.

use std::ffi::OsString;

/// What `--help` says.
pub const HELP: &str = "\
Transload moves container images into Amazon ECR, by clicks, with proof by digest.

Usage: transload [--practice]

  --practice   opens with practice mode running: an ECR and a Docker Hub account inside the
               program, nothing real
  --version    says which version this is
  --help       says this

Environment:
  TRANSLOAD_DATA_DIR   a folder for everything that Transload keeps (settings, saved profiles,
                       practice data, logs), in place of the usual one of your user";

/// What is said where there is no display.
pub const NO_DISPLAY: &str = "\
Transload is a window, and there is no display to open it on: neither DISPLAY nor
WAYLAND_DISPLAY is set.

  On a desktop, start it from a terminal of that desktop.
  Over SSH, connect with `ssh -X` (X forwarding) and start it again.
  To try it on a machine without a screen: `xvfb-run transload` (package xvfb).";

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub enum Request {
    /// The window.
    Start(Start),
    /// `--help`.
    Help,
    /// `--version`.
    Version,
}

/// How the window starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Start {
    /// With practice mode running.
    pub practice: bool,
}

/// Reads the command line behind the program's name.
///
/// # Errors
/// An option that Transload does not have, as a sentence.
pub fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Request, String> {
    let mut start = Start::default();
    for argument in arguments {
        match argument.to_str() {
            Some("--practice") => start.practice = true,
            Some("--help" | "-h") => return Ok(Request::Help),
            Some("--version" | "-V") => return Ok(Request::Version),
            _ => {
                return Err(format!(
                    "Transload has no option {}. `transload --help` lists what it has.",
                    argument.to_string_lossy()
                ));
            }
        }
    }
    Ok(Request::Start(start))
}

/// Whether a window can open. Only Linux can be without a display.
#[must_use]
pub fn has_display() -> bool {
    !cfg!(target_os = "linux")
        || display_named(std::env::var_os("DISPLAY"), std::env::var_os("WAYLAND_DISPLAY"))
}

/// A variable that is set and empty names no display.
fn display_named(x11: Option<OsString>, wayland: Option<OsString>) -> bool {
    [x11, wayland].into_iter().flatten().any(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Request, String> {
        parse(arguments.iter().map(OsString::from))
    }

    #[test]
    fn without_options_the_window_starts_without_practice() {
        assert_eq!(parsed(&[]), Ok(Request::Start(Start { practice: false })));
    }

    #[test]
    fn practice_is_asked_for_by_name() {
        assert_eq!(parsed(&["--practice"]), Ok(Request::Start(Start { practice: true })));
    }

    #[test]
    fn an_unknown_option_is_named_in_the_refusal() {
        assert!(parsed(&["--practise"]).unwrap_err().contains("--practise"));
    }

    #[test]
    fn either_display_is_enough_and_an_empty_name_is_none() {
        assert!(display_named(Some(":0".into()), None));
        assert!(display_named(None, Some("wayland-0".into())));
        assert!(!display_named(Some("".into()), None));
        assert!(!display_named(None, None));
    }
}
