//! Failures of the logins that Transload gives to docker and Podman.

use transload_docker::client_login::ClientLoginError;

use crate::api_error::ApiError;
use crate::code::ErrorCode;
use crate::sentence::sentence;

impl From<ClientLoginError> for ApiError {
    fn from(error: ClientLoginError) -> Self {
        words(&error).caused_by(&error)
    }
}

fn words(error: &ClientLoginError) -> ApiError {
    let new = |code| ApiError::new(code, sentence(&error.to_string()));
    match error {
        ClientLoginError::NoFolder => new(ErrorCode::ClientLoginFailed)
            .hint("Set the environment variable HOME or DOCKER_CONFIG, then restart Transload."),
        ClientLoginError::Unreadable { path, source }
        | ClientLoginError::NotWritable { path, source } => ApiError::storage(path, source),
        ClientLoginError::Damaged { path, .. } => new(ErrorCode::ClientConfigDamaged)
            .about(path.display().to_string())
            .retryable(),
        ClientLoginError::HelperMissing { helper } => new(ErrorCode::ClientLoginFailed)
            .about(helper)
            .hint(format!("Install {helper}, or remove it from the configuration of docker."))
            .retryable(),
        ClientLoginError::HelperFailed { helper, .. } => new(ErrorCode::ClientLoginFailed)
            .about(helper)
            .hint(format!("Unlock the keychain that {helper} uses, then try again."))
            .retryable(),
        ClientLoginError::TooLong { helper, .. } => new(ErrorCode::ClientLoginTooLong)
            .about(helper),
        ClientLoginError::MethodUnavailable { client } => new(ErrorCode::ClientLoginFailed)
            .about(*client)
            .hint("Refresh, then choose another credential store.")
            .retryable(),
        ClientLoginError::ChangedSince { key, .. } => new(ErrorCode::ClientLoginFailed)
            .about(key)
            .hint("Another login replaced the one that Transload wrote. To remove it, run: docker logout"),
    }
}
