//! Compares exceptions and login headers with those of curl.

use std::process::Stdio;

use url::Url;

use crate::exchange::{Exchange, ExchangeRequest};
use crate::network::Network;
use crate::proxies::Proxies;
use crate::testing::{ConnectProxy, ProxyRule};

/// Runs curl with these proxy variables only.
async fn run_curl(variables: &[(&str, &str)], url: &str) {
    let port = Url::parse(url).unwrap().port_or_known_default().unwrap();
    let mut curl = tokio::process::Command::new("curl");
    for name in ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"] {
        curl.env_remove(name).env_remove(name.to_ascii_lowercase());
    }
    // Direct connections go to this computer, where nothing listens on these ports.
    let resolve = format!("*:{port}:127.0.0.1");
    curl.args(["--disable", "--silent", "--max-time", "20", "--output", "/dev/null"])
        .args(["--resolve", &resolve, url])
        .envs(variables.iter().copied())
        .stdin(Stdio::null());
    curl.status().await.unwrap();
}

#[tokio::test]
async fn applies_exceptions_as_curl_does() {
    let proxy = ConnectProxy::start(ProxyRule::Forbids).await;
    let address = format!("http://{}", proxy.address);
    let mut request_count = 0;
    let mut outcomes = [0, 0];
    for list in [
        "corp.example",
        ".corp.example",
        "r.corp.example",
        "*",
        "",
        "a.example, corp.example",
        "a.example corp.example",
        "CORP.EXAMPLE",
        "orp.example",
    ] {
        for url in
            ["http://corp.example:47/", "http://r.corp.example:47/", "http://other.example:47/"]
        {
            run_curl(&[("http_proxy", &address), ("no_proxy", list)], url).await;
            let theirs = proxy.requests().len() > request_count;
            request_count = proxy.requests().len();
            let proxies = Proxies::from_variables(|name| match name {
                "http_proxy" => Some(address.clone()),
                "no_proxy" => Some(list.to_owned()),
                _ => None,
            });
            let ours = proxies.for_url(&Url::parse(url).unwrap()).is_some();
            assert_eq!(ours, theirs, "{list:?} {url}");
            outcomes[usize::from(ours)] += 1;
        }
    }
    assert!(outcomes.iter().all(|count| *count > 3), "{outcomes:?}");
}

#[tokio::test]
async fn sends_the_same_login_header_as_curl() {
    let login_header = |head: &str| {
        let lines = head.lines().map(str::to_ascii_lowercase).zip(head.lines());
        let mut found =
            lines.filter(|(lowercase, _)| lowercase.starts_with("proxy-authorization:"));
        found.next().map(|(_, line)| line.split_once(": ").unwrap().1.to_owned())
    };
    // Without `@` in plain text, which curl rejects. botocore accepts it; see `botocore`.
    for login in [
        "ada:s3cr3t",
        "ada%40corp:s3cr3t",
        "ada:p%40ss%3Aw",
        "a%2Fb:c%23d%3F",
        "ada:100%25",
        "ada:a:b:c",
        "CORP%5Cada:%C3%A4",
    ] {
        let proxy = ConnectProxy::start(ProxyRule::RequiresLogin).await;
        let address = format!("http://{login}@{}", proxy.address);
        let url = "http://registry.example:47/";
        run_curl(&[("http_proxy", &address)], url).await;
        let proxies =
            Proxies::from_variables(|name| (name == "http_proxy").then(|| address.clone()));
        let exchange = Exchange::new(&Network::new(proxies), None, None).unwrap();
        let request = ExchangeRequest {
            method: "GET".to_owned(),
            url: url.to_owned(),
            headers: Vec::new(),
            body: bytes::Bytes::new(),
        };
        assert!(exchange.send(request).await.is_err(), "the proxy rejects every login");
        let heads = proxy.requests();
        let [theirs, ours] = [login_header(&heads[0]), login_header(&heads[1])];
        assert!(theirs.is_some(), "{login}: {heads:?}");
        assert_eq!(ours, theirs, "{login}");
    }
}
