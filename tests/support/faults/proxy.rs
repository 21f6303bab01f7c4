use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use url::Url;

use super::exchange::serve;
use super::head::Head;
use super::rule::{Fault, Rule};
use super::watcher::Watcher;
use crate::secrets::known;

/// A request that came to the proxy.
#[derive(Clone, Debug)]
pub struct SeenRequest {
    /// Its method.
    pub method: String,
    /// Its path with its query.
    pub path: String,
    /// The operation, where it is a call of ECR.
    pub operation: Option<String>,
    /// Its `Authorization`, so that a story can search for the very secrets that were used.
    pub authorization: Option<String>,
    /// Whether a fault hit it.
    pub faulty: bool,
    /// Bytes of its body that went on to the upstream.
    pub body_bytes: u64,
    /// The status of the upstream's answer, once it has come.
    pub status: Option<u16>,
    /// Whether nothing more happens to it: it was answered, or one of the two sides went away.
    pub ended: bool,
}

impl SeenRequest {
    /// The blob that it sends, as `repository@digest`; nothing where it sends none.
    pub fn sent_blob(&self) -> Option<String> {
        let (session, digest) = self.path.split_once("digest=")?;
        let repository = session.strip_prefix("/v2/")?.split_once("/blobs/uploads/")?.0;
        (self.method == "PUT").then(|| format!("{repository}@{}", digest.replace("%3A", ":")))
    }
}

/// The proxy. It listens until it is dropped.
#[derive(Debug)]
pub struct FaultProxy {
    address: SocketAddr,
    state: Arc<State>,
    release: watch::Sender<bool>,
    listening: JoinHandle<()>,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) upstream: String,
    pub(super) released: watch::Receiver<bool>,
    pub(super) watcher: Option<Arc<dyn Watcher>>,
    rules: Mutex<Vec<Rule>>,
    seen: Mutex<Vec<SeenRequest>>,
}

impl State {
    /// Notes a request and tells which fault it gets; the first rule that matches decides.
    pub(super) fn judge(&self, request: &Head) -> (Option<Fault>, usize) {
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        let fault = rules.iter_mut().find_map(|rule| rule.take(request));
        if let Some(header) = request.value("authorization") {
            known::remember_authorization("a login that was sent", header);
        }
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.push(SeenRequest {
            method: request.method().to_owned(),
            path: request.path().to_owned(),
            operation: request
                .value("x-amz-target")
                .and_then(|target| target.rsplit('.').next())
                .map(str::to_owned),
            authorization: request.value("authorization").map(str::to_owned),
            faulty: fault.is_some(),
            body_bytes: 0,
            status: None,
            ended: false,
        });
        (fault, seen.len() - 1)
    }

    /// A request as it is known now.
    pub(super) fn seen(&self, request: usize) -> Option<SeenRequest> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).get(request).cloned()
    }

    /// Notes what became of a request.
    pub(super) fn note(&self, request: usize, what: impl FnOnce(&mut SeenRequest)) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.get_mut(request).map(what);
    }
}

impl FaultProxy {
    /// A proxy before `upstream`, such as `http://127.0.0.1:5000`.
    ///
    /// # Errors
    /// When the address has no host and port, or the system gives no port.
    pub async fn start(upstream: &str, rules: impl Into<Vec<Rule>>) -> Result<Self> {
        Self::start_with(upstream, rules.into(), None).await
    }

    /// A proxy without faults that shows everything to `watcher`.
    ///
    /// # Errors
    /// As [`FaultProxy::start`].
    pub async fn watched(upstream: &str, watcher: Arc<dyn Watcher>) -> Result<Self> {
        Self::start_with(upstream, Vec::new(), Some(watcher)).await
    }

    async fn start_with(
        upstream: &str,
        rules: Vec<Rule>,
        watcher: Option<Arc<dyn Watcher>>,
    ) -> Result<Self> {
        let upstream: Url = upstream.parse()?;
        let host = upstream.host_str().context("the upstream has no host")?;
        let port = upstream.port_or_known_default().context("the upstream has no port")?;
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let (release, released) = watch::channel(false);
        let state = Arc::new(State {
            upstream: format!("{host}:{port}"),
            released,
            watcher,
            rules: Mutex::new(rules),
            seen: Mutex::default(),
        });
        let listening = tokio::spawn(listen(listener, Arc::clone(&state)));
        Ok(Self { address, state, release, listening })
    }

    /// Host and port, as they go into a reference.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Adds a rule behind those that are there.
    pub fn add(&self, rule: Rule) {
        self.state.rules.lock().unwrap_or_else(PoisonError::into_inner).push(rule);
    }

    /// Takes all rules away.
    pub fn clear(&self) {
        self.state.rules.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Lets go of everything that is held, now and later.
    pub fn release(&self) {
        self.release.send_replace(true);
    }

    /// Every request so far, in the order in which their heads came.
    pub fn requests(&self) -> Vec<SeenRequest> {
        self.state.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many requests a fault has hit.
    pub fn faults(&self) -> usize {
        self.requests().iter().filter(|request| request.faulty).count()
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn listen(listener: TcpListener, state: Arc<State>) {
    // Dropping the set with the listener ends every connection too.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            Ok((client, _)) = listener.accept() => {
                let state = Arc::clone(&state);
                connections.spawn(async move {
                    // A broken connection is what a fault proxy is for.
                    let _ = serve(client, state).await;
                });
            }
            Some(_) = connections.join_next() => {}
        }
    }
}
