//! The request that `client` sends, possibly several times, and a response in memory.

use bytes::Bytes;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode};
use url::Url;

use crate::encoding::Body;
use crate::token::Scope;

/// A request that may be sent several times.
pub(super) struct RegistryRequest {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) scope: Scope,
    /// The repository, image or blob, for error messages.
    pub(super) subject: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<Bytes>,
    /// Whether the response is optional, so that the request is not repeated for long.
    pub(super) is_optional: bool,
}

impl RegistryRequest {
    pub(super) fn new(method: Method, url: Url, scope: Scope, subject: impl Into<String>) -> Self {
        let headers = HeaderMap::new();
        let subject = subject.into();
        Self { method, url, scope, subject, headers, body: None, is_optional: false }
    }

    pub(super) fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }
}

/// A response with its body in memory.
pub(super) struct Document {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) url: Url,
    pub(super) body: Body,
}
