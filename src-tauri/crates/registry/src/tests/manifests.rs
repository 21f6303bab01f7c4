//! Tests of reading and storing manifests.

use axum::http::{Method, StatusCode, header};
use axum::response::IntoResponse;
use bytes::Bytes;

use crate::api::{ManifestApi, PullQuota, RegistryApi};
use crate::error::RegistryError;
use crate::tests::support::{Count, MANIFEST, anonymous, errors, serve_all, serve_bytes};
use transload_model::{Digest, MANIFEST_LIMIT_BYTES, ManifestError, RawManifest, media_type};

const TYPE: (header::HeaderName, &str) = (header::CONTENT_TYPE, media_type::OCI_MANIFEST);

fn manifest() -> RawManifest {
    RawManifest::new(Bytes::from_static(MANIFEST.as_bytes()), None).unwrap()
}

#[tokio::test]
async fn the_bytes_of_a_manifest_are_unchanged() {
    let address = serve_all(|(_, uri, headers, _)| async move {
        assert_eq!(uri.path(), "/v2/team/app/manifests/1");
        let accept = headers[header::ACCEPT].to_str().unwrap().to_owned();
        assert!(
            accept.contains(media_type::OCI_INDEX)
                && accept.contains(media_type::DOCKER_SCHEMA1_SIGNED)
        );
        ([TYPE], MANIFEST)
    })
    .await;
    let manifest = anonymous(address).manifest("team/app", "1").await.unwrap();
    assert_eq!(manifest.bytes(), MANIFEST.as_bytes());
}

#[tokio::test]
async fn a_manifest_with_another_digest_is_rejected_with_both_digests() {
    let address = serve_all(|_| async { ([TYPE], "damaged") }).await;
    let requested = Digest::of(b"another");
    let error = anonymous(address).manifest("a", requested.as_str()).await.unwrap_err();
    let RegistryError::Manifest {
        source: ManifestError::DigestMismatch { expected, actual }, ..
    } = error
    else {
        panic!("{error}")
    };
    assert_eq!((expected, actual), (requested, Digest::of(b"damaged")));
}

#[tokio::test]
async fn web_pages_and_other_json_are_not_accepted_as_a_registry() {
    for (content_type, body) in [
        ("text/html; charset=utf-8", "<html>Sign in</html>"),
        ("application/json", "{\"hello\":1}"),
    ] {
        let address =
            serve_all(move |_| async move { ([(header::CONTENT_TYPE, content_type)], body) }).await;
        let error = anonymous(address).manifest("a", "1").await.unwrap_err();
        assert!(matches!(error, RegistryError::NotARegistry { .. }), "{error}");
    }
    let address = serve_all(|_| async { ([(header::CONTENT_TYPE, "text/html")], "<html>") }).await;
    let error = anonymous(address).check_login().await.unwrap_err();
    assert!(matches!(error, RegistryError::NotARegistry { .. }), "{error}");
}

#[tokio::test]
async fn schema_1_has_its_own_error() {
    let address = serve_all(|_| async {
        (
            [(header::CONTENT_TYPE, media_type::DOCKER_SCHEMA1_SIGNED)],
            r#"{"schemaVersion":1,"fsLayers":[]}"#,
        )
    })
    .await;
    let error = anonymous(address).manifest("a", "1").await.unwrap_err();
    assert!(
        matches!(error, RegistryError::Manifest { source: ManifestError::Schema1, .. }),
        "{error}"
    );
}

#[tokio::test]
async fn a_manifest_over_the_limit_is_rejected_with_and_without_a_content_length() {
    let announced = serve_bytes("HTTP/1.1 200 OK\r\ncontent-length: 9999999\r\n\r\n{").await;
    let endless_list_error = serve_all(|_| async {
        let piece = || Some((Ok::<_, std::io::Error>(Bytes::from(vec![b' '; 65_536])), ()));
        axum::body::Body::from_stream(futures_util::stream::unfold(
            (),
            move |()| async move { piece() },
        ))
    })
    .await;
    for address in [announced, endless_list_error] {
        let error = anonymous(address).manifest("a", "1").await.unwrap_err();
        let RegistryError::Manifest { source: ManifestError::TooLarge { size_bytes }, .. } = error
        else {
            panic!("{error}")
        };
        assert!(size_bytes > MANIFEST_LIMIT_BYTES as u64);
    }
}

#[tokio::test]
async fn an_interrupted_manifest_is_requested_again_and_then_reported() {
    let address = serve_bytes("HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"schema").await;
    let error = anonymous(address).manifest("a", "1").await.unwrap_err();
    assert!(matches!(error, RegistryError::ConnectionLost { .. }), "{error}");
}

#[tokio::test]
async fn a_closed_port_is_reported_as_unreachable() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = anonymous(address).check_login().await.unwrap_err();
    assert!(matches!(error, RegistryError::Unreachable { .. }), "{error}");
}

#[tokio::test]
async fn a_head_returns_digest_size_and_quota_or_none_for_a_missing_tag() {
    let address = serve_all(|(method, uri, ..)| async move {
        assert_eq!(method, Method::HEAD);
        if uri.path().ends_with("/missing") {
            return StatusCode::NOT_FOUND.into_response();
        }
        let headers = [
            ("docker-content-digest", Digest::of(MANIFEST.as_bytes()).to_string()),
            ("content-type", media_type::OCI_MANIFEST.to_owned()),
            ("ratelimit-limit", "100;w=21600".to_owned()),
            ("ratelimit-remaining", "20;w=21600".to_owned()),
        ];
        (headers, MANIFEST).into_response()
    })
    .await;
    let client = anonymous(address);
    let head = client.manifest_head("a", "1").await.unwrap().unwrap();
    assert_eq!(head.digest, Digest::of(MANIFEST.as_bytes()));
    assert_eq!(head.size_bytes, Some(MANIFEST.len() as u64));
    assert_eq!(
        head.pull_quota,
        Some(PullQuota { limit: 100, remaining: 20, window_seconds: 21_600 })
    );
    assert_eq!(client.manifest_head("a", "missing").await.unwrap(), None);
}

#[tokio::test]
async fn a_head_without_a_digest_is_repeated_as_a_get() {
    let address = serve_all(|_| async { ([TYPE], MANIFEST) }).await;
    let head = anonymous(address).manifest_head("a", "1").await.unwrap().unwrap();
    assert_eq!(head.digest, Digest::of(MANIFEST.as_bytes()));
}

#[tokio::test]
async fn a_rejected_head_is_repeated_as_a_get_to_get_the_reason() {
    let count = Count::default();
    let seen = count.clone();
    let address = serve_all(move |(_, uri, ..)| {
        seen.next();
        let is_quota = uri.path().ends_with("/quota");
        async move {
            if is_quota {
                let body = errors("TOOMANYREQUESTS", "You have reached your pull rate limit.");
                return (StatusCode::TOO_MANY_REQUESTS, body);
            }
            (
                StatusCode::FORBIDDEN,
                errors("DENIED", "not authorized to perform: ecr:BatchGetImage"),
            )
        }
    })
    .await;
    let client = anonymous(address);
    let error = client.manifest_head("a", "1").await.unwrap_err();
    assert!(
        matches!(error, RegistryError::Forbidden { message: Some(text), .. } if text.contains("ecr:BatchGetImage"))
    );
    assert_eq!(count.get(), 2);
    let error = client.manifest_head("a", "quota").await.unwrap_err();
    assert!(matches!(error, RegistryError::PullQuotaUsedUp { .. }), "{error}");
    assert_eq!(count.get(), 4, "a used-up quota must not be requested again");
}

#[tokio::test]
async fn throttled_and_failed_requests_are_retried() {
    let count = Count::default();
    let seen = count.clone();
    let address = serve_all(move |_| {
        let previous_requests = seen.next();
        async move {
            match previous_requests {
                0 => (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "0")]).into_response(),
                1 => StatusCode::SERVICE_UNAVAILABLE.into_response(),
                _ => ([TYPE], MANIFEST).into_response(),
            }
        }
    })
    .await;
    anonymous(address).manifest("a", "1").await.unwrap();
    assert_eq!(count.get(), 3);
}

#[tokio::test]
async fn a_stored_manifest_must_have_the_same_digest() {
    let address = serve_all(|(method, uri, headers, body)| async move {
        assert_eq!(
            (method, headers[header::CONTENT_TYPE].to_str().unwrap()),
            (Method::PUT, media_type::OCI_MANIFEST)
        );
        assert_eq!(body, MANIFEST.as_bytes());
        let stored: &[u8] = if uri.path().ends_with("/right") { &body } else { b"other" };
        (StatusCode::CREATED, [("docker-content-digest", Digest::of(stored).to_string())])
    })
    .await;
    let client = anonymous(address);
    client.put_manifest("a", "right", &manifest()).await.unwrap();
    let error = client.put_manifest("a", "wrong", &manifest()).await.unwrap_err();
    assert!(
        matches!(error, RegistryError::DigestMismatch { actual, .. } if actual == Digest::of(b"other"))
    );
}

#[tokio::test]
async fn an_immutable_tag_has_its_own_error() {
    let address = serve_all(|_| async {
        let message = "The image tag '1' already exists in the 'a' repository and cannot be overwritten because the tag is immutable.";
        (StatusCode::BAD_REQUEST, errors("TAG_INVALID", message))
    })
    .await;
    let error = anonymous(address).put_manifest("a", "1", &manifest()).await.unwrap_err();
    assert!(matches!(error, RegistryError::TagImmutable { .. }), "{error}");
}
