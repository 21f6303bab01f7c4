//! Tests for behavior of real registries that the scripted registry in `tests/support` can't reproduce: TLS on
//! loopback addresses, redirects to other hosts, and error messages.

use std::sync::Arc;

use axum::http::{Method, StatusCode, header};
use axum::response::IntoResponse;

use crate::api::{ManifestApi, ReferrersApi, RegistryApi, UploadApi};
use crate::client::RegistryClient;
use crate::endpoint::RegistryEndpoint;
use crate::error::RegistryError;
use crate::login::AnonymousLogin;
use crate::tests::support::{
    Count, MANIFEST, anonymous, client, errors, fixed, serve_all, serve_bytes,
};
use transload_model::{Digest, RegistryHost};
use transload_network::testing::{Authority, TlsServer, Validity};
use transload_network::{Network, Proxies};

fn network() -> Network {
    Network::new(Proxies::from_variables(|_| None))
}

#[tokio::test]
async fn a_registry_on_this_computer_is_reached_with_and_without_tls() {
    let response =
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
    // The certificate behind a port forward names the remote host, and this computer doesn't trust it.
    let authority = Authority::new("Example Corp Root CA");
    let secure =
        TlsServer::start(&authority.leaf("registry.example", Validity::Now), response).await;
    let plain = serve_bytes(response).await;
    for (address, scheme) in [(secure.address, "https"), (plain, "http")] {
        let host = RegistryHost::parse(&address.to_string()).unwrap();
        let endpoint = RegistryEndpoint::for_host(&host, false).unwrap().probed(&network()).await;
        assert_eq!(endpoint.url.scheme(), scheme);
        let client = RegistryClient::with_network(&network(), endpoint, Arc::new(AnonymousLogin));
        client.check_login().await.unwrap();
        // A scheme that the user chose is not probed.
        let chosen = RegistryEndpoint::for_host(&host, true).unwrap().probed(&network()).await;
        assert_eq!(chosen.url.scheme(), "http");
    }
}

#[tokio::test]
async fn an_unreachable_upload_location_is_named() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let address = serve_all(move |_| async move {
        let location = format!("http://127.0.0.1:{port}/v2/a/blobs/uploads/1");
        (StatusCode::ACCEPTED, [(header::LOCATION, location)])
    })
    .await;
    let blob = crate::tests::support::descriptor(b"x");
    let content = crate::tests::support::source(b"x");
    let error = anonymous(address).upload_blob("a", &blob, content).await.unwrap_err();
    assert!(
        matches!(&error, RegistryError::TargetUnreachable { target, .. } if target.ends_with(&port.to_string())),
        "{error}"
    );
}

#[tokio::test]
async fn a_token_server_that_redirects_to_another_host_receives_no_login() {
    let other_requests = Count::default();
    let request_count = other_requests.clone();
    let other = serve_all(move |_| {
        request_count.next();
        async { r#"{"token":"t"}"# }
    })
    .await;
    let address = serve_all(move |(_, uri, headers, _)| async move {
        if uri.path() == "/token" {
            let target = format!("http://localhost:{}/token", other.port());
            return (StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, target)]).into_response();
        }
        let host = headers[header::HOST].to_str().unwrap().to_owned();
        let challenge = format!("Bearer realm=\"http://{host}/token\"");
        (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, challenge)]).into_response()
    })
    .await;
    let error = client(address, fixed("u", "p")).manifest("a", "1").await.unwrap_err();
    assert!(error.to_string().contains("another host"), "{error}");
    assert_eq!(other_requests.get(), 0);
}

#[tokio::test]
async fn unsafe_redirects_of_a_write_are_rejected() {
    for (status, target) in [(307, "http://169.254.169.254/x"), (303, "/v2/a/manifests/1")] {
        let address = serve_all(move |(method, ..)| async move {
            assert_ne!(method, Method::GET);
            (StatusCode::from_u16(status).unwrap(), [(header::LOCATION, target)])
        })
        .await;
        let manifest = transload_model::RawManifest::new(MANIFEST.into(), None).unwrap();
        let error = anonymous(address).put_manifest("a", "1", &manifest).await.unwrap_err();
        assert!(
            matches!(
                error,
                RegistryError::AddressRefused { .. } | RegistryError::Refused { status: 303, .. }
            ),
            "{error}"
        );
    }
}

/// `u:right` as a Basic authorization header.
const RIGHT: &str = "Basic dTpyaWdodA==";

#[tokio::test]
async fn not_found_is_final_only_after_the_login_was_sent() {
    for (base_endpoint_has_challenge, hidden_status) in [(true, 404), (true, 403), (false, 404)] {
        let address = serve_all(move |(_, uri, headers, _)| async move {
            let login = headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap());
            match (uri.path(), login) {
                ("/v2/", None) if base_endpoint_has_challenge => {
                    let challenge = "Basic realm=\"r\"";
                    (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, challenge)])
                        .into_response()
                }
                ("/v2/", _) => "{}".into_response(),
                ("/v2/private/manifests/1", Some(RIGHT)) => MANIFEST.into_response(),
                ("/v2/private/manifests/1", _) => (
                    StatusCode::from_u16(hidden_status).unwrap(),
                    errors("NAME_UNKNOWN", "unknown"),
                )
                    .into_response(),
                _ => (StatusCode::NOT_FOUND, errors("MANIFEST_UNKNOWN", "unknown")).into_response(),
            }
        })
        .await;
        let with_login = client(address, fixed("u", "right"));
        with_login.manifest("private", "1").await.unwrap();
        let missing = with_login.manifest("private", "none").await.unwrap_err();
        assert!(matches!(missing, RegistryError::Missing { .. }), "{missing}");
        assert!(anonymous(address).manifest("private", "1").await.is_err());
    }
}

#[tokio::test]
async fn an_optional_request_is_short_and_sent_once_for_a_registry() {
    for (status, body, is_conclusive) in [
        (405, "", true),
        (500, "<html>", true),
        (200, "<html>sign in</html>", true),
        (200, "{}", true),
        (429, "", false),
        (503, "", false),
    ] {
        let count = Count::default();
        let seen = count.clone();
        let address = serve_all(move |_| {
            seen.next();
            let status = StatusCode::from_u16(status).unwrap();
            async move { (status, [(header::RETRY_AFTER, "3600")], body) }
        })
        .await;
        let client = anonymous(address);
        for _ in 0..6 {
            let found = client.referrers("a", &Digest::of(b"x")).await;
            match found {
                Ok(None) => {}
                Err(_) if !is_conclusive => {}
                other => panic!("{status}: {other:?}"),
            }
        }
        assert!(count.get() <= 6, "{status}: {} requests", count.get());
        assert!(!is_conclusive || count.get() <= 2, "{status}: {} requests", count.get());
    }
}

#[tokio::test]
async fn the_referrers_api_follows_only_redirects_that_contain_the_digest() {
    let digest = Digest::of(b"x");
    let other_requests = Count::default();
    let request_count = other_requests.clone();
    let other = serve_all(move |_| {
        request_count.next();
        async {
            r#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}"#
        }
    })
    .await;
    let escaped = digest.as_str().replace(':', "%3A");
    for (path, is_followed) in [
        ("/-/v2/packages/container/package/a%2Freferrers%2Fsha256".to_owned(), false),
        ("/login?next=referrers".to_owned(), false),
        (format!("/mirror/a/referrers/{digest}"), true),
        (format!("/mirror/a/referrers/{escaped}"), true),
    ] {
        let before = other_requests.get();
        let target = format!("http://{other}{path}");
        let address = serve_all(move |_| {
            let target = target.clone();
            async move { (StatusCode::SEE_OTHER, [(header::LOCATION, target)]) }
        })
        .await;
        let found = anonymous(address).referrers("a", &digest).await.unwrap();
        assert_eq!(found.is_some(), is_followed, "{path}");
        assert_eq!(other_requests.get() - before, u32::from(is_followed), "{path}");
    }
}
