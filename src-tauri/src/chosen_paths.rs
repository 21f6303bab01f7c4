//! The files that a person chose in a dialog of the system. The commands that write or read a file for
//! the page accept only these: whatever runs in the web view reaches no other file.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use transload_api::contract::ApiError;

use crate::errors;

/// How many choices are remembered of each kind; the oldest are forgotten first.
const REMEMBERED: usize = 16;

/// What a file was chosen for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To be written.
    Save,
    /// To be read.
    Open,
}

/// The choices of this run of the program.
#[derive(Default)]
pub struct ChosenPaths(Mutex<Vec<(Purpose, PathBuf)>>);

impl ChosenPaths {
    /// Remembers what a dialog returned.
    pub fn remember(&self, purpose: Purpose, path: &Path) {
        let mut chosen = self.chosen();
        chosen.retain(|known| *known != (purpose, path.to_owned()));
        chosen.push((purpose, path.to_owned()));
        let of_kind = chosen.iter().filter(|(known, _)| *known == purpose).count();
        if of_kind > REMEMBERED
            && let Some(oldest) = chosen.iter().position(|(known, _)| *known == purpose)
        {
            chosen.remove(oldest);
        }
    }

    /// Accepts a path that a dialog returned for this purpose, as it was returned.
    ///
    /// # Errors
    /// `input_invalid` for every other path.
    pub fn check(&self, purpose: Purpose, path: &Path) -> Result<(), ApiError> {
        if self
            .chosen()
            .iter()
            .any(|known| known.0 == purpose && known.1.as_os_str() == path.as_os_str())
        {
            return Ok(());
        }
        let shown = path.display().to_string();
        let mut error = errors::input_invalid(
            format!("{shown} was not chosen in the file dialog, so it is not used."),
            Some(&shown),
        );
        error.hints = vec!["Choose the file in the dialog again.".to_owned()];
        Err(error)
    }

    fn chosen(&self) -> MutexGuard<'_, Vec<(Purpose, PathBuf)>> {
        // What is guarded is plain data; a panic elsewhere leaves it as good as it was.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use transload_api::contract::ErrorCode;

    use super::*;

    #[test]
    fn only_what_a_dialog_returned_is_accepted_and_only_for_its_purpose() {
        let chosen = ChosenPaths::default();
        let (report, profiles) = (Path::new("/home/me/report.md"), Path::new("/home/me/p.json"));
        assert!(chosen.check(Purpose::Save, report).is_err());
        chosen.remember(Purpose::Save, report);
        chosen.remember(Purpose::Open, profiles);
        // A failed write is tried again at the same place.
        for _ in 0..2 {
            chosen.check(Purpose::Save, report).unwrap();
        }
        chosen.check(Purpose::Open, profiles).unwrap();
        for (purpose, path) in [
            (Purpose::Open, "/home/me/report.md"),
            (Purpose::Save, "/home/me/p.json"),
            (Purpose::Save, "/home/me/../me/report.md"),
            (Purpose::Save, "/home/me/./report.md"),
            (Purpose::Save, "/home/me//report.md"),
            (Purpose::Save, "/home/me/report.md/"),
            (Purpose::Save, "report.md"),
            (Purpose::Save, "/home/me/.bashrc"),
            (Purpose::Save, ""),
        ] {
            let error = chosen.check(purpose, Path::new(path)).expect_err(path);
            assert_eq!(error.code, ErrorCode::InputInvalid);
            assert!(!error.hints.is_empty());
        }
    }

    #[test]
    fn old_choices_are_forgotten() {
        let chosen = ChosenPaths::default();
        let path = |number: usize| PathBuf::from(format!("/home/me/{number}"));
        for number in 0..=REMEMBERED {
            chosen.remember(Purpose::Save, &path(number));
        }
        assert!(chosen.check(Purpose::Save, &path(0)).is_err());
        for number in 1..=REMEMBERED {
            chosen.check(Purpose::Save, &path(number)).unwrap();
        }
    }
}
