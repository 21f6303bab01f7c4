use std::io;
use std::sync::Arc;
use std::time::Duration;

use bollard::BollardRequest;
use bollard::errors::Error;
use hyper::Response;
use hyper::body::Incoming;
use hyper::header::{HOST, HeaderValue};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_util::task::AbortOnDropHandle;

use super::{DockerAddress, DockerError, tls};

/// How long a connection over the network may take to come up.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// What Docker's own client sends as the host where there is no network host. Source: moby,
/// `client.DummyHost`.
const LOCAL_HOST: &str = "api.moby.localhost";

/// The way to an engine: one connection for each request.
///
/// bollard runs over it, and so does the push, which must see the engine's lines as they are: what
/// bollard hands out of them has lost the layer ids. A connection that is dropped is closed at
/// once, and the engine then stops what it was asked to do.
#[derive(Clone, Debug)]
pub(super) struct Transport {
    address: DockerAddress,
    tls: Option<Arc<rustls::ClientConfig>>,
}

trait Connection: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Connection for T {}

impl Transport {
    /// The way to an address. Nothing is opened yet.
    pub(super) fn new(address: DockerAddress) -> Result<Self, DockerError> {
        let tls = match &address {
            DockerAddress::Tcp { tls: Some(files), .. } => {
                let configuration = tls::configuration(files).map_err(|error| {
                    let address = address.to_string();
                    DockerError::NotRunning { address, source: Some(error.into()) }
                })?;
                Some(Arc::new(configuration))
            }
            _ => None,
        };
        Ok(Self { address, tls })
    }

    /// Where it leads.
    pub(super) fn address(&self) -> &DockerAddress {
        &self.address
    }

    /// Sends a request and waits for the head of the answer. The connection lives as long as the
    /// handle.
    ///
    /// # Errors
    /// `IOError` when there is no connection, `HyperResponseError` when it breaks.
    pub(super) async fn send(
        &self,
        request: BollardRequest,
    ) -> Result<(Response<Incoming>, AbortOnDropHandle<()>), Error> {
        let stream = TokioIo::new(self.connect().await?);
        let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await?;
        let connection = AbortOnDropHandle::new(tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "the connection to the Docker Engine ended");
            }
        }));
        let response = sender.send_request(self.addressed(request)?).await?;
        Ok((response, connection))
    }

    /// On a connection a request names only its path, and the host in a header.
    fn addressed(&self, request: BollardRequest) -> Result<BollardRequest, Error> {
        let (mut parts, body) = request.into_parts();
        if let Some(path) = parts.uri.path_and_query() {
            parts.uri = path.as_str().parse()?;
        }
        let host = match &self.address {
            DockerAddress::Tcp { host, port, .. } if host.contains(':') => {
                format!("[{host}]:{port}")
            }
            DockerAddress::Tcp { host, port, .. } => format!("{host}:{port}"),
            DockerAddress::Socket(_) | DockerAddress::Pipe(_) => LOCAL_HOST.to_owned(),
        };
        let host = HeaderValue::try_from(host).map_err(io::Error::other)?;
        parts.headers.insert(HOST, host);
        Ok(BollardRequest::from_parts(parts, body))
    }

    async fn connect(&self) -> io::Result<Box<dyn Connection>> {
        match &self.address {
            DockerAddress::Socket(path) => local::socket(path).await,
            DockerAddress::Pipe(path) => local::pipe(path),
            DockerAddress::Tcp { host, port, .. } => {
                tokio::time::timeout(CONNECT_LIMIT, self.tcp(host, *port))
                    .await
                    .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
            }
        }
    }

    async fn tcp(&self, host: &str, port: u16) -> io::Result<Box<dyn Connection>> {
        let stream = TcpStream::connect((host, port)).await?;
        stream.set_nodelay(true)?;
        let Some(tls) = &self.tls else { return Ok(Box::new(stream)) };
        let name =
            rustls::pki_types::ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        let connector = tokio_rustls::TlsConnector::from(tls.clone());
        Ok(Box::new(connector.connect(name, stream).await?))
    }
}

#[cfg(unix)]
mod local {
    use std::io;
    use std::path::Path;

    use super::Connection;

    pub(super) async fn socket(path: &Path) -> io::Result<Box<dyn Connection>> {
        Ok(Box::new(tokio::net::UnixStream::connect(path).await?))
    }

    pub(super) fn pipe(_path: &str) -> io::Result<Box<dyn Connection>> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[cfg(windows)]
mod local {
    use std::io;
    use std::path::Path;

    use super::Connection;

    pub(super) async fn socket(_path: &Path) -> io::Result<Box<dyn Connection>> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn pipe(path: &str) -> io::Result<Box<dyn Connection>> {
        Ok(Box::new(tokio::net::windows::named_pipe::ClientOptions::new().open(path)?))
    }
}
