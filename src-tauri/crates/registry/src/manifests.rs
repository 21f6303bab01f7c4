//! Manifest operations: HEAD, GET and PUT. Manifests are handled as raw bytes.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use async_trait::async_trait;
use reqwest::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode};

use crate::api::{ManifestApi, ManifestHead, PullQuota, StoredManifest};
use crate::client::RegistryClient;
use crate::encoding::Body;
use crate::error::RegistryError;
use crate::headers::{DOCKER_CONTENT_DIGEST, OCI_SUBJECT};
use crate::remedy::{OptionalFeature, Remedy};
use crate::request::RegistryRequest;
use crate::response::is_web_page;
use crate::token::Scope;
use transload_model::{
    Digest, DigestAlgorithm, DigestHasher, MANIFEST_LIMIT_BYTES, ManifestError, RawManifest,
    media_type,
};

#[async_trait]
impl ManifestApi for RegistryClient {
    async fn manifest_head(
        &self,
        path: &str,
        reference: &str,
    ) -> Result<Option<ManifestHead>, RegistryError> {
        if self.is_head_unsupported() {
            return self.head_via_get(path, reference).await;
        }
        let request = self.manifest_request(Method::HEAD, path, reference);
        let response = match self.send(&request).await {
            Ok(response) => response,
            Err(error) if error.remedy() == Remedy::Absent => return Ok(None),
            // A response to HEAD has no body with the reason, and some registries support only GET.
            Err(error) if error.allows_fallback(OptionalFeature::Head) => {
                let via_get = self.head_via_get(path, reference).await;
                if via_get.is_ok() && error.remedy() == Remedy::Unsupported {
                    self.head_fallback.is_unsupported.store(true, Ordering::Relaxed);
                }
                return via_get;
            }
            Err(error) => return Err(error),
        };
        let headers = response.headers();
        // Without a SHA-256 digest in the response, the digest is computed from the manifest.
        let digest = self.content_digest(headers).ok().flatten();
        let Some(digest) = digest.filter(|digest| digest.algorithm() == DigestAlgorithm::Sha256)
        else {
            return self.head_via_get(path, reference).await;
        };
        Ok(Some(ManifestHead {
            digest,
            media_type: text(headers, &CONTENT_TYPE).map(without_parameters),
            size_bytes: text(headers, &CONTENT_LENGTH).and_then(|size| size.parse().ok()),
            pull_quota: self.record_pull_quota(headers),
        }))
    }

    async fn manifest(&self, path: &str, reference: &str) -> Result<RawManifest, RegistryError> {
        self.fetch_manifest(path, reference).await.map(|(manifest, _)| manifest)
    }

    async fn put_manifest(
        &self,
        path: &str,
        reference: &str,
        manifest: &RawManifest,
    ) -> Result<StoredManifest, RegistryError> {
        let (url, subject) = self.manifest_url(path, reference);
        let media_type = HeaderValue::from_str(manifest.media_type()).map_err(|_| {
            let media_type = manifest.media_type().to_owned();
            RegistryError::Manifest {
                registry: self.endpoint.host.clone(),
                subject: subject.clone(),
                source: ManifestError::UnknownMediaType { media_type },
            }
        })?;
        let mut request =
            RegistryRequest::new(Method::PUT, url, Scope::Push(path.to_owned()), subject)
                .header(CONTENT_TYPE, media_type);
        request.body = Some(manifest.bytes().clone());
        let document = match self.write(&request).await {
            Ok(document) => document,
            Err(error) => {
                // Another client may have stored the same manifest, or the response was lost, so check
                // whether the registry has the manifest.
                let is_stored =
                    error.may_have_stored() && self.has_manifest(path, reference, manifest).await;
                return if is_stored { Ok(StoredManifest::default()) } else { Err(error) };
            }
        };
        let outcome = StoredManifest { lists_referrer: document.headers.contains_key(OCI_SUBJECT) };
        let stored = self.content_digest(&document.headers)?;
        let named = Digest::parse(reference).ok();
        let is_other_hash =
            named.as_ref().is_some_and(|named| named.algorithm() != DigestAlgorithm::Sha256);
        match stored {
            // A digest of another algorithm doesn't prove the requested digest.
            Some(stored) if !is_other_hash || named.as_ref() == Some(&stored) => {
                match manifest.verify_digest(&stored) {
                    Ok(()) => Ok(outcome),
                    Err(_) => Err(RegistryError::DigestMismatch {
                        registry: self.endpoint.host.clone(),
                        expected: manifest.digest().clone(),
                        actual: stored,
                    }),
                }
            }
            // 201 proves that the manifest was stored. For any other success, check it.
            None if document.status == StatusCode::CREATED && !is_other_hash => Ok(outcome),
            _ if self.has_manifest(path, reference, manifest).await => Ok(outcome),
            _ => Err(RegistryError::Refused {
                registry: self.endpoint.host.clone(),
                subject: request.subject,
                status: document.status.as_u16(),
                code: String::new(),
                message: "it accepted the manifest but doesn't have it under this name".to_owned(),
            }),
        }
    }
}

impl RegistryClient {
    /// Returns whether the registry is known not to support HEAD.
    pub(super) fn is_head_unsupported(&self) -> bool {
        self.head_fallback.is_unsupported.load(Ordering::Relaxed)
    }

    /// Reads the pull quota of a response and stores it for `pull_quota`.
    fn record_pull_quota(&self, headers: &HeaderMap) -> Option<PullQuota> {
        let quota = pull_quota(headers);
        if quota.is_some() {
            *self.last_pull_quota.lock().unwrap_or_else(PoisonError::into_inner) = quota;
        }
        quota
    }

    async fn head_via_get(
        &self,
        path: &str,
        reference: &str,
    ) -> Result<Option<ManifestHead>, RegistryError> {
        match self.fetch_manifest(path, reference).await {
            Ok((manifest, headers)) => {
                self.head_fallback.insert(path, &manifest);
                Ok(Some(ManifestHead {
                    digest: manifest.digest().clone(),
                    media_type: Some(manifest.media_type().to_owned()),
                    size_bytes: Some(manifest.bytes().len() as u64),
                    pull_quota: pull_quota(&headers),
                }))
            }
            Err(error) if error.remedy() == Remedy::Absent => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Downloads and verifies a manifest. Returns it with the response headers.
    async fn fetch_manifest(
        &self,
        path: &str,
        reference: &str,
    ) -> Result<(RawManifest, HeaderMap), RegistryError> {
        if let Some(manifest) = self.head_fallback.remove(path, reference) {
            return Ok((manifest, HeaderMap::new()));
        }
        let request = self.manifest_request(Method::GET, path, reference);
        let result = self.fetch(&request, MANIFEST_LIMIT_BYTES).await;
        if let Err(RegistryError::PullQuotaUsedUp { .. }) = &result
            && let Some(quota) =
                self.last_pull_quota.lock().unwrap_or_else(PoisonError::into_inner).as_mut()
        {
            quota.remaining = 0;
        }
        let document = result?;
        let headers = document.headers;
        self.record_pull_quota(&headers);
        let invalid = |source| RegistryError::Manifest {
            registry: self.endpoint.host.clone(),
            subject: request.subject.clone(),
            source,
        };
        let bytes = match document.body {
            Body::Whole(bytes) => bytes,
            Body::TooLarge { size_bytes } => {
                return Err(invalid(ManifestError::TooLarge { size_bytes }));
            }
        };
        if is_web_page(&bytes) {
            return Err(self.not_a_registry("it responds with a web page"));
        }
        // The digest first, because corrupted bytes may not be valid JSON.
        if let Ok(expected) = Digest::parse(reference) {
            let actual = digest_with_algorithm_of(&bytes, &expected);
            if actual != expected {
                return Err(invalid(ManifestError::DigestMismatch { expected, actual }));
            }
        }
        let content_type = text(&headers, &CONTENT_TYPE);
        let manifest = match RawManifest::new(bytes, content_type) {
            Ok(manifest) => manifest,
            Err(ManifestError::Json(_)) if !content_type.is_some_and(is_manifest_type) => {
                return Err(self.not_a_registry("it responds with something other than a manifest"));
            }
            Err(error) => return Err(invalid(error)),
        };
        // A manifest that was requested by digest is verified already, whatever the header says.
        if Digest::parse(reference).is_err()
            && let Some(promised) = self.content_digest(&headers)?
        {
            manifest.verify_digest(&promised).map_err(invalid)?;
        }
        self.mark_as_registry();
        Ok((manifest, headers))
    }

    /// Returns whether a reference points to this manifest.
    async fn has_manifest(&self, path: &str, reference: &str, manifest: &RawManifest) -> bool {
        if Digest::parse(reference).is_ok_and(|name| name.algorithm() != DigestAlgorithm::Sha256) {
            // For a digest of another algorithm, only the bytes are proof.
            return self.fetch_manifest(path, reference).await.is_ok();
        }
        let head = self.manifest_head(path, reference).await;
        head.is_ok_and(|head| head.is_some_and(|head| head.digest == *manifest.digest()))
    }

    fn manifest_request(&self, method: Method, path: &str, reference: &str) -> RegistryRequest {
        let (url, subject) = self.manifest_url(path, reference);
        // Includes schema 1, so that such an image fails with its own error. Otherwise some registries
        // respond that the image doesn't exist.
        let types: Vec<&str> = media_type::ACCEPT_MANIFESTS
            .into_iter()
            .chain([media_type::DOCKER_SCHEMA1_SIGNED, media_type::DOCKER_SCHEMA1])
            .collect();
        let request = RegistryRequest::new(method, url, Scope::Pull(path.to_owned()), subject);
        match HeaderValue::from_str(&types.join(", ")) {
            Ok(value) => request.header(ACCEPT, value),
            Err(_) => request,
        }
    }

    fn manifest_url(&self, path: &str, reference: &str) -> (url::Url, String) {
        let separator = if Digest::parse(reference).is_ok() { '@' } else { ':' };
        let url = self.endpoint.v2_url(path.split('/').chain(["manifests", reference]));
        (url, format!("{path}{separator}{reference}"))
    }

    /// Returns `Docker-Content-Digest` of a response.
    pub(super) fn content_digest(
        &self,
        headers: &HeaderMap,
    ) -> Result<Option<Digest>, RegistryError> {
        let Some(value) = headers.get(DOCKER_CONTENT_DIGEST) else { return Ok(None) };
        let digest = value.to_str().ok().and_then(|text| Digest::parse(text.trim()).ok());
        let digest = digest.ok_or_else(|| self.not_a_registry("it sends a malformed digest"))?;
        Ok(Some(digest))
    }
}

/// Computes the digest of bytes with the algorithm of another digest.
fn digest_with_algorithm_of(bytes: &[u8], other: &Digest) -> Digest {
    let mut hasher = DigestHasher::new(other.algorithm());
    hasher.update(bytes);
    hasher.finish()
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn without_parameters(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_owned()
}

fn is_manifest_type(content_type: &str) -> bool {
    media_type::ACCEPT_MANIFESTS.contains(&without_parameters(content_type).as_str())
}

/// Parses Docker Hub's `ratelimit-limit: 100;w=21600` and `ratelimit-remaining: 20;w=21600`. Source: Docker
/// Hub documentation, "Pull usage and limits".
fn pull_quota(headers: &HeaderMap) -> Option<PullQuota> {
    let parse = |name: &'static str| {
        let value = text(headers, &HeaderName::from_static(name))?;
        let (number, rest) = value.split_once(';').unwrap_or((value, ""));
        let window = rest.split(';').find_map(|part| part.trim().strip_prefix("w="));
        Some((number.trim().parse().ok()?, window.and_then(|window| window.parse().ok())))
    };
    let (limit, window) = parse("ratelimit-limit")?;
    let (remaining, other_window) = parse("ratelimit-remaining")?;
    Some(PullQuota { limit, remaining, window_seconds: window.or(other_window)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_the_pull_quota_of_both_headers() {
        let parse = |limit: &'static str, remaining: &'static str| {
            let name = HeaderName::from_static;
            let value = HeaderValue::from_static;
            pull_quota(&HeaderMap::from_iter([
                (name("ratelimit-limit"), value(limit)),
                (name("ratelimit-remaining"), value(remaining)),
            ]))
        };
        let quota = PullQuota { limit: 100, remaining: 20, window_seconds: 21_600 };
        assert_eq!(parse("100;w=21600", "20;w=21600"), Some(quota));
        assert_eq!(parse("100; w=21600", "20"), Some(quota));
        assert_eq!(parse("100", "20"), None);
        assert_eq!(parse("many;w=1", "20;w=1"), None);
        assert_eq!(pull_quota(&HeaderMap::new()), None);
    }
}
