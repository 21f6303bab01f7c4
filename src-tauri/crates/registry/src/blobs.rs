//! Blob operations: whether a blob exists (HEAD), and downloading it (GET) as a verified stream, or a part of it.

use async_trait::async_trait;
use bytes::Bytes;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, RANGE};
use reqwest::{Method, StatusCode};

use crate::api::{BlobApi, BlobStream};
use crate::client::RegistryClient;
use crate::error::RegistryError;
use crate::headers::DOCKER_CONTENT_DIGEST;
use crate::remedy::{OptionalFeature, Remedy};
use crate::request::RegistryRequest;
use crate::response::is_web_page;
use crate::token::Scope;
use crate::verified_blob::VerifiedBlob;
use crate::{encoding, http, resume};
use transload_model::{Descriptor, Digest, RegistryHost};
use transload_network::Encoding;

#[async_trait]
impl BlobApi for RegistryClient {
    async fn has_blob(&self, path: &str, digest: &Digest) -> Result<bool, RegistryError> {
        let outcome = match self.is_head_unsupported() {
            true => Err(None),
            false => self.send(&self.blob_request(Method::HEAD, path, digest)).await.map_err(Some),
        };
        match outcome {
            // The sign-in page of a network responds with success to every request. Registry headers, or
            // another media type than HTML, rule it out.
            Ok(response) if may_be_page(response.headers()) => {
                self.has_blob_by_get(path, digest).await
            }
            Ok(_) => Ok(true),
            Err(Some(error)) if error.remedy() == Remedy::Absent => Ok(false),
            // A response to HEAD has no body with the reason, and some registries support only GET.
            Err(Some(error)) if !error.allows_fallback(OptionalFeature::Head) => Err(error),
            Err(_) => self.has_blob_by_get(path, digest).await,
        }
    }

    async fn blob(&self, path: &str, blob: &Descriptor) -> Result<BlobStream, RegistryError> {
        let request = self.blob_request(Method::GET, path, &blob.digest);
        let response = self.send(&request).await?;
        let host = self.endpoint.host.clone();
        let encoding = Encoding::from_headers(response.headers());
        let length = response.content_length();
        if encoding != Encoding::Identity && length != Some(blob.size_bytes) {
            // A range of an encoded body is not a range of the blob, so this download can't be resumed.
            let body = http::body_stream(host.clone(), request.subject, response);
            let body = encoding::decode_blob(host.clone(), blob, &encoding, Box::pin(body));
            return Ok(Box::pin(VerifiedBlob::new(host, blob, body)));
        }
        if let Some(actual_bytes) = length
            && actual_bytes != blob.size_bytes
        {
            return Err(self.wrong_size(blob, actual_bytes));
        }
        let body = resume::resumable_body(self.clone(), request, response);
        Ok(Box::pin(VerifiedBlob::new(host, blob, Box::pin(body))))
    }

    async fn blob_range(
        &self,
        path: &str,
        digest: &Digest,
        start: u64,
        length: u64,
    ) -> Result<Option<Bytes>, RegistryError> {
        let Some(last) = length.checked_sub(1).and_then(|more| start.checked_add(more)) else {
            return Ok(Some(Bytes::new()));
        };
        let mut request = self.blob_request(Method::GET, path, digest);
        let range = HeaderValue::from_str(&format!("bytes={start}-{last}"));
        request.headers.extend(range.ok().map(|range| (RANGE, range)));
        let response = self.send(&request).await?;
        let is_part = response.status() == StatusCode::PARTIAL_CONTENT
            && resume::first_byte(response.headers()) == Some(start)
            && Encoding::from_headers(response.headers()) == Encoding::Identity;
        if !is_part {
            // Dropping the response closes the connection, so that the rest isn't downloaded.
            return Ok(None);
        }
        let limit = usize::try_from(length).unwrap_or(usize::MAX);
        let (host, subject) = (&self.endpoint.host, &request.subject);
        match http::read_body(response, limit, host, subject).await? {
            encoding::Body::Whole(bytes) if bytes.len() as u64 == length => Ok(Some(bytes)),
            encoding::Body::Whole(bytes) => {
                Err(wrong_length(host, digest, length, bytes.len() as u64))
            }
            encoding::Body::TooLarge { size_bytes } => {
                Err(wrong_length(host, digest, length, size_bytes))
            }
        }
    }
}

impl RegistryClient {
    /// Checks with a GET of the first byte whether a blob exists.
    async fn has_blob_by_get(&self, path: &str, digest: &Digest) -> Result<bool, RegistryError> {
        let first_byte = HeaderValue::from_static("bytes=0-0");
        let request = self.blob_request(Method::GET, path, digest).header(RANGE, first_byte);
        match self.send(&request).await {
            Ok(response) => {
                let first =
                    http::first_piece(response, &self.endpoint.host, &request.subject).await?;
                match is_web_page(&first) {
                    true => Err(self.not_a_registry("it responds with a web page")),
                    false => Ok(true),
                }
            }
            // An empty blob has no first byte.
            Err(RegistryError::Refused { status: 416, .. }) => Ok(true),
            Err(error) if error.remedy() == Remedy::Absent => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn blob_request(&self, method: Method, path: &str, digest: &Digest) -> RegistryRequest {
        let url = self.endpoint.v2_url(path.split('/').chain(["blobs", digest.as_str()]));
        RegistryRequest::new(method, url, Scope::Pull(path.to_owned()), blob_subject(path, digest))
    }

    fn wrong_size(&self, blob: &Descriptor, actual_bytes: u64) -> RegistryError {
        wrong_size(&self.endpoint.host, blob, actual_bytes)
    }
}

/// Returns whether the response to a HEAD may come from a web page instead of a registry.
fn may_be_page(headers: &HeaderMap) -> bool {
    let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_labeled = media_type
        .is_some_and(|text| text.trim_start().to_ascii_lowercase().starts_with("text/html"));
    is_labeled && !headers.contains_key(DOCKER_CONTENT_DIGEST)
}

/// Formats a blob for error messages.
pub(super) fn blob_subject(path: &str, digest: &Digest) -> String {
    format!("{path}@{digest}")
}

pub(super) fn wrong_size(
    host: &RegistryHost,
    blob: &Descriptor,
    actual_bytes: u64,
) -> RegistryError {
    wrong_length(host, &blob.digest, blob.size_bytes, actual_bytes)
}

fn wrong_length(
    host: &RegistryHost,
    digest: &Digest,
    expected_bytes: u64,
    actual_bytes: u64,
) -> RegistryError {
    let (registry, digest) = (host.clone(), digest.clone());
    RegistryError::SizeMismatch { registry, digest, expected_bytes, actual_bytes }
}
