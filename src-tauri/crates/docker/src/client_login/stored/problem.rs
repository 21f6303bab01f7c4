//! Why a stored login could not be read. Shown to the user as a warning.

use std::fmt;

/// A file, variable or helper that could contain the login but can't be read. Contains no part of a
/// login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginProblem {
    /// The file, variable or credential helper.
    pub location: String,
    /// Why it can't be read.
    pub reason: String,
}

impl fmt::Display for LoginProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.location, self.reason)
    }
}
