//! Tests of the check of a login that a user entered.

use std::net::SocketAddr;

use async_trait::async_trait;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use crate::api::{ListApi, LoginSource, RegistryLogin};
use crate::endpoint::RegistryEndpoint;
use crate::error::RegistryError;
use crate::login_check::{LoginCheck, check_registry_login};
use crate::tests::support::{client, login, serve_all};
use transload_network::Network;

/// `u:right` as a Basic authorization header.
const RIGHT: &str = "Basic dTpyaWdodA==";

/// Which requests a server accepts.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Access {
    /// Only requests with the right login.
    Closed,
    /// Requests without a login, and with the right login.
    Checking,
    /// All requests. The login is ignored.
    Open,
}

impl Access {
    fn accepts(self, login: Option<&str>) -> bool {
        match self {
            Self::Closed => login == Some(RIGHT),
            Self::Checking => login.is_none_or(|login| login == RIGHT),
            Self::Open => true,
        }
    }
}

/// Starts a registry with this access to the base endpoint and to the catalog.
async fn registry(base_endpoint: Access, catalog: Access) -> SocketAddr {
    serve_all(move |(_, uri, headers, _)| async move {
        let login = headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap());
        let access = if uri.path().ends_with("_catalog") { catalog } else { base_endpoint };
        if access.accepts(login) {
            return r#"{"repositories":[]}"#.into_response();
        }
        challenge("Basic realm=\"r\"".to_owned())
    })
    .await
}

/// Starts a registry that requires a token, and a token server with this access.
async fn token_registry(tokens: Access) -> SocketAddr {
    let server = serve_all(move |(_, _, headers, _)| async move {
        let login = headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap());
        if tokens.accepts(login) {
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

/// Returns the result of the check, or `None` if the registry rejects the login.
async fn check(address: SocketAddr, password: &str) -> Option<LoginCheck> {
    let endpoint = RegistryEndpoint::parse(&format!("http://{address}")).unwrap();
    let login = login("u", password);
    match check_registry_login(&Network::process_default(), &endpoint, &login).await {
        Ok(check) => Some(check),
        Err(RegistryError::Unauthorized { had_login: true, .. }) => None,
        Err(error) => panic!("{error:?}"),
    }
}

#[tokio::test]
async fn a_wrong_password_is_not_accepted() {
    use Access::{Checking, Closed, Open};
    use LoginCheck::{Accepted, Untested};

    for (name, address, right, wrong) in [
        ("closed", registry(Closed, Closed).await, Accepted, None),
        ("open, checks a login that is sent", registry(Checking, Open).await, Accepted, None),
        ("open, with a closed catalog", registry(Open, Closed).await, Accepted, None),
        ("open everywhere", registry(Open, Open).await, Untested, Some(Untested)),
        ("tokens only with a login", token_registry(Closed).await, Accepted, None),
        ("tokens also without a login", token_registry(Checking).await, Accepted, None),
        ("tokens for any login", token_registry(Open).await, Untested, Some(Untested)),
    ] {
        assert_eq!(check(address, "right").await, Some(right), "{name}");
        assert_eq!(check(address, "wrong").await, wrong, "{name}");
    }
}

/// A source whose logins differ by repository, and which couldn't read one of them.
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
async fn each_repository_uses_its_login_and_a_rejection_names_the_unreadable_login() {
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
