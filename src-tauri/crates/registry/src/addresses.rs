//! Where a registry may send us: redirects, upload addresses, token addresses.
//!
//! A registry that is told to misbehave must not be able to make this computer talk to itself, to
//! the metadata service of a cloud machine (link-local), or to anyone in plain text, and it must
//! not get a login sent to another host.

use std::net::IpAddr;

use url::Url;

use crate::endpoint::RegistryEndpoint;
use crate::error::RegistryError;
use transload_network::{AddressScope, is_loopback, scope_of, scope_of_address};

/// Why a place is refused to whoever is not there.
fn reason(place: AddressScope) -> Option<&'static str> {
    match place {
        AddressScope::Loopback => Some("it is this computer itself"),
        AddressScope::LinkLocal => Some("it is a link-local address, where metadata services live"),
        AddressScope::Elsewhere => None,
    }
}

/// Whether a request goes to the registry's own origin, the only place besides its token address
/// that gets a login. A registry that is asked in plain text may send us to its own encrypted address.
pub(super) fn is_own(endpoint: &RegistryEndpoint, url: &Url) -> bool {
    let is_upgrade = endpoint.url.scheme() == "http" && url.scheme() == "https";
    endpoint.url.origin() == url.origin()
        || is_upgrade && url.port().is_none() && endpoint.url.host() == url.host()
}

/// The address of the next page of a list. It has to be the registry's; servers behind a proxy name
/// their own scheme and port in it, which are not reached from here.
pub(super) fn next_page(
    endpoint: &RegistryEndpoint,
    from: &Url,
    target: &str,
) -> Result<Url, RegistryError> {
    let mut to = from.join(target).map_err(|_| RegistryError::NotARegistry {
        registry: endpoint.host.clone(),
        detail: "the next page of its list is at something that is no address".to_owned(),
    })?;
    if !matches!(to.scheme(), "http" | "https") || to.host() != from.host() {
        return Err(refused(endpoint, &to, "the next page of a list is at the same registry"));
    }
    to.set_fragment(None);
    let mut own = from.clone();
    own.set_path(to.path());
    own.set_query(to.query());
    Ok(own)
}

/// Why an address that a name stands for is not asked on a registry's behalf.
pub(super) fn reason_against(address: IpAddr) -> Option<&'static str> {
    reason(scope_of_address(address))
}

/// Checks where a redirect or an upload address leads, and takes a login out of it.
pub(super) fn follow(
    endpoint: &RegistryEndpoint,
    from: &Url,
    target: &str,
) -> Result<Url, RegistryError> {
    let mut to = from.join(target).map_err(|_| RegistryError::NotARegistry {
        registry: endpoint.host.clone(),
        detail: "it sends us to something that is no address".to_owned(),
    })?;
    if !matches!(to.scheme(), "http" | "https") {
        return Err(refused(endpoint, &to, "it is neither https nor http"));
    }
    if from.scheme() == "https" && to.scheme() == "http" {
        return Err(refused(endpoint, &to, "it leaves the encrypted connection"));
    }
    check_place(endpoint, &to)?;
    // Setting these fails only where an address has no host, and this one has.
    let _ = to.set_username("");
    let _ = to.set_password(None);
    to.set_fragment(None);
    Ok(to)
}

/// Checks a token address, which gets the login.
pub(super) fn realm(endpoint: &RegistryEndpoint, realm: &str) -> Result<Url, RegistryError> {
    let mut url = Url::parse(realm).map_err(|_| RegistryError::NotARegistry {
        registry: endpoint.host.clone(),
        detail: "it names a token address that is no address".to_owned(),
    })?;
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_fragment(None);
    check_place(endpoint, &url)?;
    let both_loopback = is_loopback(&url) && is_loopback(&endpoint.url);
    let same_host = url.host() == endpoint.url.host();
    match url.scheme() {
        "https" => Ok(url),
        "http" if endpoint.url.scheme() == "http" && (same_host || both_loopback) => Ok(url),
        _ => Err(refused(endpoint, &url, "a login is not sent there in plain text")),
    }
}

/// Refuses a token address at another host than the registry's.
pub(super) fn expect_same_host(
    endpoint: &RegistryEndpoint,
    realm: &Url,
) -> Result<(), RegistryError> {
    match realm.host() == endpoint.url.host() {
        true => Ok(()),
        false => Err(refused(endpoint, realm, "its login is for the registry's own host alone")),
    }
}

fn check_place(endpoint: &RegistryEndpoint, to: &Url) -> Result<(), RegistryError> {
    let there = scope_of(to);
    match reason(there) {
        Some(why) if there != scope_of(&endpoint.url) => Err(refused(endpoint, to, why)),
        _ => Ok(()),
    }
}

fn refused(endpoint: &RegistryEndpoint, to: &Url, reason: &'static str) -> RegistryError {
    RegistryError::AddressRefused { registry: endpoint.host.clone(), target: shown(to), reason }
}

/// Scheme, host and port of an address: what may be shown of it.
pub(super) fn shown(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{}{port}", url.scheme(), url.host_str().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(url: &str) -> RegistryEndpoint {
        RegistryEndpoint::at(url).unwrap()
    }

    fn goes(from: &str, to: &str) -> Result<Url, RegistryError> {
        let endpoint = endpoint(from);
        follow(&endpoint, &endpoint.url.join("/v2/a/blobs/b").unwrap(), to)
    }

    #[test]
    fn storage_elsewhere_and_private_addresses_may_be_followed() {
        for to in [
            "https://bucket.s3.amazonaws.com/x?sig=1",
            "/x",
            "x",
            "https://10.0.0.7/x",
            "https://registry.example:443/y",
        ] {
            assert!(goes("https://registry.example", to).is_ok(), "{to}");
        }
        assert!(is_own(
            &endpoint("https://r.example"),
            &Url::parse("https://r.example:443/x").unwrap()
        ));
        assert!(!is_own(
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
                is_own(&endpoint(registry), &Url::parse(to).unwrap()),
                own,
                "{registry} {to}"
            );
        }
    }

    #[test]
    fn this_computer_metadata_services_and_plain_text_are_refused() {
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
            let error = goes("https://registry.example", to).unwrap_err();
            assert!(matches!(error, RegistryError::AddressRefused { .. }), "{to}: {error}");
        }
        assert!(goes("http://10.0.0.1:5000", "http://169.254.169.254/x").is_err());
    }

    #[test]
    fn a_registry_on_this_computer_may_stay_here() {
        assert!(goes("http://127.0.0.1:5000", "http://localhost:9000/x").is_ok());
        assert!(goes("http://127.0.0.1:5000", "http://169.254.169.254/x").is_err());
        assert!(goes("http://169.254.10.1:5000", "http://169.254.10.1:9000/x").is_ok());
    }

    #[test]
    fn a_login_in_an_address_is_taken_out_and_a_query_is_never_told() {
        let to =
            goes("https://registry.example", "https://user:hunter2@s.example/x?q=1#f").unwrap();
        assert_eq!(to.as_str(), "https://s.example/x?q=1");
        let error =
            goes("https://registry.example", "http://s.example:81/x?sig=hunter2").unwrap_err();
        assert!(error.to_string().contains("http://s.example:81,"), "{error}");
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }

    #[test]
    fn the_next_page_is_at_the_same_host_whatever_scheme_and_port_it_names() {
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
    fn a_token_address_is_encrypted_or_belongs_to_the_plain_registry() {
        let ask = |registry: &str, to: &str| realm(&endpoint(registry), to);
        assert!(ask("https://registry-1.docker.io", "https://auth.docker.io/token").is_ok());
        assert!(ask("http://127.0.0.1:5000", "http://localhost:5001/token").is_ok());
        assert!(ask("http://10.0.0.1:5000", "http://10.0.0.1:5001/token").is_ok());
        for (registry, to) in [
            ("https://r.example", "http://r.example/token"),
            ("https://r.example", "http://other.example/token"),
            ("https://r.example", "https://127.0.0.1/token"),
            ("https://r.example", "https://169.254.169.254/token"),
            ("http://10.0.0.1:5000", "http://10.0.0.2:5001/token"),
            ("http://127.0.0.1:5000", "http://other.example/token"),
            ("https://r.example", "file:///etc/passwd"),
        ] {
            assert!(matches!(ask(registry, to), Err(RegistryError::AddressRefused { .. })), "{to}");
        }
        assert!(matches!(
            ask("https://r.example", "token"),
            Err(RegistryError::NotARegistry { .. })
        ));
    }
}
