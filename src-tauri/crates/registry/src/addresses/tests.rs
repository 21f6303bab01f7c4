//! Addresses that a registry may redirect to, and those that it may not.

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
    let to = resolve("https://registry.example", "https://user:hunter2@s.example/x?q=1#f").unwrap();
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
    assert!(token_url_for("https://registry-1.docker.io", "https://auth.docker.io/token").is_ok());
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
