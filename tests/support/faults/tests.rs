//! Tests of the proxy itself, with each kind of fault.

use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::routing::{get, post};
use tokio::net::TcpListener;

use crate::faults::proxy::FaultProxy;
use crate::faults::rule::{Fault, Rule};
use crate::images::layer::pseudo_random;
use crate::wait::wait_until_true;

const BODY_BYTES: usize = 300_000;
const LIMIT: Duration = Duration::from_secs(20);

fn body() -> Vec<u8> {
    pseudo_random(7, BODY_BYTES)
}

/// Starts a server that serves the body, the length of the request body, and the `Host` header of the
/// request; and a proxy with these rules in front of it.
async fn proxy(rules: impl Into<Vec<Rule>>) -> FaultProxy {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new()
        .route("/body", get(async || body()))
        .route(
            "/host",
            get(async |headers: axum::http::HeaderMap| {
                headers["host"].to_str().unwrap().to_owned()
            }),
        )
        .route(
            "/moved",
            get(async move || {
                let location = format!("http://{address}/host?from=http://{address}/");
                ([("location", location)], "")
            }),
        )
        .route("/length", post(async |body: Bytes| body.len().to_string()))
        .layer(axum::extract::DefaultBodyLimit::disable());
    tokio::spawn(async move { axum::serve(listener, router).await });
    FaultProxy::start(&format!("http://{address}"), rules).await.unwrap()
}

async fn get_bytes(proxy: &FaultProxy, path: &str) -> reqwest::Result<Bytes> {
    reqwest::get(format!("{}{path}", proxy.url())).await?.bytes().await
}

async fn post_body(proxy: &FaultProxy) -> reqwest::Result<String> {
    let address = format!("{}/length", proxy.url());
    reqwest::Client::new().post(address).body(body()).send().await?.text().await
}

#[tokio::test]
async fn a_location_is_changed_to_the_proxy() {
    let proxy = proxy([]).await;
    let answer = reqwest::get(format!("{}/moved", proxy.url())).await.unwrap();
    let location = answer.headers()["location"].to_str().unwrap();
    assert!(location.starts_with(&format!("{}/host?from=http://127.0.0.1:", proxy.url())));
    assert!(!location.ends_with(&format!("{}/", proxy.url())), "{location}");
}

#[tokio::test]
async fn a_tls_handshake_gets_the_response_of_a_plain_http_server() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let proxy = proxy([]).await;
    let mut client = tokio::net::TcpStream::connect(proxy.host()).await.unwrap();
    client.write_all(&[22, 3, 1, 0, 5]).await.unwrap();
    let mut answer = Vec::new();
    tokio::time::timeout(LIMIT, client.read_to_end(&mut answer)).await.unwrap().unwrap();
    assert!(answer.starts_with(b"HTTP/1.0 400 "), "{answer:?}");
}

#[tokio::test]
async fn requests_without_a_rule_are_unchanged() {
    let rule = Rule::new("GET", "^/nothing", Fault::Drop).unwrap();
    let proxy = proxy([rule]).await;
    assert_eq!(get_bytes(&proxy, "/body").await.unwrap(), body());
    assert_eq!(get_bytes(&proxy, "/host").await.unwrap(), proxy.host());
    assert_eq!(post_body(&proxy).await.unwrap(), BODY_BYTES.to_string());
    let head = reqwest::Client::new().head(format!("{}/body", proxy.url())).send().await.unwrap();
    assert_eq!(head.status(), 200);
    let seen = proxy.requests();
    assert_eq!(seen.len(), 4);
    assert_eq!((seen[2].method.as_str(), seen[2].body_bytes), ("POST", BODY_BYTES as u64));
    assert_eq!(proxy.fault_count(), 0);
}

#[tokio::test]
async fn the_proxy_can_respond_itself() {
    let fault =
        Fault::registry_error(429, "TOOMANYREQUESTS", "slow down").header("Retry-After", "7");
    let proxy = proxy([Rule::new("POST", "^/length$", fault).unwrap()]).await;
    let answer = reqwest::Client::new()
        .post(format!("{}/length", proxy.url()))
        .body(body())
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 429);
    assert_eq!(answer.headers()["retry-after"], "7");
    assert!(answer.text().await.unwrap().contains("slow down"));
}

#[tokio::test]
async fn a_dropped_request_gets_no_response() {
    let proxy = proxy([Rule::new("GET", "^/body", Fault::Drop).unwrap()]).await;
    assert!(get_bytes(&proxy, "/body").await.is_err());
    assert!(get_bytes(&proxy, "/host").await.is_ok());
    assert_eq!(proxy.fault_count(), 1);
}

#[tokio::test]
async fn a_response_is_cut_after_exactly_the_given_bytes() {
    use futures_util::StreamExt;
    let fault = Fault::CutResponse { after_bytes: 100_000 };
    let proxy = proxy([Rule::new("GET", "^/body", fault).unwrap()]).await;
    let answer = reqwest::get(format!("{}/body", proxy.url())).await.unwrap();
    assert_eq!(answer.content_length(), Some(BODY_BYTES as u64));
    let (mut received, mut interrupted) = (0, false);
    let mut stream = answer.bytes_stream();
    while let Some(piece) = stream.next().await {
        match piece {
            Ok(piece) => received += piece.len(),
            Err(_) => interrupted = true,
        }
    }
    assert!(interrupted);
    assert_eq!(received, 100_000);
}

#[tokio::test]
async fn a_request_is_cut_after_exactly_the_given_bytes() {
    let fault = Fault::CutRequest { after_bytes: 100_000 };
    let proxy = proxy([Rule::new("POST", "", fault).unwrap()]).await;
    assert!(post_body(&proxy).await.is_err());
    assert_eq!(proxy.requests()[0].body_bytes, 100_000);
}

#[tokio::test]
async fn one_bit_is_flipped() {
    for at_byte in [0_usize, 200_000, BODY_BYTES - 1] {
        let fault = Fault::FlipBit { at_byte: at_byte as u64 };
        let proxy = proxy([Rule::new("GET", "^/body", fault).unwrap()]).await;
        let received = get_bytes(&proxy, "/body").await.unwrap();
        let different: Vec<usize> = body()
            .iter()
            .zip(&received)
            .enumerate()
            .filter(|(_, (a, b))| a != b)
            .map(|(n, _)| n)
            .collect();
        assert_eq!(different, [at_byte]);
    }
}

#[tokio::test]
async fn a_held_body_continues_after_release() {
    for fault in
        [Fault::HoldRequest { after_bytes: 50_000 }, Fault::HoldResponse { after_bytes: 0 }]
    {
        let proxy = std::sync::Arc::new(proxy([Rule::new("POST", "", fault).unwrap()]).await);
        let posting = tokio::spawn({
            let proxy = std::sync::Arc::clone(&proxy);
            async move { post_body(&proxy).await }
        });
        wait_until_true(LIMIT, "the hold", async || {
            proxy.requests().first().is_some_and(|request| request.body_bytes >= 50_000)
        })
        .await
        .unwrap();
        assert!(!posting.is_finished());
        proxy.release();
        assert_eq!(posting.await.unwrap().unwrap(), BODY_BYTES.to_string());
    }
}

#[tokio::test]
async fn a_client_that_disconnects_ends_a_held_request() {
    // The upstream has to see the end of its request. Otherwise it would wait for the rest forever.
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let upstream = format!("http://{}", listener.local_addr().unwrap());
    let fault = Fault::HoldRequest { after_bytes: 1_000 };
    let proxy =
        FaultProxy::start(&upstream, [Rule::new("POST", "", fault).unwrap()]).await.unwrap();
    let address = format!("{}/length", proxy.url());
    let posting = tokio::spawn(reqwest::Client::new().post(address).body(body()).send());
    let (mut stream, _) = listener.accept().await.unwrap();
    wait_until_true(LIMIT, "the hold", async || proxy.requests()[0].body_bytes == 1_000)
        .await
        .unwrap();
    posting.abort();
    let mut all = Vec::new();
    let reading = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut all);
    tokio::time::timeout(LIMIT, reading).await.unwrap().unwrap();
    assert!(all.ends_with(&body()[..1_000]));
}

#[tokio::test]
async fn a_rule_applies_after_skipped_requests_and_up_to_its_limit() {
    let fault = Fault::respond(503, "text/plain", "busy");
    let rule = Rule::new("GET", "^/host", fault).unwrap().skip(1).only(2);
    let proxy = proxy([rule]).await;
    let mut statuses = Vec::new();
    for _ in 0..4 {
        let answer = reqwest::get(format!("{}/host", proxy.url())).await.unwrap();
        statuses.push(answer.status().as_u16());
    }
    assert_eq!(statuses, [200, 503, 503, 200]);
}

#[tokio::test]
async fn a_rule_can_match_an_ecr_operation() {
    let fault = Fault::aws_error(400, "AccessDeniedException", "no");
    let proxy = proxy([Rule::ecr("DescribeImages", fault).unwrap()]).await;
    let call = async |operation: &str| {
        reqwest::Client::new()
            .post(format!("{}/length", proxy.url()))
            .header("X-Amz-Target", format!("AmazonEC2ContainerRegistry_V20150921.{operation}"))
            .send()
            .await
            .unwrap()
            .status()
    };
    assert_eq!(call("DescribeImages").await, 400);
    assert_eq!(call("BatchDescribeImages").await, 200);
    assert_eq!(proxy.requests()[0].operation.as_deref(), Some("DescribeImages"));
}

#[tokio::test]
async fn a_throttled_body_is_complete() {
    let fault = Fault::Throttle { bytes_per_second: 1_000_000 };
    let proxy = proxy([Rule::new("GET", "^/body", fault).unwrap()]).await;
    let start = std::time::Instant::now();
    assert_eq!(get_bytes(&proxy, "/body").await.unwrap(), body());
    // 300,000 bytes at 1,000,000 per second: never faster than that.
    assert!(start.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn a_delayed_request_is_forwarded_later() {
    let fault = Fault::Delay(Duration::from_millis(50));
    let proxy = proxy([Rule::new("GET", "^/host", fault).unwrap()]).await;
    let start = std::time::Instant::now();
    assert_eq!(get_bytes(&proxy, "/host").await.unwrap(), proxy.host());
    assert!(start.elapsed() >= Duration::from_millis(50));
}
