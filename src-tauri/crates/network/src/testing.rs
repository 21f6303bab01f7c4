//! Test helpers for this and other crates: a certificate authority, a TLS server, a proxy, and programs in
//! Python to compare with. Both servers listen on 127.0.0.1 and stop when they are dropped.

#![allow(clippy::unwrap_used, reason = "a panic here fails the test")]

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// The validity period of a certificate.
#[derive(Clone, Copy)]
pub enum Validity {
    Now,
    Expired,
    NotYet,
    /// Two weeks from now on.
    Soon,
}

impl Validity {
    fn dates(self) -> (time::OffsetDateTime, time::OffsetDateTime) {
        match self {
            Self::Now => (date_time_ymd(2020, 1, 1), date_time_ymd(2100, 1, 1)),
            Self::Expired => (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1)),
            Self::Soon => {
                let now = time::OffsetDateTime::now_utc();
                (date_time_ymd(2020, 1, 1), now + time::Duration::days(14))
            }
            Self::NotYet => (date_time_ymd(2099, 1, 1), date_time_ymd(2100, 1, 1)),
        }
    }
}

/// A certificate authority.
pub struct Authority {
    der: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

/// A server certificate with its private key.
pub struct Leaf {
    pub chain: Vec<CertificateDer<'static>>,
    key: Vec<u8>,
}

impl Authority {
    pub fn new(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        params.distinguished_name.push(DnType::OrganizationName, "Transload tests");
        let der = params.self_signed(&key).unwrap().der().clone();
        Self { der, issuer: Issuer::new(params, key) }
    }

    pub fn der(&self) -> &[u8] {
        &self.der
    }

    pub fn pem(&self) -> String {
        pem(&self.der)
    }

    pub fn leaf(&self, host: &str, validity: Validity) -> Leaf {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, host);
        (params.not_before, params.not_after) = validity.dates();
        let der = params.signed_by(&key, &self.issuer).unwrap().der().clone();
        Leaf { chain: vec![der], key: key.serialize_der() }
    }
}

impl Leaf {
    /// Accepts TLS connections with this certificate.
    pub fn acceptor(&self) -> TlsAcceptor {
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(self.key.clone()));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let configuration = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(self.chain.clone(), key)
            .unwrap();
        TlsAcceptor::from(Arc::new(configuration))
    }
}

/// The extensions and validity of a self-signed certificate.
#[derive(Clone, Copy)]
pub struct SelfSignedOptions {
    /// `CA:TRUE`.
    pub is_authority: bool,
    /// Whether the extended key usage is unrestricted. Otherwise it allows only client authentication.
    pub is_for_servers: bool,
    pub validity: Validity,
}

/// Creates a self-signed server certificate, as `openssl req -x509` does.
pub fn self_signed(host: &str, options: SelfSignedOptions) -> Leaf {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, host);
    if options.is_authority {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    }
    if !options.is_for_servers {
        params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth];
    }
    (params.not_before, params.not_after) = options.validity.dates();
    let der = params.self_signed(&key).unwrap().der().clone();
    Leaf { chain: vec![der], key: key.serialize_der() }
}

impl Leaf {
    pub fn pem(&self) -> String {
        pem(&self.chain[0])
    }
}

fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}

/// A TLS server that sends the same response to every request.
pub struct TlsServer {
    pub address: SocketAddr,
    server: JoinHandle<()>,
}

impl TlsServer {
    /// Starts a server. `response` is a complete HTTP response; the connection is closed after it.
    pub async fn start(leaf: &Leaf, response: &str) -> Self {
        let acceptor = leaf.acceptor();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let response = response.to_owned();
        let server = tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let (acceptor, response) = (acceptor.clone(), response.clone());
                tokio::spawn(async move {
                    let Ok(mut stream) = acceptor.accept(connection).await else { return };
                    read_head(&mut stream).await;
                    let _ = stream.write_all(response.as_bytes()).await;
                    let _ = stream.shutdown().await;
                });
            }
        });
        Self { address, server }
    }
}

impl Drop for TlsServer {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// How a proxy responds to every request.
#[derive(Clone, Copy)]
pub enum ProxyRule {
    /// Opens a tunnel to this address, whatever host was requested.
    TunnelTo(SocketAddr),
    /// Responds with 407, also to a request with a login.
    RequiresLogin,
    /// Responds with 403.
    Forbids,
}

/// A proxy that records the requests it receives.
pub struct ConnectProxy {
    pub address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    server: JoinHandle<()>,
}

impl ConnectProxy {
    pub async fn start(rule: ProxyRule) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests: Arc<Mutex<Vec<String>>> = Arc::default();
        let record = Arc::clone(&requests);
        let server = tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let record = Arc::clone(&record);
                tokio::spawn(async move {
                    let head = read_head(&mut client).await;
                    record.lock().unwrap().push(head);
                    let refusal = match rule {
                        ProxyRule::TunnelTo(target) => {
                            let mut server = TcpStream::connect(target).await.unwrap();
                            let _ = client.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").await;
                            let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
                            return;
                        }
                        ProxyRule::RequiresLogin => {
                            "407 Proxy Authentication Required\r\nproxy-authenticate: Basic realm=\"p\""
                        }
                        ProxyRule::Forbids => "403 Forbidden",
                    };
                    let response = format!("HTTP/1.1 {refusal}\r\ncontent-length: 0\r\n\r\n");
                    let _ = client.write_all(response.as_bytes()).await;
                });
            }
        });
        Self { address, requests, server }
    }

    /// Returns the heads of all requests received so far.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

impl Drop for ConnectProxy {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Reads the head of a request, up to the empty line.
pub async fn read_head(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut read = Vec::new();
    while !read.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => read.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8(read).unwrap()
}

/// Runs a program in Python that reads a list of cases from its standard input and writes the list of its answers.
/// The Python is that of the test tools: in `TRANSLOAD_TOOLS`, or where `cargo xtask setup --tests` installs it.
pub fn python_answers<A: DeserializeOwned>(program: &str, cases: &impl Serialize) -> Vec<A> {
    let installed_by_xtask =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../target/tools/python/bin");
    let folder = std::env::var_os("TRANSLOAD_TOOLS").map_or(installed_by_xtask, PathBuf::from);
    let mut child = Command::new(folder.join("python3"))
        .args(["-c", program])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&serde_json::to_vec(cases).unwrap()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}
