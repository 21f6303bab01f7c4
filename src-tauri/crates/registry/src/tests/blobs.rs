use std::sync::Arc;
use std::sync::Mutex;

use axum::http::{Method, StatusCode, header};
use axum::response::IntoResponse;
use bytes::Bytes;
use futures_util::stream;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::api::{BlobStream, RegistryApi};
use crate::error::RegistryError;
use crate::tests::support::{
    anonymous, client, descriptor, fixed, read_all, read_head, serve_all, serve_bytes, source,
};
use transload_model::{Digest, RegistryHost};

async fn fetched(address: std::net::SocketAddr, promised: &[u8]) -> Result<Vec<u8>, RegistryError> {
    read_all(anonymous(address).blob("a", &descriptor(promised)).await?).await
}

#[tokio::test]
async fn a_blob_of_wrong_bytes_or_wrong_length_is_an_error() {
    let address = serve_all(|_| async { "wrong" }).await;
    assert!(matches!(fetched(address, b"right").await, Err(RegistryError::DigestMismatch { .. })));
    let error = fetched(address, b"longer than that").await.unwrap_err();
    assert!(
        matches!(error, RegistryError::SizeMismatch { expected_bytes: 16, actual_bytes: 5, .. }),
        "{error}"
    );
}

#[tokio::test]
async fn a_blob_without_an_end_stops_at_its_promised_size() {
    let address = serve_all(|_| async {
        axum::body::Body::from_stream(stream::repeat_with(|| {
            Ok::<_, std::io::Error>(Bytes::from_static(&[0; 1000]))
        }))
    })
    .await;
    assert!(matches!(
        fetched(address, &[0; 5500]).await,
        Err(RegistryError::SizeMismatch { expected_bytes: 5500, .. })
    ));
}

#[tokio::test]
async fn a_blob_that_is_cut_tells_how_far_it_came() {
    let address = serve_bytes("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n1234").await;
    let error = fetched(address, b"1234567890").await.unwrap_err();
    assert!(matches!(error, RegistryError::ConnectionLost { received_bytes: 4, .. }), "{error}");
}

#[tokio::test]
async fn a_redirect_to_another_host_goes_without_the_login() {
    let seen: Arc<Mutex<Vec<bool>>> = Arc::default();
    let kept = Arc::clone(&seen);
    let storage = serve_all(move |(_, _, headers, _)| {
        kept.lock().unwrap().push(headers.contains_key(header::AUTHORIZATION));
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
async fn redirects_in_a_circle_end() {
    let address = serve_all(|_| async {
        (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, "/v2/a/blobs/x")])
    })
    .await;
    assert!(matches!(fetched(address, b"x").await, Err(RegistryError::NotARegistry { .. })));
}

/// A registry that takes an upload, and tells the requests that it got.
async fn upload_target(place: &'static str) -> (std::net::SocketAddr, Arc<Mutex<Vec<String>>>) {
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let kept = Arc::clone(&seen);
    let address = serve_all(move |(method, uri, headers, body)| {
        let length =
            headers.get(header::CONTENT_LENGTH).map(|value| value.to_str().unwrap().to_owned());
        kept.lock().unwrap().push(format!(
            "{method} {uri} {} {}",
            length.unwrap_or_default(),
            body.len()
        ));
        let place = place.replace("HOST", headers[header::HOST].to_str().unwrap());
        async move {
            match method {
                Method::POST => (StatusCode::ACCEPTED, [(header::LOCATION, place)]).into_response(),
                _ => StatusCode::CREATED.into_response(),
            }
        }
    })
    .await;
    (address, seen)
}

#[tokio::test]
async fn a_blob_goes_up_with_one_post_and_one_put_wherever_the_location_is() {
    let digest = Digest::of(b"content").to_string().replace(':', "%3A");
    for (place, target) in [
        ("/up/1?_state=a%3D", "/up/1?_state=a%3D&"),
        ("http://HOST/up/2", "/up/2?"),
        ("3", "/v2/a/blobs/uploads/3?"),
    ] {
        let (address, seen) = upload_target(place).await;
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
async fn an_upload_may_not_be_sent_to_a_metadata_service() {
    let (address, _) = upload_target("http://169.254.169.254/up").await;
    let error =
        anonymous(address).upload_blob("a", &descriptor(b"x"), source(b"x")).await.unwrap_err();
    assert!(matches!(error, RegistryError::AddressRefused { .. }), "{error}");
}

fn host() -> RegistryHost {
    RegistryHost::parse("source.example").unwrap()
}

fn broken_source() -> BlobStream {
    let error =
        RegistryError::NotARegistry { registry: host(), detail: "the source broke".to_owned() };
    Box::pin(stream::iter([Ok(Bytes::from_static(b"abc")), Err(error)]))
}

/// A source that gives every byte and then says that they were wrong.
fn source_that_is_wrong_at_its_end() -> BlobStream {
    let error =
        RegistryError::NotARegistry { registry: host(), detail: "the source broke".to_owned() };
    Box::pin(stream::iter([
        Ok(Bytes::from_static(b"abc")),
        Ok(Bytes::from_static(b"def")),
        Err(error),
    ]))
}

#[tokio::test]
async fn a_source_that_breaks_is_what_is_reported_and_the_registry_never_gets_the_blob() {
    for content in [broken_source as fn() -> BlobStream, source_that_is_wrong_at_its_end] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
        tokio::spawn(async move {
            loop {
                let (mut connection, _) = listener.accept().await.unwrap();
                let tell = tell.clone();
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
                        tell.send((method.to_owned(), body)).unwrap();
                        let answer =
                            "HTTP/1.1 202 Accepted\r\nlocation: /up\r\ncontent-length: 0\r\n\r\n";
                        let _ = connection.write_all(answer.as_bytes()).await;
                    }
                });
            }
        });
        let error = anonymous(address)
            .upload_blob("a", &descriptor(b"abcdef"), content())
            .await
            .unwrap_err();
        assert!(
            matches!(&error, RegistryError::NotARegistry { detail, .. } if detail == "the source broke"),
            "{error}"
        );
        // The PUT is not seen at all where the source broke before anything had left.
        let mut methods = Vec::new();
        while methods.last().is_none_or(|method| method != "DELETE") {
            let next = tokio::time::timeout(std::time::Duration::from_secs(30), told.recv());
            let (method, body) = next.await.unwrap().unwrap();
            assert!(body.len() < 6, "the registry got the whole blob");
            methods.push(method);
        }
        assert_eq!(methods[0], "POST");
    }
}

#[tokio::test]
async fn a_source_of_another_size_is_told_and_not_sent_to_the_end() {
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
async fn whether_a_blob_is_there_is_asked_by_head() {
    let digest = Digest::of(b"there");
    let there = digest.to_string();
    let address = serve_all(move |(method, uri, ..)| {
        assert_eq!(method, Method::HEAD);
        let is_there = uri.path().ends_with(&there);
        async move { if is_there { StatusCode::OK } else { StatusCode::NOT_FOUND } }
    })
    .await;
    let client = anonymous(address);
    assert!(client.has_blob("a", &digest).await.unwrap());
    assert!(!client.has_blob("a", &Digest::of(b"missing")).await.unwrap());
}

/// Serves `content` in answers that break after `piece` bytes, and keeps the ranges asked for.
async fn serve_broken(
    content: &'static [u8],
    piece: usize,
    knows_ranges: bool,
) -> (std::net::SocketAddr, Arc<Mutex<Vec<String>>>) {
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let kept = Arc::clone(&asked);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        for answer in 1.. {
            let (mut connection, _) = listener.accept().await.unwrap();
            let head = read_head(&mut connection).await.to_ascii_lowercase();
            let range = head.lines().find_map(|line| line.strip_prefix("range: bytes="));
            kept.lock().unwrap().extend(range.map(str::to_owned));
            let first =
                range.filter(|_| knows_ranges).map_or("0", |range| &range[..range.len() - 1]);
            let first: usize = first.parse().unwrap();
            // Without ranges each answer has to be a longer one to get anywhere.
            let piece = if knows_ranges { piece } else { piece * answer };
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
    (address, asked)
}

#[tokio::test]
async fn a_download_that_breaks_goes_on_from_where_it_was() {
    let (address, asked) = serve_broken(b"0123456789", 4, true).await;
    assert_eq!(fetched(address, b"0123456789").await.unwrap(), b"0123456789");
    assert_eq!(*asked.lock().unwrap(), ["4-", "8-"]);
}

#[tokio::test]
async fn a_registry_without_ranges_sends_all_again_and_no_byte_is_taken_twice() {
    let (address, asked) = serve_broken(b"0123456789", 4, false).await;
    assert_eq!(fetched(address, b"0123456789").await.unwrap(), b"0123456789");
    assert_eq!(*asked.lock().unwrap(), ["4-", "8-"]);
}
