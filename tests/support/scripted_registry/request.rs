//! Parses a request to a scripted registry.

use std::collections::BTreeMap;

use axum::http::{HeaderMap, Method, Uri};
use bytes::Bytes;
use url::form_urlencoded;

use crate::scripted_registry::quirk::Op;

/// A request: the operation of the protocol, and its parameters.
pub(super) struct ScriptedRequest<'a> {
    pub(super) op: Op,
    pub(super) method: &'a Method,
    pub(super) uri: &'a Uri,
    pub(super) headers: &'a HeaderMap,
    pub(super) repository: String,
    /// The tag, digest or upload.
    pub(super) name: String,
    /// Whether it was sent to an address outside `/v2/` that this registry returned.
    pub(super) is_outside_v2: bool,
    pub(super) query: BTreeMap<String, String>,
    pub(super) body: Bytes,
}

impl<'a> ScriptedRequest<'a> {
    /// Parses method and path. Returns `None` for addresses that are not part of the protocol.
    pub(super) fn read(
        method: &'a Method,
        uri: &'a Uri,
        headers: &'a HeaderMap,
        body: Bytes,
    ) -> Option<Self> {
        let query: BTreeMap<String, String> =
            form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
                .into_owned()
                .collect();
        let path = uri.path();
        let outside = ["/artifacts-downloads/", "/artifacts-uploads/"]
            .iter()
            .find_map(|front| path.strip_prefix(front));
        let request = |op, repository: &str, name: &str| {
            let (repository, name) = (repository.to_owned(), name.replace("%3A", ":"));
            Some(Self {
                op,
                method,
                uri,
                headers,
                repository,
                name,
                is_outside_v2: outside.is_some(),
                query: query.clone(),
                body: body.clone(),
            })
        };
        if let Some((repository, name)) = outside.and_then(|rest| rest.rsplit_once('/')) {
            let op = match *method {
                Method::PATCH => Op::PatchUpload,
                Method::PUT => Op::PutBlob,
                _ => Op::GetBlob,
            };
            return request(op, repository, name);
        }
        if path == "/token" {
            return request(Op::Token, "", "");
        }
        let rest = path.strip_prefix("/v2/")?;
        if rest.is_empty() {
            return request(Op::Base, "", "");
        }
        if rest == "_catalog" {
            return request(Op::Catalog, "", "");
        }
        if let Some(repository) = rest.strip_suffix("/tags/list") {
            return request(Op::Tags, repository, "");
        }
        if let Some((repository, upload)) = rest.split_once("/blobs/uploads/") {
            let op = match *method {
                Method::POST if query.contains_key("mount") => Op::Mount,
                Method::POST => Op::PostUpload,
                Method::PATCH => Op::PatchUpload,
                Method::PUT => Op::PutBlob,
                _ => Op::CancelUpload,
            };
            return request(op, repository, upload);
        }
        let (front, name) = rest.rsplit_once('/')?;
        let (repository, kind) = front.rsplit_once('/')?;
        let op = match (kind, method) {
            ("manifests", &Method::HEAD) => Op::HeadManifest,
            ("manifests", &Method::PUT) => Op::PutManifest,
            ("manifests", _) => Op::GetManifest,
            ("blobs", &Method::HEAD) => Op::HeadBlob,
            ("blobs", _) => Op::GetBlob,
            ("referrers", _) => Op::Referrers,
            _ => return None,
        };
        request(op, repository, name)
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The `Host` header.
    pub(super) fn host(&self) -> String {
        self.header("host").unwrap_or_default().to_owned()
    }
}
