//! Failures of signing in, and of adding a profile.

use transload_aws::{ProfileNotAdded, SignInError};

use crate::api_error::ApiError;
use crate::code::ErrorCode;
use crate::sentence::sentence;

impl From<SignInError> for ApiError {
    fn from(error: SignInError) -> Self {
        let new = |code| Self::new(code, sentence(&error.to_string()));
        let converted = match &error {
            SignInError::Aws(error) => return Self::from(error),
            SignInError::NotSso { profile } => new(ErrorCode::ProfileInvalid)
                .about(profile)
                .hint("Choose a profile with an SSO session, or a profile that doesn't require signing in."),
            SignInError::SessionMissing { session } => new(ErrorCode::ProfileInvalid)
                .about(session)
                .hint("To add the session, run: aws configure sso-session"),
            SignInError::Denied => {
                Self::new(ErrorCode::SignInDenied, "Access was denied in the browser.").retryable()
            }
            SignInError::Expired => {
                Self::new(ErrorCode::SignInExpired, "The sign-in wasn't completed in time.").retryable()
            }
            SignInError::Refused { .. } => new(ErrorCode::SignInFailed).retryable(),
            SignInError::UntrustedPage { page } => new(ErrorCode::SignInFailed)
                .about(page)
                .hint("Check sso_start_url and sso_region in the AWS configuration, and the SSO OIDC endpoint if one is set."),
            SignInError::NotSignedIn { session } => {
                Self::new(ErrorCode::SignInNeeded, format!("You aren't signed in to {session}."))
                    .retryable()
            }
            SignInError::Store { path, source } => return Self::storage(path, source),
            SignInError::NoRandomness => new(ErrorCode::SignInFailed)
                .hint("The system provided no random numbers, which encryption requires. Restart this computer."),
        };
        converted.caused_by(&error)
    }
}

impl From<ProfileNotAdded> for ApiError {
    fn from(error: ProfileNotAdded) -> Self {
        match &error {
            ProfileNotAdded::Unwritable { path, source } => Self::storage(path, source),
            ProfileNotAdded::Unreadable { detail } => {
                Self::new(ErrorCode::StorageFailed, sentence(detail))
                    .hint(
                        "Correct the file, then try again. Transload doesn't change a file that it can't parse.",
                    )
                    .retryable()
            }
            ProfileNotAdded::Exists { .. } => {
                Self::invalid_input(&error).hint("Choose another name. Transload doesn't change existing profiles.")
            }
            ProfileNotAdded::NameInvalid { .. } | ProfileNotAdded::ValueInvalid { .. } => {
                Self::invalid_input(&error)
            }
        }
    }
}
