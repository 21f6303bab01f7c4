//! Why a place of stored logins could not be read. Shown to the user as a warning.

use std::fmt;

/// A place that may have had the login and could not be read. It holds nothing of the login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginProblem {
    /// The file, variable or credential helper.
    pub place: String,
    /// What is wrong with it.
    pub reason: String,
}

impl fmt::Display for LoginProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.place, self.reason)
    }
}
