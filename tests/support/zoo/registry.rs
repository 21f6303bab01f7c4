//! The registry that plays the personalities: a distribution registry in memory, in this process. It
//! listens, records what was asked, and lets a test put and read content past the protocol.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Response, Uri};
use bytes::Bytes;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::images::Manifest;
use crate::images::image::Image;
use crate::secrets::known;
use crate::zoo::content::Content;
use crate::zoo::personality::Personality;
use crate::zoo::quirk::{Op, Quirk};
use crate::zoo::request::ZooRequest;
use crate::zoo::response::ZooResponse;

/// The login that opens a registry which wants one.
pub const LOGIN: (&str, &str) = ("ada", "zoo-password");
/// What its token server issues.
pub(super) const TOKEN: &str = "zoo-token";

/// A request that came.
#[derive(Clone, Debug)]
pub struct Seen {
    /// What it asked for.
    pub op: Op,
    /// Its method, path and query.
    pub line: String,
}

/// A registry of the zoo. It listens until it is dropped.
#[derive(Debug)]
pub struct ZooRegistry {
    address: SocketAddr,
    state: Arc<State>,
    listening: JoinHandle<()>,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) quirks: &'static [Quirk],
    pub(super) content: Mutex<Content>,
    seen: Mutex<Vec<Seen>>,
}

impl ZooRegistry {
    /// Starts one that plays a personality.
    ///
    /// # Errors
    /// When the system gives no port.
    pub async fn start(personality: &Personality) -> Result<Self> {
        known::remember("the zoo's password", LOGIN.1);
        known::remember("the zoo's token", TOKEN);
        let state = Arc::new(State {
            quirks: personality.quirks,
            content: Mutex::default(),
            seen: Mutex::default(),
        });
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let kept = Arc::clone(&state);
        let router = Router::new().fallback(
            move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
                let state = Arc::clone(&kept);
                async move { state.answer(&method, &uri, &headers, body) }
            },
        );
        let router = router.layer(axum::extract::DefaultBodyLimit::disable());
        let listening = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { address, state, listening })
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Host and port.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// Every request so far.
    pub fn seen(&self) -> Vec<Seen> {
        locked(&self.state.seen).clone()
    }

    /// Forgets the requests so far.
    pub fn forget_seen(&self) {
        locked(&self.state.seen).clear();
    }

    /// Puts an image under a tag, past the protocol.
    pub fn put_image(&self, repository: &str, tag: &str, image: &Image) {
        self.put_blobs(repository, image);
        self.put_manifest(repository, Some(tag), &image.manifest.digest, &image.manifest);
    }

    /// Puts the blobs of an image.
    pub fn put_blobs(&self, repository: &str, image: &Image) {
        let mut content = locked(&self.state.content);
        for (digest, bytes) in image.blobs() {
            content.blobs.insert((repository.to_owned(), digest.to_owned()), bytes.clone());
        }
    }

    /// Puts one blob under a digest.
    pub fn put_blob(&self, repository: &str, digest: &str, bytes: Bytes) {
        let key = (repository.to_owned(), digest.to_owned());
        locked(&self.state.content).blobs.insert(key, bytes);
    }

    /// Puts a manifest under a digest, and a tag where there is one.
    pub fn put_manifest(
        &self,
        repository: &str,
        tag: Option<&str>,
        digest: &str,
        manifest: &Manifest,
    ) {
        let mut content = locked(&self.state.content);
        content.manifests.insert(
            (repository.to_owned(), digest.to_owned()),
            (manifest.media_type.clone(), manifest.bytes.clone()),
        );
        if let Some(tag) = tag {
            content.tags.insert((repository.to_owned(), tag.to_owned()), digest.to_owned());
        }
    }

    /// Everything that can be pulled: manifests by digest, tags with their digests, and blobs, each
    /// with a digest of its bytes.
    pub fn holds(&self) -> BTreeSet<String> {
        locked(&self.state.content).lines()
    }

    /// Whether its personality has such a quirk.
    pub fn has(&self, is: impl Fn(&Quirk) -> bool) -> bool {
        self.state.quirks.iter().any(is)
    }
}

impl Drop for ZooRegistry {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    fn answer(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        body: Bytes,
    ) -> Response<Body> {
        if uri.path().starts_with("/-/") {
            let page = ZooResponse::new(429, "<!doctype html><html>Slow down</html>");
            return page.header("retry-after", "3600").into_http();
        }
        let Some(request) = ZooRequest::read(method, uri, headers, body) else {
            return ZooResponse::new(404, "404 page not found").into_http();
        };
        locked(&self.seen).push(Seen { op: request.op, line: format!("{method} {uri}") });
        let mut answer = match self.before(&request) {
            Some(answer) => answer,
            None => {
                let mut answer = self.handle(&request);
                if (200..300).contains(&answer.status) {
                    self.after(&request, &mut answer);
                }
                answer
            }
        };
        if self.quirks.contains(&Quirk::Compresses) {
            answer.compress();
        }
        answer.into_http()
    }
}
