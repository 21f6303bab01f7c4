//! What fuzz targets reach that nobody else may.

use reqwest::header::{CONTENT_RANGE, HeaderMap, HeaderValue, LINK, WWW_AUTHENTICATE};
use url::Url;

use crate::endpoint::RegistryEndpoint;
use crate::{addresses, challenge, link, resume};

/// Reads a text as every header that an answer is looked at for.
///
/// # Panics
/// Where something is taken that must not be.
pub fn read_headers(text: &str) {
    let Ok(value) = HeaderValue::from_str(text) else { return };
    let mut headers = HeaderMap::new();
    for name in [WWW_AUTHENTICATE, LINK, CONTENT_RANGE] {
        headers.insert(name, value.clone());
    }
    let Ok(endpoint) = RegistryEndpoint::at("https://registry.example") else { return };
    for challenge in challenge::offered(&headers) {
        if let challenge::Challenge::Bearer { realm, .. } = challenge {
            if let Ok(url) = addresses::realm(&endpoint, &realm) {
                expect_outside(&url);
            }
        }
    }
    let _ = resume::first_byte(&headers);
    let next = link::next_page(&headers);
    for place in next.as_deref().into_iter().chain([text]) {
        if let Ok(url) = addresses::follow(&endpoint, &endpoint.url, place) {
            expect_outside(&url);
        }
    }
}

fn expect_outside(url: &Url) {
    assert_eq!(url.scheme(), "https", "{url}");
    assert!(!transload_network::is_loopback(url), "{url}");
    assert!(url.username().is_empty() && url.password().is_none(), "{url}");
}
