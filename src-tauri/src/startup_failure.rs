//! A start that fails is said in a sentence: on the terminal, or in a message box of the system where
//! there is no terminal, as on Windows and when the program was started from a menu.

use std::io::{IsTerminal as _, Write as _};

use crate::window;

/// What is said of every fault that ends the start.
const TITLE: &str = "Transload cannot start";

/// Answers `--help` and `--version`.
pub fn answer(text: &str) {
    // A terminal that went away is no failure of ours.
    let _ = writeln!(std::io::stdout(), "{text}");
    if !has_output(Output::Standard) {
        show_box("Transload", text, rfd::MessageLevel::Info);
    }
}

/// Says why the program cannot start, as a sentence.
pub fn fail(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
    if !has_output(Output::Error) {
        show_box(TITLE, text, rfd::MessageLevel::Error);
    }
}

/// Turns a panic before the window is up into a sentence and an exit code: libraries of the desktop
/// panic where a display, a toolkit or a web view is missing.
pub fn guard() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let is_main = std::thread::current().name() == Some("main");
        if window::was_up() || !is_main {
            usual(panic);
            return;
        }
        let payload = panic.payload();
        let message = payload
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        fail(&sentence(message.unwrap_or("the window system gave no reason")));
        std::process::exit(1);
    }));
}

/// The message of a library in a sentence, with what to do.
fn sentence(reason: &str) -> String {
    format!(
        "{TITLE}: the window could not be opened ({}). {}",
        reason.trim().trim_end_matches('.'),
        remedy()
    )
}

/// What a person needs for the window to open.
pub(crate) fn remedy() -> &'static str {
    if cfg!(windows) {
        "Install the Microsoft Edge WebView2 Runtime, then start Transload again."
    } else if cfg!(target_os = "macos") {
        "Update macOS, then start Transload again."
    } else {
        "Check that the display can be used (DISPLAY or WAYLAND_DISPLAY) and that WebKitGTK 4.1 is \
         installed (package libwebkit2gtk-4.1-0), then start Transload again."
    }
}

/// Where text of the program goes.
#[derive(Clone, Copy)]
enum Output {
    Standard,
    Error,
}

impl Output {
    fn is_terminal(self) -> bool {
        match self {
            Self::Standard => std::io::stdout().is_terminal(),
            Self::Error => std::io::stderr().is_terminal(),
        }
    }
}

/// Whether somebody can read what is written there. A program of the Windows subsystem has no handle
/// unless its output was redirected.
#[cfg(windows)]
fn has_output(output: Output) -> bool {
    use std::os::windows::io::AsRawHandle as _;
    let handle = match output {
        Output::Standard => std::io::stdout().as_raw_handle(),
        Output::Error => std::io::stderr().as_raw_handle(),
    };
    output.is_terminal() || !handle.is_null()
}

/// Whether somebody can read what is written there. A program that a menu of the desktop started
/// writes to the journal (a socket) or to `/dev/null`.
#[cfg(unix)]
fn has_output(output: Output) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    if output.is_terminal() {
        return true;
    }
    let path = match output {
        Output::Standard => "/dev/fd/1",
        Output::Error => "/dev/fd/2",
    };
    let Ok(kind) = std::fs::metadata(path).map(|there| there.file_type()) else { return true };
    !kind.is_socket() && !kind.is_char_device()
}

fn show_box(title: &str, text: &str, level: rfd::MessageLevel) {
    // Without a display there is no box either.
    if crate::options::has_display() {
        rfd::MessageDialog::new().set_title(title).set_description(text).set_level(level).show();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_of_a_library_becomes_a_sentence_with_a_way_on() {
        let text = sentence("Failed to initialize gtk backend!: BoolError.");
        assert!(text.starts_with("Transload cannot start: the window could not be opened ("));
        assert!(text.contains("gtk backend!: BoolError). "), "{text}");
        assert!(text.ends_with(remedy()), "{text}");
    }
}
