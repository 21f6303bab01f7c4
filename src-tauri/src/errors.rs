//! The few failures that are the shell's own. All others come from the api as they are.

use std::io;
use std::path::Path;

use transload_api::contract::{ApiError, ErrorCode};

/// A file or folder that cannot be used. `doing` is a verb in its base form.
pub fn storage_failed(doing: &str, path: &Path, error: &io::Error) -> ApiError {
    if error.kind() == io::ErrorKind::StorageFull {
        return ApiError::disk_full(path).caused_by(error);
    }
    let path = path.display().to_string();
    let hint = match error.kind() {
        io::ErrorKind::PermissionDenied => "Check that your user may use this file and its folder.",
        io::ErrorKind::NotFound => "Check that the file and its folder are still there.",
        _ => "Check the disk that holds this file, then try again.",
    };
    ApiError {
        code: ErrorCode::StorageFailed,
        message: format!("Transload could not {doing} {path}."),
        hints: vec![hint.to_owned()],
        causes: vec![error.to_string()],
        retryable: true,
        subject: Some(path),
        policy: None,
    }
}

/// Something that was typed or chosen and cannot be taken. `message` is a whole sentence.
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

/// An imported file that names endpoints.
pub fn endpoints_not_allowed(endpoints: &[String]) -> ApiError {
    let endpoints = endpoints.join(", ");
    ApiError {
        code: ErrorCode::EndpointsNotAllowed,
        message: format!(
            "The file names endpoints that would receive requests and credentials: {endpoints}."
        ),
        hints: vec!["Import them only if you trust the author of the file.".to_owned()],
        causes: Vec::new(),
        retryable: false,
        subject: Some(endpoints),
        policy: None,
    }
}

/// A fault of the program itself. `message` is a whole sentence.
pub fn internal(message: impl Into<String>, error: &dyn std::error::Error) -> ApiError {
    ApiError {
        code: ErrorCode::Internal,
        message: message.into(),
        hints: vec!["The log holds more; Settings opens its folder.".to_owned()],
        causes: vec![error.to_string()],
        retryable: false,
        subject: None,
        policy: None,
    }
}
