//! Reports a failed start on the terminal, or in a message box if there is no terminal, as on Windows and when
//! the program was started from a menu. `main` and `start` call it.

use std::io::{IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::start_error::window_next_step;

const TITLE: &str = "Transload can't start";

/// Whether a page was shown since the program started.
static PAGE_SHOWN: AtomicBool = AtomicBool::new(false);

/// Records that a page was shown, which ends the start.
pub fn page_shown() {
    PAGE_SHOWN.store(true, Ordering::Relaxed);
}

/// Prints the text of `--help` and `--version`.
pub fn print(text: &str) {
    // A closed pipe is not an error.
    let _ = writeln!(std::io::stdout(), "{text}");
    if !has_output(Output::Standard) {
        show_box("Transload", text, rfd::MessageLevel::Info);
    }
}

/// Reports why the program can't start.
pub fn report(reason: &str) {
    let text = format!("{TITLE}. {reason}");
    let _ = writeln!(std::io::stderr(), "{text}");
    if !has_output(Output::Error) {
        show_box(TITLE, reason, rfd::MessageLevel::Error);
    }
}

/// Reports panics during the start and exits with an error. Desktop libraries panic if a display, a toolkit or
/// a web view is missing.
pub fn report_panics() {
    let default_hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let is_main = std::thread::current().name() == Some("main");
        if PAGE_SHOWN.load(Ordering::Relaxed) || !is_main {
            default_hook(panic);
            return;
        }
        let payload = panic.payload();
        let message = payload
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        report(&sentence(message.unwrap_or("the window system gave no reason")));
        std::process::exit(1);
    }));
}

/// Embeds the message of a library in a sentence with a next step.
fn sentence(reason: &str) -> String {
    format!(
        "Couldn't open the window ({}). {}",
        reason.trim().trim_end_matches('.'),
        window_next_step()
    )
}

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

/// Returns whether the output is readable. A program of the Windows subsystem has no handle unless its output
/// is redirected.
#[cfg(windows)]
fn has_output(output: Output) -> bool {
    use std::os::windows::io::AsRawHandle as _;
    let handle = match output {
        Output::Standard => std::io::stdout().as_raw_handle(),
        Output::Error => std::io::stderr().as_raw_handle(),
    };
    output.is_terminal() || !handle.is_null()
}

/// Returns whether the output is readable. A program that was started from a desktop menu writes to the journal
/// (a socket) or to `/dev/null`.
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
    let Ok(kind) = std::fs::metadata(path).map(|file| file.file_type()) else { return true };
    !kind.is_socket() && !kind.is_char_device()
}

fn show_box(title: &str, text: &str, level: rfd::MessageLevel) {
    // A message box needs a display.
    if crate::options::has_display() {
        rfd::MessageDialog::new().set_title(title).set_description(text).set_level(level).show();
    }
}

#[cfg(test)]
mod tests;
