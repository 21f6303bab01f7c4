//! The files that the user chose in a file dialog or dropped on the window, and those that were written to since. Commands
//! that read, write or open a file for the pages accept only these, so that code in the web view can access no other file.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use transload_errors::ApiError;

use crate::errors;

/// Maximum number of choices per purpose. The oldest is removed first.
const MAX_CHOICES: usize = 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Save,
    Open,
    /// It was dropped on the window.
    Drop,
    /// The program wrote the file, so that it may be opened in another program.
    Written,
}

/// The choices since the program started.
#[derive(Default)]
pub struct ChosenPaths(Mutex<Vec<(Purpose, PathBuf)>>);

impl ChosenPaths {
    /// Adds a path that a dialog returned, or that was written to.
    pub fn remember(&self, purpose: Purpose, path: &Path) {
        let mut chosen = self.chosen();
        chosen.retain(|known| *known != (purpose, path.to_owned()));
        chosen.push((purpose, path.to_owned()));
        let of_kind = chosen.iter().filter(|(known, _)| *known == purpose).count();
        if of_kind > MAX_CHOICES
            && let Some(oldest) = chosen.iter().position(|(known, _)| *known == purpose)
        {
            chosen.remove(oldest);
        }
    }

    /// Accepts exactly the paths that were remembered for this purpose.
    ///
    /// # Errors
    /// `input_invalid` for other paths.
    pub fn check(&self, purpose: Purpose, path: &Path) -> Result<(), ApiError> {
        if self
            .chosen()
            .iter()
            .any(|known| known.0 == purpose && known.1.as_os_str() == path.as_os_str())
        {
            return Ok(());
        }
        let shown = path.display().to_string();
        let (problem, hint) = match purpose {
            Purpose::Save | Purpose::Open | Purpose::Drop => {
                ("wasn't chosen in a file dialog", "Choose the file again.")
            }
            Purpose::Written => (
                "wasn't exported since Transload started",
                "Open the file in a program of your own, or export it again.",
            ),
        };
        let mut error = errors::input_invalid(format!("{shown} {problem}."), Some(&shown));
        error.hints = vec![hint.to_owned()];
        Err(error)
    }

    fn chosen(&self) -> MutexGuard<'_, Vec<(Purpose, PathBuf)>> {
        // Every change is a single call, so the list is consistent even after a panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
