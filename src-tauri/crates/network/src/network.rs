//! The HTTP clients of the program: which proxies, certificate authorities and TLS verifiers each kind of
//! connection uses. Every crate that opens a connection gets its client from [`Network`].

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};

use reqwest::header::{ACCEPT_ENCODING, HeaderMap, HeaderValue};
use rustls::client::danger::ServerCertVerifier;

use crate::ca_file::{CaFile, CaFileError, CaOrigin};
use crate::clock::Clock;
use crate::failure::{NetworkFailure, of_connection};
use crate::proxies::Proxies;
use crate::{loopback, verifier};

/// The variable of the AWS tools that names a file with certificate authorities.
const AWS_CA_BUNDLE: &str = "AWS_CA_BUNDLE";

/// The network of this process as it was started, for whoever asks for nothing else.
static OF_PROCESS: LazyLock<Network> = LazyLock::new(Network::from_process);

/// How this computer reaches others: proxies, and whom it trusts. Cheap to clone; clones share what
/// was built.
#[derive(Clone)]
pub struct Network {
    inner: Arc<Inner>,
}

struct Inner {
    proxies: Proxies,
    ca_files: Vec<NamedCaFile>,
    clock: Clock,
    verifier: OnceLock<Arc<dyn ServerCertVerifier>>,
    kept: Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
}

/// A file with certificate authorities as it was found.
#[derive(Clone, Debug)]
pub struct NamedCaFile {
    /// Who names it.
    pub origin: CaOrigin,
    /// Where it is.
    pub path: PathBuf,
    /// What it holds, or why it cannot be used. What cannot be used stops nothing.
    pub content: Result<CaFile, Arc<CaFileError>>,
}

impl Network {
    /// A network with these proxies, and the system's authorities.
    pub fn new(proxies: Proxies) -> Self {
        Self::of(proxies, Vec::new(), Clock::default())
    }

    /// The network of this process: its proxies, and the authorities of `AWS_CA_BUNDLE`.
    pub fn from_process() -> Self {
        let network = Self::new(Proxies::from_process());
        match std::env::var_os(AWS_CA_BUNDLE).filter(|path| !path.is_empty()) {
            Some(path) => network.with_ca_file(CaOrigin::AwsCaBundle, Path::new(&path)),
            None => network,
        }
    }

    /// The network of this process, made once.
    pub fn of_process() -> Self {
        OF_PROCESS.clone()
    }

    /// The same network, which trusts the authorities of a file too. The file is read now.
    #[must_use]
    pub fn with_ca_file(&self, origin: CaOrigin, path: &Path) -> Self {
        let content = CaFile::read(path).map_err(Arc::new);
        if let Err(error) = &content {
            tracing::warn!(%error, ?origin, "a file with certificate authorities cannot be used");
        }
        let path = path.to_path_buf();
        let mut ca_files = self.inner.ca_files.clone();
        ca_files.push(NamedCaFile { origin, path, content });
        Self::of(self.inner.proxies.clone(), ca_files, self.inner.clock.clone())
    }

    fn of(proxies: Proxies, ca_files: Vec<NamedCaFile>, clock: Clock) -> Self {
        let (verifier, kept) = (OnceLock::new(), Mutex::default());
        Self { inner: Arc::new(Inner { proxies, ca_files, clock, verifier, kept }) }
    }

    /// Whether it is the very same network.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }

    /// The same network as AWS is reached through it: the AWS CLI reads the variables in another way
    /// than Docker.
    pub(super) fn as_aws(&self) -> Self {
        let Inner { proxies, ca_files, clock, .. } = &*self.inner;
        match proxies.for_aws() {
            Some(proxies) => Self::of(proxies, ca_files.clone(), clock.clone()),
            None => self.clone(),
        }
    }

    /// Its proxies.
    pub fn proxies(&self) -> &Proxies {
        &self.inner.proxies
    }

    /// The files with further authorities, in the order in which they were named.
    pub fn ca_files(&self) -> &[NamedCaFile] {
        &self.inner.ca_files
    }

    /// What other clocks say.
    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    /// What a room makes once for this network, such as its connections.
    pub fn kept<T: Send + Sync + 'static>(&self, make: impl FnOnce() -> T) -> Arc<T> {
        let mut kept = self.inner.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let held = kept.get(&TypeId::of::<T>()).cloned().and_then(|held| held.downcast().ok());
        held.unwrap_or_else(|| {
            let made = Arc::new(make());
            kept.insert(TypeId::of::<T>(), Arc::clone(&made) as _);
            made
        })
    }

    /// A client of HTTP/1 that goes through this network. For bulk data several connections do
    /// better than one that is shared.
    pub fn http_client(&self) -> reqwest::ClientBuilder {
        self.client_of(&["http/1.1"]).http1_only()
    }

    /// A client of HTTP/2, or HTTP/1 where the server has no more.
    pub fn http2_client(&self) -> reqwest::ClientBuilder {
        self.client_of(&["h2", "http/1.1"])
    }

    /// A client of HTTP/1 for servers on this computer, whose certificates name other hosts.
    pub fn loopback_client(&self) -> reqwest::ClientBuilder {
        self.client_with(loopback::verifier(), &["http/1.1"]).http1_only()
    }

    fn client_of(&self, protocols: &[&str]) -> reqwest::ClientBuilder {
        let roots = self.inner.ca_files.iter().filter_map(|file| file.content.as_ref().ok());
        let verifier = self.inner.verifier.get_or_init(|| {
            verifier::verifier(roots.flat_map(|file| file.roots.iter().cloned()).collect())
        });
        self.client_with(Arc::clone(verifier), protocols)
    }

    fn client_with(
        &self,
        verifier: Arc<dyn ServerCertVerifier>,
        protocols: &[&str],
    ) -> reqwest::ClientBuilder {
        let tls = verifier::configuration(verifier, protocols);
        let proxies = self.inner.proxies.clone();
        let proxy =
            reqwest::Proxy::custom(move |url| proxies.for_url(url).map(|hop| hop.with_login()));
        reqwest::Client::builder()
            .user_agent(concat!("transload/", env!("CARGO_PKG_VERSION")))
            // Nothing needs to be compressed on the way, and digests are of what is stored.
            .default_headers(HeaderMap::from_iter([(
                ACCEPT_ENCODING,
                HeaderValue::from_static("identity"),
            )]))
            .tls_backend_preconfigured(tls)
            .proxy(proxy)
    }

    /// What a request that failed before it was answered means; nothing where the server simply
    /// does not answer.
    pub fn explain(&self, error: &reqwest::Error) -> Option<NetworkFailure> {
        let is_connection = error.is_connect() || error.is_timeout();
        if !is_connection {
            return None;
        }
        let hop = error.url().and_then(|url| self.inner.proxies.for_url(url));
        // A request that was sent and not answered in time says nothing of the proxy.
        let hop = hop.filter(|_| error.is_connect());
        let mut failure = of_connection(error, hop.as_ref(), &self.inner.clock)?;
        if let NetworkFailure::Untrusted { unusable_file, .. } = &mut failure {
            let mut problems = self.inner.ca_files.iter().filter_map(|f| f.content.as_ref().err());
            *unusable_file = problems.next().map(ToString::to_string);
        }
        Some(failure)
    }

    /// Takes note of the time in an answer that came over TLS, and so from whom it should.
    pub fn note_time(&self, url: &url::Url, date: Option<&str>) {
        if let Some(date) = date.filter(|_| url.scheme() == "https") {
            self.inner.clock.told(date);
        }
    }

    /// What an answer with the status 407 means, which only a proxy gives.
    pub fn refused_by_proxy(&self, url: &url::Url) -> Option<NetworkFailure> {
        let hop = self.inner.proxies.for_url(url)?;
        Some(NetworkFailure::wants_login(&hop))
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
