//! Requests to a server that responds as Docker Hub does.

mod fake_hub;

use std::sync::Mutex;

use axum::body::Body;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use fake_hub::{FakeHub, SECRET, empty_list, ok, status};
use serde_json::{Value, json};

use super::*;
use transload_network::encoding_testing::{encoded_forms, gzip};

const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

#[tokio::test]
async fn repositories_are_listed_page_by_page() {
    let hub = FakeHub::start(|line| {
        if line.contains("page=1&") {
            ok(json!({"count": 101, "next": "http://other.example/?page=2", "results": [{
                "name": "pgcli", "namespace": "dencold", "is_private": true,
                "description": "", "last_updated": "2024-05-01T10:11:12.5Z",
                "storage_size": 42, "star_count": 3,
            }]}))
        } else {
            status(404, json!({"message": "no such page"}))
        }
    })
    .await;
    let client = hub.client(false);
    let page = client.repositories("dencold", 1).await.unwrap();
    let repository = HubRepository {
        namespace: "dencold".to_owned(),
        name: "pgcli".to_owned(),
        description: None,
        private: true,
        updated_at_ms: Some(1_714_558_272_500),
        size_bytes: Some(42),
    };
    assert_eq!(page, Page { items: vec![repository], next: Some(2), total: Some(101) });
    assert_eq!(client.repositories("dencold", 2).await.unwrap(), empty_page());
    assert_eq!(hub.requests()[0], "GET /v2/namespaces/dencold/repositories?page=1&page_size=100 -");
}

#[tokio::test]
async fn the_size_of_a_tag_is_the_sum_of_its_platforms_without_attestations() {
    let hub = FakeHub::start(|_| {
        ok(json!({"count": 2, "next": null, "results": [
            {"name": "v1", "digest": DIGEST, "full_size": 10, "last_updated": null, "images": [
                {"os": "linux", "architecture": "amd64", "variant": null, "size": 10},
                {"os": "linux", "architecture": "arm64", "variant": "v8", "size": 7},
                {"os": "unknown", "architecture": "unknown", "variant": "", "size": 3},
            ]},
            {"name": "not a tag", "images": null},
        ]}))
    })
    .await;
    let page = hub.client(false).tags("dencold", "pgcli", 1).await.unwrap();
    assert_eq!(page.next, None);
    assert_eq!(page.items.len(), 1);
    let tag = &page.items[0];
    assert_eq!(tag.tag.as_str(), "v1");
    assert_eq!(tag.digest.as_ref().unwrap().as_str(), DIGEST);
    assert_eq!(tag.size_bytes, 17);
    let platforms: Vec<_> = tag.platforms.iter().map(ToString::to_string).collect();
    assert_eq!(platforms, ["linux/amd64", "linux/arm64/v8"]);
}

#[tokio::test]
async fn a_login_is_sent_once_and_again_if_its_session_expired() {
    let tokens = Mutex::new(0);
    let hub = FakeHub::start(move |line| {
        if line.starts_with("POST /v2/auth/token") {
            *tokens.lock().unwrap() += 1;
            return ok(json!({"access_token": format!("jwt{}", tokens.lock().unwrap())}));
        }
        // The first session expires after the first repository.
        if line.contains("Bearer jwt1") && line.contains("second") {
            status(401, json!({"message": "expired"}))
        } else {
            empty_list()
        }
    })
    .await;
    let client = hub.client(true);
    for repository in ["first", "first", "second", "second"] {
        client.tags("ada", repository, 1).await.unwrap();
    }
    let requests = hub.requests();
    let logins: Vec<_> = requests.iter().filter(|line| line.starts_with("POST")).collect();
    assert_eq!(logins.len(), 2, "{requests:?}");
    assert!(logins[0].contains(&format!("\"secret\":\"{SECRET}\"")), "{logins:?}");
    assert_eq!(requests.iter().filter(|line| line.contains("Bearer jwt1")).count(), 3);
    assert_eq!(requests.iter().filter(|line| line.contains("Bearer jwt2")).count(), 2);
    assert!(!format!("{client:?}").contains(SECRET));
    assert!(!format!("{client:?}").contains("jwt"));
}

#[tokio::test]
async fn each_error_response_has_its_error() {
    let hub = FakeHub::start(|line| {
        if line.contains("/throttled/") {
            let mut answer = status(429, json!({}));
            answer.headers_mut().insert("x-retry-after", "4070908800".parse().unwrap());
            answer
        } else if line.contains("/closed/") {
            status(403, json!({"detail": "not for you"}))
        } else if line.contains("/broken/") {
            status(500, json!({"message": "oh"}))
        } else if line.contains("/html/") {
            ok(Value::Null).map(|_| Body::from("<html>Sign in to the network</html>"))
        } else if line.contains("/proxy/") {
            status(404, Value::Null).map(|_| Body::from("<html>blocked</html>"))
        } else if line.contains("/large/") {
            ok(Value::Null).map(|_| Body::from(" ".repeat(BODY_LIMIT_BYTES + 1)))
        } else {
            status(404, json!({"message": "object not found"}))
        }
    })
    .await;
    let client = hub.client(false);
    let error = async |namespace: &str| client.tags(namespace, "x", 1).await.unwrap_err();
    assert!(matches!(
        error("throttled").await,
        HubError::Throttled { retry_at_ms: Some(4_070_908_800_000) }
    ));
    assert!(matches!(
        error("closed").await,
        HubError::Unauthorized { had_login: false, message: Some(text), .. } if text == "not for you"
    ));
    assert!(matches!(error("broken").await, HubError::Failed { status: 500, .. }));
    assert!(matches!(error("html").await, HubError::NotHub { .. }));
    assert!(matches!(error("proxy").await, HubError::NotHub { .. }));
    assert!(
        matches!(error("large").await, HubError::NotHub { detail, .. } if detail.contains("more than"))
    );
    assert!(matches!(
        error("unknown").await,
        HubError::RepositoryMissing { namespace, repository }
            if namespace == "unknown" && repository == "x"
    ));
    assert!(matches!(
        client.repositories("unknown", 1).await.unwrap_err(),
        HubError::NamespaceMissing { namespace } if namespace == "unknown"
    ));
}

/// The login, a list, a tag and an error, each compressed although the request did not ask for it.
#[tokio::test]
async fn compressed_responses_are_read() {
    let session = json!({"access_token": "jwt"}).to_string();
    let list = json!({"count": 1, "next": null, "results": [
        {"name": "pgcli", "namespace": "ada", "is_private": true},
    ]});
    let tag = json!({"name": "v1", "digest": DIGEST, "full_size": 10});
    let error_body = json!({"detail": "not for you"});
    let number_of_forms = encoded_forms("").len();
    for number in 0..number_of_forms {
        let texts = [&session, &list.to_string(), &tag.to_string(), &error_body.to_string()];
        let [session, list, tag, error_body] =
            texts.map(|text| encoded_forms(text).swap_remove(number));
        let label = session.0;
        let hub = FakeHub::start(move |line| {
            let (status, (label, body)) = match line {
                line if line.starts_with("POST /v2/auth/token") => (200, &session),
                line if line.contains("/closed/") => (403, &error_body),
                line if line.contains("/tags/v1 ") => (200, &tag),
                _ => (200, &list),
            };
            let status = StatusCode::from_u16(status).unwrap();
            (status, [("content-encoding", *label)], body.clone()).into_response()
        })
        .await;
        let client = hub.client(true);
        let page = client.repositories("ada", 1).await.unwrap();
        assert_eq!((page.items.len(), page.total), (1, Some(1)), "{label}");
        let tag = client.tag("ada", "pgcli", "v1").await.unwrap().unwrap();
        assert_eq!(tag.digest.unwrap().as_str(), DIGEST, "{label}");
        let error = client.tags("closed", "x", 1).await.unwrap_err();
        assert!(
            matches!(&error, HubError::Unauthorized { message: Some(text), .. } if text == "not for you"),
            "{label}: {error:?}"
        );
        // Every request asks for an uncompressed response.
        assert!(
            hub.encodings().iter().all(|encoding| encoding == "identity"),
            "{:?}",
            hub.encodings()
        );
    }
}

#[tokio::test]
async fn decompression_stops_at_the_size_limit() {
    let bomb = gzip(&vec![b' '; 2 * BODY_LIMIT_BYTES]);
    let hub =
        FakeHub::start(move |_| ([("content-encoding", "gzip")], bomb.clone()).into_response());
    let error = hub.await.client(false).tags("ada", "x", 1).await.unwrap_err();
    assert!(
        matches!(&error, HubError::NotHub { detail, .. } if detail.contains("more than")),
        "{error:?}"
    );
}

#[tokio::test]
async fn organizations_require_a_login() {
    let hub = FakeHub::start(|line| {
        if line.starts_with("POST") {
            ok(json!({"access_token": "jwt"}))
        } else if line.starts_with("GET /v2/user/orgs/?page=1&page_size=100 Bearer jwt") {
            ok(json!({"count": 2, "next": null, "results": [
                {"id": "1", "orgname": "acme", "full_name": "Acme"}, {"orgname": "other"},
            ]}))
        } else {
            status(401, json!({"detail": "no"}))
        }
    })
    .await;
    let page = hub.client(true).organizations(1).await.unwrap();
    assert_eq!((page.items, page.next), (vec!["acme".to_owned(), "other".to_owned()], None));
    let error = hub.client(false).organizations(1).await.unwrap_err();
    assert!(matches!(error, HubError::Unauthorized { had_login: false, .. }), "{error:?}");
}

#[tokio::test]
async fn a_single_tag_is_requested_by_name() {
    let hub = FakeHub::start(|line| {
        if line.contains("/tags/v1 ") {
            ok(json!({"name": "v1", "digest": DIGEST, "full_size": 10}))
        } else {
            status(404, json!({"message": "tag not found"}))
        }
    })
    .await;
    let client = hub.client(false);
    assert_eq!(client.tag("ada", "x", "v1").await.unwrap().unwrap().size_bytes, 10);
    assert_eq!(client.tag("ada", "x", "v2").await.unwrap(), None);
}

#[tokio::test]
async fn a_briefly_throttled_request_is_retried() {
    let attempts = Mutex::new(0);
    let hub = FakeHub::start(move |_| {
        let mut attempts = attempts.lock().unwrap();
        *attempts += 1;
        if *attempts > 1 {
            return empty_list();
        }
        let mut answer = status(429, json!({}));
        answer.headers_mut().insert("retry-after", "1".parse().unwrap());
        answer
    })
    .await;
    hub.client(false).repositories("ada", 1).await.unwrap();
    assert_eq!(hub.requests().len(), 2);
}

#[tokio::test]
async fn the_next_request_waits_for_the_reset_of_an_exhausted_limit() {
    let now = || {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        since.unwrap().as_secs()
    };
    let (reset, early_requests) = (now() + 2, Arc::new(Mutex::new(0)));
    let count_early = Arc::clone(&early_requests);
    let first = Mutex::new(true);
    let hub = FakeHub::start(move |_| {
        let is_first = std::mem::take(&mut *first.lock().unwrap());
        *count_early.lock().unwrap() += usize::from(!is_first && now() < reset);
        let mut answer = empty_list();
        let remaining = if is_first { "0" } else { "9" };
        answer.headers_mut().insert("x-ratelimit-remaining", remaining.parse().unwrap());
        answer.headers_mut().insert("x-ratelimit-reset", reset.to_string().parse().unwrap());
        answer
    })
    .await;
    let client = hub.client(false);
    for repository in ["first", "second", "third"] {
        client.tags("ada", repository, 1).await.unwrap();
    }
    assert_eq!((hub.requests().len(), *early_requests.lock().unwrap()), (3, 0));
}

#[tokio::test]
async fn a_rejected_login_is_unauthorized_and_its_secret_is_not_shown() {
    let hub = FakeHub::start(|_| status(401, json!({"message": "incorrect"}))).await;
    let error = hub.client(true).log_in().await.unwrap_err();
    assert!(matches!(&error, HubError::Unauthorized { had_login: true, .. }), "{error:?}");
    assert!(!format!("{error:?} {error}").contains(SECRET));
    assert_eq!(hub.requests().len(), 1);
}

#[tokio::test]
async fn a_login_does_not_follow_a_redirect_to_another_server() {
    let other = FakeHub::start(|_| ok(json!({"access_token": "jwt"}))).await;
    let target = other.base.join("/v2/auth/token").unwrap();
    let hub = FakeHub::start(move |_| {
        let mut answer = status(307, json!({}));
        answer.headers_mut().insert("location", target.as_str().parse().unwrap());
        answer
    })
    .await;
    let error = hub.client(true).log_in().await.unwrap_err();
    assert!(matches!(error, HubError::NotHub { .. }), "{error:?}");
    assert_eq!(other.requests(), Vec::<String>::new());
}

#[tokio::test]
async fn a_redirect_on_the_same_server_is_followed() {
    let hub = FakeHub::start(|line| {
        if line.contains("/repositories?") {
            let mut answer = status(301, json!({}));
            let location = "/v2/namespaces/ada/repositories/?page=1";
            answer.headers_mut().insert("location", location.parse().unwrap());
            answer
        } else {
            empty_list()
        }
    })
    .await;
    assert_eq!(hub.client(false).repositories("ada", 1).await.unwrap().total, Some(0));
}

#[tokio::test]
async fn names_are_escaped_in_the_path() {
    let hub = FakeHub::start(|_| empty_list()).await;
    hub.client(false).tags("a/b?c#d", "x y", 1).await.unwrap();
    assert!(
        hub.requests()[0].starts_with("GET /v2/namespaces/a%2Fb%3Fc%23d/repositories/x%20y/tags?"),
        "{:?}",
        hub.requests()
    );
}

#[tokio::test]
async fn a_closed_port_is_unreachable() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    drop(listener);
    let client = HubClient::new(base, None).unwrap();
    let error = client.repositories("ada", 1).await.unwrap_err();
    assert!(matches!(error, HubError::Unreachable { .. }), "{error:?}");
}

#[test]
fn docker_hub_has_an_address() {
    assert_eq!(HubClient::docker_hub().unwrap().host_str(), Some("hub.docker.com"));
}
