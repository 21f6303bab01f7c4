//! Checks the addresses that a registry sends: redirects, upload locations and token servers.
//!
//! A malicious registry must not be able to make this client connect to this computer, to the metadata
//! service of a cloud instance (link-local) or to any host without encryption, and must not receive a login
//! for another host.

use std::net::IpAddr;

use url::Url;

use crate::endpoint::RegistryEndpoint;
use crate::error::RegistryError;
use transload_network::{AddressScope, is_loopback, scope_of, scope_of_address};

/// Returns why a registry outside this scope must not redirect to it.
fn scope_refusal_reason(scope: AddressScope) -> Option<&'static str> {
    match scope {
        AddressScope::Loopback => Some("it is this computer itself"),
        AddressScope::LinkLocal => {
            Some("it is a link-local address, where metadata services listen")
        }
        AddressScope::Other => None,
    }
}

/// Returns whether a URL has the origin of the registry. Only this origin and the token server receive a
/// login. A registry that is reached over HTTP may redirect to HTTPS on the same host.
pub(super) fn is_registry_origin(endpoint: &RegistryEndpoint, url: &Url) -> bool {
    let is_upgrade = endpoint.url.scheme() == "http" && url.scheme() == "https";
    endpoint.url.origin() == url.origin()
        || is_upgrade && url.port().is_none() && endpoint.url.host() == url.host()
}

/// Returns the URL of the next page of a list, which must be at the same host. Scheme and port of the
/// current page are kept, because registries behind a reverse proxy send internal ones.
pub(super) fn next_page(
    endpoint: &RegistryEndpoint,
    from: &Url,
    target: &str,
) -> Result<Url, RegistryError> {
    let mut to = from.join(target).map_err(|_| RegistryError::NotARegistry {
        registry: endpoint.host.clone(),
        detail: "the address of the next page of its list is invalid".to_owned(),
    })?;
    if !matches!(to.scheme(), "http" | "https") || to.host() != from.host() {
        return Err(refused(endpoint, &to, "the next page of a list must be at the same registry"));
    }
    to.set_fragment(None);
    let mut own = from.clone();
    own.set_path(to.path());
    own.set_query(to.query());
    Ok(own)
}

/// Returns why a resolved address must not be connected to for a redirect of a registry.
pub(super) fn refusal_reason(address: IpAddr) -> Option<&'static str> {
    scope_refusal_reason(scope_of_address(address))
}

/// Resolves and checks a redirect or an upload location, and removes a login from it.
pub(super) fn redirect_target(
    endpoint: &RegistryEndpoint,
    from: &Url,
    target: &str,
) -> Result<Url, RegistryError> {
    let mut to = from.join(target).map_err(|_| RegistryError::NotARegistry {
        registry: endpoint.host.clone(),
        detail: "it redirects to an invalid address".to_owned(),
    })?;
    if !matches!(to.scheme(), "http" | "https") {
        return Err(refused(endpoint, &to, "its scheme is neither https nor http"));
    }
    if from.scheme() == "https" && to.scheme() == "http" {
        return Err(refused(endpoint, &to, "it redirects from https to http"));
    }
    check_scope(endpoint, &to)?;
    // Fails only for a URL without a host.
    let _ = to.set_username("");
    let _ = to.set_password(None);
    to.set_fragment(None);
    Ok(to)
}

/// Checks the URL of a token server, which receives the login.
pub(super) fn token_url(
    endpoint: &RegistryEndpoint,
    token_url: &str,
) -> Result<Url, RegistryError> {
    let mut url = Url::parse(token_url).map_err(|_| RegistryError::NotARegistry {
        registry: endpoint.host.clone(),
        detail: "the address of its token server is invalid".to_owned(),
    })?;
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_fragment(None);
    check_scope(endpoint, &url)?;
    let both_loopback = is_loopback(&url) && is_loopback(&endpoint.url);
    let same_host = url.host() == endpoint.url.host();
    match url.scheme() {
        "https" => Ok(url),
        "http" if endpoint.url.scheme() == "http" && (same_host || both_loopback) => Ok(url),
        _ => Err(refused(endpoint, &url, "a login is not sent there without encryption")),
    }
}

/// Returns an error if the token server is not at the host of the registry.
pub(super) fn expect_same_host(
    endpoint: &RegistryEndpoint,
    token_url: &Url,
) -> Result<(), RegistryError> {
    match token_url.host() == endpoint.url.host() {
        true => Ok(()),
        false => {
            Err(refused(endpoint, token_url, "its login is only for the host of the registry"))
        }
    }
}

fn check_scope(endpoint: &RegistryEndpoint, to: &Url) -> Result<(), RegistryError> {
    let target_scope = scope_of(to);
    match scope_refusal_reason(target_scope) {
        Some(why) if target_scope != scope_of(&endpoint.url) => Err(refused(endpoint, to, why)),
        _ => Ok(()),
    }
}

fn refused(endpoint: &RegistryEndpoint, to: &Url, reason: &'static str) -> RegistryError {
    RegistryError::AddressRefused {
        registry: endpoint.host.clone(),
        target: origin_text(to),
        reason,
    }
}

/// Returns scheme, host and port of a URL, the only parts that may be displayed.
pub(super) fn origin_text(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{}{port}", url.scheme(), url.host_str().unwrap_or_default())
}

#[cfg(test)]
mod tests;
