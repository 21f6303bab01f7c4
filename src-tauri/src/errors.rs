//! Errors of the shell itself. All others come from the API unchanged.

use std::io;
use std::path::Path;

use transload_errors::{ApiError, ErrorCode};

/// Creates the error for a file or folder that can't be used. `action` is a verb, such as "read".
pub fn storage_failed(action: &str, path: &Path, error: &io::Error) -> ApiError {
    if error.kind() == io::ErrorKind::StorageFull {
        return ApiError::disk_full(path).caused_by(error);
    }
    let path = path.display().to_string();
    let hint = match error.kind() {
        io::ErrorKind::PermissionDenied => "Check the permissions of this file and its folder.",
        io::ErrorKind::NotFound => "Check that the file and its folder exist.",
        _ => "Check the disk of this file, then try again.",
    };
    ApiError {
        code: ErrorCode::StorageFailed,
        message: format!("Couldn't {action} {path}."),
        hints: vec![hint.to_owned()],
        causes: vec![error.to_string()],
        retryable: true,
        subject: Some(path),
        policy: None,
    }
}

/// Creates the error for invalid input. `message` is a sentence.
pub fn input_invalid(message: impl Into<String>, subject: Option<&str>) -> ApiError {
    ApiError {
        code: ErrorCode::InputInvalid,
        message: message.into(),
        hints: Vec::new(),
        causes: Vec::new(),
        retryable: false,
        subject: subject.map(str::to_owned),
        policy: None,
    }
}

/// Creates the error for an imported file with endpoints.
pub fn endpoints_not_allowed(endpoints: &[String]) -> ApiError {
    let endpoints = endpoints.join(", ");
    ApiError {
        code: ErrorCode::EndpointsNotAllowed,
        message: format!(
            "The file contains endpoints that would receive requests and credentials: {endpoints}."
        ),
        hints: vec!["Import them only if you trust the author of the file.".to_owned()],
        causes: Vec::new(),
        retryable: false,
        subject: Some(endpoints),
        policy: None,
    }
}

/// Creates the error for a defect of Transload. `message` is a sentence.
pub fn internal(message: impl Into<String>, error: &dyn std::error::Error) -> ApiError {
    ApiError {
        code: ErrorCode::Internal,
        message: message.into(),
        hints: vec!["See the log for details. You can open its folder in Settings.".to_owned()],
        causes: vec![error.to_string()],
        retryable: false,
        subject: None,
        policy: None,
    }
}
