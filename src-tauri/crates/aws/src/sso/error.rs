use std::path::PathBuf;

use crate::error::AwsError;

/// Why nobody is signed in. No variant holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The configuration, or a call to AWS.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// The profile gets its credentials in another way.
    #[error("the AWS profile {profile:?} does not sign in through IAM Identity Center")]
    NotSso {
        /// The profile.
        profile: String,
    },
    /// The configuration has no such session.
    #[error("the AWS configuration has no [sso-session {session}]")]
    SessionMissing {
        /// The session.
        session: String,
    },
    /// The person, or a rule of the organisation, said no in the browser.
    #[error("access was denied in the browser")]
    Denied,
    /// Nobody answered in time.
    #[error("the sign-in was not finished in time")]
    Expired,
    /// The page in the browser ended with an error.
    #[error("IAM Identity Center ended the sign-in with {code}: {message}")]
    Refused {
        /// The OAuth error code, such as `invalid_request`.
        code: String,
        /// Its description.
        message: String,
    },
    /// The page that the service names is not one of the configured IAM Identity Center.
    #[error("the sign-in page {page} isn't an https page of the configured IAM Identity Center")]
    ForeignPage {
        /// Scheme and host.
        page: String,
    },
    /// There is no token, or AWS does not take it any more.
    #[error("nobody is signed in to {session}")]
    NotSignedIn {
        /// The session's name, or the start URL.
        session: String,
    },
    /// The token cannot be read, kept or removed.
    #[error("{path} cannot be read or written")]
    Store {
        /// The file or its folder.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// The system gives no random numbers, without which a sign-in is not safe.
    #[error("the system gives no random numbers")]
    NoRandomness,
}
