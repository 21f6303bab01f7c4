//! A company network: its own certificate authority, and the proxy to the outside.

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

/// A certificate authority, with its files in a folder of its own.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    folder: TempDir,
}

/// The certificate of a server and its key, as files in PEM.
pub struct ServerFiles {
    /// The certificate.
    pub certificate: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

impl Authority {
    /// A new authority of this name.
    ///
    /// # Errors
    /// When its files cannot be written.
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

    /// Its certificate, as a person gets it from whoever manages the network.
    pub fn file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// A certificate for a host.
    ///
    /// # Errors
    /// When its files cannot be written.
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

/// A proxy that connects whoever asks it to the one server that it knows, whatever the name that was
/// asked for. It listens until it is dropped.
pub struct CompanyProxy {
    asked: Arc<Mutex<Vec<String>>>,
    listening: JoinHandle<()>,
}

impl CompanyProxy {
    /// A proxy at a port, which may have been named before there was a proxy.
    ///
    /// # Errors
    /// When the port is taken.
    pub async fn start(port: u16, leads_to: &str) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let to: SocketAddr = leads_to.parse()?;
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let record = Arc::clone(&asked);
        let listening = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(connect(client, to, Arc::clone(&record)));
            }
        });
        Ok(Self { asked, listening })
    }

    /// The first lines of all requests so far, such as `CONNECT registry.example:443 HTTP/1.1`.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
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
        // Either side may end it.
        let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
    }
}

/// The variables that lead a program through a proxy at this port. What is on this computer, such as
/// the driver of a window, is an exception.
pub fn proxy_variables(port: u16) -> Vec<(String, String)> {
    proxy_variables_of(&format!("http://127.0.0.1:{port}"))
}

/// The same with an address that may hold a login, or be none.
pub fn proxy_variables_of(address: &str) -> Vec<(String, String)> {
    [("HTTPS_PROXY", address), ("HTTP_PROXY", address), ("NO_PROXY", "127.0.0.1")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
}
