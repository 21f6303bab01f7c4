//! The one place where errors of the engine become codes and words.
//!
//! A code stands for a failure that the window treats in its own way. The message is a sentence
//! that is true without the window; the hints say what to do next.

mod aws;
mod client_login;
mod docker;
mod hub;
mod journal;
mod migration;
mod network;
mod registry;
mod sign_in;

use std::error::Error;

use transload_engine::aws::Policy;

use crate::contract::{ApiError, ErrorCode};

/// How many causes are told; a chain that is longer says the same thing again.
const CAUSES_LIMIT: usize = 8;

impl ApiError {
    /// An error with a sentence and nothing else.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            hints: Vec::new(),
            causes: Vec::new(),
            retryable: false,
            subject: None,
            policy: None,
        }
    }

    /// The next step, and further ones when called again.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The name that the sentence speaks of.
    #[must_use]
    pub fn about(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// The least-privilege policy that lifts a refusal, where what AWS said tells which.
    #[must_use]
    pub fn lifted_by(mut self, policy: Option<Policy>) -> Self {
        self.policy = policy.map(|policy| policy.text.into_boxed_str());
        self
    }

    /// The same call may succeed when it is made again.
    #[must_use]
    pub fn retryable(mut self) -> Self {
        self.retryable = true;
        self
    }

    /// The error with everything that caused it, as the libraries and servers put it.
    #[must_use]
    pub fn caused_by(mut self, error: &(dyn Error + 'static)) -> Self {
        let mut next = Some(error);
        while let Some(error) = next.filter(|_| self.causes.len() < CAUSES_LIMIT) {
            let cause = error.to_string();
            if self.causes.last() != Some(&cause) {
                self.causes.push(cause);
            }
            next = error.source();
        }
        self
    }

    /// A value that a person gave and that cannot be what it stands for.
    pub fn invalid_input(error: &(dyn Error + 'static)) -> Self {
        Self::new(ErrorCode::InputInvalid, capitalised(&error.to_string())).caused_by(error)
    }

    /// A file or folder that cannot be read or written.
    pub fn storage(path: &std::path::Path, error: &std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::StorageFull {
            return Self::disk_full(path).caused_by(error);
        }
        Self::new(
            ErrorCode::StorageFailed,
            format!("{} cannot be read or written.", path.display()),
        )
        .hint("Check that the folder exists, that you may write to it, and that the disk has room.")
        .about(path.display().to_string())
        .caused_by(error)
        .retryable()
    }

    /// A disk without room.
    pub fn disk_full(path: &std::path::Path) -> Self {
        let path = path.display().to_string();
        Self::new(ErrorCode::DiskFull, format!("The disk is full: {path} could not be written."))
            .hint("Make room on this disk, then try again; what was there before is still there.")
            .about(path)
            .retryable()
    }

    /// A fault of Transload itself.
    pub fn internal(detail: impl Into<String>) -> Self {
        Self::new(ErrorCode::Internal, "Transload made a mistake.")
            .hint("Try again; if it happens again, report it with the log file from Settings.")
            .cause(detail.into())
    }

    fn cause(mut self, cause: String) -> Self {
        self.causes.push(cause);
        self
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl Error for ApiError {}

impl From<transload_engine::model::InvalidRepositoryName> for ApiError {
    fn from(error: transload_engine::model::InvalidRepositoryName) -> Self {
        let message = format!(
            "ECR does not take \u{201c}{}\u{201d} as the name of a repository: {}.",
            error.name, error.rule
        );
        let invalid = Self::new(ErrorCode::RepositoryNameInvalid, message);
        match &error.suggestion {
            Some(near) => {
                invalid.hint(format!("Use \u{201c}{near}\u{201d} instead.")).about(near.as_str())
            }
            None => invalid.hint("Choose another name."),
        }
    }
}

/// The first letter in upper case and a full stop at the end: a sentence.
pub(crate) fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let end = if text.ends_with('.') { "" } else { "." };
    format!("{first}{}{end}", characters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invalid_repository_name_carries_a_name_that_works() {
        let error = transload_engine::model::RepositoryName::parse("My App").unwrap_err();
        let error = ApiError::from(error);
        assert_eq!(error.code, ErrorCode::RepositoryNameInvalid);
        assert_eq!(error.subject.as_deref(), Some("my-app"));
        assert_eq!(
            error.message,
            "ECR does not take “My App” as the name of a repository: 'M' is not allowed; use lower-case letters, digits, '.', '_', '-' and '/'."
        );
    }
}
