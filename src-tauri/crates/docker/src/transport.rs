//! Connections to an engine: Unix sockets, named pipes, TCP and TLS.

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
use crate::tls_problem::TlsProblem;

/// Maximum wait for a TCP or TLS connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// All instances of a named pipe have a client. Source: "System Error Codes", Windows.
#[cfg(any(windows, test))]
const ERROR_PIPE_BUSY: i32 = 231;
/// Pause before a busy pipe is opened again.
#[cfg(any(windows, test))]
const PIPE_RETRY_PAUSE: Duration = Duration::from_millis(20);
/// Maximum wait for a busy pipe. Source: go-connections, `sockets.DialPipe`.
#[cfg(any(windows, test))]
const PIPE_TIMEOUT: Duration = Duration::from_secs(32);
/// The `Host` header for sockets and pipes, as Docker's client sends it. Source: moby,
/// `client.DummyHost`.
const LOCAL_HOST: &str = "api.moby.localhost";

/// Sends requests to an engine, each over its own connection.
///
/// Used by bollard and directly by `engine`. Dropping a connection closes it immediately, and the
/// engine then stops the request.
#[derive(Clone, Debug)]
pub(super) struct Transport {
    address: DockerAddress,
    tls: Option<Arc<rustls::ClientConfig>>,
}

/// A socket, pipe, TCP or TLS stream.
trait EngineStream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> EngineStream for T {}

impl Transport {
    /// Creates a transport to an address, without connecting.
    ///
    /// # Errors
    /// [`DockerError::TlsFailed`] if the certificate files can't be used.
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

    pub(super) fn address(&self) -> &DockerAddress {
        &self.address
    }

    /// Sends a request and waits for the head of the response. The connection closes when the
    /// returned handle is dropped.
    ///
    /// # Errors
    /// `IOError` if connecting failed, `HyperResponseError` if the connection was interrupted.
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
        let response = sender.send_request(self.with_address(request)?).await?;
        Ok((response, connection))
    }

    /// Sets the path and the `Host` header of a request for this address.
    fn with_address(&self, request: BollardRequest) -> Result<BollardRequest, Error> {
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

    async fn connect(&self) -> io::Result<Box<dyn EngineStream>> {
        match &self.address {
            DockerAddress::Socket(path) => local::socket(path).await,
            DockerAddress::Pipe(path) => local::pipe(path).await,
            DockerAddress::Tcp { host, port, .. } => {
                tokio::time::timeout(CONNECT_TIMEOUT, self.tcp(host, *port))
                    .await
                    .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
            }
        }
    }

    async fn tcp(&self, host: &str, port: u16) -> io::Result<Box<dyn EngineStream>> {
        let stream = TcpStream::connect((host, port)).await?;
        stream.set_nodelay(true)?;
        let Some(tls) = &self.tls else { return Ok(Box::new(stream)) };
        let name =
            rustls::pki_types::ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        let connector = tokio_rustls::TlsConnector::from(tls.clone());
        Ok(Box::new(connector.connect(name, stream).await?))
    }
}

/// Opens a named pipe, and retries while it is busy. After each client, the pipe is busy until the
/// engine listens again: of 16 concurrent calls, only one finds it free.
#[cfg(any(windows, test))]
async fn open_when_free<T>(
    mut open: impl FnMut() -> io::Result<T>,
    pause: Duration,
    timeout: Duration,
) -> io::Result<T> {
    let started = tokio::time::Instant::now();
    loop {
        match open() {
            Err(error)
                if error.raw_os_error() == Some(ERROR_PIPE_BUSY) && started.elapsed() < timeout =>
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

    use super::EngineStream;

    pub(super) async fn socket(path: &Path) -> io::Result<Box<dyn EngineStream>> {
        Ok(Box::new(tokio::net::UnixStream::connect(path).await?))
    }

    pub(super) async fn pipe(_path: &str) -> io::Result<Box<dyn EngineStream>> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[cfg(windows)]
mod local {
    use std::io;
    use std::path::Path;

    use crate::transport::EngineStream;

    pub(super) async fn socket(_path: &Path) -> io::Result<Box<dyn EngineStream>> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) async fn pipe(path: &str) -> io::Result<Box<dyn EngineStream>> {
        let open = || tokio::net::windows::named_pipe::ClientOptions::new().open(path);
        Ok(Box::new(
            crate::transport::open_when_free(
                open,
                crate::transport::PIPE_RETRY_PAUSE,
                crate::transport::PIPE_TIMEOUT,
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
    async fn opening_a_busy_pipe_is_retried_until_the_timeout() {
        let mut attempts = 0;
        let free_after_five = || {
            attempts += 1;
            if attempts < 5 { Err(busy()) } else { Ok(attempts) }
        };
        let pause = Duration::from_millis(1);
        assert_eq!(open_when_free(free_after_five, pause, PIPE_TIMEOUT).await.unwrap(), 5);

        let mut attempts = 0;
        let always_busy = || {
            attempts += 1;
            Err::<(), _>(busy())
        };
        let error =
            open_when_free(always_busy, pause, Duration::from_millis(20)).await.unwrap_err();
        assert_eq!(error.raw_os_error(), Some(ERROR_PIPE_BUSY));
        assert!(attempts > 1);

        // Other errors are not retried.
        let missing = || Err::<(), _>(io::Error::from(io::ErrorKind::NotFound));
        let error = open_when_free(missing, PIPE_TIMEOUT, PIPE_TIMEOUT).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        const { assert!(PIPE_RETRY_PAUSE.as_millis() < PIPE_TIMEOUT.as_millis()) }
    }
}
