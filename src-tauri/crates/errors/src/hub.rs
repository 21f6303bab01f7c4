//! Failures of Docker Hub's own API.

use transload_hub::HubError;

use crate::api_error::ApiError;
use crate::code::ErrorCode;
use crate::sentence::sentence;

const HUB: &str = "Docker Hub";

impl From<HubError> for ApiError {
    fn from(error: HubError) -> Self {
        words(&error).caused_by(&error)
    }
}

fn words(error: &HubError) -> ApiError {
    let new = |code| ApiError::new(code, sentence(&error.to_string()));
    match error {
        HubError::Unauthorized { had_login: true, .. } => new(ErrorCode::RegistryUnauthorized)
            .about(HUB)
            .hint(
                "Check the Docker Hub user name and access token. The token may have been deleted.",
            )
            .retryable(),
        HubError::Unauthorized { .. } => {
            new(ErrorCode::RegistrySignInNeeded).about(HUB).retryable()
        }
        HubError::NamespaceMissing { namespace } => new(ErrorCode::ImageMissing)
            .about(namespace)
            .hint("Check the name of the Docker Hub user or organization."),
        HubError::RepositoryMissing { namespace, repository } => {
            new(ErrorCode::ImageMissing).about(format!("{namespace}/{repository}"))
        }
        HubError::Throttled { .. } => new(ErrorCode::RegistryThrottled)
            .about(HUB)
            .hint("Wait a minute, then try again.")
            .retryable(),
        HubError::Failed { .. } => new(ErrorCode::RegistryFailed).about(HUB).retryable(),
        HubError::Unreachable { .. } => new(ErrorCode::RegistryUnreachable).about(HUB).retryable(),
        HubError::Network { failure, .. } => failure.into(),
        HubError::NotHub { .. } => new(ErrorCode::NotARegistry).about(HUB),
    }
}
