//! Connections through this network, with real TLS and a real proxy.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use bytes::Bytes;

use super::*;
use crate::encoding::testing::{forms, gzip};
use crate::testing::{
    Authority, ConnectProxy, Leaf, ProxyRule, Says, TlsServer, Validity, self_signed,
};

const HOST: &str = "registry.example";
const OK: &str =
    "HTTP/1.1 200 OK\r\ndate: Wed, 25 Nov 2026 09:00:00 GMT\r\ncontent-length: 2\r\n\r\nhi";

/// A network whose only proxy is at an address; with a login, as `user:password@`.
fn through(login: &str, address: std::net::SocketAddr) -> Network {
    let proxy = format!("http://{login}{address}");
    Network::new(Proxies::from_variables(|name| {
        (name == "HTTPS_PROXY" || name == "HTTP_PROXY").then(|| proxy.clone())
    }))
}

fn ask(url: &str) -> ExchangeRequest {
    ExchangeRequest {
        method: "GET".to_owned(),
        url: url.to_owned(),
        headers: Vec::new(),
        body: Bytes::new(),
    }
}

async fn get(network: &Network, url: &str) -> Result<ExchangeResponse, ExchangeError> {
    let limit = Some(std::time::Duration::from_secs(10));
    Exchange::new(network, limit, limit).unwrap().send(ask(url)).await
}

async fn failure(network: &Network, url: &str) -> NetworkFailure {
    match get(network, url).await {
        Err(ExchangeError::Network(failure)) => failure,
        Err(other) => panic!("{other:?}"),
        Ok(answer) => panic!("it answered {}", answer.status),
    }
}

struct CaFileOnDisk {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

fn file(authority: &Authority) -> CaFileOnDisk {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    std::fs::write(&path, authority.pem()).unwrap();
    CaFileOnDisk { _folder: folder, path }
}

async fn behind_proxy(leaf: &Leaf) -> (TlsServer, ConnectProxy, Network) {
    let server = TlsServer::start(leaf, OK).await;
    let proxy = ConnectProxy::start(ProxyRule::Through(server.address)).await;
    let network = through("", proxy.address);
    (server, proxy, network)
}

#[tokio::test]
async fn a_chain_that_nobody_trusts_is_refused_with_its_issuer_and_taken_with_the_file() {
    let authority = Authority::new("Example Corp Root CA");
    let leaf = authority.leaf(HOST, Validity::Now);
    let (_server, proxy, network) = behind_proxy(&leaf).await;
    let url = format!("https://{HOST}/v2/");

    let refused = failure(&network, &url).await;
    let said = "the certificate of registry.example was issued by “Example Corp Root CA (Transload \
                tests)”, which this computer does not trust";
    assert_eq!(refused.to_string(), said);

    let ca = file(&authority);
    let trusting = network.with_ca_file(CaOrigin::Settings, &ca.path);
    let answer = get(&trusting, &url).await.unwrap();
    assert_eq!((answer.status, &answer.body[..]), (200, &b"hi"[..]));
    assert!(proxy.asked().iter().all(|head| head.starts_with("CONNECT registry.example:443 ")));
    // The date came over TLS from whom it should.
    assert!(trusting.clock().behind_seconds().is_some());
}

#[tokio::test]
async fn a_file_that_cannot_be_used_stops_nothing() {
    let authority = Authority::new("Good");
    let (_server, _proxy, network) = behind_proxy(&authority.leaf(HOST, Validity::Now)).await;
    let ca = file(&authority);
    let both = network
        .with_ca_file(CaOrigin::AwsCaBundle, std::path::Path::new("/nonexistent/ca.pem"))
        .with_ca_file(CaOrigin::Settings, &ca.path);
    assert!(both.ca_files()[0].content.is_err() && both.ca_files()[1].content.is_ok());
    assert_eq!(get(&both, &format!("https://{HOST}/")).await.unwrap().status, 200);

    // Where it may be the cause, it is said.
    let only =
        network.with_ca_file(CaOrigin::Settings, std::path::Path::new("/nonexistent/ca.pem"));
    match failure(&only, &format!("https://{HOST}/")).await {
        NetworkFailure::Untrusted { unusable_file: Some(reason), .. } => {
            assert!(reason.contains("/nonexistent/ca.pem"), "{reason}");
        }
        other => panic!("{other:?}"),
    }
}

/// A file with the certificate of the server itself.
fn file_of(leaf: &Leaf) -> CaFileOnDisk {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("server.pem");
    std::fs::write(&path, leaf.pem()).unwrap();
    CaFileOnDisk { _folder: folder, path }
}

#[tokio::test]
async fn the_certificate_of_the_server_itself_is_trusted_where_it_was_given() {
    let usual = Says { is_authority: true, is_for_servers: true, validity: Validity::Now };
    let no_authority = Says { is_authority: false, ..usual };
    let url = format!("https://{HOST}/v2/");
    let issued_by_nobody_known = Authority::new("Unknown").leaf(HOST, Validity::Now);
    for leaf in [self_signed(HOST, usual), self_signed(HOST, no_authority), issued_by_nobody_known]
    {
        let (_server, _proxy, network) = behind_proxy(&leaf).await;
        let refused = failure(&network, &url).await;
        assert!(matches!(refused, NetworkFailure::Untrusted { .. }), "{refused}");
        let given = file_of(&leaf);
        let trusting = network.with_ca_file(CaOrigin::Settings, &given.path);
        assert_eq!(get(&trusting, &url).await.unwrap().status, 200);
        // Another one of the same name is another one.
        let other = file_of(&self_signed(HOST, usual));
        let network = network.with_ca_file(CaOrigin::Settings, &other.path);
        assert!(matches!(failure(&network, &url).await, NetworkFailure::Untrusted { .. }));
    }
    for (leaf, said) in [
        (self_signed("other.example", usual), "is for another name"),
        (self_signed(HOST, Says { validity: Validity::Expired, ..usual }), "ended on 2021-01-01"),
        (self_signed(HOST, Says { is_for_servers: false, ..usual }), "cannot be used"),
    ] {
        let (_server, _proxy, network) = behind_proxy(&leaf).await;
        let given = file_of(&leaf);
        let network = network.with_ca_file(CaOrigin::Settings, &given.path);
        let refused = failure(&network, &url).await.to_string();
        assert!(refused.contains(said), "{refused}");
    }
}

#[tokio::test]
async fn dates_and_names_of_a_certificate_are_told_apart() {
    let authority = Authority::new("Root");
    let ca = file(&authority);
    let url = format!("https://{HOST}/");
    let (_server, _proxy, network) = behind_proxy(&authority.leaf(HOST, Validity::Expired)).await;
    let network = network.with_ca_file(CaOrigin::Settings, &ca.path);
    let expired = failure(&network, &url).await;
    assert_eq!(expired.to_string(), "the certificate of registry.example ended on 2021-01-01");

    let (_server, _proxy, network) = behind_proxy(&authority.leaf(HOST, Validity::Tomorrow)).await;
    let network = network.with_ca_file(CaOrigin::Settings, &ca.path);
    let early = failure(&network, &url).await;
    assert!(matches!(early, NetworkFailure::ClockWrong { at_least: true, .. }), "{early}");

    let other = authority.leaf("other.example", Validity::Now);
    let (_server, _proxy, network) = behind_proxy(&other).await;
    let network = network.with_ca_file(CaOrigin::Settings, &ca.path);
    let named = failure(&network, &url).await;
    let said = "the certificate that registry.example shows is for another name, “other.example”";
    assert_eq!(named.to_string(), said);
}

#[tokio::test]
async fn a_proxy_that_refuses_is_told_from_one_that_is_not_there() {
    let url = format!("https://{HOST}/");
    let wants = ConnectProxy::start(ProxyRule::WantsLogin).await;
    let refused = failure(&through("", wants.address), &url).await;
    let address = format!("http://{}", wants.address);
    assert_eq!(refused.to_string(), format!("the proxy {address} wants a login (407)"));

    let refused = failure(&through("ada:s3cr3t@", wants.address), &url).await;
    let said = format!("the proxy {address} does not accept the login that it got (407)");
    assert_eq!(refused.to_string(), said);
    assert!(!format!("{refused:?}").contains("s3cr3t"));
    // The login went to the proxy, in its header.
    assert!(wants.asked()[1].to_lowercase().contains("proxy-authorization: basic "));

    // Without TLS the proxy answers in place of the server.
    let refused = failure(&through("", wants.address), &format!("http://{HOST}/")).await;
    assert!(matches!(refused, NetworkFailure::ProxyRefused { wants_login: true, .. }), "{refused}");

    let forbids = ConnectProxy::start(ProxyRule::Forbids).await;
    let refused = failure(&through("", forbids.address), &url).await;
    let said = format!("the proxy http://{} does not let this connection through", forbids.address);
    assert_eq!(refused.to_string(), said);

    let gone = forbids.address;
    drop(forbids);
    // The port is free again once the server's task has ended.
    let missing = loop {
        match failure(&through("", gone), &url).await {
            NetworkFailure::ProxyRefused { .. } => tokio::task::yield_now().await,
            other => break other,
        }
    };
    assert!(matches!(missing, NetworkFailure::ProxyUnreachable { .. }), "{missing}");
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_is_no_fault_of_the_proxy() {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let closes = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            let _ = tokio::io::AsyncReadExt::read_u8(&mut connection).await;
        }
    });
    let proxy = ConnectProxy::start(ProxyRule::Through(closes)).await;
    let outcome = get(&through("", proxy.address), &format!("https://{HOST}/")).await;
    server.abort();
    assert!(matches!(outcome, Err(ExchangeError::Broken(_))), "{:?}", outcome.err());
}

#[tokio::test]
async fn what_runs_here_is_reached_without_the_proxy() {
    let wants = ConnectProxy::start(ProxyRule::WantsLogin).await;
    let authority = Authority::new("Local");
    let server = TlsServer::start(&authority.leaf("127.0.0.1", Validity::Now), OK).await;
    let ca = file(&authority);
    let network = through("", wants.address).with_ca_file(CaOrigin::Settings, &ca.path);
    let url = format!("https://{}/", server.address);
    assert_eq!(get(&network, &url).await.unwrap().status, 200);
    assert_eq!(wants.asked(), Vec::<String>::new());
}

/// A server that ends with the test, gives everything this answer, and records `Accept-Encoding`.
async fn serve(label: &'static str, body: Vec<u8>) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let record = Arc::clone(&asked);
    let router = axum::Router::new().fallback(move |headers: axum::http::HeaderMap| async move {
        let encoding = headers.get("accept-encoding").map(|value| value.to_str().unwrap());
        record.lock().unwrap().push(encoding.unwrap_or("-").to_owned());
        ([("content-encoding", label)], body)
    });
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, asked)
}

#[tokio::test]
async fn a_compressed_answer_of_aws_is_read() {
    let network = Network::new(Proxies::none());
    for (label, body) in forms("{\"a\":1}") {
        let (url, asked) = serve(label, body).await;
        let answer = get(&network, &url).await.unwrap();
        assert_eq!(answer.body, "{\"a\":1}", "{label}");
        let names: Vec<_> = answer.headers.iter().map(|(name, _)| name.as_str()).collect();
        let is_plain = label == "identity";
        assert_eq!(names.contains(&"content-length"), is_plain, "{label}: {names:?}");
        assert_eq!(*asked.lock().unwrap(), ["identity"]);
    }
    let (url, _) = serve("gzip", gzip(&vec![b' '; 40 << 20])).await;
    let error = get(&network, &url).await.err();
    assert!(matches!(error, Some(ExchangeError::TooLarge { .. })), "{error:?}");
}

#[test]
fn what_a_room_makes_is_made_once_for_a_network() {
    let network = Network::new(Proxies::none());
    let first = network.kept(|| 7_u32);
    assert_eq!(*network.clone().kept(|| 8_u32), 7);
    assert_eq!(*first, 7);
    assert_eq!(*Network::new(Proxies::none()).kept(|| 8_u32), 8);
}
