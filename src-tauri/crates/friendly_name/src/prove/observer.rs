//! An HTTP proxy on 127.0.0.1 that connects clients to where they want to go, and records the hosts. It sees no content,
//! because TLS goes through it unchanged.
//!
//! Source: RFC 9110, section 9.3.6 (`CONNECT`).

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use transload_network::Network;

use crate::resolver::NameResolver;

/// The longest head of a request, in bytes.
const HEAD_LIMIT_BYTES: usize = 8 * 1024;

pub(super) struct Observer {
    port: Option<u16>,
    hosts: Arc<Mutex<Vec<String>>>,
    listening: Option<JoinHandle<()>>,
}

impl Observer {
    /// Starts the proxy. If this computer needs a proxy of its own, clients keep using that one.
    pub async fn start(network: &Network, resolver: Arc<dyn NameResolver>) -> io::Result<Self> {
        let hosts = Arc::default();
        let outside = url::Url::parse("https://registry.example/").ok();
        let needs_proxy = outside.is_some_and(|url| network.proxies().for_url(&url).is_some());
        if needs_proxy {
            return Ok(Self { port: None, hosts, listening: None });
        }
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let seen = Arc::clone(&hosts);
        let listening = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (seen, resolver) = (Arc::clone(&seen), Arc::clone(&resolver));
                tokio::spawn(async move {
                    if let Err(error) = connect(client, &seen, &*resolver).await {
                        tracing::debug!(%error, "a connection of a client ended");
                    }
                });
            }
        });
        Ok(Self { port: Some(port), hosts, listening: Some(listening) })
    }

    /// Returns the environment variables that send a client through the proxy.
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        let Some(port) = self.port else { return Vec::new() };
        let address = format!("http://127.0.0.1:{port}");
        ["HTTPS_PROXY", "https_proxy"].into_iter().map(|name| (name, address.clone())).collect()
    }

    /// Returns the hosts so far, each once.
    pub fn hosts(&self) -> Vec<String> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner).clone();
        hosts.sort();
        hosts.dedup();
        hosts
    }
}

impl Drop for Observer {
    fn drop(&mut self) {
        if let Some(listening) = &self.listening {
            listening.abort();
        }
    }
}

async fn connect(
    mut client: TcpStream,
    hosts: &Mutex<Vec<String>>,
    resolver: &dyn NameResolver,
) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() > HEAD_LIMIT_BYTES {
            return Err(io::ErrorKind::InvalidData.into());
        }
        head.push(client.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head);
    let mut words = head.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    if method != "CONNECT" {
        return client
            .write_all(b"HTTP/1.1 405 Method Not Allowed\r\ncontent-length: 0\r\n\r\n")
            .await;
    }
    hosts.lock().unwrap_or_else(PoisonError::into_inner).push(target.to_owned());
    let mut server = match open(target, resolver).await {
        Ok(server) => server,
        Err(error) => {
            client.write_all(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n").await?;
            return Err(error);
        }
    };
    client.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").await?;
    tokio::io::copy_bidirectional(&mut client, &mut server).await.map(drop)
}

async fn open(target: &str, resolver: &dyn NameResolver) -> io::Result<TcpStream> {
    let (host, port) = target.rsplit_once(':').ok_or(io::ErrorKind::InvalidInput)?;
    let port: u16 = port.parse().map_err(|_| io::ErrorKind::InvalidInput)?;
    let host = host.trim_matches(['[', ']']);
    let addresses: Vec<SocketAddr> = match host.parse::<IpAddr>() {
        Ok(address) => vec![SocketAddr::new(address, port)],
        Err(_) => {
            let found = resolver.resolve(host).await.map_err(io::Error::other)?;
            found.addresses.into_iter().map(|address| SocketAddr::new(address, port)).collect()
        }
    };
    TcpStream::connect(&addresses[..]).await
}
