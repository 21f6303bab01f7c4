//! Entry points for fuzz targets into private parsers.

use reqwest::header::{CONTENT_RANGE, HeaderMap, HeaderValue, LINK, WWW_AUTHENTICATE};
use url::Url;

use crate::endpoint::RegistryEndpoint;
use crate::{addresses, challenge, link, resume};

/// Parses a text as each response header that the client interprets.
///
/// # Panics
/// If an address is accepted that must be rejected.
pub fn read_headers(text: &str) {
    let Ok(value) = HeaderValue::from_str(text) else { return };
    let mut headers = HeaderMap::new();
    for name in [WWW_AUTHENTICATE, LINK, CONTENT_RANGE] {
        headers.insert(name, value.clone());
    }
    let Ok(endpoint) = RegistryEndpoint::parse("https://registry.example") else { return };
    for challenge in challenge::offered(&headers) {
        if let challenge::Challenge::Bearer { realm, .. } = challenge {
            if let Ok(url) = addresses::token_url(&endpoint, &realm) {
                assert_external(&url);
            }
        }
    }
    let _ = resume::first_byte(&headers);
    let next = link::next_page(&headers);
    for location in next.as_deref().into_iter().chain([text]) {
        if let Ok(url) = addresses::redirect_target(&endpoint, &endpoint.url, location) {
            assert_external(&url);
        }
    }
}

fn assert_external(url: &Url) {
    assert_eq!(url.scheme(), "https", "{url}");
    assert!(!transload_network::is_loopback(url), "{url}");
    assert!(url.username().is_empty() && url.password().is_none(), "{url}");
}
