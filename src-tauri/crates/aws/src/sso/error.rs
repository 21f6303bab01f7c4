//! [`SignInError`], the error of signing in. The `api` crate turns it into codes and texts.

use std::path::PathBuf;

use crate::error::AwsError;

/// Why a sign-in failed, or why the user is not signed in. No variant contains a secret.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The configuration is invalid, or a call to AWS failed.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// The profile does not use IAM Identity Center.
    #[error("the AWS profile {profile:?} does not use IAM Identity Center")]
    NotSso { profile: String },
    /// The configuration does not define the session.
    #[error("the AWS configuration does not define [sso-session {session}]")]
    SessionMissing { session: String },
    /// The user, or a rule of the organization, denied access in the browser.
    #[error("access was denied in the browser")]
    Denied,
    /// The user did not finish in time.
    #[error("the sign-in was not finished in time")]
    Expired,
    /// The page in the browser returned an error.
    #[error("IAM Identity Center ended the sign-in with {code}: {message}")]
    Refused {
        /// The OAuth error code, such as `invalid_request`.
        code: String,
        message: String,
    },
    /// The sign-in page does not belong to the configured IAM Identity Center.
    #[error("the sign-in page {page} isn't an https page of the configured IAM Identity Center")]
    UntrustedPage {
        /// The scheme and the host of the page.
        page: String,
    },
    /// There is no token, or AWS no longer accepts it.
    #[error("the user is not signed in to {session}")]
    NotSignedIn {
        /// The name of the session, or its start URL.
        session: String,
    },
    /// The token can't be read, stored or removed.
    #[error("{path} cannot be read or written")]
    Store {
        /// The file or its folder.
        path: PathBuf,
        /// The error of the operating system.
        #[source]
        source: std::io::Error,
    },
    /// The operating system provides no random numbers, which a secure sign-in requires.
    #[error("the operating system provides no random numbers")]
    NoRandomness,
}
