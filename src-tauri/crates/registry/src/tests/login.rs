//! Tests of logins: Basic, token servers, renewal.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::future::join_all;

use crate::api::{LoginSource, ManifestApi, RegistryApi, RegistryLogin};
use crate::error::RegistryError;
use crate::tests::support::{Count, MANIFEST, anonymous, client, errors, fixed, login, serve_all};

/// `u:right` as a Basic authorization header.
const RIGHT: &str = "Basic dTpyaWdodA==";

/// A login source whose login is wrong until it is renewed.
#[derive(Default)]
struct Renewable {
    renewed: Count,
}

#[async_trait]
impl LoginSource for Renewable {
    async fn login(&self) -> Result<Option<RegistryLogin>, RegistryError> {
        Ok(Some(login("u", if self.renewed.get() == 0 { "wrong" } else { "right" })))
    }

    async fn renew(&self) -> Result<bool, RegistryError> {
        Ok(self.renewed.next() == 0)
    }
}

/// A login that is only for the host of the registry, like the authorization token of ECR.
struct OwnHostOnly;

#[async_trait]
impl LoginSource for OwnHostOnly {
    async fn login(&self) -> Result<Option<RegistryLogin>, RegistryError> {
        Ok(Some(login("u", "right")))
    }

    async fn renew(&self) -> Result<bool, RegistryError> {
        Ok(false)
    }

    fn stays_with_registry(&self) -> bool {
        true
    }
}

/// Starts a registry that requires a token, and its token server, which numbers the tokens. With
/// `newest_only`, the registry accepts only the newest token. Returns the requests to the token server.
async fn token_registry(
    newest_only: bool,
    response: fn(u32) -> String,
) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let requests: Arc<Mutex<Vec<String>>> = Arc::default();
    let record = Arc::clone(&requests);
    let count = Count::default();
    let issued = count.clone();
    let server = serve_all(move |(_, uri, headers, _)| {
        let authorization =
            headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap().to_owned());
        record.lock().unwrap().push(format!(
            "{} {}",
            uri.query().unwrap_or_default(),
            authorization.clone().unwrap_or_default()
        ));
        let number = issued.next();
        async move {
            match authorization {
                Some(login) if login != RIGHT => {
                    (StatusCode::UNAUTHORIZED, r#"{"details":"incorrect username or password"}"#)
                        .into_response()
                }
                _ => response(number).into_response(),
            }
        }
    })
    .await;
    let registry = serve_all(move |(_, _, headers, _)| {
        let newest = count.get();
        async move {
            let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
            let newest_token = format!("Bearer t{}", newest.saturating_sub(1));
            let is_accepted = token.is_some_and(|token| {
                token.starts_with("Bearer t") && (!newest_only || token == newest_token)
            });
            if is_accepted { MANIFEST.into_response() } else { challenge(server) }
        }
    })
    .await;
    (registry, requests)
}

fn challenge(server: SocketAddr) -> Response {
    let challenge = format!(r#"Bearer realm="http://{server}/token",service="registry, \"one\"""#);
    (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, challenge)]).into_response()
}

#[tokio::test]
async fn concurrent_requests_share_one_token_for_each_scope() {
    let (address, requests) =
        token_registry(false, |n| format!(r#"{{"token":"t{n}","expires_in":300}}"#)).await;
    let client = anonymous(address);
    let results = join_all((0..8).map(|_| client.manifest("team/app", "1"))).await;
    assert!(results.iter().all(Result::is_ok));
    let scope = "service=registry%2C+%22one%22&scope=repository%3Ateam%2Fapp%3Apull ";
    assert_eq!(*requests.lock().unwrap(), [scope]);
    client.manifest("other", "1").await.unwrap();
    assert_eq!(requests.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_login_for_the_registry_host_is_not_sent_to_a_token_server_on_another_host() {
    let requests = Count::default();
    let count = requests.clone();
    let server = serve_all(move |_| {
        count.next();
        async { r#"{"token":"t"}"# }
    })
    .await;
    for (host, sent) in [("localhost", 0), ("127.0.0.1", 1)] {
        let realm = format!("http://{host}:{}/token", server.port());
        let registry = serve_all(move |(_, _, headers, _)| {
            let challenge = format!(r#"Bearer realm="{realm}",service="registry""#);
            async move {
                match headers.contains_key(header::AUTHORIZATION) {
                    true => MANIFEST.into_response(),
                    false => (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, challenge)])
                        .into_response(),
                }
            }
        })
        .await;
        let response = client(registry, Arc::new(OwnHostOnly)).manifest("a", "1").await;
        assert_eq!(response.is_ok(), sent == 1, "{host}: {response:?}");
        assert_eq!(requests.get(), sent, "{host}");
    }
}

#[tokio::test]
async fn a_rejected_token_is_replaced() {
    let (address, requests) =
        token_registry(true, |n| format!(r#"{{"access_token":"t{n}","expires_in":300}}"#)).await;
    let client = client(address, fixed("u", "right"));
    client.manifest("a", "1").await.unwrap();
    client.manifest("b", "1").await.unwrap();
    client.manifest("a", "1").await.unwrap();
    let requests = requests.lock().unwrap();
    assert_eq!(requests.len(), 3, "{requests:?}");
    assert!(requests.iter().all(|request| request.ends_with(RIGHT)));
}

#[tokio::test]
async fn an_expired_token_is_not_used() {
    let (address, requests) =
        token_registry(false, |n| format!(r#"{{"token":"t{n}","expires_in":0}}"#)).await;
    let client = anonymous(address);
    client.manifest("a", "1").await.unwrap();
    client.manifest("a", "1").await.unwrap();
    assert_eq!(requests.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_login_that_the_token_server_rejects_is_renewed_if_possible() {
    let (address, _) = token_registry(false, |n| format!(r#"{{"token":"t{n}"}}"#)).await;
    let error = client(address, fixed("u", "wrong")).manifest("a", "1").await.unwrap_err();
    let RegistryError::Unauthorized { message, had_login: true, .. } = &error else {
        panic!("{error}")
    };
    assert_eq!(message.as_deref(), Some("incorrect username or password"));
    client(address, Arc::new(Renewable::default())).manifest("a", "1").await.unwrap();
}

#[tokio::test]
async fn a_token_server_that_returns_a_web_page_is_an_error() {
    let (address, _) = token_registry(false, |_| "<html>".to_owned()).await;
    let error = anonymous(address).manifest("a", "1").await.unwrap_err();
    assert!(matches!(error, RegistryError::NotARegistry { .. }), "{error}");
}

#[tokio::test]
async fn the_login_is_not_sent_to_a_token_server_without_encryption() {
    let address = serve_all(|_| async {
        let challenge = r#"Bearer realm="http://tokens.example/token""#;
        (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, challenge)])
    })
    .await;
    let error = client(address, fixed("u", "right")).manifest("a", "1").await.unwrap_err();
    assert!(matches!(error, RegistryError::AddressRefused { .. }), "{error}");
}

/// Starts a registry like ECR: it requires Basic, and rejects an expired token with 403.
async fn ecr() -> SocketAddr {
    serve_all(|(_, _, headers, _)| async move {
        match headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap()) {
            None => {
                let challenge = "Basic realm=\"https://ecr/\",service=\"ecr.amazonaws.com\"";
                (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, challenge)]).into_response()
            }
            Some(RIGHT) => {
                ([("docker-distribution-api-version", "registry/2.0")], MANIFEST).into_response()
            }
            Some(_) => {
                let message = "Your authorization token has expired. Reauthenticate and try again.";
                (StatusCode::FORBIDDEN, errors("DENIED", message)).into_response()
            }
        }
    })
    .await
}

#[tokio::test]
async fn an_expired_ecr_token_is_renewed_once_or_reported() {
    let address = ecr().await;
    let renewable = Arc::new(Renewable::default());
    let client_with_renewal = client(address, Arc::clone(&renewable) as Arc<dyn LoginSource>);
    client_with_renewal.manifest("a", "1").await.unwrap();
    client_with_renewal.manifest_head("a", "1").await.unwrap().unwrap();
    assert_eq!(renewable.renewed.get(), 1);
    let error = client(address, fixed("u", "wrong")).manifest("a", "1").await.unwrap_err();
    assert!(matches!(error, RegistryError::TokenExpired { .. }), "{error}");
    let head =
        client(address, Arc::new(Renewable::default())).manifest_head("a", "1").await.unwrap();
    assert!(head.is_some(), "a HEAD has no body to say that the token has expired");
}

#[tokio::test]
async fn an_anonymous_client_learns_that_a_login_is_required() {
    let address = ecr().await;
    let error = anonymous(address).check_login().await.unwrap_err();
    assert!(matches!(error, RegistryError::Unauthorized { had_login: false, .. }), "{error}");
    client(address, fixed("u", "right")).check_login().await.unwrap();
}

#[tokio::test]
async fn errors_do_not_contain_the_login() {
    let address = ecr().await;
    let refused = client(address, fixed("u", "hunter2")).check_login().await;
    let text = format!("{:?}", refused.unwrap_err());
    assert!(!text.contains("hunter2") && !text.contains("dTpodW50ZXIy"), "{text}");
}

/// As in Docker: the stored token is sent to a registry that requests a bearer token, and never to a token
/// server.
#[tokio::test]
async fn a_stored_bearer_token_is_sent_to_the_registry_unchanged() {
    let requests = Count::default();
    let count = requests.clone();
    let server = serve_all(move |_| {
        count.next();
        async { r#"{"token":"of-the-server"}"# }
    })
    .await;
    let address = serve_all(move |(_, _, headers, _)| async move {
        match headers.get(header::AUTHORIZATION) {
            Some(value) if value == "Bearer stored" => MANIFEST.into_response(),
            Some(_) => (StatusCode::UNAUTHORIZED, errors("UNAUTHORIZED", "wrong")).into_response(),
            None => challenge(server),
        }
    })
    .await;
    for (token, is_accepted) in [("stored", true), ("expired", false), ("no\nheader", false)] {
        let client = client(address, fixed("<registrytoken>", token));
        let result = client.manifest("team/app", "1").await;
        assert_eq!(result.is_ok(), is_accepted, "{token}: {result:?}");
        assert!(!format!("{result:?}").contains(token) || is_accepted, "{result:?}");
    }
    assert_eq!(requests.get(), 0, "a request was sent to the token server");

    let basic = serve_all(|(_, _, headers, _)| async move {
        let sent = headers.contains_key(header::AUTHORIZATION);
        let status = if sent { StatusCode::OK } else { StatusCode::UNAUTHORIZED };
        (status, [(header::WWW_AUTHENTICATE, "Basic realm=\"x\"")], MANIFEST).into_response()
    })
    .await;
    let result = client(basic, fixed("<registrytoken>", "stored")).manifest("team/app", "1").await;
    assert!(matches!(result, Err(RegistryError::Unauthorized { .. })), "{result:?}");
}
