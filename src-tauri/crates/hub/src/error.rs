//! Errors of requests to Docker Hub.

use transload_network::NetworkFailure;

/// Why a request to Docker Hub's API failed. No variant contains a secret.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    /// The login was rejected, has no access, or is missing (401, 403).
    #[error("Docker Hub denied access to {subject} {}", if *had_login { "with this login" } else { "without a login" })]
    Unauthorized {
        /// What the request was for.
        subject: String,
        /// Whether a login was sent.
        had_login: bool,
        /// Docker Hub's message.
        message: Option<String>,
    },
    /// The user or organization does not exist, or is not visible to this login (404).
    #[error("Docker Hub has no namespace {namespace:?}")]
    NamespaceMissing {
        /// User or organization.
        namespace: String,
    },
    /// The repository does not exist, or is not visible to this login (404).
    #[error("Docker Hub has no repository {namespace}/{repository}")]
    RepositoryMissing {
        /// User or organization.
        namespace: String,
        /// Name within the namespace.
        repository: String,
    },
    /// The rate limit is exceeded (429).
    #[error("Docker Hub is throttling requests")]
    Throttled {
        /// When requests are allowed again, in milliseconds since 1970, if Docker Hub reports it.
        retry_at_ms: Option<u64>,
    },
    /// Any other error response.
    #[error("Docker Hub responded with status {status} to the request for {subject}")]
    Failed {
        /// The HTTP status.
        status: u16,
        /// What the request was for.
        subject: String,
        /// Docker Hub's message.
        message: Option<String>,
    },
    /// No response, or the connection was interrupted.
    #[error("Docker Hub cannot be reached at {host}")]
    Unreachable {
        /// Host and port.
        host: String,
        /// The error of the connection.
        #[source]
        source: BoxError,
    },
    /// A known cause in the network, such as a certificate, a proxy or a wrong clock.
    #[error("Docker Hub cannot be reached: {failure}")]
    Network {
        /// Host and port.
        host: String,
        /// Its kind and details.
        failure: NetworkFailure,
    },
    /// The response is not from Docker Hub, such as the HTML of a proxy.
    #[error("the response of {host} is not from Docker Hub: {detail}")]
    NotHub {
        /// Host and port.
        host: String,
        /// What was received instead.
        detail: String,
    },
}

/// The error of another library, as the cause.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;
