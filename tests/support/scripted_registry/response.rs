//! The responses of a scripted registry, before and after quirks change them.

use std::io::Write;

use axum::body::Body;
use axum::http::Response;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

/// A response before it is sent.
pub(super) struct ScriptedResponse {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Bytes,
}

impl ScriptedResponse {
    pub(super) fn new(status: u16, body: impl Into<Bytes>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }

    pub(super) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(super) fn error(status: u16, code: &str, message: &str) -> Self {
        let body = json!({"errors": [{"code": code, "message": message}]});
        Self::new(status, body.to_string()).header("content-type", "application/json")
    }

    /// Compresses the body, like a server that ignores `Accept-Encoding`.
    pub(super) fn compress(&mut self) {
        if self.body.is_empty() {
            return;
        }
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        if let Ok(compressed) = encoder.write_all(&self.body).and_then(|()| encoder.finish()) {
            self.body = compressed.into();
            self.headers.push(("content-encoding", "gzip".to_owned()));
        }
    }

    pub(super) fn into_http(self) -> Response<Body> {
        let mut response = Response::builder().status(self.status);
        for (name, value) in &self.headers {
            response = response.header(*name, value);
        }
        response.body(Body::from(self.body)).unwrap_or_else(|_| Response::new(Body::empty()))
    }
}
