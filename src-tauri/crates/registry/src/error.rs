//! [`RegistryError`]: every way in which a request to a registry can fail. `response` creates most of them,
//! `remedy` classifies them for callers, and the `api` crate words them for users.

use std::time::Duration;

use crate::upload_session::UploadSession;
use transload_model::{Digest, ManifestError, RegistryHost};
use transload_network::NetworkFailure;

/// Why a request to a registry failed. No variant contains a secret or a signed URL.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// The registry requires a login, or rejects the one that was sent (401).
    #[error("{registry} {} {subject}", if *had_login { "rejected the login for" } else { "requires a login for" })]
    Unauthorized {
        registry: RegistryHost,
        /// Repository, image or blob.
        subject: String,
        message: Option<String>,
        /// Whether a login was sent.
        had_login: bool,
    },
    /// The authorization token of the registry expired and couldn't be renewed.
    #[error("the login for {registry} has expired")]
    TokenExpired { registry: RegistryHost },
    /// The login has no permission (403).
    #[error("{registry} denied access to {subject}: {}", message.as_deref().unwrap_or("no reason given"))]
    Forbidden {
        registry: RegistryHost,
        /// Repository, image or blob.
        subject: String,
        message: Option<String>,
    },
    /// Not found (404 or 410).
    #[error("{registry} has no {subject}")]
    Missing {
        registry: RegistryHost,
        /// Repository, image or blob.
        subject: String,
        /// Whether the repository doesn't exist (`NAME_UNKNOWN`).
        repository: bool,
        message: Option<String>,
    },
    /// The registry has the image in an archive, from which it can't be pulled.
    #[error("{subject} is archived in {registry}, or is being restored, and can't be pulled")]
    Archived { registry: RegistryHost, subject: String },
    /// The registry throttles requests (429).
    #[error("{registry} is throttling requests")]
    Throttled {
        registry: RegistryHost,
        /// From `Retry-After`.
        retry_after: Option<Duration>,
        message: Option<String>,
    },
    /// The pull quota of Docker Hub is used up (429).
    #[error("the pull quota of {registry} is used up")]
    PullQuotaUsedUp {
        registry: RegistryHost,
        /// From `Retry-After`.
        retry_after: Option<Duration>,
    },
    /// The registry failed (5xx).
    #[error("{registry} responded with status {status} for {subject}")]
    Failed {
        registry: RegistryHost,
        /// Repository, image or blob.
        subject: String,
        status: u16,
        message: Option<String>,
    },
    /// The connection to the registry failed.
    #[error("couldn't connect to {registry}")]
    Unreachable {
        registry: RegistryHost,
        #[source]
        source: BoxError,
    },
    /// The registry redirected the request to another address, and the connection to it failed.
    #[error("couldn't connect to {target}, to which {registry} redirected the request")]
    TargetUnreachable {
        registry: RegistryHost,
        /// Scheme, host and port of the redirect.
        target: String,
        #[source]
        source: BoxError,
    },
    /// The registry redirected the upload of a blob (307 or 308). A stream can't be sent twice, so the
    /// caller opens the source again and sends it to `session`.
    #[error("{registry} redirected an upload to another address")]
    UploadMoved { registry: RegistryHost, session: UploadSession },
    /// The cause lies between this computer and the registry: a certificate, a proxy or a clock.
    #[error("couldn't connect to {registry}: {failure}")]
    Network { registry: RegistryHost, failure: NetworkFailure },
    /// The connection was interrupted.
    #[error(
        "the connection to {registry} was interrupted during the transfer of {subject}, after {received_bytes} bytes"
    )]
    ConnectionLost {
        registry: RegistryHost,
        /// Manifest or blob.
        subject: String,
        /// The number of bytes received or sent.
        received_bytes: u64,
        #[source]
        source: Option<BoxError>,
    },
    /// The response doesn't follow the distribution protocol, for example HTML.
    #[error("the server at {registry} is not a registry: {detail}")]
    NotARegistry { registry: RegistryHost, detail: String },
    /// Content has another digest than requested.
    #[error("{registry} returned content with the digest {actual} instead of {expected}")]
    DigestMismatch { registry: RegistryHost, expected: Digest, actual: Digest },
    /// A blob has another size than its descriptor.
    #[error("{registry} returned {actual_bytes} bytes instead of {expected_bytes} for {digest}")]
    SizeMismatch {
        registry: RegistryHost,
        digest: Digest,
        expected_bytes: u64,
        /// The number of bytes received or announced.
        actual_bytes: u64,
    },
    /// A manifest is invalid or not supported.
    #[error("the manifest of {subject} from {registry} is not usable")]
    Manifest {
        registry: RegistryHost,
        subject: String,
        #[source]
        source: ManifestError,
    },
    /// The tag exists, points to another image, and is immutable.
    #[error("{registry} doesn't allow the tag of {subject} to be overwritten")]
    TagImmutable { registry: RegistryHost, subject: String, message: Option<String> },
    /// The registry rejected the request for another reason.
    #[error("{registry} rejected {subject}: {status} {code}: {message}")]
    Refused {
        registry: RegistryHost,
        /// Repository, image or blob.
        subject: String,
        status: u16,
        /// The error code of the protocol, for example `MANIFEST_INVALID`.
        code: String,
        message: String,
    },
    /// The registry requires a login, and the login that is stored on this computer can't be read.
    #[error("{registry} requires a login, and the stored login can't be read: {detail}")]
    LoginUnreadable {
        registry: RegistryHost,
        /// What can't be read and why, without any part of the login.
        detail: String,
    },
    /// The login couldn't be renewed.
    #[error("couldn't renew the login for {registry}")]
    LoginNotRenewed {
        registry: RegistryHost,
        #[source]
        source: BoxError,
    },
    /// A redirect, an upload location or the URL of a token server is not allowed.
    #[error("{registry} redirects to {target}, which is not allowed: {reason}")]
    AddressRefused {
        registry: RegistryHost,
        /// Scheme, host and port of the address, or the host name.
        target: String,
        reason: &'static str,
    },
}

/// The error of another library, as the source of a [`RegistryError`].
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;
