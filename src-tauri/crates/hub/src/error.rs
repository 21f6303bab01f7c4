use transload_network::NetworkFailure;

/// Why a request to Docker Hub's API failed. No variant holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    /// The login is refused, or what was asked for needs one (401, 403).
    #[error("Docker Hub refuses {subject}{}", if *had_login { " for this login" } else { " without a login" })]
    Unauthorized {
        /// What was asked for.
        subject: String,
        /// Whether a login was sent.
        had_login: bool,
        /// Docker Hub's sentence.
        message: Option<String>,
    },
    /// There is no such user or organisation, or it shows nothing to this login (404).
    #[error("Docker Hub has no namespace {namespace:?}")]
    NamespaceMissing {
        /// The namespace.
        namespace: String,
    },
    /// There is no such repository, or it is hidden from this login (404).
    #[error("Docker Hub has no repository {namespace}/{repository}")]
    RepositoryMissing {
        /// The namespace.
        namespace: String,
        /// The repository in it.
        repository: String,
    },
    /// Docker Hub asks for fewer requests (429).
    #[error("Docker Hub asks for fewer requests")]
    Throttled {
        /// When requests are welcome again, in milliseconds since 1970, where it says so.
        retry_at_ms: Option<u64>,
    },
    /// Docker Hub failed, or refused for another reason.
    #[error("Docker Hub answered {status} on {subject}")]
    Failed {
        /// The HTTP status.
        status: u16,
        /// What was asked for.
        subject: String,
        /// Docker Hub's sentence.
        message: Option<String>,
    },
    /// Nothing answers, or the connection broke.
    #[error("Docker Hub cannot be reached at {host}")]
    Unreachable {
        /// Host and port.
        host: String,
        /// What the connection said.
        #[source]
        source: BoxError,
    },
    /// Something between here and Docker Hub: a certificate, a proxy, a clock.
    #[error("Docker Hub cannot be asked: {failure}")]
    Network {
        /// Host and port.
        host: String,
        /// What.
        failure: NetworkFailure,
    },
    /// The answer is not Docker Hub's, such as the HTML of a proxy.
    #[error("what answers at {host} is not Docker Hub: {detail}")]
    NotHub {
        /// Host and port.
        host: String,
        /// What came instead.
        detail: String,
    },
}

/// Another library's error, kept as the cause.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;
