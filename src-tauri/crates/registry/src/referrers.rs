//! Referrers of a manifest: signatures, attestations, SBOMs.
//!
//! Source: OCI distribution specification 1.1, "Listing Referrers" and "Referrers Tag Schema".

use async_trait::async_trait;
use serde_json::Value;

use crate::api::{Referrer, ReferrersApi};
use crate::capabilities::ReferrersSupport;
use crate::client::RegistryClient;
use crate::error::RegistryError;
use crate::lists::ListRequest;
use crate::remedy::Remedy;
use crate::token::Scope;
use transload_model::{Digest, ManifestError, RawManifest, media_type};

/// The number of consecutive failures after which the referrers API is not used again. Each failure takes
/// seconds.
const FAILURES_LIMIT: u32 = 3;

#[async_trait]
impl ReferrersApi for RegistryClient {
    async fn referrers(
        &self,
        path: &str,
        digest: &Digest,
    ) -> Result<Option<Vec<Referrer>>, RegistryError> {
        let api = &self.referrers_api;
        let mut _first = None;
        if api.support() == ReferrersSupport::NotAsked {
            let guard = api.first.lock().await;
            // The requests that waited for the first one then run concurrently.
            _first = Some(guard).filter(|_| api.support() == ReferrersSupport::NotAsked);
        }
        let failures = match api.support() {
            ReferrersSupport::Unsupported => return Ok(None),
            ReferrersSupport::Unknown { failures } => failures,
            ReferrersSupport::Supported | ReferrersSupport::NotAsked => 0,
        };
        match self.referrers_by_api(path, digest).await {
            Ok(Some(found)) => {
                api.set_support(ReferrersSupport::Supported);
                Ok(Some(found))
            }
            Ok(None) => {
                if api.support() != ReferrersSupport::Supported {
                    api.set_support(ReferrersSupport::Unsupported);
                }
                Ok(None)
            }
            Err(error) => {
                let failures = failures + 1;
                api.set_support(match failures {
                    0..FAILURES_LIMIT => ReferrersSupport::Unknown { failures },
                    _ => ReferrersSupport::Unsupported,
                });
                Err(error)
            }
        }
    }
}

impl RegistryClient {
    async fn referrers_by_api(
        &self,
        path: &str,
        digest: &Digest,
    ) -> Result<Option<Vec<Referrer>>, RegistryError> {
        let list = ListRequest {
            url: self.endpoint.v2_url(path.split('/').chain(["referrers", digest.as_str()])),
            scope: Scope::Pull(path.to_owned()),
            subject: path,
            has_page_size: false,
            is_optional: true,
            read: parse_index_entries,
        };
        let found = match self.read_all_pages(list).await {
            Ok(found) => found,
            // Registries respond to unknown addresses with 404, 405, a web page or another document.
            Err(error) if is_unknown_address(&error) => return Ok(None),
            Err(error) => return Err(error),
        };
        let read = |text: &String| {
            let json = serde_json::from_str(text).map_err(ManifestError::Json)?;
            Referrer::read(json)
        };
        found.iter().map(read).collect::<Result<_, _>>().map(Some).map_err(|source| {
            RegistryError::Manifest {
                registry: self.endpoint.host.clone(),
                subject: format!("the referrers of {path}@{digest}"),
                source,
            }
        })
    }
}

/// Returns whether an error shows that the referrers API doesn't exist, in contrast to a request that failed.
/// Some registries respond with 500 to every unknown address.
fn is_unknown_address(error: &RegistryError) -> bool {
    match error.remedy() {
        Remedy::Absent | Remedy::Unsupported | Remedy::Refused | Remedy::LogIn => {
            !matches!(error, RegistryError::Network { .. })
        }
        Remedy::Retry => matches!(error, RegistryError::Failed { status: 500, .. }),
        Remedy::Wait => false,
    }
}

/// Extracts the entries of an image index as JSON, so that unknown fields are kept. Returns `None` if the
/// document is not an index: registries may respond to an unknown address with other JSON.
fn parse_index_entries(page: &Value) -> Option<Vec<String>> {
    let media_type = page.get("mediaType").and_then(Value::as_str);
    if media_type.is_some_and(|named| named != media_type::OCI_INDEX) {
        return None;
    }
    match page.get("manifests")? {
        Value::Array(entries) => Some(entries.iter().map(Value::to_string).collect()),
        Value::Null if media_type.is_some() => Some(Vec::new()),
        _ => None,
    }
}

impl Referrer {
    fn read(json: Value) -> Result<Self, ManifestError> {
        let digest = json.get("digest").and_then(Value::as_str).unwrap_or_default();
        Ok(Self { digest: Digest::parse(digest)?, json })
    }
}

/// Returns the tag of the referrers list for a digest, in registries without the referrers API.
pub fn fallback_tag(digest: &Digest) -> String {
    // Source: OCI distribution specification, "Referrers Tag Schema": at most 64 characters of the
    // encoded digest.
    let hex = digest.hex();
    let algorithm = digest.as_str().split(':').next().unwrap_or_default();
    format!("{algorithm}-{}", &hex[..hex.len().min(64)])
}

/// Returns the entries of a referrers list, or `None` if the manifest is not one. For example, GitLab returns
/// the manifest of the subject itself for the tag `sha256-HEX`.
///
/// # Errors
/// If the list is not valid JSON, or an entry has no valid digest.
pub fn referrers_in_list(
    list: &RawManifest,
    subject: &Digest,
) -> Result<Option<Vec<Referrer>>, ManifestError> {
    if list.media_type() != media_type::OCI_INDEX || list.verify_digest(subject).is_ok() {
        return Ok(None);
    }
    let json: Value = serde_json::from_slice(list.bytes())?;
    let entries = match json.get("manifests") {
        Some(Value::Array(entries)) => entries.as_slice(),
        _ => &[],
    };
    entries.iter().cloned().map(Referrer::read).collect::<Result<_, _>>().map(Some)
}

/// Returns whether an entry of a list can be a referrer. An entry with a platform and without an artifact type
/// is an image of a multi-platform index.
pub fn may_be_referrer(referrer: &Referrer) -> bool {
    let has = |key: &str| referrer.json.get(key).is_some_and(|value| !value.is_null());
    has("artifactType") || !has("platform")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(json: &Value, kind: &str) -> RawManifest {
        RawManifest::new(json.to_string().into(), Some(kind)).unwrap()
    }

    #[test]
    fn only_an_index_other_than_the_subject_is_a_referrers_list() {
        let subject = Digest::of(b"subject");
        let entry = serde_json::json!({
            "mediaType": media_type::OCI_MANIFEST, "digest": Digest::of(b"a").as_str(), "size": 1,
        });
        let index = serde_json::json!({"schemaVersion": 2, "manifests": [entry]});
        let list = raw(&index, media_type::OCI_INDEX);
        assert_eq!(referrers_in_list(&list, &subject).unwrap().map(|found| found.len()), Some(1));
        assert_eq!(referrers_in_list(&list, list.digest()).unwrap(), None, "GitLab");
        let docker = serde_json::json!({
            "schemaVersion": 2, "mediaType": media_type::DOCKER_INDEX, "manifests": [],
        });
        assert_eq!(
            referrers_in_list(&raw(&docker, media_type::DOCKER_INDEX), &subject).unwrap(),
            None
        );
    }

    #[test]
    fn only_an_image_index_contains_referrers() {
        let read = |text: &str| parse_index_entries(&serde_json::from_str(text).unwrap());
        assert_eq!(read(r#"{"schemaVersion":2,"manifests":[]}"#), Some(Vec::new()));
        assert_eq!(
            read(r#"{"mediaType":"application/vnd.oci.image.index.v1+json","manifests":null}"#),
            Some(Vec::new())
        );
        for other in [
            "{}",
            "[]",
            "null",
            r#"{"errors":[]}"#,
            r#"{"manifests":{}}"#,
            r#"{"mediaType":"application/vnd.docker.distribution.manifest.list.v2+json","manifests":[]}"#,
        ] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
