//! The answer to a failed call: its fields and how an error is built.

use std::error::Error;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::code::ErrorCode;
use crate::sentence::sentence;
use transload_aws::Policy;

/// Longer chains repeat themselves.
const CAUSES_LIMIT: usize = 8;

/// The answer to a failed call, and the reason of a failed image in events and reports.
///
/// The window matches `code`, never the text. Titles, general next steps, and actions belong to the
/// code and are in one table, `ErrorWords`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "errors.ts")]
pub struct ApiError {
    pub code: ErrorCode,
    /// What happened and why, in sentences, with the names of the things.
    pub message: String,
    /// Next steps that contain facts of this failure. They come before the steps of the code.
    pub hints: Vec<String>,
    /// The chain of causes, outermost first, in the words of libraries and servers; no secrets.
    pub causes: Vec<String>,
    /// Whether the same call may succeed later.
    pub retryable: bool,
    /// The name of the thing that failed, for an action that needs it: a repository, a profile, a tag,
    /// or a suggested name. [`ErrorCode`] says which.
    pub subject: Option<String>,
    /// The least-privilege IAM policy that would allow the request, as JSON for an administrator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub policy: Option<Box<str>>,
}

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

    /// Adds a next step that contains a fact of this failure. General steps are in `word_table`.
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
        Self::new(ErrorCode::InputInvalid, sentence(&error.to_string())).caused_by(error)
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

    pub(crate) fn cause(mut self, cause: String) -> Self {
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
