//! The server: a registry in memory, in this process. It listens, records requests, and gives tests direct
//! access to its content.

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
use crate::scripted_registry::content::Content;
use crate::scripted_registry::quirk::{Op, Quirk};
use crate::scripted_registry::real_registries::RegistryKind;
use crate::scripted_registry::request::ScriptedRequest;
use crate::scripted_registry::response::ScriptedResponse;
use crate::secrets::known_secrets;

/// The login of a registry that requires one.
pub const LOGIN: (&str, &str) = ("ada", "scripted-registry-password");
/// The token that its token server issues.
pub(super) const TOKEN: &str = "scripted-registry-token";

/// A request that was received.
#[derive(Clone, Debug)]
pub struct RecordedRequest {
    pub op: Op,
    /// Method, path and query.
    pub line: String,
}

/// A scripted registry. It stops listening when it is dropped.
#[derive(Debug)]
pub struct ScriptedRegistry {
    address: SocketAddr,
    state: Arc<State>,
    listening: JoinHandle<()>,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) quirks: &'static [Quirk],
    pub(super) content: Mutex<Content>,
    seen: Mutex<Vec<RecordedRequest>>,
}

impl ScriptedRegistry {
    pub async fn start(kind: &RegistryKind) -> Result<Self> {
        known_secrets::remember("the password of the scripted registry", LOGIN.1);
        known_secrets::remember("the token of the scripted registry", TOKEN);
        let state = Arc::new(State {
            quirks: kind.quirks,
            content: Mutex::default(),
            seen: Mutex::default(),
        });
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::clone(&state);
        let router = Router::new().fallback(
            move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
                let state = Arc::clone(&shared);
                async move { state.respond(&method, &uri, &headers, body) }
            },
        );
        let router = router.layer(axum::extract::DefaultBodyLimit::disable());
        let listening = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { address, state, listening })
    }

    /// The base URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Host and port.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    pub fn requests(&self) -> Vec<RecordedRequest> {
        locked(&self.state.seen).clone()
    }

    /// Clears the recorded requests.
    pub fn forget_requests(&self) {
        locked(&self.state.seen).clear();
    }

    /// Stores an image with a tag, without the protocol.
    pub fn put_image(&self, repository: &str, tag: &str, image: &Image) {
        self.put_blobs(repository, image);
        self.put_manifest(repository, Some(tag), &image.manifest.digest, &image.manifest);
    }

    pub fn put_blobs(&self, repository: &str, image: &Image) {
        let mut content = locked(&self.state.content);
        for (digest, bytes) in image.blobs() {
            content.blobs.insert((repository.to_owned(), digest.to_owned()), bytes.clone());
        }
    }

    /// Stores one blob under a digest.
    pub fn put_blob(&self, repository: &str, digest: &str, bytes: Bytes) {
        let key = (repository.to_owned(), digest.to_owned());
        locked(&self.state.content).blobs.insert(key, bytes);
    }

    /// Stores a manifest under a digest, and optionally a tag.
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

    /// Everything that can be pulled: manifests by digest, tags with their digests, and blobs, each with a
    /// digest of its bytes.
    pub fn content_lines(&self) -> BTreeSet<String> {
        locked(&self.state.content).lines()
    }

    /// Whether it has a quirk that matches.
    pub fn has(&self, is: impl Fn(&Quirk) -> bool) -> bool {
        self.state.quirks.iter().any(is)
    }
}

impl Drop for ScriptedRegistry {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    fn respond(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        body: Bytes,
    ) -> Response<Body> {
        if uri.path().starts_with("/-/") {
            let page = ScriptedResponse::new(429, "<!doctype html><html>Slow down</html>");
            return page.header("retry-after", "3600").into_http();
        }
        let Some(request) = ScriptedRequest::read(method, uri, headers, body) else {
            return ScriptedResponse::new(404, "404 page not found").into_http();
        };
        locked(&self.seen)
            .push(RecordedRequest { op: request.op, line: format!("{method} {uri}") });
        let mut response = match self.replacement(&request) {
            Some(response) => response,
            None => {
                let mut response = self.handle(&request);
                if (200..300).contains(&response.status) {
                    self.modify(&request, &mut response);
                }
                response
            }
        };
        if self.quirks.contains(&Quirk::Compresses) {
            response.compress();
        }
        response.into_http()
    }
}
