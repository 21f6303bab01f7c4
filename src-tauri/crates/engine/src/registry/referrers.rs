//! What refers to a manifest: signatures, attestations, bills of materials.
//!
//! Source: OCI distribution specification 1.1, "Listing Referrers" and "Referrers Tag Schema".

use std::sync::atomic::{AtomicBool, Ordering};

use reqwest::header::HeaderName;
use serde::Deserialize;
use serde_json::Value;

use super::token::Scope;
use super::{Referrer, RegistryClient, RegistryError};
use crate::model::{Digest, ManifestError, RawManifest};

/// The header with which a registry says that it took note of a manifest's subject.
pub(super) const OCI_SUBJECT: HeaderName = HeaderName::from_static("oci-subject");

/// What was found out about a registry's list of referrers.
#[derive(Default)]
pub(super) struct ReferrersApi {
    is_missing: AtomicBool,
}

#[derive(Deserialize)]
struct Index {
    #[serde(default)]
    manifests: Vec<Value>,
}

impl RegistryClient {
    pub(super) async fn list_referrers(
        &self,
        path: &str,
        digest: &Digest,
    ) -> Result<Vec<Referrer>, RegistryError> {
        if !self.referrers_api.is_missing.load(Ordering::Relaxed) {
            match self.referrers_by_api(path, digest).await {
                // An old registry does not know the address at all.
                Err(
                    RegistryError::Missing { .. }
                    | RegistryError::NotARegistry { .. }
                    | RegistryError::Failed { status: 400..=499 | 501, .. },
                ) => self.referrers_api.is_missing.store(true, Ordering::Relaxed),
                other => return other,
            }
        }
        self.referrers_by_tag(path, digest).await
    }

    async fn referrers_by_api(
        &self,
        path: &str,
        digest: &Digest,
    ) -> Result<Vec<Referrer>, RegistryError> {
        let url = self.endpoint.below_v2(path.split('/').chain(["referrers", digest.as_str()]));
        // Each as its own text, so that what is not understood is kept.
        let found = self
            .pages(url, Scope::Pull(path.to_owned()), path, |body| {
                let page: Index = serde_json::from_slice(body)?;
                Ok(page.manifests.iter().map(Value::to_string).collect())
            })
            .await?;
        let read = |text: &String| {
            let json = serde_json::from_str(text).map_err(ManifestError::Json)?;
            Referrer::read(json)
        };
        self.usable(path, digest, found.iter().map(read).collect())
    }

    async fn referrers_by_tag(
        &self,
        path: &str,
        digest: &Digest,
    ) -> Result<Vec<Referrer>, RegistryError> {
        let manifest = match self.get_manifest(path, &fallback_tag(digest)).await {
            Ok((manifest, _)) => manifest,
            Err(RegistryError::Missing { .. }) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        self.usable(path, digest, listed_in(&manifest))
    }

    fn usable(
        &self,
        path: &str,
        digest: &Digest,
        found: Result<Vec<Referrer>, ManifestError>,
    ) -> Result<Vec<Referrer>, RegistryError> {
        found.map_err(|source| RegistryError::Manifest {
            registry: self.endpoint.host.clone(),
            subject: format!("the referrers of {path}@{digest}"),
            source,
        })
    }
}

impl Referrer {
    fn read(json: Value) -> Result<Self, ManifestError> {
        let digest = json.get("digest").and_then(Value::as_str).unwrap_or_default();
        Ok(Self { digest: Digest::parse(digest)?, json })
    }
}

/// The tag under which a registry without the API keeps the list of what refers to a digest.
pub(crate) fn fallback_tag(digest: &Digest) -> String {
    digest.as_str().replacen(':', "-", 1)
}

/// What an index lists; nothing where the manifest is none.
pub(crate) fn listed_in(index: &RawManifest) -> Result<Vec<Referrer>, ManifestError> {
    let index: Index = serde_json::from_slice(index.bytes())?;
    index.manifests.into_iter().map(Referrer::read).collect()
}
