use std::time::Duration;

use crate::api::UploadSession;
use transload_model::{Digest, ManifestError, RegistryHost};
use transload_network::NetworkFailure;

/// Why a request to a registry failed. No variant holds a secret or a signed address.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// The registry wants a login, or refuses the one it got (401).
    #[error("{registry} wants a login for {subject}, or refuses the one it got")]
    Unauthorized {
        /// The registry.
        registry: RegistryHost,
        /// Repository, image or blob.
        subject: String,
        /// The registry's sentence.
        message: Option<String>,
        /// Whether a login was sent.
        had_login: bool,
    },
    /// The registry token ran out and could not be renewed.
    #[error("the login for {registry} has run out")]
    TokenExpired {
        /// The registry.
        registry: RegistryHost,
    },
    /// The registry knows the caller and refuses (403).
    #[error("{registry} refuses {subject}: {}", message.as_deref().unwrap_or("no reason given"))]
    Forbidden {
        /// The registry.
        registry: RegistryHost,
        /// Repository, image or blob.
        subject: String,
        /// The registry's sentence.
        message: Option<String>,
    },
    /// It is not there (404).
    #[error("{registry} has no {subject}")]
    Missing {
        /// The registry.
        registry: RegistryHost,
        /// Repository, image or blob.
        subject: String,
        /// Whether it is the repository that is missing (`NAME_UNKNOWN`).
        repository: bool,
        /// The registry's sentence.
        message: Option<String>,
    },
    /// The registry asks for fewer requests (429).
    #[error("{registry} asks for fewer requests")]
    Throttled {
        /// The registry.
        registry: RegistryHost,
        /// How long it asks to wait.
        retry_after: Option<Duration>,
        /// The registry's sentence.
        message: Option<String>,
    },
    /// Docker Hub's pull quota is used up (429).
    #[error("the pull quota of {registry} is used up")]
    PullQuotaUsedUp {
        /// The registry.
        registry: RegistryHost,
        /// How long it asks to wait.
        retry_after: Option<Duration>,
    },
    /// The registry failed (5xx).
    #[error("{registry} failed with status {status} on {subject}")]
    Failed {
        /// The registry.
        registry: RegistryHost,
        /// Repository, image or blob.
        subject: String,
        /// The HTTP status.
        status: u16,
        /// The registry's sentence.
        message: Option<String>,
    },
    /// Nothing answers at its address.
    #[error("nothing answers at {registry}")]
    Unreachable {
        /// The registry.
        registry: RegistryHost,
        /// What the connection said.
        #[source]
        source: BoxError,
    },
    /// The registry sends a request to another address, and nothing answers there.
    #[error("nothing answers at {target}, where {registry} sends this request")]
    TargetUnreachable {
        /// The registry.
        registry: RegistryHost,
        /// Scheme, host and port of the address that it named.
        target: String,
        /// What the connection said.
        #[source]
        source: BoxError,
    },
    /// The registry wants the bytes of a blob at another address (307 or 308). A stream cannot be
    /// sent twice, so whoever has its source begins again there.
    #[error("{registry} moved an upload to another address")]
    UploadMoved {
        /// The registry.
        registry: RegistryHost,
        /// Where the bytes go.
        session: UploadSession,
    },
    /// Something between here and the registry: a certificate, a proxy, a clock.
    #[error("{registry} cannot be asked: {failure}")]
    Network {
        /// The registry.
        registry: RegistryHost,
        /// What.
        failure: NetworkFailure,
    },
    /// The connection was cut in the middle.
    #[error(
        "the connection to {registry} was cut while moving {subject}, after {received_bytes} bytes"
    )]
    ConnectionLost {
        /// The registry.
        registry: RegistryHost,
        /// Manifest or blob.
        subject: String,
        /// Bytes that had come or gone.
        received_bytes: u64,
        /// What the connection said.
        #[source]
        source: Option<BoxError>,
    },
    /// The answer is not what a registry says, such as HTML.
    #[error("what answers at {registry} is not a registry: {detail}")]
    NotARegistry {
        /// The registry.
        registry: RegistryHost,
        /// What came instead.
        detail: String,
    },
    /// A blob has another digest.
    #[error("{registry} gave content with the digest {actual} for {expected}")]
    DigestMismatch {
        /// The registry.
        registry: RegistryHost,
        /// What was asked for.
        expected: Digest,
        /// What came.
        actual: Digest,
    },
    /// A blob has another size.
    #[error("{registry} gave {actual_bytes} bytes for {digest}, which has {expected_bytes}")]
    SizeMismatch {
        /// The registry.
        registry: RegistryHost,
        /// The blob.
        digest: Digest,
        /// What its descriptor says.
        expected_bytes: u64,
        /// What came, or was promised.
        actual_bytes: u64,
    },
    /// A manifest cannot be used.
    #[error("the manifest of {subject} from {registry} cannot be used")]
    Manifest {
        /// The registry.
        registry: RegistryHost,
        /// The image.
        subject: String,
        /// What is wrong with it.
        #[source]
        source: ManifestError,
    },
    /// The tag points to another image and may not be moved.
    #[error("{registry} does not let the tag of {subject} move to another image")]
    TagImmutable {
        /// The registry.
        registry: RegistryHost,
        /// The image.
        subject: String,
        /// The registry's sentence.
        message: Option<String>,
    },
    /// The registry refused for another reason.
    #[error("{registry} refused {subject}: {status} {code}: {message}")]
    Refused {
        /// The registry.
        registry: RegistryHost,
        /// Repository, image or blob.
        subject: String,
        /// The HTTP status.
        status: u16,
        /// The protocol's error code, such as `MANIFEST_INVALID`.
        code: String,
        /// The registry's sentence.
        message: String,
    },
    /// The registry requires a login, and the one that is stored on this computer cannot be read.
    #[error("{registry} requires a login, and the stored one cannot be read: {detail}")]
    LoginUnreadable {
        /// The registry.
        registry: RegistryHost,
        /// What cannot be read and why, without anything of the login.
        detail: String,
    },
    /// The login could not be renewed.
    #[error("the login for {registry} could not be renewed")]
    LoginNotRenewed {
        /// The registry.
        registry: RegistryHost,
        /// Why.
        #[source]
        source: BoxError,
    },
    /// A redirect, upload address or token address leads where it must not.
    #[error("{registry} sends us to {target}, which is refused: {reason}")]
    AddressRefused {
        /// The registry.
        registry: RegistryHost,
        /// Scheme and host of the address.
        target: String,
        /// Why.
        reason: &'static str,
    },
}

/// Another library's error, kept as the cause.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;
