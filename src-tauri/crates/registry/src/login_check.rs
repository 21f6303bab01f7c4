//! Tests a login that a user entered.
//!
//! Some registries accept any request to `/v2/`, and some token servers return a token for any login, so that
//! a wrong password seems to be right. Therefore the test also sends a request without a login and, if that
//! succeeds, one with a login that doesn't exist. The result counts only if the registry rejects one of them.

use std::sync::Arc;

use reqwest::{Method, StatusCode};

use crate::api::{LoginSource, RegistryApi as _, RegistryLogin};
use crate::client::RegistryClient;
use crate::endpoint::RegistryEndpoint;
use crate::error::RegistryError;
use crate::login::{AnonymousLogin, FixedLogin};
use crate::request::RegistryRequest;
use crate::token::{Authorization, Scope, basic_header};
use transload_model::Digest;
use transload_network::Network;

/// The result of the test of a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginCheck {
    /// The registry accepted the login and rejected another one.
    Accepted,
    /// The registry accepts anonymous access everywhere, so the login couldn't be tested.
    Untested,
}

/// Tests a login. Stores nothing.
///
/// # Errors
/// [`RegistryError::Unauthorized`] if the registry rejects the login, or another error if the request fails.
pub async fn check_registry_login(
    network: &Network,
    endpoint: &RegistryEndpoint,
    login: &RegistryLogin,
) -> Result<LoginCheck, RegistryError> {
    let client = |login: Arc<dyn LoginSource>| {
        RegistryClient::with_network(network, endpoint.clone(), login)
    };
    let fixed = |login: &RegistryLogin| client(Arc::new(FixedLogin::new(login.clone())));
    let (entered, invented) = (fixed(login), fixed(&invented_login(login)));
    let anonymous = client(Arc::new(AnonymousLogin));
    entered.check_login().await?;
    if is_refused(&anonymous.check_login().await) {
        return Ok(LoginCheck::Accepted);
    }
    // Without a challenge, the client doesn't send the login by itself.
    let base_endpoint_status =
        |login: Option<RegistryLogin>| base_endpoint_status_with(&anonymous, login);
    if base_endpoint_status(None).await?.is_success() {
        if is_refusal(base_endpoint_status(Some(login.clone())).await?) {
            return Err(refused(endpoint));
        }
        let other = base_endpoint_status(Some(invented_login(login))).await?;
        if is_refusal(other) {
            return Ok(LoginCheck::Accepted);
        }
    } else if is_refused(&invented.check_login().await) {
        return Ok(LoginCheck::Accepted);
    }
    // The catalog often requires a login even if the base endpoint doesn't.
    if is_refused(&request_catalog(&anonymous).await) {
        return match request_catalog(&entered).await {
            Ok(()) => Ok(LoginCheck::Accepted),
            Err(error @ RegistryError::Unauthorized { .. }) => Err(error),
            Err(_) => Ok(LoginCheck::Untested),
        };
    }
    Ok(LoginCheck::Untested)
}

/// Returns a login that doesn't exist, so that no failed attempt counts against the user's account.
fn invented_login(login: &RegistryLogin) -> RegistryLogin {
    let text = format!("{}:{}", login.user, login.password.expose());
    let name = Digest::of(Digest::of(text.as_bytes()).hex().as_bytes());
    let name = format!("transload-test-{}", &name.hex()[..12]);
    RegistryLogin { password: name.clone().into(), user: name }
}

async fn base_endpoint_status_with(
    client: &RegistryClient,
    login: Option<RegistryLogin>,
) -> Result<StatusCode, RegistryError> {
    let url = client.endpoint.v2_url([""]);
    let request = RegistryRequest::new(Method::GET, url, Scope::Login, "its base endpoint");
    let authorization =
        login.map(|login| Authorization { header: basic_header(&login), has_login: true });
    Ok(client.send_following_redirects(&request, authorization.as_ref()).await?.status())
}

async fn request_catalog(client: &RegistryClient) -> Result<(), RegistryError> {
    let mut url = client.endpoint.v2_url(["_catalog"]);
    url.query_pairs_mut().append_pair("n", "1");
    let request =
        RegistryRequest::new(Method::GET, url, Scope::Catalog, "its list of repositories");
    client.send(&request).await.map(drop)
}

fn is_refusal(status: StatusCode) -> bool {
    matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
}

fn is_refused(outcome: &Result<(), RegistryError>) -> bool {
    let refused = |error: &RegistryError| {
        matches!(error, RegistryError::Unauthorized { .. } | RegistryError::Forbidden { .. })
    };
    outcome.as_ref().err().is_some_and(refused)
}

fn refused(endpoint: &RegistryEndpoint) -> RegistryError {
    RegistryError::Unauthorized {
        registry: endpoint.host.clone(),
        subject: "its base endpoint".to_owned(),
        message: None,
        had_login: true,
    }
}
