//! A company network: a private certificate authority, and an HTTP proxy.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A private certificate authority. Its files are in a temporary folder.
pub struct CertificateAuthority {
    issuer: Issuer<'static, KeyPair>,
    folder: TempDir,
}

/// The certificate and key of a server, as PEM files.
pub struct ServerFiles {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

impl CertificateAuthority {
    pub fn new(name: &str) -> Result<Self> {
        let folder = TempDir::with_prefix("authority-")?;
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(Vec::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let certificate = params.self_signed(&key)?;
        fs::write(folder.path().join("ca.pem"), pem("CERTIFICATE", certificate.der()))?;
        Ok(Self { issuer: Issuer::new(params, key), folder })
    }

    /// The certificate of the authority, as users get it from the network administrator.
    pub fn file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// Creates a server certificate for a host.
    pub fn server(&self, host: &str) -> Result<ServerFiles> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(vec![host.to_owned()])?;
        params.distinguished_name.push(DnType::CommonName, host);
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2100, 1, 1);
        let certificate = params.signed_by(&key, &self.issuer)?;
        let file = |kind: &str| self.folder.path().join(format!("{host}.{kind}.pem"));
        let files = ServerFiles { certificate: file("certificate"), key: file("key") };
        fs::write(&files.certificate, pem("CERTIFICATE", certificate.der()))?;
        fs::write(&files.key, pem("PRIVATE KEY", &key.serialize_der()))?;
        Ok(files)
    }
}

fn pem(what: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<_> = text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    format!("-----BEGIN {what}-----\n{}\n-----END {what}-----\n", lines.join("\n"))
}

/// An HTTP proxy that connects every client to one server, regardless of the requested host. It stops
/// listening when it is dropped.
pub struct CompanyProxy {
    requests: Arc<Mutex<Vec<String>>>,
    listening: JoinHandle<()>,
}

impl CompanyProxy {
    /// Starts a proxy at a port that was chosen before (see `free_port`).
    pub async fn start(port: u16, leads_to: &str) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let to: SocketAddr = leads_to.parse()?;
        let requests: Arc<Mutex<Vec<String>>> = Arc::default();
        let record = Arc::clone(&requests);
        let listening = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(connect(client, to, Arc::clone(&record)));
            }
        });
        Ok(Self { requests, listening })
    }

    /// The first lines of all requests so far, such as `CONNECT registry.example:443 HTTP/1.1`.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for CompanyProxy {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn connect(mut client: TcpStream, to: SocketAddr, record: Arc<Mutex<Vec<String>>>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match client.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let first = String::from_utf8_lossy(&head).lines().next().unwrap_or_default().to_owned();
    record.lock().unwrap_or_else(PoisonError::into_inner).push(first);
    let Ok(mut server) = TcpStream::connect(to).await else { return };
    if client.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").await.is_ok() {
        // Either side may close the connection.
        let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
    }
}

/// The environment variables for a proxy at this port. Connections to this computer, such as to the WebDriver
/// server, do not use it.
pub fn proxy_variables(port: u16) -> Vec<(String, String)> {
    proxy_variables_of(&format!("http://127.0.0.1:{port}"))
}

/// The same for any value, which can contain a login or be invalid.
pub fn proxy_variables_of(address: &str) -> Vec<(String, String)> {
    [("HTTPS_PROXY", address), ("HTTP_PROXY", address), ("NO_PROXY", "127.0.0.1")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
}
