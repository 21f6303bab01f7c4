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
mod tests {
    use super::*;

    fn endpoint(url: &str) -> RegistryEndpoint {
        RegistryEndpoint::parse(url).unwrap()
    }

    fn resolve(from: &str, to: &str) -> Result<Url, RegistryError> {
        let endpoint = endpoint(from);
        redirect_target(&endpoint, &endpoint.url.join("/v2/a/blobs/b").unwrap(), to)
    }

    #[test]
    fn redirects_to_storage_and_private_addresses_are_followed() {
        for to in [
            "https://bucket.s3.amazonaws.com/x?sig=1",
            "/x",
            "x",
            "https://10.0.0.7/x",
            "https://registry.example:443/y",
        ] {
            assert!(resolve("https://registry.example", to).is_ok(), "{to}");
        }
        assert!(is_registry_origin(
            &endpoint("https://r.example"),
            &Url::parse("https://r.example:443/x").unwrap()
        ));
        assert!(!is_registry_origin(
            &endpoint("https://r.example"),
            &Url::parse("https://r.example:444/x").unwrap()
        ));
        for (registry, to, own) in [
            ("http://r.example", "https://r.example/x", true),
            ("http://r.example:5000", "https://r.example/x", true),
            ("http://r.example", "https://r.example:8443/x", false),
            ("http://r.example", "https://other.example/x", false),
            ("https://r.example", "http://r.example/x", false),
        ] {
            assert_eq!(
                is_registry_origin(&endpoint(registry), &Url::parse(to).unwrap()),
                own,
                "{registry} {to}"
            );
        }
    }

    #[test]
    fn redirects_to_this_computer_metadata_services_and_http_are_refused() {
        for to in [
            "http://storage.example/x",
            "https://localhost/x",
            "https://a.localhost./x",
            "https://127.0.0.2/x",
            "https://0.0.0.0/x",
            "https://2130706433/x",
            "https://[::1]/x",
            "https://[::ffff:127.0.0.1]/x",
            "https://169.254.169.254/latest/meta-data",
            "https://[::ffff:169.254.169.254]/x",
            "https://[fd00:ec2::254]/x",
            "https://[fe80::1]/x",
            "ftp://storage.example/x",
        ] {
            let error = resolve("https://registry.example", to).unwrap_err();
            assert!(matches!(error, RegistryError::AddressRefused { .. }), "{to}: {error}");
        }
        assert!(resolve("http://10.0.0.1:5000", "http://169.254.169.254/x").is_err());
    }

    #[test]
    fn a_registry_on_this_computer_may_redirect_to_this_computer() {
        assert!(resolve("http://127.0.0.1:5000", "http://localhost:9000/x").is_ok());
        assert!(resolve("http://127.0.0.1:5000", "http://169.254.169.254/x").is_err());
        assert!(resolve("http://169.254.10.1:5000", "http://169.254.10.1:9000/x").is_ok());
    }

    #[test]
    fn the_login_of_an_address_is_removed_and_its_query_is_not_displayed() {
        let to =
            resolve("https://registry.example", "https://user:hunter2@s.example/x?q=1#f").unwrap();
        assert_eq!(to.as_str(), "https://s.example/x?q=1");
        let error =
            resolve("https://registry.example", "http://s.example:81/x?sig=hunter2").unwrap_err();
        assert!(error.to_string().contains("http://s.example:81,"), "{error}");
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }

    #[test]
    fn the_next_page_keeps_scheme_host_and_port() {
        let endpoint = endpoint("https://r.example:8443");
        let from = endpoint.url.join("/v2/a/tags/list?n=2").unwrap();
        let next = |to: &str| next_page(&endpoint, &from, to).map(|url| url.to_string());
        for to in [
            "/v2/a/tags/list?last=b",
            "list?last=b",
            "?last=b",
            "http://r.example/v2/a/tags/list?last=b",
            "https://r.example:5000/v2/a/tags/list?last=b#x",
        ] {
            assert_eq!(next(to).unwrap(), "https://r.example:8443/v2/a/tags/list?last=b", "{to}");
        }
        for to in ["https://other.example/v2/a/tags/list", "ftp://r.example/x", "https://"] {
            assert!(next(to).is_err(), "{to}");
        }
    }

    #[test]
    fn a_token_server_uses_https_unless_the_registry_uses_http() {
        let token_url_for = |registry: &str, to: &str| token_url(&endpoint(registry), to);
        assert!(
            token_url_for("https://registry-1.docker.io", "https://auth.docker.io/token").is_ok()
        );
        assert!(token_url_for("http://127.0.0.1:5000", "http://localhost:5001/token").is_ok());
        assert!(token_url_for("http://10.0.0.1:5000", "http://10.0.0.1:5001/token").is_ok());
        for (registry, to) in [
            ("https://r.example", "http://r.example/token"),
            ("https://r.example", "http://other.example/token"),
            ("https://r.example", "https://127.0.0.1/token"),
            ("https://r.example", "https://169.254.169.254/token"),
            ("http://10.0.0.1:5000", "http://10.0.0.2:5001/token"),
            ("http://127.0.0.1:5000", "http://other.example/token"),
            ("https://r.example", "file:///etc/passwd"),
        ] {
            assert!(
                matches!(token_url_for(registry, to), Err(RegistryError::AddressRefused { .. })),
                "{to}"
            );
        }
        assert!(matches!(
            token_url_for("https://r.example", "token"),
            Err(RegistryError::NotARegistry { .. })
        ));
    }
}
