//! The question before a change in ECR or on this computer. `undo`, `cleanup`, `restore`, `tag` and `name install` ask
//! it.

use std::io::{IsTerminal, Write};

use transload_errors::{ApiError, ErrorCode};

/// Asks the user at the terminal to type `expected`. An error without a terminal; `change` says what needs the
/// confirmation, as the beginning of a sentence.
pub fn is_confirmed(change: &str, question: &str, expected: &str) -> Result<bool, ApiError> {
    if !std::io::stdin().is_terminal() {
        let message = format!("{change} and needs a confirmation, but there is no terminal.");
        return Err(ApiError::new(ErrorCode::ConfirmationNeeded, message));
    }
    let mut stderr = std::io::stderr();
    // If the question can't be printed, the answer isn't the expected one either.
    let _ = write!(stderr, "{question} Type {expected} to confirm: ").and_then(|()| stderr.flush());
    let mut answer = String::new();
    let read = std::io::stdin().read_line(&mut answer);
    Ok(read.is_ok() && answer.trim().eq_ignore_ascii_case(expected))
}
