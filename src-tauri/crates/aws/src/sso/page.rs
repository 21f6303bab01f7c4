//! Checks which pages may be opened for a sign-in. The address comes from a server, and the operating
//! system starts a program for any scheme.

use url::Url;

use crate::sso::sso_session::SsoSession;
use transload_model::{Partition, Region};
use transload_network::is_loopback;

/// Whether a page belongs to the IAM Identity Center of a session: an `https` address at the host of
/// its access portal, of its OIDC endpoint, or of the region's sign-in pages. Plain `http` is accepted
/// only on this computer, and only if the configured OIDC endpoint is on this computer, too.
pub(super) fn is_trusted_page(page: &str, session: &SsoSession, oidc: &str) -> bool {
    let Ok(page) = Url::parse(page) else { return false };
    let Some(host) = page.host_str() else { return false };
    if !page.username().is_empty() || page.password().is_some() {
        return false;
    }
    let oidc = Url::parse(oidc).ok();
    if page.scheme() == "http" {
        return is_loopback(&page) && oidc.as_ref().is_some_and(is_loopback);
    }
    let portal = Url::parse(&session.start_url).ok();
    let hosts = [&portal, &oidc].map(|url| url.as_ref().and_then(Url::host_str));
    let is_regional = Region::parse(&session.region).is_ok_and(|region| {
        let suffix = Partition::of_region(&region).dns_suffix();
        host.ends_with(&format!(".sso.{region}.{suffix}"))
    });
    page.scheme() == "https"
        && page.port().is_none_or(|port| Some(port) == oidc_port(&oidc))
        && (hosts.contains(&Some(host)) || is_regional)
}

/// A configured endpoint may have its own port.
fn oidc_port(oidc: &Option<Url>) -> Option<u16> {
    oidc.as_ref().and_then(Url::port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_the_configured_identity_center_are_opened() {
        let session = SsoSession {
            name: Some("corp".to_owned()),
            start_url: "https://d-1234567890.awsapps.com/start".to_owned(),
            region: "eu-west-1".to_owned(),
            scopes: None,
        };
        let oidc = "https://oidc.eu-west-1.amazonaws.com";
        for page in [
            "https://device.sso.eu-west-1.amazonaws.com/?user_code=ABCD-EFGH",
            "https://d-1234567890.awsapps.com/start/#/device?user_code=ABCD-EFGH",
            "https://oidc.eu-west-1.amazonaws.com/authorize?client_id=1",
        ] {
            assert!(is_trusted_page(page, &session, oidc), "{page}");
        }
        for page in [
            "",
            "device",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "ms-msdt:/id",
            "smb://d-1234567890.awsapps.com/start",
            "http://d-1234567890.awsapps.com/start",
            "http://127.0.0.1:1/device",
            "https://d-1234567890.awsapps.com:8443/start",
            "https://ada@d-1234567890.awsapps.com/start",
            "https://d-1234567890.awsapps.com.evil.example/start",
            "https://other.awsapps.com/start",
            "https://device.sso.eu-west-2.amazonaws.com/",
            "https://device.sso.eu-west-1.amazonaws.com.evil.example/",
            "https://evil.example/",
        ] {
            assert!(!is_trusted_page(page, &session, oidc), "{page}");
        }
        let local = "http://127.0.0.1:4566";
        assert!(is_trusted_page("http://127.0.0.1:4567/device", &session, local));
        assert!(!is_trusted_page("http://10.0.0.1:4567/device", &session, local));
        assert!(!is_trusted_page("http://127.0.0.1:4567/device", &session, "http://10.0.0.1"));
    }
}
