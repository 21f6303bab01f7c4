use transload_engine::aws::{ProfileNotAdded, SignInError};

use super::capitalised;
use crate::contract::{ApiError, ErrorCode};

impl From<SignInError> for ApiError {
    fn from(error: SignInError) -> Self {
        let words = |code| Self::new(code, capitalised(&error.to_string()));
        let told = match &error {
            SignInError::Aws(error) => return Self::from(error),
            SignInError::NotSso { profile } => words(ErrorCode::ProfileInvalid)
                .about(profile)
                .hint("Choose a profile with an SSO session, or one that needs no sign-in."),
            SignInError::SessionMissing { session } => words(ErrorCode::ProfileInvalid)
                .about(session)
                .hint("Add the session with: aws configure sso-session, or choose another one."),
            SignInError::Denied => {
                Self::new(ErrorCode::SignInDenied, "Access was denied in the browser.")
                    .hint("Sign in again and allow access, as the user that has the AWS account.")
                    .hint("If you did allow it, ask the administrator of IAM Identity Center.")
                    .retryable()
            }
            SignInError::Expired => {
                Self::new(ErrorCode::SignInExpired, "The sign-in was not finished in time.")
                    .hint("Sign in again; a code is good for some minutes.")
                    .retryable()
            }
            SignInError::Refused { .. } => words(ErrorCode::SignInFailed)
                .hint("Sign in again, with a code instead of the browser of this computer.")
                .retryable(),
            SignInError::ForeignPage { page } => words(ErrorCode::SignInFailed)
                .about(page)
                .hint("Check sso_start_url and sso_region in the AWS configuration, and any endpoint that is set for SSO OIDC."),
            SignInError::NotSignedIn { session } => {
                Self::new(ErrorCode::SignInNeeded, format!("You are not signed in to {session}."))
                    .hint("Sign in, then try again.")
                    .retryable()
            }
            SignInError::Store { path, source } => return Self::storage(path, source),
            SignInError::NoRandomness => words(ErrorCode::SignInFailed)
                .hint("Restart this computer; without random numbers nothing on it is safe."),
        };
        told.caused_by(&error)
    }
}

impl From<ProfileNotAdded> for ApiError {
    fn from(error: ProfileNotAdded) -> Self {
        match &error {
            ProfileNotAdded::Unwritable { path, source } => Self::storage(path, source),
            ProfileNotAdded::Unreadable { detail } => {
                Self::new(ErrorCode::StorageFailed, capitalised(detail))
                    .hint(
                        "Correct the file, then try again: nothing is added to one that is broken.",
                    )
                    .retryable()
            }
            ProfileNotAdded::Exists { .. } => {
                Self::invalid_input(&error).hint("Choose another name: profiles are never changed.")
            }
            ProfileNotAdded::NameInvalid { .. } | ProfileNotAdded::ValueInvalid { .. } => {
                Self::invalid_input(&error).hint("Use another one.")
            }
        }
    }
}
