use transload_engine::docker::client_login::ClientLoginError;

use super::capitalised;
use crate::contract::{ApiError, ErrorCode};

impl From<ClientLoginError> for ApiError {
    fn from(error: ClientLoginError) -> Self {
        words(&error).caused_by(&error)
    }
}

fn words(error: &ClientLoginError) -> ApiError {
    let new = |code| ApiError::new(code, capitalised(&error.to_string()));
    match error {
        ClientLoginError::NoFolder => new(ErrorCode::ClientLoginFailed)
            .hint("Set the variable HOME, or DOCKER_CONFIG, and start Transload again."),
        ClientLoginError::Unreadable { path, source }
        | ClientLoginError::NotWritable { path, source } => ApiError::storage(path, source),
        ClientLoginError::Damaged { path, .. } => new(ErrorCode::ClientConfigDamaged)
            .about(path.display().to_string())
            .hint("Repair the file, or move it away: docker makes a new one. It is left as it is.")
            .retryable(),
        ClientLoginError::HelperMissing { helper } => new(ErrorCode::ClientLoginFailed)
            .about(helper)
            .hint("Install it, or take it out of the configuration of docker.")
            .retryable(),
        ClientLoginError::HelperFailed { helper, .. } => new(ErrorCode::ClientLoginFailed)
            .about(helper)
            .hint("Unlock the keychain that it uses, then try again.")
            .hint("Or choose another way. Transload itself needs no login there.")
            .retryable(),
        ClientLoginError::TooLong { helper, .. } => new(ErrorCode::ClientLoginTooLong)
            .about(helper)
            .hint("Set up docker-credential-ecr-login for this registry instead: it gets the login each time and stores none.")
            .hint("Transload itself keeps its login in memory and is not affected."),
        ClientLoginError::WayClosed { client } => new(ErrorCode::ClientLoginFailed)
            .about(*client)
            .hint("Look again, and choose from what there is now.")
            .retryable(),
        ClientLoginError::ChangedSince { key, .. } => new(ErrorCode::ClientLoginFailed)
            .about(key)
            .hint("Somebody else logged in meanwhile. docker logout takes their login out, if you want that."),
    }
}
