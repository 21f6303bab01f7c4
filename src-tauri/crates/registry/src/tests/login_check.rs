//! A login that a person typed is tested against something that requires one.

use std::net::SocketAddr;

use async_trait::async_trait;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use crate::api::{LoginSource, RegistryApi as _, RegistryLogin};
use crate::endpoint::RegistryEndpoint;
use crate::error::RegistryError;
use crate::login_check::{LoginCheck, check_registry_login};
use crate::tests::support::{client, login, serve_all};
use transload_network::Network;

/// `u:right` as a Basic login.
const RIGHT: &str = "Basic dTpyaWdodA==";

/// What a server does with a login.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Door {
    /// Only the right login gets in.
    Closed,
    /// Nobody needs a login, and a wrong one is refused.
    Checking,
    /// Nobody needs a login, and none is looked at.
    Open,
}

impl Door {
    fn lets_in(self, login: Option<&str>) -> bool {
        match self {
            Self::Closed => login == Some(RIGHT),
            Self::Checking => login.is_none_or(|login| login == RIGHT),
            Self::Open => true,
        }
    }
}

/// A registry whose `/v2/` endpoint and whose list of repositories are these.
async fn registry(front: Door, catalogue: Door) -> SocketAddr {
    serve_all(move |(_, uri, headers, _)| async move {
        let login = headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap());
        let door = if uri.path().ends_with("_catalog") { catalogue } else { front };
        if door.lets_in(login) {
            return r#"{"repositories":[]}"#.into_response();
        }
        challenge("Basic realm=\"r\"".to_owned())
    })
    .await
}

/// A registry that wants a token, with a token server of this kind.
async fn token_registry(tokens: Door) -> SocketAddr {
    let server = serve_all(move |(_, _, headers, _)| async move {
        let login = headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap());
        if tokens.lets_in(login) {
            r#"{"token":"t"}"#.into_response()
        } else {
            StatusCode::UNAUTHORIZED.into_response()
        }
    })
    .await;
    serve_all(move |(_, _, headers, _)| async move {
        match headers.get(header::AUTHORIZATION) {
            Some(value) if value == "Bearer t" => "{}".into_response(),
            _ => challenge(format!("Bearer realm=\"http://{server}/token\",service=\"s\"")),
        }
    })
    .await
}

fn challenge(text: String) -> Response {
    (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, text)]).into_response()
}

/// What the test of a login shows; nothing where the registry refuses it.
async fn check(address: SocketAddr, password: &str) -> Option<LoginCheck> {
    let endpoint = RegistryEndpoint::at(&format!("http://{address}")).unwrap();
    let login = login("u", password);
    match check_registry_login(&Network::of_process(), &endpoint, &login).await {
        Ok(check) => Some(check),
        Err(RegistryError::Unauthorized { had_login: true, .. }) => None,
        Err(error) => panic!("{error:?}"),
    }
}

#[tokio::test]
async fn a_wrong_password_is_never_accepted() {
    use Door::{Checking, Closed, Open};
    use LoginCheck::{Accepted, Untested};

    for (name, address, right, wrong) in [
        ("closed", registry(Closed, Closed).await, Accepted, None),
        ("open, checks what is sent", registry(Checking, Open).await, Accepted, None),
        ("open, with a closed list", registry(Open, Closed).await, Accepted, None),
        ("open everywhere", registry(Open, Open).await, Untested, Some(Untested)),
        ("tokens for those with a login", token_registry(Closed).await, Accepted, None),
        ("tokens without a login too", token_registry(Checking).await, Accepted, None),
        ("tokens for anyone", token_registry(Open).await, Untested, Some(Untested)),
    ] {
        assert_eq!(check(address, "right").await, Some(right), "{name}");
        assert_eq!(check(address, "wrong").await, wrong, "{name}");
    }
}

/// Logins that differ by repository, and a place that could not be read.
struct ByRepository;

#[async_trait]
impl LoginSource for ByRepository {
    async fn login(&self) -> Result<Option<RegistryLogin>, RegistryError> {
        Ok(None)
    }

    async fn login_for(&self, path: &str) -> Result<Option<RegistryLogin>, RegistryError> {
        Ok((path == "team/app").then(|| login("u", "right")))
    }

    async fn renew(&self) -> Result<bool, RegistryError> {
        Ok(false)
    }

    fn problem(&self) -> Option<String> {
        Some("docker-credential-desktop: it is not installed".to_owned())
    }
}

#[tokio::test]
async fn each_repository_gets_its_login_and_a_refusal_names_what_could_not_be_read() {
    let registry = serve_all(move |(_, uri, headers, _)| async move {
        let login = headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap());
        if uri.path().starts_with("/v2/public/") || login == Some(RIGHT) {
            return r#"{"tags":["1"]}"#.into_response();
        }
        challenge("Basic realm=\"r\"".to_owned())
    })
    .await;
    let client = client(registry, std::sync::Arc::new(ByRepository));
    assert_eq!(client.tags("team/app").await.unwrap().len(), 1);
    assert_eq!(client.tags("public/app").await.unwrap().len(), 1);
    match client.tags("other/app").await.unwrap_err() {
        RegistryError::LoginUnreadable { detail, .. } => {
            assert!(detail.contains("docker-credential-desktop"), "{detail}");
        }
        other => panic!("{other:?}"),
    }
}
