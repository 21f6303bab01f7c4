use transload_engine::aws::policy_of_denial;
use transload_engine::docker::{DockerError, PushFailure};

use super::capitalised;
use crate::contract::{ApiError, ErrorCode};

impl From<DockerError> for ApiError {
    fn from(error: DockerError) -> Self {
        Self::from(&error)
    }
}

impl From<&DockerError> for ApiError {
    fn from(error: &DockerError) -> Self {
        words(error).caused_by(error)
    }
}

fn words(error: &DockerError) -> ApiError {
    let new = |code| ApiError::new(code, capitalised(&error.to_string()));
    match error {
        DockerError::NotRunning { address, .. } => new(ErrorCode::EngineNotRunning)
            .about(address)
            .hint("Start Docker Desktop, or on a server: sudo systemctl start docker.")
            .hint("If your engine is elsewhere, give its address in Settings.")
            .retryable(),
        DockerError::PermissionDenied { address } => new(ErrorCode::EnginePermissionDenied)
            .about(address)
            .hint("Add yourself to the group that owns the socket: sudo usermod -aG docker $USER, then log out and in.")
            .retryable(),
        DockerError::ContextInvalid { name, .. } => new(ErrorCode::EngineContextInvalid)
            .about(name)
            .hint("Choose another context with: docker context use NAME, or give an address in Settings."),
        DockerError::AddressInvalid { address, .. } => new(ErrorCode::EngineContextInvalid)
            .about(address)
            .hint("Give an address such as unix:///var/run/docker.sock or tcp://host:2376 in Settings."),
        DockerError::ImageMissing { reference } => new(ErrorCode::EngineImageMissing)
            .about(reference)
            .hint("It may have been removed since the list was made; refresh the list."),
        DockerError::Refused { .. } => new(ErrorCode::EngineFailed)
            .hint("Try again; the engine's own log says more.")
            .retryable(),
        DockerError::PushFailed { reference, cause, message } => {
            push_words(&reference.to_string(), *cause, message)
        }
        DockerError::PushUnconfirmed { reference } => new(ErrorCode::EnginePushFailed)
            .about(reference.to_string())
            .hint("Try again; the engine ended the push without saying that it succeeded.")
            .retryable(),
        DockerError::ConnectionLost { .. } => new(ErrorCode::ConnectionLost)
            .hint("Check that the Docker Engine still runs, then try again.")
            .retryable(),
        DockerError::AnswerUnusable { .. } => new(ErrorCode::EngineFailed)
            .hint("Check that the address in Settings is one of a Docker Engine."),
        DockerError::Cancelled => new(ErrorCode::EnginePushFailed).retryable(),
    }
}

/// The engine says only in a sentence what the registry said, so the code comes from its sense.
fn push_words(reference: &str, cause: PushFailure, message: &str) -> ApiError {
    let said = format!("the Docker Engine says: {}", capitalised(message));
    let (code, text, hint, retryable) = match cause {
        PushFailure::Unauthorized => (
            ErrorCode::RegistryUnauthorized,
            "The registry did not accept the login",
            "Log in again; the token may be for another account or region.",
            true,
        ),
        PushFailure::TokenExpired => (
            ErrorCode::RegistryTokenExpired,
            "The login for the registry has run out",
            "Try again: a new login is made by itself.",
            true,
        ),
        PushFailure::Forbidden => (
            ErrorCode::RegistryForbidden,
            "The registry refuses the push",
            "Check that your role may push to this repository.",
            false,
        ),
        PushFailure::RepositoryMissing => (
            ErrorCode::RepositoryMissing,
            "ECR has no such repository in this account and region",
            "Create the repository, or choose another region.",
            false,
        ),
        PushFailure::TagImmutable => (
            ErrorCode::TagImmutable,
            "The tag points to another image and may not be moved",
            "Copy under another tag, or keep the image that is there.",
            false,
        ),
        PushFailure::Throttled => (
            ErrorCode::RegistryThrottled,
            "The registry asks for fewer requests",
            "Wait a minute and try again.",
            true,
        ),
        PushFailure::Unreachable => (
            ErrorCode::ConnectionLost,
            "The Docker Engine lost its connection to the registry",
            "Check the network of the Docker Engine, then try again.",
            true,
        ),
        PushFailure::ContentMissing => (
            ErrorCode::EnginePushFailed,
            "The Docker Engine holds only a part of this image",
            "Pull the image with the platforms you need, or copy it from its registry instead.",
            false,
        ),
        PushFailure::Other => (
            ErrorCode::EnginePushFailed,
            "The push failed",
            "Try again; the details show what the Docker Engine said.",
            true,
        ),
    };
    let error = ApiError::new(code, format!("{text}; {said}")).hint(hint).about(reference);
    let error = error.lifted_by(policy_of_denial(None, message));
    if retryable { error.retryable() } else { error }
}
