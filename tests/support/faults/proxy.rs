//! The proxy that injects faults. Stories start it in front of a registry or an AWS service.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use url::Url;

use crate::faults::exchange::serve;
use crate::faults::rule::Rule;
use crate::faults::seen_request::SeenRequest;
use crate::faults::state::State;
use crate::faults::watcher::Watcher;

/// The proxy. It stops listening when it is dropped.
#[derive(Debug)]
pub struct FaultProxy {
    address: SocketAddr,
    state: Arc<State>,
    release: watch::Sender<bool>,
    listening: JoinHandle<()>,
}

impl FaultProxy {
    /// Starts a proxy in front of `upstream`, such as `http://127.0.0.1:5000`.
    pub async fn start(upstream: &str, rules: impl Into<Vec<Rule>>) -> Result<Self> {
        Self::start_with(upstream, rules.into(), None).await
    }

    /// Starts a proxy without faults that calls `watcher` for each request.
    pub async fn with_watcher(upstream: &str, watcher: Arc<dyn Watcher>) -> Result<Self> {
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

    /// Host and port, as in an image reference.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// The base URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Adds a rule after the existing ones.
    pub fn add(&self, rule: Rule) {
        self.state.rules.lock().unwrap_or_else(PoisonError::into_inner).push(rule);
    }

    /// Removes all rules.
    pub fn clear(&self) {
        self.state.rules.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Releases all held requests and responses, current and future ones.
    pub fn release(&self) {
        self.release.send_replace(true);
    }

    /// All requests so far, ordered by the arrival of their heads.
    pub fn requests(&self) -> Vec<SeenRequest> {
        self.state.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The number of requests that a fault applied to.
    pub fn fault_count(&self) -> usize {
        self.requests().iter().filter(|request| request.faulty).count()
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn listen(listener: TcpListener, state: Arc<State>) {
    // Dropping the set together with the listener ends all connections.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            Ok((client, _)) = listener.accept() => {
                let state = Arc::clone(&state);
                connections.spawn(async move {
                    // Broken connections are expected here.
                    let _ = serve(client, state).await;
                });
            }
            Some(_) = connections.join_next() => {}
        }
    }
}
