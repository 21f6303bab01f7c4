//! Manifests: HEAD, GET and PUT, always as raw bytes.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use reqwest::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode};

use crate::api::{ManifestHead, PullQuota, Stored};
use crate::client::{RegistryClient, RegistryRequest};
use crate::error::RegistryError;
use crate::http::Body;
use crate::referrers::OCI_SUBJECT;
use crate::remedy::{Optional, Remedy};
use crate::response::is_web_page;
use crate::token::Scope;
use transload_model::{
    Digest, DigestAlgorithm, DigestHasher, MANIFEST_LIMIT_BYTES, ManifestError, RawManifest,
    media_type,
};

/// The digest of what an answer carries. Source: OCI distribution specification.
pub(super) const DOCKER_CONTENT_DIGEST: HeaderName =
    HeaderName::from_static("docker-content-digest");

/// Manifests that were fetched because HEAD gave no answer. Each is given to the next one who asks for
/// it by digest, so that a registry which counts pulls counts one.
#[derive(Default)]
pub(super) struct HeadsByGet {
    /// Whether the registry does not know HEAD at all.
    is_head_unknown: AtomicBool,
    kept: Mutex<HashMap<(String, Digest), RawManifest>>,
}

impl HeadsByGet {
    /// How many are kept. What is beyond is fetched again.
    const LIMIT: usize = 64;

    fn keep(&self, path: &str, manifest: &RawManifest) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes: usize = kept.values().map(|manifest| manifest.bytes().len()).sum();
        if kept.len() < Self::LIMIT && bytes + manifest.bytes().len() <= MANIFEST_LIMIT_BYTES {
            kept.insert((path.to_owned(), manifest.digest().clone()), manifest.clone());
        }
    }

    fn take(&self, path: &str, reference: &str) -> Option<RawManifest> {
        let digest = Digest::parse(reference).ok()?;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.remove(&(path.to_owned(), digest))
    }
}

impl RegistryClient {
    pub(super) async fn head_manifest(
        &self,
        path: &str,
        reference: &str,
    ) -> Result<Option<ManifestHead>, RegistryError> {
        if self.has_no_head() {
            return self.head_by_get(path, reference).await;
        }
        let ask = self.manifest_ask(Method::HEAD, path, reference);
        let response = match self.send(&ask).await {
            Ok(response) => response,
            Err(error) if error.remedy() == Remedy::Absent => return Ok(None),
            // A HEAD has no body to say why, and some registries answer only GET.
            Err(error) if error.allows_fallback(Optional::Head) => {
                let by_get = self.head_by_get(path, reference).await;
                if by_get.is_ok() && error.remedy() == Remedy::Unsupported {
                    self.heads_by_get.is_head_unknown.store(true, Ordering::Relaxed);
                }
                return by_get;
            }
            Err(error) => return Err(error),
        };
        let headers = response.headers();
        // Without a digest, or with one of another hash function than everybody counts with, the
        // manifest itself has to tell.
        let digest = self.content_digest(headers).ok().flatten();
        let Some(digest) = digest.filter(|digest| digest.algorithm() == DigestAlgorithm::Sha256)
        else {
            return self.head_by_get(path, reference).await;
        };
        Ok(Some(ManifestHead {
            digest,
            media_type: text(headers, &CONTENT_TYPE).map(without_parameters),
            size_bytes: text(headers, &CONTENT_LENGTH).and_then(|size| size.parse().ok()),
            pull_quota: self.note_quota(headers),
        }))
    }

    /// Whether the registry is known not to answer HEAD.
    pub(super) fn has_no_head(&self) -> bool {
        self.heads_by_get.is_head_unknown.load(Ordering::Relaxed)
    }

    /// Reads the pull quota, and keeps it for whoever asks.
    fn note_quota(&self, headers: &HeaderMap) -> Option<PullQuota> {
        let quota = pull_quota(headers);
        if quota.is_some() {
            *self.told_quota.lock().unwrap_or_else(PoisonError::into_inner) = quota;
        }
        quota
    }

    async fn head_by_get(
        &self,
        path: &str,
        reference: &str,
    ) -> Result<Option<ManifestHead>, RegistryError> {
        match self.get_manifest(path, reference).await {
            Ok((manifest, headers)) => {
                self.heads_by_get.keep(path, &manifest);
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

    pub(super) async fn get_manifest(
        &self,
        path: &str,
        reference: &str,
    ) -> Result<(RawManifest, HeaderMap), RegistryError> {
        if let Some(kept) = self.heads_by_get.take(path, reference) {
            return Ok((kept, HeaderMap::new()));
        }
        let ask = self.manifest_ask(Method::GET, path, reference);
        let fetched = self.fetch(&ask, MANIFEST_LIMIT_BYTES).await;
        if let Err(RegistryError::PullQuotaUsedUp { .. }) = &fetched
            && let Some(told) =
                self.told_quota.lock().unwrap_or_else(PoisonError::into_inner).as_mut()
        {
            told.remaining = 0;
        }
        let document = fetched?;
        let headers = document.headers;
        self.note_quota(&headers);
        let unusable = |source| RegistryError::Manifest {
            registry: self.endpoint.host.clone(),
            subject: ask.subject.clone(),
            source,
        };
        let bytes = match document.body {
            Body::Whole(bytes) => bytes,
            Body::TooLarge { size_bytes } => {
                return Err(unusable(ManifestError::TooLarge { size_bytes }));
            }
        };
        if is_web_page(&bytes) {
            return Err(self.not_a_registry("it answers with a web page"));
        }
        // The digest first: bytes that were damaged on the way need not be JSON any more.
        if let Ok(expected) = Digest::parse(reference) {
            let actual = digest_as(&bytes, &expected);
            if actual != expected {
                return Err(unusable(ManifestError::DigestMismatch { expected, actual }));
            }
        }
        let content_type = text(&headers, &CONTENT_TYPE);
        let manifest = match RawManifest::new(bytes, content_type) {
            Ok(manifest) => manifest,
            Err(ManifestError::Json(_)) if !content_type.is_some_and(is_manifest_type) => {
                return Err(self.not_a_registry("it answers with something that is no manifest"));
            }
            Err(error) => return Err(unusable(error)),
        };
        // Where the digest was asked for it is proved already, whatever the header says.
        if Digest::parse(reference).is_err()
            && let Some(promised) = self.content_digest(&headers)?
        {
            manifest.expect_digest(&promised).map_err(unusable)?;
        }
        self.note_registry();
        Ok((manifest, headers))
    }

    pub(super) async fn store_manifest(
        &self,
        path: &str,
        reference: &str,
        manifest: &RawManifest,
    ) -> Result<Stored, RegistryError> {
        let (url, subject) = self.manifest_place(path, reference);
        let media_type = HeaderValue::from_str(manifest.media_type()).map_err(|_| {
            let media_type = manifest.media_type().to_owned();
            RegistryError::Manifest {
                registry: self.endpoint.host.clone(),
                subject: subject.clone(),
                source: ManifestError::UnknownMediaType { media_type },
            }
        })?;
        let mut ask = RegistryRequest::new(Method::PUT, url, Scope::Push(path.to_owned()), subject)
            .header(CONTENT_TYPE, media_type);
        ask.body = Some(manifest.bytes().clone());
        let document = match self.write(&ask).await {
            Ok(document) => document,
            Err(error) => {
                // Two that store the same at once, or an answer that was lost: what counts is what
                // the registry holds.
                let is_stored =
                    error.may_have_stored() && self.holds(path, reference, manifest).await;
                return if is_stored { Ok(Stored::default()) } else { Err(error) };
            }
        };
        let told = Stored { lists_referrer: document.headers.contains_key(OCI_SUBJECT) };
        let stored = self.content_digest(&document.headers)?;
        let named = Digest::parse(reference).ok();
        let is_other_hash =
            named.as_ref().is_some_and(|named| named.algorithm() != DigestAlgorithm::Sha256);
        match stored {
            // The same content by another hash function says nothing of the name that was asked for.
            Some(stored) if !is_other_hash || named.as_ref() == Some(&stored) => {
                match manifest.expect_digest(&stored) {
                    Ok(()) => Ok(told),
                    Err(_) => Err(RegistryError::DigestMismatch {
                        registry: self.endpoint.host.clone(),
                        expected: manifest.digest().clone(),
                        actual: stored,
                    }),
                }
            }
            // 201 is what a registry says that stored a manifest; anything else is looked at.
            None if document.status == StatusCode::CREATED && !is_other_hash => Ok(told),
            _ if self.holds(path, reference, manifest).await => Ok(told),
            _ => Err(RegistryError::Refused {
                registry: self.endpoint.host.clone(),
                subject: ask.subject,
                status: document.status.as_u16(),
                code: String::new(),
                message: "it accepted the manifest, and does not have it under this name"
                    .to_owned(),
            }),
        }
    }

    /// Whether a reference points to just this manifest.
    async fn holds(&self, path: &str, reference: &str, manifest: &RawManifest) -> bool {
        if Digest::parse(reference).is_ok_and(|name| name.algorithm() != DigestAlgorithm::Sha256) {
            // Only the bytes prove a name that the registry counts otherwise.
            return self.get_manifest(path, reference).await.is_ok();
        }
        let head = self.head_manifest(path, reference).await;
        head.is_ok_and(|head| head.is_some_and(|head| head.digest == *manifest.digest()))
    }

    fn manifest_ask(&self, method: Method, path: &str, reference: &str) -> RegistryRequest {
        let (url, subject) = self.manifest_place(path, reference);
        // Schema 1 is named so that it comes as it is and is refused for what it is; without it
        // some registries would answer that the image does not exist.
        let types: Vec<&str> = media_type::ACCEPT_MANIFESTS
            .into_iter()
            .chain([media_type::DOCKER_SCHEMA1_SIGNED, media_type::DOCKER_SCHEMA1])
            .collect();
        let ask = RegistryRequest::new(method, url, Scope::Pull(path.to_owned()), subject);
        match HeaderValue::from_str(&types.join(", ")) {
            Ok(value) => ask.header(ACCEPT, value),
            Err(_) => ask,
        }
    }

    fn manifest_place(&self, path: &str, reference: &str) -> (url::Url, String) {
        let separator = if Digest::parse(reference).is_ok() { '@' } else { ':' };
        let url = self.endpoint.below_v2(path.split('/').chain(["manifests", reference]));
        (url, format!("{path}{separator}{reference}"))
    }

    /// `Docker-Content-Digest`, where an answer carries it.
    pub(super) fn content_digest(
        &self,
        headers: &HeaderMap,
    ) -> Result<Option<Digest>, RegistryError> {
        let Some(value) = headers.get(DOCKER_CONTENT_DIGEST) else { return Ok(None) };
        let digest = value.to_str().ok().and_then(|text| Digest::parse(text.trim()).ok());
        let digest = digest.ok_or_else(|| self.not_a_registry("it names a malformed digest"))?;
        Ok(Some(digest))
    }
}

/// The digest of some bytes by the hash function of another digest.
fn digest_as(bytes: &[u8], other: &Digest) -> Digest {
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

/// Docker Hub's `ratelimit-limit: 100;w=21600` and `ratelimit-remaining: 20;w=21600`. Source:
/// Docker Hub documentation, "Pull usage and limits".
fn pull_quota(headers: &HeaderMap) -> Option<PullQuota> {
    let read = |name: &'static str| {
        let value = text(headers, &HeaderName::from_static(name))?;
        let (number, rest) = value.split_once(';').unwrap_or((value, ""));
        let window = rest.split(';').find_map(|part| part.trim().strip_prefix("w="));
        Some((number.trim().parse().ok()?, window.and_then(|window| window.parse().ok())))
    };
    let (limit, window) = read("ratelimit-limit")?;
    let (remaining, other_window) = read("ratelimit-remaining")?;
    Some(PullQuota { limit, remaining, window_seconds: window.or(other_window)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pull_quota_is_read_from_both_headers() {
        let read = |limit: &'static str, remaining: &'static str| {
            let name = HeaderName::from_static;
            let value = HeaderValue::from_static;
            pull_quota(&HeaderMap::from_iter([
                (name("ratelimit-limit"), value(limit)),
                (name("ratelimit-remaining"), value(remaining)),
            ]))
        };
        let quota = PullQuota { limit: 100, remaining: 20, window_seconds: 21_600 };
        assert_eq!(read("100;w=21600", "20;w=21600"), Some(quota));
        assert_eq!(read("100; w=21600", "20"), Some(quota));
        assert_eq!(read("100", "20"), None);
        assert_eq!(read("many;w=1", "20;w=1"), None);
        assert_eq!(pull_quota(&HeaderMap::new()), None);
    }
}
