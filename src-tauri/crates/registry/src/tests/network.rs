//! A registry behind TLS that nobody trusts, and behind a proxy.

use std::sync::Arc;

use super::super::*;
use transload_network::testing::{Authority, ConnectProxy, ProxyRule, TlsServer, Validity};
use transload_network::{CaOrigin, Network, NetworkFailure, Proxies};

const HOST: &str = "registry.example";

fn client(proxy: &ConnectProxy, more: impl FnOnce(Network) -> Network) -> RegistryClient {
    let address = format!("http://{}", proxy.address);
    let proxies = Proxies::from_variables(|name| (name == "HTTPS_PROXY").then(|| address.clone()));
    let endpoint = RegistryEndpoint::at(HOST).unwrap();
    RegistryClient::through(&more(Network::new(proxies)), endpoint, Arc::new(AnonymousLogin))
}

fn failure(error: RegistryError) -> NetworkFailure {
    match error {
        RegistryError::Network { failure, .. } => failure,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_is_no_registry_that_does_not_answer() {
    let authority = Authority::new("Example Corp Root CA");
    let answer = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
    let server = TlsServer::start(&authority.leaf(HOST, Validity::Now), answer).await;
    let proxy = ConnectProxy::start(ProxyRule::Through(server.address)).await;
    let refused = client(&proxy, |network| network).check_login().await.unwrap_err();
    assert!(matches!(failure(refused), NetworkFailure::Untrusted { .. }));
    // Another try would meet the same certificate.
    assert_eq!(proxy.asked().len(), 1);

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("corp.pem");
    std::fs::write(&file, authority.pem()).unwrap();
    let trusting = client(&proxy, |network| network.with_ca_file(CaOrigin::Settings, &file));
    trusting.check_login().await.unwrap();
}

#[tokio::test]
async fn a_proxy_that_forbids_the_registry_is_named() {
    let proxy = ConnectProxy::start(ProxyRule::Forbids).await;
    let refused = failure(client(&proxy, |network| network).check_login().await.unwrap_err());
    let said = format!("the proxy http://{} does not let this connection through", proxy.address);
    assert_eq!(refused.to_string(), said);
}
