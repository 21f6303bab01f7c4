//! Tests of downloads, uploads and resumed downloads of blobs.

use std::sync::Arc;
use std::sync::Mutex;

use axum::http::{Method, StatusCode, header};
use axum::response::IntoResponse;
use bytes::Bytes;
use futures_util::stream;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::api::{BlobApi, BlobStream, UploadApi};
use crate::error::RegistryError;
use crate::tests::support::{
    anonymous, client, descriptor, fixed, read_all, read_head, serve_all, serve_bytes, source,
};
use transload_model::{Digest, RegistryHost};

async fn download(address: std::net::SocketAddr, content: &[u8]) -> Result<Vec<u8>, RegistryError> {
    read_all(anonymous(address).blob("a", &descriptor(content)).await?).await
}

#[tokio::test]
async fn a_blob_with_wrong_content_or_length_is_an_error() {
    let address = serve_all(|_| async { "wrong" }).await;
    assert!(matches!(download(address, b"right").await, Err(RegistryError::DigestMismatch { .. })));
    let error = download(address, b"longer than that").await.unwrap_err();
    assert!(
        matches!(error, RegistryError::SizeMismatch { expected_bytes: 16, actual_bytes: 5, .. }),
        "{error}"
    );
}

#[tokio::test]
async fn an_endless_blob_stops_at_its_size() {
    let address = serve_all(|_| async {
        axum::body::Body::from_stream(stream::repeat_with(|| {
            Ok::<_, std::io::Error>(Bytes::from_static(&[0; 1000]))
        }))
    })
    .await;
    assert!(matches!(
        download(address, &[0; 5500]).await,
        Err(RegistryError::SizeMismatch { expected_bytes: 5500, .. })
    ));
}

#[tokio::test]
async fn an_interrupted_download_reports_the_received_bytes() {
    let address = serve_bytes("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n1234").await;
    let error = download(address, b"1234567890").await.unwrap_err();
    assert!(matches!(error, RegistryError::ConnectionLost { received_bytes: 4, .. }), "{error}");
}

#[tokio::test]
async fn a_redirect_to_another_host_does_not_send_the_login() {
    let seen: Arc<Mutex<Vec<bool>>> = Arc::default();
    let record = Arc::clone(&seen);
    let storage = serve_all(move |(_, _, headers, _)| {
        record.lock().unwrap().push(headers.contains_key(header::AUTHORIZATION));
        async { "content" }
    })
    .await;
    let registry = serve_all(move |(_, uri, headers, _)| async move {
        if !headers.contains_key(header::AUTHORIZATION) {
            let challenge = (header::WWW_AUTHENTICATE, "Basic realm=\"r\"".to_owned());
            return (StatusCode::UNAUTHORIZED, [challenge]).into_response();
        }
        let target = if uri.path().contains("/blobs/") {
            format!("/moved?sig={}", storage.port())
        } else {
            format!("http://localhost:{}/x?sig=1", storage.port())
        };
        (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, target)]).into_response()
    })
    .await;
    let client = client(registry, fixed("u", "p"));
    let blob = client.blob("a", &descriptor(b"content")).await.unwrap();
    assert_eq!(read_all(blob).await.unwrap(), b"content");
    assert_eq!(*seen.lock().unwrap(), [false]);
}

#[tokio::test]
async fn a_redirect_loop_is_an_error() {
    let address = serve_all(|_| async {
        (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, "/v2/a/blobs/x")])
    })
    .await;
    assert!(matches!(download(address, b"x").await, Err(RegistryError::NotARegistry { .. })));
}

/// Starts a registry that accepts uploads. Returns its requests.
async fn upload_target(location: &'static str) -> (std::net::SocketAddr, Arc<Mutex<Vec<String>>>) {
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let record = Arc::clone(&seen);
    let address = serve_all(move |(method, uri, headers, body)| {
        let length =
            headers.get(header::CONTENT_LENGTH).map(|value| value.to_str().unwrap().to_owned());
        record.lock().unwrap().push(format!(
            "{method} {uri} {} {}",
            length.unwrap_or_default(),
            body.len()
        ));
        let location = location.replace("HOST", headers[header::HOST].to_str().unwrap());
        async move {
            match method {
                Method::POST => {
                    (StatusCode::ACCEPTED, [(header::LOCATION, location)]).into_response()
                }
                _ => StatusCode::CREATED.into_response(),
            }
        }
    })
    .await;
    (address, seen)
}

#[tokio::test]
async fn a_blob_is_uploaded_with_one_post_and_one_put_to_any_location() {
    let digest = Digest::of(b"content").to_string().replace(':', "%3A");
    for (location, target) in [
        ("/up/1?_state=a%3D", "/up/1?_state=a%3D&"),
        ("http://HOST/up/2", "/up/2?"),
        ("3", "/v2/a/blobs/uploads/3?"),
    ] {
        let (address, seen) = upload_target(location).await;
        anonymous(address)
            .upload_blob("a", &descriptor(b"content"), source(b"content"))
            .await
            .unwrap();
        let expected = [
            "POST /v2/a/blobs/uploads/ 0 0".to_owned(),
            format!("PUT {target}digest={digest} 7 7"),
        ];
        assert_eq!(*seen.lock().unwrap(), expected);
    }
    let (address, seen) = upload_target("/up").await;
    anonymous(address).upload_blob("a", &descriptor(b""), source(b"")).await.unwrap();
    assert!(seen.lock().unwrap()[1].ends_with(" 0 0"));
}

#[tokio::test]
async fn an_upload_location_at_a_metadata_service_is_rejected() {
    let (address, _) = upload_target("http://169.254.169.254/up").await;
    let error =
        anonymous(address).upload_blob("a", &descriptor(b"x"), source(b"x")).await.unwrap_err();
    assert!(matches!(error, RegistryError::AddressRefused { .. }), "{error}");
}

fn host() -> RegistryHost {
    RegistryHost::parse("source.example").unwrap()
}

fn failing_source() -> BlobStream {
    let error =
        RegistryError::NotARegistry { registry: host(), detail: "the source failed".to_owned() };
    Box::pin(stream::iter([Ok(Bytes::from_static(b"abc")), Err(error)]))
}

/// A source that returns all bytes and then an error.
fn source_that_fails_at_the_end() -> BlobStream {
    let error =
        RegistryError::NotARegistry { registry: host(), detail: "the source failed".to_owned() };
    Box::pin(stream::iter([
        Ok(Bytes::from_static(b"abc")),
        Ok(Bytes::from_static(b"def")),
        Err(error),
    ]))
}

#[tokio::test]
async fn the_error_of_a_failing_source_is_reported_and_the_registry_never_receives_the_blob() {
    for content in [failing_source as fn() -> BlobStream, source_that_fails_at_the_end] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
        tokio::spawn(async move {
            loop {
                let (mut connection, _) = listener.accept().await.unwrap();
                let sender = sender.clone();
                tokio::spawn(async move {
                    loop {
                        let head = read_head(&mut connection).await;
                        let Some(method) = head.split(' ').next().filter(|word| !word.is_empty())
                        else {
                            return;
                        };
                        let mut body = Vec::new();
                        if method == "PUT" {
                            let _ = connection.read_to_end(&mut body).await;
                        }
                        sender.send((method.to_owned(), body)).unwrap();
                        let response =
                            "HTTP/1.1 202 Accepted\r\nlocation: /up\r\ncontent-length: 0\r\n\r\n";
                        let _ = connection.write_all(response.as_bytes()).await;
                    }
                });
            }
        });
        let error = anonymous(address)
            .upload_blob("a", &descriptor(b"abcdef"), content())
            .await
            .unwrap_err();
        assert!(
            matches!(&error, RegistryError::NotARegistry { detail, .. } if detail == "the source failed"),
            "{error}"
        );
        // There is no PUT if the source failed before any byte was sent.
        let mut methods = Vec::new();
        while methods.last().is_none_or(|method| method != "DELETE") {
            let next = tokio::time::timeout(std::time::Duration::from_secs(30), receiver.recv());
            let (method, body) = next.await.unwrap().unwrap();
            assert!(body.len() < 6, "the registry received the whole blob");
            methods.push(method);
        }
        assert_eq!(methods[0], "POST");
    }
}

#[tokio::test]
async fn a_source_of_another_size_is_an_error_and_not_sent_completely() {
    let (address, seen) = upload_target("/up").await;
    for (content, actual) in [(&b"ab"[..], 2), (b"abcde", 5), (b"", 0)] {
        let error = anonymous(address)
            .upload_blob("a", &descriptor(b"abc"), source(content))
            .await
            .unwrap_err();
        assert!(
            matches!(error, RegistryError::SizeMismatch { actual_bytes, .. } if actual_bytes == actual),
            "{error}"
        );
    }
    let error =
        anonymous(address).upload_blob("a", &descriptor(b""), source(b"x")).await.unwrap_err();
    assert!(matches!(error, RegistryError::SizeMismatch { .. }), "{error}");
    assert!(seen.lock().unwrap().iter().all(|request| !request.starts_with("PUT")));
}

#[tokio::test]
async fn checks_with_a_head_whether_a_blob_exists() {
    let digest = Digest::of(b"existing");
    let existing = digest.to_string();
    let address = serve_all(move |(method, uri, ..)| {
        assert_eq!(method, Method::HEAD);
        let exists = uri.path().ends_with(&existing);
        async move { if exists { StatusCode::OK } else { StatusCode::NOT_FOUND } }
    })
    .await;
    let client = anonymous(address);
    assert!(client.has_blob("a", &digest).await.unwrap());
    assert!(!client.has_blob("a", &Digest::of(b"missing")).await.unwrap());
}

/// Starts a server whose responses are interrupted after `piece` bytes. Returns the requested ranges.
async fn serve_interrupted(
    content: &'static [u8],
    piece: usize,
    supports_ranges: bool,
) -> (std::net::SocketAddr, Arc<Mutex<Vec<String>>>) {
    let ranges: Arc<Mutex<Vec<String>>> = Arc::default();
    let record = Arc::clone(&ranges);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        for response in 1.. {
            let (mut connection, _) = listener.accept().await.unwrap();
            let head = read_head(&mut connection).await.to_ascii_lowercase();
            let range = head.lines().find_map(|line| line.strip_prefix("range: bytes="));
            record.lock().unwrap().extend(range.map(str::to_owned));
            let first =
                range.filter(|_| supports_ranges).map_or("0", |range| &range[..range.len() - 1]);
            let first: usize = first.parse().unwrap();
            // Without ranges, each response must be longer, or there would be no progress.
            let piece = if supports_ranges { piece } else { piece * response };
            let last = content.len().min(first + piece);
            let (length, end) = (content.len() - first, content.len() - 1);
            let status = if first > 0 { "206 Partial Content" } else { "200 OK" };
            let head = format!(
                "HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\
                 content-range: bytes {first}-{end}/{}\r\nconnection: close\r\n\r\n",
                content.len()
            );
            connection.write_all(head.as_bytes()).await.unwrap();
            connection.write_all(&content[first..last]).await.unwrap();
        }
    });
    (address, ranges)
}

#[tokio::test]
async fn an_interrupted_download_is_resumed() {
    let (address, ranges) = serve_interrupted(b"0123456789", 4, true).await;
    assert_eq!(download(address, b"0123456789").await.unwrap(), b"0123456789");
    assert_eq!(*ranges.lock().unwrap(), ["4-", "8-"]);
}

#[tokio::test]
async fn without_ranges_the_blob_is_sent_again_and_no_byte_is_duplicated() {
    let (address, ranges) = serve_interrupted(b"0123456789", 4, false).await;
    assert_eq!(download(address, b"0123456789").await.unwrap(), b"0123456789");
    assert_eq!(*ranges.lock().unwrap(), ["4-", "8-"]);
}
