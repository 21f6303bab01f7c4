//! [`Network`]: the proxies, certificate authorities and clock that all HTTP clients share, and the clients
//! that are built from them.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};

use reqwest::header::{ACCEPT_ENCODING, HeaderMap, HeaderValue};
use rustls::client::danger::ServerCertVerifier;

use crate::ca_file::{CaFile, CaFileError, CaOrigin};
use crate::clock::Clock;
use crate::failure::{NetworkFailure, cause_of};
use crate::proxies::Proxies;
use crate::{loopback, verifier};

/// The environment variable of the AWS tools that names a CA file.
const AWS_CA_BUNDLE: &str = "AWS_CA_BUNDLE";

/// The network settings of the process environment, read once.
static PROCESS_NETWORK: LazyLock<Network> = LazyLock::new(Network::from_process);

/// Proxies, trusted certificate authorities and clock skew of outgoing connections. Clones are cheap and
/// share the TLS verifier and the values of [`Network::cached`].
#[derive(Clone)]
pub struct Network {
    inner: Arc<Inner>,
}

struct Inner {
    proxies: Proxies,
    ca_files: Vec<NamedCaFile>,
    clock: Clock,
    verifier: OnceLock<Arc<dyn ServerCertVerifier>>,
    cached: Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
}

/// A CA file that a setting names, whether or not it can be used.
#[derive(Clone, Debug)]
pub struct NamedCaFile {
    pub origin: CaOrigin,
    pub path: PathBuf,
    /// The certificates, or why the file can't be used. Connections ignore an unusable file.
    pub content: Result<CaFile, Arc<CaFileError>>,
}

impl Network {
    /// Creates a network with these proxies that trusts the system's certificate authorities.
    pub fn new(proxies: Proxies) -> Self {
        Self::from_parts(proxies, Vec::new(), Clock::default())
    }

    /// Reads the proxies and `AWS_CA_BUNDLE` from the environment of the process.
    pub fn from_process() -> Self {
        let network = Self::new(Proxies::from_process());
        match std::env::var_os(AWS_CA_BUNDLE).filter(|path| !path.is_empty()) {
            Some(path) => network.with_ca_file(CaOrigin::AwsCaBundle, Path::new(&path)),
            None => network,
        }
    }

    /// Returns the network of the process environment, which is read once.
    pub fn process_default() -> Self {
        PROCESS_NETWORK.clone()
    }

    /// Returns a copy that also trusts the certificate authorities of a file, which is read now. If it can't
    /// be read, the copy records why; see [`NamedCaFile::content`].
    #[must_use]
    pub fn with_ca_file(&self, origin: CaOrigin, path: &Path) -> Self {
        let content = CaFile::read(path).map_err(Arc::new);
        if let Err(error) = &content {
            tracing::warn!(%error, ?origin, "couldn't use a CA file");
        }
        let path = path.to_path_buf();
        let mut ca_files = self.inner.ca_files.clone();
        ca_files.push(NamedCaFile { origin, path, content });
        Self::from_parts(self.inner.proxies.clone(), ca_files, self.inner.clock.clone())
    }

    fn from_parts(proxies: Proxies, ca_files: Vec<NamedCaFile>, clock: Clock) -> Self {
        let (verifier, cached) = (OnceLock::new(), Mutex::default());
        Self { inner: Arc::new(Inner { proxies, ca_files, clock, verifier, cached }) }
    }

    /// Returns whether both are clones of one network.
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }

    /// Returns the network for connections to AWS. The AWS CLI interprets the proxy variables differently
    /// from Docker.
    pub(super) fn for_aws(&self) -> Self {
        let Inner { proxies, ca_files, clock, .. } = &*self.inner;
        match proxies.for_aws() {
            Some(proxies) => Self::from_parts(proxies, ca_files.clone(), clock.clone()),
            None => self.clone(),
        }
    }

    /// Returns the proxy settings.
    pub fn proxies(&self) -> &Proxies {
        &self.inner.proxies
    }

    /// Returns the CA files, in the order in which they were added.
    pub fn ca_files(&self) -> &[NamedCaFile] {
        &self.inner.ca_files
    }

    /// Returns the clock skew.
    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    /// Returns the value of type `T` that belongs to this network, and creates it on the first call. The
    /// registry client shares its HTTP clients this way.
    pub fn cached<T: Send + Sync + 'static>(&self, create: impl FnOnce() -> T) -> Arc<T> {
        let mut cached = self.inner.cached.lock().unwrap_or_else(PoisonError::into_inner);
        let existing =
            cached.get(&TypeId::of::<T>()).cloned().and_then(|value| value.downcast().ok());
        existing.unwrap_or_else(|| {
            let created = Arc::new(create());
            cached.insert(TypeId::of::<T>(), Arc::clone(&created) as _);
            created
        })
    }

    /// Returns the builder of an HTTP/1 client. Bulk transfers are faster over several connections than over
    /// one multiplexed connection.
    pub fn http_client(&self) -> reqwest::ClientBuilder {
        self.client_for_protocols(&["http/1.1"]).http1_only()
    }

    /// Returns the builder of an HTTP/2 client, which falls back to HTTP/1.
    pub fn http2_client(&self) -> reqwest::ClientBuilder {
        self.client_for_protocols(&["h2", "http/1.1"])
    }

    /// Returns the builder of an HTTP/1 client for servers on this computer. It accepts their certificates
    /// whatever host they name.
    pub fn loopback_client(&self) -> reqwest::ClientBuilder {
        self.client_with_verifier(loopback::verifier(), &["http/1.1"]).http1_only()
    }

    fn client_for_protocols(&self, protocols: &[&str]) -> reqwest::ClientBuilder {
        self.client_with_verifier(self.verifier(), protocols)
    }

    /// Returns the TLS verifier of all connections.
    pub(super) fn verifier(&self) -> Arc<dyn ServerCertVerifier> {
        let roots = self.inner.ca_files.iter().filter_map(|file| file.content.as_ref().ok());
        let verifier = self.inner.verifier.get_or_init(|| {
            verifier::verifier(roots.flat_map(|file| file.roots.iter().cloned()).collect())
        });
        Arc::clone(verifier)
    }

    pub(super) fn client_with_verifier(
        &self,
        verifier: Arc<dyn ServerCertVerifier>,
        protocols: &[&str],
    ) -> reqwest::ClientBuilder {
        let tls = verifier::client_config(verifier, protocols);
        let proxies = self.inner.proxies.clone();
        let proxy =
            reqwest::Proxy::custom(move |url| proxies.for_url(url).map(|hop| hop.url_with_login()));
        reqwest::Client::builder()
            .user_agent(concat!("transload/", env!("CARGO_PKG_VERSION")))
            // Layers are compressed already, and digests are of the stored bytes.
            .default_headers(HeaderMap::from_iter([(
                ACCEPT_ENCODING,
                HeaderValue::from_static("identity"),
            )]))
            .tls_backend_preconfigured(tls)
            .proxy(proxy)
    }

    /// Finds the cause of a request that failed without a response. Returns `None` if the server is the
    /// cause.
    pub fn explain(&self, error: &reqwest::Error) -> Option<NetworkFailure> {
        let is_connection = error.is_connect() || error.is_timeout();
        if !is_connection {
            return None;
        }
        let hop = error.url().and_then(|url| self.inner.proxies.for_url(url));
        // If the request was sent and timed out, the proxy is not the cause.
        let hop = hop.filter(|_| error.is_connect());
        let mut failure = cause_of(error, hop.as_ref(), &self.inner.clock)?;
        if let NetworkFailure::Untrusted { unusable_file, .. } = &mut failure {
            let mut problems = self.inner.ca_files.iter().filter_map(|f| f.content.as_ref().err());
            *unusable_file = problems.next().map(ToString::to_string);
        }
        Some(failure)
    }

    /// Records the `Date` header of a response for the clock skew. Only responses over TLS count, because
    /// their server is authenticated.
    pub fn observe_date(&self, url: &url::Url, date: Option<&str>) {
        if let Some(date) = date.filter(|_| url.scheme() == "https") {
            self.inner.clock.observe(date);
        }
    }

    /// Returns the failure for a response with status 407, which only a proxy sends. Returns `None` if no
    /// proxy is used for the URL.
    pub fn proxy_login_failure(&self, url: &url::Url) -> Option<NetworkFailure> {
        let hop = self.inner.proxies.for_url(url)?;
        Some(NetworkFailure::proxy_login_required(&hop))
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ca_files: Vec<_> = self.inner.ca_files.iter().map(|file| &file.path).collect();
        formatter
            .debug_struct("Network")
            .field("proxies", &self.inner.proxies)
            .field("ca_files", &ca_files)
            .finish_non_exhaustive()
    }
}
