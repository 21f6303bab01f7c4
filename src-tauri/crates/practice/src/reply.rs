//! Building answers.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::Value;

/// The registry API version header that every `/v2/` answer carries.
pub(crate) const API_VERSION: HeaderName =
    HeaderName::from_static("docker-distribution-api-version");
/// The digest of the content that the answer is about.
pub(crate) const CONTENT_DIGEST: HeaderName = HeaderName::from_static("docker-content-digest");

/// An answer with a body of a known size.
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

/// An answer without a body.
pub(crate) fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// A JSON answer.
pub(crate) fn json(status: StatusCode, body: &Value) -> Response {
    bytes(status, "application/json", body.to_string())
}

/// Sets a header; a value that HTTP cannot carry is left out.
pub(crate) fn put(response: &mut Response, name: HeaderName, value: impl ToString) {
    if let Ok(value) = HeaderValue::from_str(&value.to_string()) {
        response.headers_mut().insert(name, value);
    }
}

/// An error in the shape of the OCI distribution specification.
pub(crate) fn oci_error(status: StatusCode, code: &str, message: impl Into<String>) -> Response {
    let body = serde_json::json!({ "errors": [{ "code": code, "message": message.into() }] });
    let mut response = json(status, &body);
    put(&mut response, API_VERSION, "registry/2.0");
    response
}

/// Undoes percent-encoding and `+` of a query value.
pub(crate) fn query_value(query: &str, name: &str) -> Option<String> {
    url::form_urlencoded::parse(query.as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}
