//! Errors of calls to a Docker Engine. The `api` crate adds codes and hints for the user.

use crate::tls_problem::TlsProblem;
use transload_model::ImageReference;

/// Why a call to the Docker Engine, or connecting to it, failed.
#[derive(Debug, thiserror::Error)]
pub enum DockerError {
    /// No response at the address.
    #[error("no Docker Engine responds at {address}")]
    NotRunning {
        address: String,
        /// The error of the connection; `None` after a timeout.
        #[source]
        source: Option<BoxError>,
    },
    /// The socket exists, but this user has no permission to open it.
    #[error("your user has no permission to open {address}")]
    PermissionDenied { address: String },
    /// The TLS connection to the engine failed.
    #[error("the TLS connection to {address} failed: {problem}")]
    TlsFailed {
        address: String,
        problem: TlsProblem,
        /// The error of the connection or of the certificate file.
        #[source]
        source: Option<BoxError>,
    },
    /// The Docker context does not exist or can't be read.
    #[error("the Docker context {name:?} cannot be used: {detail}")]
    ContextInvalid {
        name: String,
        /// What is wrong with the context.
        detail: String,
    },
    /// The address is malformed or not supported.
    #[error("{address:?} is not a supported Docker Engine address: {reason}")]
    AddressInvalid {
        /// The address, without a user name and password.
        address: String,
        /// What is wrong with the address.
        reason: &'static str,
    },
    /// The engine does not have the image.
    #[error("the Docker Engine doesn't have the image {reference}")]
    ImageMissing {
        /// Name or ID of the image.
        reference: String,
    },
    /// The engine has the image, but can't export it. Docker 25 and 26 can't if they have an index
    /// without the engine's own platform. No version can export an incomplete index that is nested
    /// in another index.
    #[error("the Docker Engine can't export the image {reference}: {message}")]
    NotExportable {
        /// ID of the image.
        reference: String,
        /// The engine's message.
        message: String,
    },
    /// Any other error response of the engine.
    #[error("the Docker Engine returned status {status}: {message}")]
    ErrorResponse {
        /// The HTTP status.
        status: u16,
        /// The engine's message.
        message: String,
    },
    /// A push failed with an error in the stream of its progress, after the HTTP status 200.
    #[error("the push of {reference} failed: {message}")]
    PushFailed {
        /// The destination of the push.
        reference: ImageReference,
        /// The cause, derived from the message.
        cause: PushFailure,
        /// The engine's message.
        message: String,
    },
    /// The push ended without an error and without a digest.
    #[error("the Docker Engine didn't confirm the push of {reference} with a digest")]
    PushUnconfirmed {
        /// The destination of the push.
        reference: ImageReference,
    },
    /// The connection to the engine was interrupted.
    #[error("the connection to the Docker Engine was interrupted")]
    ConnectionLost {
        /// The error of the connection.
        #[source]
        source: BoxError,
    },
    /// The response is malformed or incomplete.
    #[error("the response of the Docker Engine is invalid: {detail}")]
    InvalidResponse {
        /// What is wrong with the response.
        detail: String,
    },
    /// The push was cancelled.
    #[error("the push was canceled")]
    Cancelled,
}

/// The cause of a failed push, derived from the message of the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PushFailure {
    /// The registry requires a login, or rejected it.
    Unauthorized,
    /// The authorization token expired.
    TokenExpired,
    /// The registry denied the push to this login.
    Forbidden,
    /// The repository does not exist.
    RepositoryMissing,
    /// The tag is immutable and points to another image.
    TagImmutable,
    /// The registry throttled the requests.
    Throttled,
    /// A server error of the registry (5xx).
    RegistryFailed,
    /// The registry does not respond, or the connection to it was interrupted.
    Unreachable,
    /// The engine does not have all content of the image.
    ContentMissing,
    /// The engine has several platforms of the index, and the request names none of them.
    PlatformAmbiguous,
    /// The registry does not have all layers of the manifest.
    LayersNotFound,
    /// A quota of the account or the repository is exceeded.
    QuotaExceeded,
    /// The registry rejected the manifest, and the engine does not report the reason.
    ManifestRejected,
    /// Any other cause.
    Other,
}

/// The error of another library, as the cause.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;
