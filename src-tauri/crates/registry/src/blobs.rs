//! Blobs: HEAD, and GET as a checked stream.

use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, RANGE};

use crate::api::BlobStream;
use crate::checked::Checked;
use crate::client::{RegistryClient, RegistryRequest};
use crate::error::RegistryError;
use crate::manifests::DOCKER_CONTENT_DIGEST;
use crate::remedy::{Optional, Remedy};
use crate::response::is_web_page;
use crate::token::Scope;
use crate::{encoding, http, resume};
use transload_model::{Descriptor, Digest, RegistryHost};
use transload_network::Encoding;

impl RegistryClient {
    pub(super) async fn head_blob(
        &self,
        path: &str,
        digest: &Digest,
    ) -> Result<bool, RegistryError> {
        let asked = match self.has_no_head() {
            true => Err(None),
            false => self.send(&self.blob_ask(Method::HEAD, path, digest)).await.map_err(Some),
        };
        match asked {
            // A page of a network's sign-in answers everything with a success. A registry's own
            // headers, or another type than a page, tell that it is none.
            Ok(response) if may_be_page(response.headers()) => {
                self.has_blob_by_get(path, digest).await
            }
            Ok(_) => Ok(true),
            Err(Some(error)) if error.remedy() == Remedy::Absent => Ok(false),
            // A HEAD has no body to say why, and some registries answer only GET.
            Err(Some(error)) if !error.allows_fallback(Optional::Head) => Err(error),
            Err(_) => self.has_blob_by_get(path, digest).await,
        }
    }

    /// The same question as a GET, of the first byte alone.
    async fn has_blob_by_get(&self, path: &str, digest: &Digest) -> Result<bool, RegistryError> {
        let first_byte = HeaderValue::from_static("bytes=0-0");
        let ask = self.blob_ask(Method::GET, path, digest).header(RANGE, first_byte);
        match self.send(&ask).await {
            Ok(response) => {
                let first = http::first_piece(response, &self.endpoint.host, &ask.subject).await?;
                match is_web_page(&first) {
                    true => Err(self.not_a_registry("it answers with a web page")),
                    false => Ok(true),
                }
            }
            // The blob is empty.
            Err(RegistryError::Refused { status: 416, .. }) => Ok(true),
            Err(error) if error.remedy() == Remedy::Absent => Ok(false),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn get_blob(
        &self,
        path: &str,
        blob: &Descriptor,
    ) -> Result<BlobStream, RegistryError> {
        let ask = self.blob_ask(Method::GET, path, &blob.digest);
        let response = self.send(&ask).await?;
        let host = self.endpoint.host.clone();
        let encoding = Encoding::of(response.headers());
        let length = response.content_length();
        if encoding != Encoding::Identity && length != Some(blob.size_bytes) {
            // A part of an encoded body is no part of the blob, so a break ends this download.
            let body = http::body_stream(host.clone(), ask.subject, response);
            let body = encoding::decoded_blob(host.clone(), blob, &encoding, Box::pin(body));
            return Ok(Box::pin(Checked::new(host, blob, body)));
        }
        if let Some(actual_bytes) = length
            && actual_bytes != blob.size_bytes
        {
            return Err(self.wrong_size(blob, actual_bytes));
        }
        let body = resume::resumed(self.clone(), ask, response);
        Ok(Box::pin(Checked::new(host, blob, Box::pin(body))))
    }

    fn blob_ask(&self, method: Method, path: &str, digest: &Digest) -> RegistryRequest {
        let url = self.endpoint.below_v2(path.split('/').chain(["blobs", digest.as_str()]));
        RegistryRequest::new(method, url, Scope::Pull(path.to_owned()), blob_subject(path, digest))
    }

    fn wrong_size(&self, blob: &Descriptor, actual_bytes: u64) -> RegistryError {
        wrong_size(&self.endpoint.host, blob, actual_bytes)
    }
}

/// Whether an answer without a body may stand for a web page.
fn may_be_page(headers: &HeaderMap) -> bool {
    let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_labelled = media_type
        .is_some_and(|text| text.trim_start().to_ascii_lowercase().starts_with("text/html"));
    is_labelled && !headers.contains_key(DOCKER_CONTENT_DIGEST)
}

pub(super) fn blob_subject(path: &str, digest: &Digest) -> String {
    format!("{path}@{digest}")
}

pub(super) fn wrong_size(
    host: &RegistryHost,
    blob: &Descriptor,
    actual_bytes: u64,
) -> RegistryError {
    RegistryError::SizeMismatch {
        registry: host.clone(),
        digest: blob.digest.clone(),
        expected_bytes: blob.size_bytes,
        actual_bytes,
    }
}
