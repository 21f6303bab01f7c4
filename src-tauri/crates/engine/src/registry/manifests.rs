//! Manifests: HEAD, GET and PUT, always as raw bytes.

use std::sync::PoisonError;

use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};

use super::client::Ask;
use super::http::Body;
use super::referrers::OCI_SUBJECT;
use super::token::Scope;
use super::{ManifestHead, PullQuota, RegistryClient, RegistryError, Stored};
use crate::model::{
    Digest, DigestHasher, MANIFEST_LIMIT_BYTES, ManifestError, RawManifest, media_type,
};

/// The digest of what an answer carries. Source: OCI distribution specification.
pub(super) const DOCKER_CONTENT_DIGEST: HeaderName =
    HeaderName::from_static("docker-content-digest");

impl RegistryClient {
    pub(super) async fn head_manifest(
        &self,
        path: &str,
        reference: &str,
    ) -> Result<Option<ManifestHead>, RegistryError> {
        let ask = self.manifest_ask(Method::HEAD, path, reference);
        let response = match self.send(&ask).await {
            Ok(response) => response,
            Err(RegistryError::Missing { .. }) => return Ok(None),
            // A HEAD has no body to say why; the same question as a GET has.
            Err(RegistryError::Forbidden { .. } | RegistryError::Throttled { .. }) => {
                return self.head_by_get(path, reference).await;
            }
            Err(error) => return Err(error),
        };
        let headers = response.headers();
        self.expect_no_page(headers)?;
        let Some(digest) = self.content_digest(headers)? else {
            return self.head_by_get(path, reference).await;
        };
        Ok(Some(ManifestHead {
            digest,
            media_type: text(headers, &CONTENT_TYPE).map(without_parameters),
            size_bytes: text(headers, &CONTENT_LENGTH).and_then(|size| size.parse().ok()),
            pull_quota: self.note_quota(headers),
        }))
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
            Ok((manifest, headers)) => Ok(Some(ManifestHead {
                digest: manifest.digest().clone(),
                media_type: Some(manifest.media_type().to_owned()),
                size_bytes: Some(manifest.bytes().len() as u64),
                pull_quota: pull_quota(&headers),
            })),
            Err(RegistryError::Missing { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn get_manifest(
        &self,
        path: &str,
        reference: &str,
    ) -> Result<(RawManifest, HeaderMap), RegistryError> {
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
        self.expect_no_page(&headers)?;
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
        // The digest first: bytes that were damaged on the way need not be JSON any more.
        if let Ok(expected) = Digest::parse(reference) {
            let mut hasher = DigestHasher::new(expected.algorithm());
            hasher.update(&bytes);
            let actual = hasher.finish();
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
        if let Some(promised) = self.content_digest(&headers)? {
            manifest.expect_digest(&promised).map_err(unusable)?;
        }
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
        let mut ask = Ask::new(Method::PUT, url, Scope::Push(path.to_owned()), subject)
            .header(CONTENT_TYPE, media_type);
        ask.body = Some(manifest.bytes().clone());
        let response = self.send(&ask).await?;
        self.expect_no_page(response.headers())?;
        let told = Stored { lists_referrer: response.headers().contains_key(OCI_SUBJECT) };
        let Some(stored) = self.content_digest(response.headers())? else { return Ok(told) };
        match manifest.expect_digest(&stored) {
            Ok(()) => Ok(told),
            Err(_) => Err(RegistryError::DigestMismatch {
                registry: self.endpoint.host.clone(),
                expected: manifest.digest().clone(),
                actual: stored,
            }),
        }
    }

    fn manifest_ask(&self, method: Method, path: &str, reference: &str) -> Ask {
        let (url, subject) = self.manifest_place(path, reference);
        // Schema 1 is named so that it comes as it is and is refused for what it is; without it
        // some registries would answer that the image does not exist.
        let types: Vec<&str> = media_type::ACCEPT_MANIFESTS
            .into_iter()
            .chain([media_type::DOCKER_SCHEMA1_SIGNED, media_type::DOCKER_SCHEMA1])
            .collect();
        let ask = Ask::new(method, url, Scope::Pull(path.to_owned()), subject);
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
