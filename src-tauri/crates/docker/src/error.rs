use crate::tls::TlsProblem;
use transload_model::ImageReference;

/// Why a call to the Docker Engine, or the way to it, failed.
#[derive(Debug, thiserror::Error)]
pub enum DockerError {
    /// Nothing answers at the address.
    #[error("no Docker Engine answers at {address}")]
    NotRunning {
        /// The address.
        address: String,
        /// What the connection said.
        #[source]
        source: Option<BoxError>,
    },
    /// The socket is there and may not be opened.
    #[error("you may not open {address}")]
    PermissionDenied {
        /// The address.
        address: String,
    },
    /// There is no TLS connection to the engine.
    #[error("the TLS connection to {address} failed: {problem}")]
    TlsFailed {
        /// The address.
        address: String,
        /// Which part of TLS failed.
        problem: TlsProblem,
        /// What the connection or the file said.
        #[source]
        source: Option<BoxError>,
    },
    /// The Docker context does not exist or cannot be read.
    #[error("the Docker context {name:?} cannot be used: {detail}")]
    ContextInvalid {
        /// Its name.
        name: String,
        /// What is wrong with it.
        detail: String,
    },
    /// The address is of a kind that is not understood.
    #[error(
        "{address:?} is not the address of a Docker Engine that can be reached from here: {reason}"
    )]
    AddressInvalid {
        /// The address.
        address: String,
        /// Why.
        reason: &'static str,
    },
    /// The engine has no such image.
    #[error("the Docker Engine has no image {reference}")]
    ImageMissing {
        /// The image.
        reference: String,
    },
    /// The engine has the image, but cannot make an archive of it. Docker 25 and 26 cannot where they
    /// hold only other platforms of an index than their own, and no version can of an index in an
    /// index that is not complete.
    #[error("the Docker Engine cannot export the image {reference}: {message}")]
    NotExportable {
        /// The image.
        reference: String,
        /// The engine's sentence.
        message: String,
    },
    /// The engine answered with an error.
    #[error("the Docker Engine answered {status}: {message}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The engine's sentence.
        message: String,
    },
    /// The engine's push ended with an error inside the stream, where HTTP had said 200.
    #[error("the push of {reference} failed: {message}")]
    PushFailed {
        /// What was pushed.
        reference: ImageReference,
        /// Which failure it is, as far as the sentence tells.
        cause: PushFailure,
        /// The engine's sentence.
        message: String,
    },
    /// The push ended without a digest.
    #[error("the push of {reference} ended without a digest")]
    PushUnconfirmed {
        /// What was pushed.
        reference: ImageReference,
    },
    /// The connection to the engine broke.
    #[error("the connection to the Docker Engine broke")]
    ConnectionLost {
        /// What the connection said.
        #[source]
        source: BoxError,
    },
    /// The answer cannot be read.
    #[error("the Docker Engine's answer cannot be used: {detail}")]
    AnswerUnusable {
        /// What is wrong with it.
        detail: String,
    },
    /// The call was cancelled.
    #[error("the push was cancelled")]
    Cancelled,
}

/// What an error inside the push stream means. The engine gives only a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PushFailure {
    /// The registry wants a login, or refuses the one it got.
    Unauthorized,
    /// The registry token ran out.
    TokenExpired,
    /// The registry knows the caller and refuses.
    Forbidden,
    /// The repository does not exist.
    RepositoryMissing,
    /// The tag points to another image and may not be moved.
    TagImmutable,
    /// The registry asks for fewer requests.
    Throttled,
    /// The registry failed (5xx).
    RegistryFailed,
    /// Nothing answers at the registry, or the connection broke.
    Unreachable,
    /// Content of the image is not in the engine.
    ContentMissing,
    /// The engine holds several images of the index and was not told which to push.
    PlatformAmbiguous,
    /// The registry does not have the layers that the manifest names.
    LayersNotFound,
    /// A quota of the account or repository is used up.
    QuotaExceeded,
    /// The registry refused the manifest, and the engine does not pass its reason on.
    ManifestRefused,
    /// Something else.
    Other,
}

/// Another library's error, kept as the cause.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;
