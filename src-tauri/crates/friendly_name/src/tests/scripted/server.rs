//! A server on 127.0.0.1 that answers from a script and logs what it received.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use transload_network::testing::Leaf;

/// A request as a server received it.
pub(super) struct Seen {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) authorization: Option<String>,
}

/// The requests that all servers received: the name of the server, the request, and its authorization.
pub(super) type Log = Arc<Mutex<Vec<(&'static str, String, Option<String>)>>>;

/// Serves responses of a script, one connection for each request. Ends when its task is aborted.
pub(super) async fn serve(
    called: &'static str,
    leaf: Option<Leaf>,
    log: &Log,
    script: impl Fn(&Seen) -> String + Send + Sync + 'static,
) -> (JoinHandle<()>, u16) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (log, script) = (Arc::clone(log), Arc::new(script));
    let acceptor = leaf.map(|leaf| leaf.acceptor());
    let server = tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            let (log, script, acceptor) = (Arc::clone(&log), Arc::clone(&script), acceptor.clone());
            tokio::spawn(async move {
                match acceptor {
                    Some(acceptor) => {
                        if let Ok(stream) = acceptor.accept(connection).await {
                            answer(called, stream, &log, &*script).await;
                        }
                    }
                    None => answer(called, connection, &log, &*script).await,
                }
            });
        }
    });
    (server, port)
}

async fn answer(
    called: &'static str,
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    log: &Log,
    script: &(impl Fn(&Seen) -> String + ?Sized),
) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
        // A TLS handshake at a plain server.
        if head.first() == Some(&0x16) {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
            let _ = stream.shutdown().await;
            return;
        }
    }
    let head = String::from_utf8(head).unwrap();
    let header = |wanted: &str| {
        let line = head.lines().find(|line| {
            line.split_once(':').is_some_and(|(name, _)| name.eq_ignore_ascii_case(wanted))
        });
        line.and_then(|line| line.split_once(':')).map(|(_, value)| value.trim().to_owned())
    };
    let mut body = vec![0; header("content-length").map_or(0, |length| length.parse().unwrap())];
    let _ = stream.read_exact(&mut body).await;
    let mut words = head.split(' ');
    let seen = Seen {
        method: words.next().unwrap().to_owned(),
        path: words.next().unwrap().to_owned(),
        authorization: header("authorization"),
    };
    let request = format!("{} {}", seen.method, seen.path);
    log.lock().unwrap().push((called, request, seen.authorization.clone()));
    let response = script(&seen).replacen("\r\n", "\r\nconnection: close\r\n", 1);
    // A response to HEAD has no body.
    let response = match (seen.method.as_str(), response.split_once("\r\n\r\n")) {
        ("HEAD", Some((head, _))) => format!("{head}\r\n\r\n"),
        _ => response,
    };
    let _ = stream.write_all(format!("HTTP/1.1 {response}").as_bytes()).await;
    let _ = stream.shutdown().await;
}
