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

/// What a test server is asked, as its handlers see it.
pub(super) type Asked = (Method, Uri, HeaderMap, Bytes);

/// Counts how often a server was asked.
#[derive(Clone, Default)]
pub(super) struct Count(Arc<AtomicU32>);

impl Count {
    /// Counts one more, and tells how many came before.
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
    F: Fn(Asked) -> A + Clone + Send + Sync + 'static,
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

/// Answers each connection with the same bytes after its request's head, and cuts it.
pub(super) async fn serve_bytes(answer: impl Into<Vec<u8>>) -> SocketAddr {
    let answer = Arc::new(answer.into());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut connection, _) = listener.accept().await.unwrap();
            let answer = Arc::clone(&answer);
            tokio::spawn(async move {
                read_head(&mut connection).await;
                // The client may have gone away already.
                let _ = connection.write_all(&answer).await;
                let _ = connection.shutdown().await;
            });
        }
    });
    address
}

/// Reads up to the empty line behind a request's headers.
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

/// A client without a login.
pub(super) fn anonymous(address: SocketAddr) -> RegistryClient {
    client(address, Arc::new(AnonymousLogin))
}

/// A client with a login source.
pub(super) fn client(address: SocketAddr, login: Arc<dyn LoginSource>) -> RegistryClient {
    RegistryClient::new(RegistryEndpoint::at(&format!("http://{address}")).unwrap(), login)
}

/// The login `user` with a password.
pub(super) fn fixed(user: &str, password: &str) -> Arc<dyn LoginSource> {
    Arc::new(FixedLogin::new(login(user, password)))
}

/// A user name and a password.
pub(super) fn login(user: &str, password: &str) -> RegistryLogin {
    RegistryLogin { user: user.to_owned(), password: Secret::new(password.to_owned()) }
}

/// What a manifest says of some bytes.
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

/// A source of a blob in pieces of 64 KiB.
pub(super) fn source(bytes: &[u8]) -> BlobStream {
    let pieces: Vec<_> =
        bytes.chunks(65_536).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    Box::pin(stream::iter(pieces))
}

/// Everything that a blob's stream gives.
pub(super) async fn read_all(mut blob: BlobStream) -> Result<Vec<u8>, RegistryError> {
    let mut all = Vec::new();
    while let Some(piece) = blob.next().await {
        all.extend_from_slice(&piece?);
    }
    Ok(all)
}

/// The protocol's way to say what is wrong.
pub(super) fn errors(code: &str, message: &str) -> String {
    serde_json::json!({"errors": [{"code": code, "message": message}]}).to_string()
}
