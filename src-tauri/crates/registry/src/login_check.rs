//! Tests a login that a person typed against something that requires one.
//!
//! Some registries let anyone in at `/v2/`, and some token servers give anyone a token: there a wrong
//! password looks like a right one. So the test also asks without a login and, where that is allowed,
//! with one that nobody has. Only a registry that refuses one of the two has tested the login.

use std::sync::Arc;

use reqwest::{Method, StatusCode};

use crate::api::{LoginSource, RegistryApi as _, RegistryLogin};
use crate::client::{RegistryClient, RegistryRequest};
use crate::endpoint::RegistryEndpoint;
use crate::error::RegistryError;
use crate::login::{AnonymousLogin, FixedLogin};
use crate::token::{Authorization, Scope, basic_header};
use transload_model::Digest;
use transload_network::Network;

/// What a test of a login showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginCheck {
    /// The registry accepted the login, and refuses others.
    Accepted,
    /// The registry lets anyone in, so nothing showed whether the login is right.
    Untested,
}

/// Tests a login. Nothing is stored.
///
/// # Errors
/// [`RegistryError::Unauthorized`] if the registry refuses the login, or why it cannot be asked.
pub async fn check_registry_login(
    network: &Network,
    endpoint: &RegistryEndpoint,
    login: &RegistryLogin,
) -> Result<LoginCheck, RegistryError> {
    let client =
        |login: Arc<dyn LoginSource>| RegistryClient::through(network, endpoint.clone(), login);
    let fixed = |login: &RegistryLogin| client(Arc::new(FixedLogin::new(login.clone())));
    let (typed, made_up) = (fixed(login), fixed(&made_up(login)));
    let anonymous = client(Arc::new(AnonymousLogin));
    typed.check_login().await?;
    if is_refused(&anonymous.check_login().await) {
        return Ok(LoginCheck::Accepted);
    }
    // Where the challenge is open, no challenge makes the client send a login: it is sent unasked.
    let at_door = |login: Option<RegistryLogin>| front_door(&anonymous, login);
    if at_door(None).await?.is_success() {
        if is_refusal(at_door(Some(login.clone())).await?) {
            return Err(refused(endpoint));
        }
        let other = at_door(Some(crate::login_check::made_up(login))).await?;
        if is_refusal(other) {
            return Ok(LoginCheck::Accepted);
        }
    } else if is_refused(&made_up.check_login().await) {
        return Ok(LoginCheck::Accepted);
    }
    // The list of repositories is often closed where the challenge is open.
    if is_refused(&catalogue(&anonymous).await) {
        return match catalogue(&typed).await {
            Ok(()) => Ok(LoginCheck::Accepted),
            Err(error @ RegistryError::Unauthorized { .. }) => Err(error),
            Err(_) => Ok(LoginCheck::Untested),
        };
    }
    Ok(LoginCheck::Untested)
}

/// A login that nobody has: no attempt is counted against the person's own user.
fn made_up(login: &RegistryLogin) -> RegistryLogin {
    let text = format!("{}:{}", login.user, login.password.expose());
    let name = Digest::of(Digest::of(text.as_bytes()).hex().as_bytes());
    let name = format!("transload-test-{}", &name.hex()[..12]);
    RegistryLogin { password: name.clone().into(), user: name }
}

async fn front_door(
    client: &RegistryClient,
    login: Option<RegistryLogin>,
) -> Result<StatusCode, RegistryError> {
    let url = client.endpoint.below_v2([""]);
    let ask = RegistryRequest::new(Method::GET, url, Scope::Login, "its base endpoint");
    let pass = login.map(|login| Authorization { header: basic_header(&login), has_login: true });
    Ok(client.follow(&ask, pass.as_ref()).await?.status())
}

async fn catalogue(client: &RegistryClient) -> Result<(), RegistryError> {
    let mut url = client.endpoint.below_v2(["_catalog"]);
    url.query_pairs_mut().append_pair("n", "1");
    let ask = RegistryRequest::new(Method::GET, url, Scope::Catalogue, "its list of repositories");
    client.send(&ask).await.map(drop)
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
