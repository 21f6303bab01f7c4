use transload_engine::hub::HubError;

use super::capitalised;
use crate::contract::{ApiError, ErrorCode};

const HUB: &str = "Docker Hub";

impl From<HubError> for ApiError {
    fn from(error: HubError) -> Self {
        words(&error).caused_by(&error)
    }
}

fn words(error: &HubError) -> ApiError {
    let new = |code| ApiError::new(code, capitalised(&error.to_string()));
    match error {
        HubError::Unauthorized { had_login: true, .. } => new(ErrorCode::RegistryUnauthorized)
            .about(HUB)
            .hint("Check the user name and the access token; a deleted token looks like this too.")
            .retryable(),
        HubError::Unauthorized { .. } => new(ErrorCode::RegistryUnauthorized)
            .about(HUB)
            .hint("Sign in with your Docker Hub user name and an access token.")
            .retryable(),
        HubError::NamespaceMissing { namespace } => {
            new(ErrorCode::ImageMissing).about(namespace).hint(
                "Check the name of the user or organisation; sign in to see private repositories.",
            )
        }
        HubError::RepositoryMissing { namespace, repository } => new(ErrorCode::ImageMissing)
            .about(format!("{namespace}/{repository}"))
            .hint("Check the name; sign in to see private repositories."),
        HubError::Throttled { .. } => new(ErrorCode::RegistryThrottled)
            .about(HUB)
            .hint("Wait a minute and try again.")
            .retryable(),
        HubError::Failed { .. } => new(ErrorCode::RegistryFailed)
            .about(HUB)
            .hint("Try again; Docker Hub may have had a moment's trouble.")
            .retryable(),
        HubError::Unreachable { .. } => new(ErrorCode::RegistryUnreachable)
            .about(HUB)
            .hint("Check the network connection and the proxy settings.")
            .retryable(),
        HubError::Network { failure, .. } => failure.into(),
        HubError::NotHub { .. } => new(ErrorCode::NotARegistry)
            .about(HUB)
            .hint("A sign-in page of the network or a proxy may answer in its place."),
    }
}
