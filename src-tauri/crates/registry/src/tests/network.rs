//! Tests with an untrusted TLS certificate and with a proxy.

use std::sync::Arc;

use super::super::*;
use transload_network::testing::{Authority, ConnectProxy, ProxyRule, TlsServer, Validity};
use transload_network::{CaOrigin, Network, NetworkFailure, Proxies};

const HOST: &str = "registry.example";

fn client(proxy: &ConnectProxy, configure: impl FnOnce(Network) -> Network) -> RegistryClient {
    let address = format!("http://{}", proxy.address);
    let proxies = Proxies::from_variables(|name| (name == "HTTPS_PROXY").then(|| address.clone()));
    let endpoint = RegistryEndpoint::parse(HOST).unwrap();
    RegistryClient::with_network(
        &configure(Network::new(proxies)),
        endpoint,
        Arc::new(AnonymousLogin),
    )
}

fn failure(error: RegistryError) -> NetworkFailure {
    match error {
        RegistryError::Network { failure, .. } => failure,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_untrusted_certificate_is_reported_and_not_retried() {
    let authority = Authority::new("Example Corp Root CA");
    let response =
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
    let server = TlsServer::start(&authority.leaf(HOST, Validity::Now), response).await;
    let proxy = ConnectProxy::start(ProxyRule::TunnelTo(server.address)).await;
    let refused = client(&proxy, |network| network).check_login().await.unwrap_err();
    assert!(matches!(failure(refused), NetworkFailure::Untrusted { .. }));
    // A retry would fail for the same reason.
    assert_eq!(proxy.requests().len(), 1);

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("corp.pem");
    std::fs::write(&file, authority.pem()).unwrap();
    let trusting = client(&proxy, |network| network.with_ca_file(CaOrigin::Settings, &file));
    trusting.check_login().await.unwrap();
}

#[tokio::test]
async fn a_proxy_that_rejects_the_connection_is_named() {
    let proxy = ConnectProxy::start(ProxyRule::Forbids).await;
    let refused = failure(client(&proxy, |network| network).check_login().await.unwrap_err());
    let expected = format!("the proxy http://{} doesn't allow this connection", proxy.address);
    assert_eq!(refused.to_string(), expected);
}
