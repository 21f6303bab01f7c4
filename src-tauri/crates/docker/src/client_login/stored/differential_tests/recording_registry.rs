//! A local registry that records the login that a tool sends.

use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::AsyncWriteExt as _;
use transload_network::testing::{Authority, Validity, read_head};

/// A registry with TLS that accepts and records every login, and has no images.
pub(super) struct RecordingRegistry {
    port: u16,
    login: Arc<Mutex<Option<String>>>,
    server: tokio::task::JoinHandle<()>,
}

impl RecordingRegistry {
    /// Starts a registry that requests a user name and password.
    pub(super) async fn start() -> Self {
        Self::with_challenge("Basic realm=\"test\"").await
    }

    pub(super) async fn with_challenge(challenge: &'static str) -> Self {
        let recorded: Arc<Mutex<Option<String>>> = Arc::default();
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let acceptor = Authority::new("test").leaf("localhost", Validity::Now).acceptor();
        let record = Arc::clone(&recorded);
        let server = tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let (acceptor, record) = (acceptor.clone(), Arc::clone(&record));
                tokio::spawn(async move {
                    let Ok(mut stream) = acceptor.accept(connection).await else { return };
                    let request = read_head(&mut stream).await;
                    let login = login_in(&request);
                    let status = match &login {
                        None => "401 Unauthorized",
                        Some(_) if request.starts_with("GET /v2/ ") => "200 OK",
                        Some(_) => "404 Not Found",
                    };
                    if login.is_some() {
                        *record.lock().unwrap() = login;
                    }
                    let response = format!(
                        "HTTP/1.1 {status}\r\nWWW-Authenticate: {challenge}\r\n\
                         Docker-Distribution-Api-Version: registry/2.0\r\n\
                         Content-Length: 0\r\nConnection: close\r\n\r\n"
                    );
                    let _ = stream.write_all(response.as_bytes()).await;
                    let _ = stream.shutdown().await;
                });
            }
        });
        Self { port, login: recorded, server }
    }

    pub(super) fn host(&self) -> String {
        format!("localhost:{}", self.port)
    }

    /// Returns the login that was sent since the last call. Without a login, skopeo sends an empty
    /// one.
    pub(super) fn take_login(&self) -> Option<String> {
        self.login.lock().unwrap().take().filter(|login| login != ":")
    }
}

impl Drop for RecordingRegistry {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn login_in(head: &str) -> Option<String> {
    let header = |line: &str| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("authorization").then(|| value.to_owned())
    };
    let value = head.lines().find_map(header)?;
    if value.starts_with("Bearer ") {
        return Some(value);
    }
    let login = STANDARD.decode(value.strip_prefix("Basic ").unwrap()).unwrap();
    Some(String::from_utf8(login).unwrap())
}
