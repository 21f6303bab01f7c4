//! HTTP responses and bodies, shared by all practice servers.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::Value;

/// The API version header of every `/v2/` response.
pub(crate) const API_VERSION: HeaderName =
    HeaderName::from_static("docker-distribution-api-version");
pub(crate) const CONTENT_DIGEST: HeaderName = HeaderName::from_static("docker-content-digest");

/// Returns a response with a body of known size.
pub(crate) fn bytes(
    status: StatusCode,
    content_type: &str,
    body: impl Into<bytes::Bytes>,
) -> Response {
    let body = body.into();
    let length = body.len();
    let mut response = empty(status);
    *response.body_mut() = Body::from(body);
    put(&mut response, header::CONTENT_TYPE, content_type);
    put(&mut response, header::CONTENT_LENGTH, length);
    response
}

/// Returns a response without a body.
pub(crate) fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

pub(crate) fn json(status: StatusCode, body: &Value) -> Response {
    bytes(status, "application/json", body.to_string())
}

/// Sets a header. Invalid values are dropped.
pub(crate) fn put(response: &mut Response, name: HeaderName, value: impl ToString) {
    if let Ok(value) = HeaderValue::from_str(&value.to_string()) {
        response.headers_mut().insert(name, value);
    }
}

/// Returns an error as defined by the OCI distribution specification.
pub(crate) fn oci_error(status: StatusCode, code: &str, message: impl Into<String>) -> Response {
    let body = serde_json::json!({ "errors": [{ "code": code, "message": message.into() }] });
    let mut response = json(status, &body);
    put(&mut response, API_VERSION, "registry/2.0");
    response
}

/// Returns a decoded query value.
pub(crate) fn query_value(query: &str, name: &str) -> Option<String> {
    url::form_urlencoded::parse(query.as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

pub(crate) fn manifest_headers(
    mut response: Response,
    media_type: &str,
    size: u64,
    digest: Option<&str>,
) -> Response {
    put(&mut response, header::CONTENT_TYPE, media_type);
    put(&mut response, header::CONTENT_LENGTH, size);
    if let Some(digest) = digest {
        put(&mut response, CONTENT_DIGEST, digest);
    }
    response
}

/// Reads a body of at most `limit` bytes. Returns `None` if it is longer or incomplete.
pub(crate) async fn read_limited(body: Body, limit: usize) -> Option<bytes::Bytes> {
    axum::body::to_bytes(body, limit).await.ok()
}
