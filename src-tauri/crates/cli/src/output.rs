//! Everything that the program prints: results on standard output, notes, warnings and errors on
//! standard error. Every command prints through it, so that text from registries is sanitized in one
//! place.
//!
//! - `copy`, `job`: the reporters of events, as JSON, with a progress bar, or as plain lines.
//! - `plan`, `lifecycle`, `cleanup`, `deletions`, `report`, `undo`, `identity`, `images`, `layer_files`, `name`,
//!   `pull_guide`: the results of the commands.
//! - `practice`: the environment of practice mode.
//! - `planning`: the progress of planning.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the output of a command line program"
)]

pub mod cleanup;
pub mod copy;
pub mod deletions;
pub mod identity;
pub mod images;
pub mod job;
pub mod layer_files;
pub mod lifecycle;
pub mod name;
pub mod plan;
pub mod planning;
pub mod practice;
pub mod pull_guide;
pub mod registry_counterparts;
pub mod report;
pub mod undo;

use std::io::Write;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use transload_contract::{UnreadRepository, is_hidden};
use transload_errors::{ApiError, ErrorWords};

/// Prints a line of the result.
pub fn line(text: &str) {
    // A reader that closed the pipe, such as `head`, does not stop the work.
    let _ = writeln!(std::io::stdout(), "{}", sanitized(text));
}

/// Prints a value as one line of JSON.
pub fn json(value: &impl Serialize) {
    line(&escaped_json(&serde_json::to_string(value).unwrap_or_default()));
}

/// Prints something that is not part of the result.
pub fn note(text: &str) {
    eprintln!("{}", sanitized(text));
}

/// Prints something the user should know that does not stop the command.
pub fn warning(text: &str) {
    eprintln!("warning: {}", sanitized(text));
}

/// Prints what is wrong with the arguments.
pub fn usage_error(text: &str) {
    eprintln!("error: {}", sanitized(text));
}

/// Prints an error: what failed and its code, what happened and why, and the next steps.
pub fn error(error: &ApiError) {
    let code = code_of(error);
    let title = ErrorWords::of(error.code).title;
    eprintln!("error: {title} ({code})");
    eprintln!("  {}", sanitized(&error.message));
    print_next_steps(error);
}

/// Prints which repository is missing from a plan, and why.
pub fn unread_repository(unread: &UnreadRepository) {
    let UnreadRepository { repository, error } = unread;
    warning(&format!("{repository} is not in the plan: {}", message_with_code(error)));
    print_next_steps(error);
}

fn print_next_steps(error: &ApiError) {
    for step in error.next_steps() {
        eprintln!("  {}", sanitized(step));
    }
}

/// Formats an error in one line, with the code that scripts match.
pub fn message_with_code(error: &ApiError) -> String {
    format!("{} ({})", error.message, code_of(error))
}

fn code_of(error: &ApiError) -> String {
    let code = serde_json::to_value(error.code).ok();
    code.as_ref().and_then(|code| code.as_str()).unwrap_or_default().to_owned()
}

/// Formats a number with its noun, such as "1 image" or "2 images".
pub fn counted(count: impl Into<u64>, one: &str, many: &str) -> String {
    let count = count.into();
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Creates a progress bar for images on standard error.
fn image_bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    let template = "{spinner} {pos} of {len} images  {msg}  {elapsed}";
    bar.set_style(
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner()),
    );
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// Replaces characters that control a terminal, change the direction of text or can't be seen, because text from
/// registries could contain them.
fn sanitized(text: &str) -> String {
    let mut before = None;
    let shown = text.chars().map(|character| {
        let is_hidden = !"\n\t".contains(character) && is_hidden(character, before);
        before = Some(character);
        if is_hidden { char::REPLACEMENT_CHARACTER } else { character }
    });
    shown.collect()
}

/// Escapes those characters in JSON, where they are in strings only. A parser reads the same text.
fn escaped_json(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    let mut before = None;
    for character in json.chars() {
        if is_hidden(character, before) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                escaped.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            escaped.push(character);
        }
        before = Some(character);
    }
    escaped
}

#[cfg(test)]
mod tests;
