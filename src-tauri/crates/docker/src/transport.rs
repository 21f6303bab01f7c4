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

use crate::address::DockerAddress;
use crate::error::DockerError;
use crate::tls;
use crate::tls::TlsProblem;

/// How long a connection over the network may take to come up.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// Every instance of a named pipe has a client. Source: "System Error Codes", Windows.
#[cfg(any(windows, test))]
const ERROR_PIPE_BUSY: i32 = 231;
/// The pause before a busy pipe is opened again.
#[cfg(any(windows, test))]
const PIPE_PAUSE: Duration = Duration::from_millis(20);
/// How long a pipe may be busy. Source: go-connections, `sockets.DialPipe`.
#[cfg(any(windows, test))]
const PIPE_LIMIT: Duration = Duration::from_secs(32);
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
                    let (address, problem) = (address.to_string(), TlsProblem::of_files(&error));
                    DockerError::TlsFailed { address, problem, source: Some(error.into()) }
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
            parts.uri = match &self.address {
                DockerAddress::Tcp { path: base, .. } => format!("{base}{path}").parse()?,
                DockerAddress::Socket(_) | DockerAddress::Pipe(_) => path.as_str().parse()?,
            };
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
            DockerAddress::Pipe(path) => local::pipe(path).await,
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

/// Opens a named pipe of Windows. Between two clients it is busy until the engine listens again,
/// which takes a moment: with 16 calls at once only one finds it free.
#[cfg(any(windows, test))]
async fn until_free<T>(
    mut open: impl FnMut() -> io::Result<T>,
    pause: Duration,
    limit: Duration,
) -> io::Result<T> {
    let began = tokio::time::Instant::now();
    loop {
        match open() {
            Err(error)
                if error.raw_os_error() == Some(ERROR_PIPE_BUSY) && began.elapsed() < limit =>
            {
                tokio::time::sleep(pause).await;
            }
            outcome => return outcome,
        }
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

    pub(super) async fn pipe(_path: &str) -> io::Result<Box<dyn Connection>> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[cfg(windows)]
mod local {
    use std::io;
    use std::path::Path;

    use crate::transport::Connection;

    pub(super) async fn socket(_path: &Path) -> io::Result<Box<dyn Connection>> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) async fn pipe(path: &str) -> io::Result<Box<dyn Connection>> {
        let open = || tokio::net::windows::named_pipe::ClientOptions::new().open(path);
        Ok(Box::new(
            crate::transport::until_free(
                open,
                crate::transport::PIPE_PAUSE,
                crate::transport::PIPE_LIMIT,
            )
            .await?,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn busy() -> io::Error {
        io::Error::from_raw_os_error(ERROR_PIPE_BUSY)
    }

    #[tokio::test]
    async fn a_busy_pipe_is_opened_again_until_it_is_free_or_the_limit_is_reached() {
        let mut tries = 0;
        let free_at_last = || {
            tries += 1;
            if tries < 5 { Err(busy()) } else { Ok(tries) }
        };
        let pause = Duration::from_millis(1);
        assert_eq!(until_free(free_at_last, pause, PIPE_LIMIT).await.unwrap(), 5);

        let mut tries = 0;
        let never = || {
            tries += 1;
            Err::<(), _>(busy())
        };
        let error = until_free(never, pause, Duration::from_millis(20)).await.unwrap_err();
        assert_eq!(error.raw_os_error(), Some(ERROR_PIPE_BUSY));
        assert!(tries > 1);

        // Anything else is no reason to wait.
        let missing = || Err::<(), _>(io::Error::from(io::ErrorKind::NotFound));
        let error = until_free(missing, PIPE_LIMIT, PIPE_LIMIT).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        const { assert!(PIPE_PAUSE.as_millis() < PIPE_LIMIT.as_millis()) }
    }
}
