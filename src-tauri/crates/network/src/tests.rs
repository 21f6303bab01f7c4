//! Tests of connections through a [`Network`], with a TLS server and a proxy on this computer.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use bytes::Bytes;

use super::*;
use crate::encoding::testing::{encoded_forms, gzip};
use crate::testing::{
    Authority, ConnectProxy, Leaf, ProxyRule, SelfSignedOptions, TlsServer, Validity, self_signed,
};

mod proxy_tools;

const HOST: &str = "registry.example";
const OK: &str =
    "HTTP/1.1 200 OK\r\ndate: Wed, 25 Nov 2026 09:00:00 GMT\r\ncontent-length: 2\r\n\r\nhi";

/// Returns a network with a proxy at this address. `login` is empty or has the form `user:password@`.
fn through(login: &str, address: std::net::SocketAddr) -> Network {
    let proxy = format!("http://{login}{address}");
    Network::new(Proxies::from_variables(|name| {
        (name == "HTTPS_PROXY" || name == "HTTP_PROXY").then(|| proxy.clone())
    }))
}

fn request(url: &str) -> ExchangeRequest {
    ExchangeRequest {
        method: "GET".to_owned(),
        url: url.to_owned(),
        headers: Vec::new(),
        body: Bytes::new(),
    }
}

async fn get(network: &Network, url: &str) -> Result<ExchangeResponse, ExchangeError> {
    let limit = Some(std::time::Duration::from_secs(10));
    Exchange::new(network, limit, limit).unwrap().send(request(url)).await
}

async fn failure(network: &Network, url: &str) -> NetworkFailure {
    match get(network, url).await {
        Err(ExchangeError::Network(failure)) => failure,
        Err(other) => panic!("{other:?}"),
        Ok(response) => panic!("unexpected response {}", response.status),
    }
}

struct CaFileOnDisk {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

fn ca_file(authority: &Authority) -> CaFileOnDisk {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    std::fs::write(&path, authority.pem()).unwrap();
    CaFileOnDisk { _folder: folder, path }
}

async fn behind_proxy(leaf: &Leaf) -> (TlsServer, ConnectProxy, Network) {
    let server = TlsServer::start(leaf, OK).await;
    let proxy = ConnectProxy::start(ProxyRule::TunnelTo(server.address)).await;
    let network = through("", proxy.address);
    (server, proxy, network)
}

#[tokio::test]
async fn a_chain_is_rejected_with_its_issuer_unless_a_ca_file_contains_the_issuer() {
    let authority = Authority::new("Example Corp Root CA");
    let leaf = authority.leaf(HOST, Validity::Now);
    let (_server, proxy, network) = behind_proxy(&leaf).await;
    let url = format!("https://{HOST}/v2/");

    let refused = failure(&network, &url).await;
    let expected = "the certificate of registry.example was issued by “Example Corp Root CA (Transload \
                tests)”, which this computer does not trust";
    assert_eq!(refused.to_string(), expected);

    let ca = ca_file(&authority);
    let trusting = network.with_ca_file(CaOrigin::Settings, &ca.path);
    let response = get(&trusting, &url).await.unwrap();
    assert_eq!((response.status, &response.body[..]), (200, &b"hi"[..]));
    assert!(proxy.requests().iter().all(|head| head.starts_with("CONNECT registry.example:443 ")));
    // The date of a response over TLS counts.
    assert!(trusting.clock().behind_seconds().is_some());
}

#[tokio::test]
async fn connections_ignore_an_unusable_ca_file() {
    let authority = Authority::new("Good");
    let (_server, _proxy, network) = behind_proxy(&authority.leaf(HOST, Validity::Now)).await;
    let ca = ca_file(&authority);
    let both = network
        .with_ca_file(CaOrigin::AwsCaBundle, std::path::Path::new("/nonexistent/ca.pem"))
        .with_ca_file(CaOrigin::Settings, &ca.path);
    assert!(both.ca_files()[0].content.is_err() && both.ca_files()[1].content.is_ok());
    assert_eq!(get(&both, &format!("https://{HOST}/")).await.unwrap().status, 200);

    // A failure that it may have caused names it.
    let only =
        network.with_ca_file(CaOrigin::Settings, std::path::Path::new("/nonexistent/ca.pem"));
    match failure(&only, &format!("https://{HOST}/")).await {
        NetworkFailure::Untrusted { unusable_file: Some(reason), .. } => {
            assert!(reason.contains("/nonexistent/ca.pem"), "{reason}");
        }
        other => panic!("{other:?}"),
    }
}

/// Writes a CA file that contains the certificate of the server itself.
fn server_certificate_file(leaf: &Leaf) -> CaFileOnDisk {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("server.pem");
    std::fs::write(&path, leaf.pem()).unwrap();
    CaFileOnDisk { _folder: folder, path }
}

#[tokio::test]
async fn a_server_certificate_in_a_ca_file_is_trusted() {
    let usual =
        SelfSignedOptions { is_authority: true, is_for_servers: true, validity: Validity::Now };
    let not_a_ca = SelfSignedOptions { is_authority: false, ..usual };
    let url = format!("https://{HOST}/v2/");
    let from_unknown_issuer = Authority::new("Unknown").leaf(HOST, Validity::Now);
    for leaf in [self_signed(HOST, usual), self_signed(HOST, not_a_ca), from_unknown_issuer] {
        let (_server, _proxy, network) = behind_proxy(&leaf).await;
        let refused = failure(&network, &url).await;
        assert!(matches!(refused, NetworkFailure::Untrusted { .. }), "{refused}");
        let given = server_certificate_file(&leaf);
        let trusting = network.with_ca_file(CaOrigin::Settings, &given.path);
        assert_eq!(get(&trusting, &url).await.unwrap().status, 200);
        // Another certificate for the same host name is not trusted.
        let other = server_certificate_file(&self_signed(HOST, usual));
        let network = network.with_ca_file(CaOrigin::Settings, &other.path);
        assert!(matches!(failure(&network, &url).await, NetworkFailure::Untrusted { .. }));
    }
    for (leaf, expected) in [
        (self_signed("other.example", usual), "is for another name"),
        (
            self_signed(HOST, SelfSignedOptions { validity: Validity::Expired, ..usual }),
            "expired on 2021-01-01",
        ),
        (self_signed(HOST, SelfSignedOptions { is_for_servers: false, ..usual }), "is invalid"),
    ] {
        let (_server, _proxy, network) = behind_proxy(&leaf).await;
        let given = server_certificate_file(&leaf);
        let network = network.with_ca_file(CaOrigin::Settings, &given.path);
        let refused = failure(&network, &url).await.to_string();
        assert!(refused.contains(expected), "{refused}");
    }
}

#[tokio::test]
async fn the_failure_distinguishes_validity_and_name_of_a_certificate() {
    let authority = Authority::new("Root");
    let ca = ca_file(&authority);
    let url = format!("https://{HOST}/");
    let (_server, _proxy, network) = behind_proxy(&authority.leaf(HOST, Validity::Expired)).await;
    let network = network.with_ca_file(CaOrigin::Settings, &ca.path);
    let expired = failure(&network, &url).await;
    assert_eq!(expired.to_string(), "the certificate of registry.example expired on 2021-01-01");

    let (_server, _proxy, network) = behind_proxy(&authority.leaf(HOST, Validity::NotYet)).await;
    let network = network.with_ca_file(CaOrigin::Settings, &ca.path);
    let early = failure(&network, &url).await;
    assert!(matches!(early, NetworkFailure::ClockWrong { at_least: true, .. }), "{early}");

    let other = authority.leaf("other.example", Validity::Now);
    let (_server, _proxy, network) = behind_proxy(&other).await;
    let network = network.with_ca_file(CaOrigin::Settings, &ca.path);
    let named = failure(&network, &url).await;
    let expected = "the certificate of registry.example is for another name, “other.example”";
    assert_eq!(named.to_string(), expected);
}

#[tokio::test]
async fn the_failure_distinguishes_a_rejecting_proxy_from_an_unreachable_one() {
    let url = format!("https://{HOST}/");
    let requiring_login = ConnectProxy::start(ProxyRule::RequiresLogin).await;
    let refused = failure(&through("", requiring_login.address), &url).await;
    let address = format!("http://{}", requiring_login.address);
    assert_eq!(refused.to_string(), format!("the proxy {address} requires a login (407)"));

    let refused = failure(&through("ada:s3cr3t@", requiring_login.address), &url).await;
    let expected = format!("the proxy {address} rejected the login (407)");
    assert_eq!(refused.to_string(), expected);
    assert!(!format!("{refused:?}").contains("s3cr3t"));
    // The login was sent in the header for the proxy.
    assert!(requiring_login.requests()[1].to_lowercase().contains("proxy-authorization: basic "));

    // For plain HTTP, the proxy responds itself instead of opening a tunnel.
    let refused = failure(&through("", requiring_login.address), &format!("http://{HOST}/")).await;
    assert!(
        matches!(refused, NetworkFailure::ProxyRefused { requires_login: true, .. }),
        "{refused}"
    );

    let forbids = ConnectProxy::start(ProxyRule::Forbids).await;
    let refused = failure(&through("", forbids.address), &url).await;
    let expected = format!("the proxy http://{} doesn't allow this connection", forbids.address);
    assert_eq!(refused.to_string(), expected);

    let closed_address = forbids.address;
    drop(forbids);
    // The port is released when the server's task has ended.
    let missing = loop {
        match failure(&through("", closed_address), &url).await {
            NetworkFailure::ProxyRefused { .. } => tokio::task::yield_now().await,
            other => break other,
        }
    };
    assert!(matches!(missing, NetworkFailure::ProxyUnreachable { .. }), "{missing}");
}

#[tokio::test]
async fn a_failed_tls_handshake_is_not_blamed_on_the_proxy() {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let closes = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            let _ = tokio::io::AsyncReadExt::read_u8(&mut connection).await;
        }
    });
    let proxy = ConnectProxy::start(ProxyRule::TunnelTo(closes)).await;
    let outcome = get(&through("", proxy.address), &format!("https://{HOST}/")).await;
    server.abort();
    assert!(matches!(outcome, Err(ExchangeError::Broken(_))), "{:?}", outcome.err());
}

#[tokio::test]
async fn loopback_addresses_are_reached_without_the_proxy() {
    let requiring_login = ConnectProxy::start(ProxyRule::RequiresLogin).await;
    let authority = Authority::new("Local");
    let server = TlsServer::start(&authority.leaf("127.0.0.1", Validity::Now), OK).await;
    let ca = ca_file(&authority);
    let network = through("", requiring_login.address).with_ca_file(CaOrigin::Settings, &ca.path);
    let url = format!("https://{}/", server.address);
    assert_eq!(get(&network, &url).await.unwrap().status, 200);
    assert_eq!(requiring_login.requests(), Vec::<String>::new());
}

/// Starts a server that sends this body to every request and records `Accept-Encoding`. It stops with the
/// runtime of the test.
async fn serve(label: &'static str, body: Vec<u8>) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let requested: Arc<Mutex<Vec<String>>> = Arc::default();
    let record = Arc::clone(&requested);
    let router = axum::Router::new().fallback(move |headers: axum::http::HeaderMap| async move {
        let encoding = headers.get("accept-encoding").map(|value| value.to_str().unwrap());
        record.lock().unwrap().push(encoding.unwrap_or("-").to_owned());
        ([("content-encoding", label)], body)
    });
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, requested)
}

#[tokio::test]
async fn a_compressed_response_of_aws_is_decoded() {
    let network = Network::new(Proxies::none());
    for (label, body) in encoded_forms("{\"a\":1}") {
        let (url, requested) = serve(label, body).await;
        let response = get(&network, &url).await.unwrap();
        assert_eq!(response.body, "{\"a\":1}", "{label}");
        let names: Vec<_> = response.headers.iter().map(|(name, _)| name.as_str()).collect();
        let is_plain = label == "identity";
        assert_eq!(names.contains(&"content-length"), is_plain, "{label}: {names:?}");
        assert_eq!(*requested.lock().unwrap(), ["identity"]);
    }
    let (url, _) = serve("gzip", gzip(&vec![b' '; 40 << 20])).await;
    let error = get(&network, &url).await.err();
    assert!(matches!(error, Some(ExchangeError::TooLarge { .. })), "{error:?}");
}

#[test]
fn a_value_is_created_once_for_a_network() {
    let network = Network::new(Proxies::none());
    let first = network.cached(|| 7_u32);
    assert_eq!(*network.clone().cached(|| 8_u32), 7);
    assert_eq!(*first, 7);
    assert_eq!(*Network::new(Proxies::none()).cached(|| 8_u32), 8);
}
