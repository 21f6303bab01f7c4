//! The only place where errors of the engine become codes and words.
//!
//! The files convert the errors of one subject each: they choose the code, keep the causes, and add hints
//! that contain facts of the failure. [`words`] holds the words of each code and explains which text comes
//! from where.

mod aws;
mod client_login;
mod docker;
mod hub;
mod journal;
mod migration;
mod network;
mod recorded;
mod registry;
mod sign_in;
mod words;

use std::error::Error;

use transload_aws::Policy;

use crate::contract::{ApiError, ErrorCode};

/// Longer chains repeat themselves.
const CAUSES_LIMIT: usize = 8;

impl ApiError {
    /// Creates an error with a message only.
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

    /// Adds a next step that contains a fact of this failure. General steps are in [`words`].
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Sets the name of the thing that failed.
    #[must_use]
    pub fn about(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// Sets the least-privilege policy that would allow the request.
    #[must_use]
    pub fn lifted_by(mut self, policy: Option<Policy>) -> Self {
        self.policy = policy.map(|policy| policy.text.into_boxed_str());
        self
    }

    /// Marks the error as temporary: the same call may succeed later.
    #[must_use]
    pub fn retryable(mut self) -> Self {
        self.retryable = true;
        self
    }

    /// Adds the error and its sources as causes.
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

    /// A value that a user entered and that couldn't be parsed.
    pub fn invalid_input(error: &(dyn Error + 'static)) -> Self {
        Self::new(ErrorCode::InputInvalid, capitalised(&error.to_string())).caused_by(error)
    }

    /// A file or folder that couldn't be read or written.
    pub fn storage(path: &std::path::Path, error: &std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::StorageFull {
            return Self::disk_full(path).caused_by(error);
        }
        Self::new(ErrorCode::StorageFailed, format!("Couldn't read or write {}.", path.display()))
            .about(path.display().to_string())
            .caused_by(error)
            .retryable()
    }

    /// A full disk.
    pub fn disk_full(path: &std::path::Path) -> Self {
        let path = path.display().to_string();
        Self::new(ErrorCode::DiskFull, format!("The disk is full. Couldn't write {path}."))
            .about(path)
            .retryable()
    }

    /// A bug in Transload.
    pub fn internal(detail: impl Into<String>) -> Self {
        Self::new(ErrorCode::Internal, "Transload reached an unexpected state.")
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

impl From<transload_model::InvalidRepositoryName> for ApiError {
    fn from(error: transload_model::InvalidRepositoryName) -> Self {
        let message = format!(
            "\u{201c}{}\u{201d} isn't a valid ECR repository name: {}.",
            error.name, error.rule
        );
        let invalid = Self::new(ErrorCode::RepositoryNameInvalid, message);
        match &error.suggestion {
            Some(suggestion) => invalid
                .hint(format!("For example, use \u{201c}{suggestion}\u{201d}."))
                .about(suggestion.as_str()),
            None => invalid,
        }
    }
}

/// Makes a sentence: the first letter in upper case, and a full stop at the end.
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
        let error = transload_model::RepositoryName::parse("My App").unwrap_err();
        let error = ApiError::from(error);
        assert_eq!(error.code, ErrorCode::RepositoryNameInvalid);
        assert_eq!(error.subject.as_deref(), Some("my-app"));
        assert_eq!(
            error.message,
            "“My App” isn't a valid ECR repository name: 'M' is not allowed; use lower-case letters, digits, '.', '_', '-' and '/'."
        );
    }
}
