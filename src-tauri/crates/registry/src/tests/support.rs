//! Servers and clients for the tests of this crate.

use std::collections::BTreeMap;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::http::{HeaderMap, Method, Uri};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::api::{BlobStream, LoginSource, RegistryLogin};
use crate::client::RegistryClient;
use crate::endpoint::RegistryEndpoint;
use crate::error::RegistryError;
use crate::login::{AnonymousLogin, FixedLogin};
use transload_model::{Descriptor, Digest, Secret, media_type};

/// A small image manifest.
pub(super) const MANIFEST: &str = r#"{"schemaVersion":2, "mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2},"layers":[]}"#;

/// A request to a test server.
pub(super) type TestRequest = (Method, Uri, HeaderMap, Bytes);

#[derive(Clone, Default)]
pub(super) struct Count(Arc<AtomicU32>);

impl Count {
    /// Increments the count and returns the previous value.
    pub(super) fn next(&self) -> u32 {
        self.0.fetch_add(1, Ordering::SeqCst)
    }

    pub(super) fn get(&self) -> u32 {
        self.0.load(Ordering::SeqCst)
    }
}

/// Serves HTTP on a free loopback port until the test ends.
pub(super) async fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

/// Serves one handler for every request.
pub(super) async fn serve_all<F, A, R>(handler: F) -> SocketAddr
where
    F: Fn(TestRequest) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = R> + Send,
    R: axum::response::IntoResponse + 'static,
{
    serve(
        Router::new().fallback(move |method, uri, headers, body: Bytes| {
            handler((method, uri, headers, body))
        }),
    )
    .await
}

/// Sends the same bytes on each connection after the head of the request, and closes it.
pub(super) async fn serve_bytes(response: impl Into<Vec<u8>>) -> SocketAddr {
    let response = Arc::new(response.into());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut connection, _) = listener.accept().await.unwrap();
            let response = Arc::clone(&response);
            tokio::spawn(async move {
                read_head(&mut connection).await;
                // The client may have closed the connection.
                let _ = connection.write_all(&response).await;
                let _ = connection.shutdown().await;
            });
        }
    });
    address
}

/// Reads the head of a request, up to the empty line.
pub(super) async fn read_head(connection: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match connection.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8_lossy(&head).into_owned()
}

/// Returns a client without a login.
pub(super) fn anonymous(address: SocketAddr) -> RegistryClient {
    client(address, Arc::new(AnonymousLogin))
}

pub(super) fn client(address: SocketAddr, login: Arc<dyn LoginSource>) -> RegistryClient {
    RegistryClient::new(RegistryEndpoint::parse(&format!("http://{address}")).unwrap(), login)
}

pub(super) fn fixed(user: &str, password: &str) -> Arc<dyn LoginSource> {
    Arc::new(FixedLogin::new(login(user, password)))
}

pub(super) fn login(user: &str, password: &str) -> RegistryLogin {
    RegistryLogin { user: user.to_owned(), password: Secret::new(password.to_owned()) }
}

/// Returns the descriptor of a blob with this content.
pub(super) fn descriptor(bytes: &[u8]) -> Descriptor {
    Descriptor {
        media_type: media_type::OCI_CONFIG.to_owned(),
        digest: Digest::of(bytes),
        size_bytes: bytes.len() as u64,
        platform: None,
        annotations: BTreeMap::new(),
        urls: Vec::new(),
    }
}

/// Returns a stream of these bytes in pieces of 64 KiB.
pub(super) fn source(bytes: &[u8]) -> BlobStream {
    let pieces: Vec<_> =
        bytes.chunks(65_536).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    Box::pin(stream::iter(pieces))
}

/// Reads a stream to its end.
pub(super) async fn read_all(mut blob: BlobStream) -> Result<Vec<u8>, RegistryError> {
    let mut all = Vec::new();
    while let Some(piece) = blob.next().await {
        all.extend_from_slice(&piece?);
    }
    Ok(all)
}

/// Returns an error body of the protocol.
pub(super) fn errors(code: &str, message: &str) -> String {
    serde_json::json!({"errors": [{"code": code, "message": message}]}).to_string()
}
