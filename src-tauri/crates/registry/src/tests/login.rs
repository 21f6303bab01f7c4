use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::future::join_all;

use crate::api::{LoginSource, RegistryApi, RegistryLogin};
use crate::error::RegistryError;
use crate::tests::support::{Count, MANIFEST, anonymous, client, errors, fixed, login, serve_all};

/// `u:right` and `u:wrong` as a Basic login.
const RIGHT: &str = "Basic dTpyaWdodA==";

/// A login that another one follows.
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

/// A login for the registry's own host alone, as the token of ECR is.
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

/// A registry that wants a token, and its token server, which numbers its tokens. The registry
/// takes only the newest token where `newest_only` is set. Gives what the token server was asked.
async fn token_registry(
    newest_only: bool,
    answer: fn(u32) -> String,
) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let kept = Arc::clone(&asked);
    let count = Count::default();
    let given = count.clone();
    let server = serve_all(move |(_, uri, headers, _)| {
        let authorization =
            headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap().to_owned());
        kept.lock().unwrap().push(format!(
            "{} {}",
            uri.query().unwrap_or_default(),
            authorization.clone().unwrap_or_default()
        ));
        let number = given.next();
        async move {
            match authorization {
                Some(login) if login != RIGHT => {
                    (StatusCode::UNAUTHORIZED, r#"{"details":"incorrect username or password"}"#)
                        .into_response()
                }
                _ => answer(number).into_response(),
            }
        }
    })
    .await;
    let registry = serve_all(move |(_, _, headers, _)| {
        let newest = count.get();
        async move {
            let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
            let wanted = format!("Bearer t{}", newest.saturating_sub(1));
            let is_in = token.is_some_and(|token| {
                token.starts_with("Bearer t") && (!newest_only || token == wanted)
            });
            if is_in { MANIFEST.into_response() } else { challenge(server) }
        }
    })
    .await;
    (registry, asked)
}

fn challenge(server: SocketAddr) -> Response {
    let challenge = format!(r#"Bearer realm="http://{server}/token",service="registry, \"one\"""#);
    (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, challenge)]).into_response()
}

#[tokio::test]
async fn a_token_is_got_once_for_each_scope_even_by_many_at_a_time() {
    let (address, asked) =
        token_registry(false, |n| format!(r#"{{"token":"t{n}","expires_in":300}}"#)).await;
    let client = anonymous(address);
    let results = join_all((0..8).map(|_| client.manifest("team/app", "1"))).await;
    assert!(results.iter().all(Result::is_ok));
    let scope = "service=registry%2C+%22one%22&scope=repository%3Ateam%2Fapp%3Apull ";
    assert_eq!(*asked.lock().unwrap(), [scope]);
    client.manifest("other", "1").await.unwrap();
    assert_eq!(asked.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_login_for_the_registry_alone_goes_to_no_token_server_at_another_host() {
    let asked = Count::default();
    let count = asked.clone();
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
        let answer = client(registry, Arc::new(OwnHostOnly)).manifest("a", "1").await;
        assert_eq!(answer.is_ok(), sent == 1, "{host}: {answer:?}");
        assert_eq!(asked.get(), sent, "{host}");
    }
}

#[tokio::test]
async fn a_token_that_the_registry_no_longer_takes_is_replaced() {
    let (address, asked) =
        token_registry(true, |n| format!(r#"{{"access_token":"t{n}","expires_in":300}}"#)).await;
    let client = client(address, fixed("u", "right"));
    client.manifest("a", "1").await.unwrap();
    client.manifest("b", "1").await.unwrap();
    client.manifest("a", "1").await.unwrap();
    let asked = asked.lock().unwrap();
    assert_eq!(asked.len(), 3, "{asked:?}");
    assert!(asked.iter().all(|asked| asked.ends_with(RIGHT)));
}

#[tokio::test]
async fn a_token_is_not_used_after_its_end() {
    let (address, asked) =
        token_registry(false, |n| format!(r#"{{"token":"t{n}","expires_in":0}}"#)).await;
    let client = anonymous(address);
    client.manifest("a", "1").await.unwrap();
    client.manifest("a", "1").await.unwrap();
    assert_eq!(asked.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_wrong_login_is_refused_by_the_token_server_and_renewed_where_that_can_be() {
    let (address, _) = token_registry(false, |n| format!(r#"{{"token":"t{n}"}}"#)).await;
    let error = client(address, fixed("u", "wrong")).manifest("a", "1").await.unwrap_err();
    let RegistryError::Unauthorized { message, had_login: true, .. } = &error else {
        panic!("{error}")
    };
    assert_eq!(message.as_deref(), Some("incorrect username or password"));
    client(address, Arc::new(Renewable::default())).manifest("a", "1").await.unwrap();
}

#[tokio::test]
async fn what_is_no_token_is_no_registry() {
    let (address, _) = token_registry(false, |_| "<html>".to_owned()).await;
    let error = anonymous(address).manifest("a", "1").await.unwrap_err();
    assert!(matches!(error, RegistryError::NotARegistry { .. }), "{error}");
}

#[tokio::test]
async fn a_token_server_in_plain_text_elsewhere_never_gets_the_login() {
    let address = serve_all(|_| async {
        let challenge = r#"Bearer realm="http://tokens.example/token""#;
        (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, challenge)])
    })
    .await;
    let error = client(address, fixed("u", "right")).manifest("a", "1").await.unwrap_err();
    assert!(matches!(error, RegistryError::AddressRefused { .. }), "{error}");
}

/// A registry like ECR: Basic, and an expired token refused with 403.
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
async fn an_expired_ecr_token_is_renewed_once_or_reported_as_expired() {
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
async fn a_registry_that_wants_a_login_says_so_to_the_anonymous() {
    let address = ecr().await;
    let error = anonymous(address).check_login().await.unwrap_err();
    assert!(matches!(error, RegistryError::Unauthorized { had_login: false, .. }), "{error}");
    client(address, fixed("u", "right")).check_login().await.unwrap();
}

#[tokio::test]
async fn no_error_shows_the_login() {
    let address = ecr().await;
    let refused = client(address, fixed("u", "hunter2")).check_login().await;
    let shown = format!("{:?}", refused.unwrap_err());
    assert!(!shown.contains("hunter2") && !shown.contains("dTpodW50ZXIy"), "{shown}");
}

/// As Docker sends it: in answer to a challenge for a bearer token, as it is, to no token server.
#[tokio::test]
async fn a_stored_bearer_token_goes_to_the_registry_as_it_is() {
    let asked = Count::default();
    let count = asked.clone();
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
    for (token, is_in) in [("stored", true), ("expired", false), ("no\nheader", false)] {
        let client = client(address, fixed("<registrytoken>", token));
        let got = client.manifest("team/app", "1").await;
        assert_eq!(got.is_ok(), is_in, "{token}: {got:?}");
        assert!(!format!("{got:?}").contains(token) || is_in, "{got:?}");
    }
    assert_eq!(asked.get(), 0, "the token server was asked");

    let basic = serve_all(|(_, _, headers, _)| async move {
        let sent = headers.contains_key(header::AUTHORIZATION);
        let status = if sent { StatusCode::OK } else { StatusCode::UNAUTHORIZED };
        (status, [(header::WWW_AUTHENTICATE, "Basic realm=\"x\"")], MANIFEST).into_response()
    })
    .await;
    let got = client(basic, fixed("<registrytoken>", "stored")).manifest("team/app", "1").await;
    assert!(matches!(got, Err(RegistryError::Unauthorized { .. })), "{got:?}");
}
