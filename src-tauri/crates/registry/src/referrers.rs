//! What refers to a manifest: signatures, attestations, bills of materials.
//!
//! Source: OCI distribution specification 1.1, "Listing Referrers" and "Referrers Tag Schema".

use std::sync::{Mutex, PoisonError};

use reqwest::header::HeaderName;
use serde_json::Value;

use crate::api::Referrer;
use crate::client::RegistryClient;
use crate::error::RegistryError;
use crate::lists::List;
use crate::remedy::Remedy;
use crate::token::Scope;
use transload_model::{Digest, ManifestError, RawManifest, media_type};

/// The header with which a registry says that it took note of a manifest's subject.
pub(super) const OCI_SUBJECT: HeaderName = HeaderName::from_static("oci-subject");
/// Failures one after the other after which a registry is not asked again: each costs seconds.
const FAILURES_LIMIT: u32 = 3;

/// What was found out about a registry's referrers API: asked once for each registry, and not for each
/// image.
#[derive(Default)]
pub(super) struct ReferrersApi {
    known: Mutex<ReferrersSupport>,
    /// Held by the first one that asks; the others wait for what it finds out.
    first: tokio::sync::Mutex<()>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum ReferrersSupport {
    /// It was not asked, or failed so many times in a row without saying anything.
    Unknown {
        failures: u32,
    },
    Present,
    Missing,
    #[default]
    NotAsked,
}

impl ReferrersApi {
    fn known(&self) -> ReferrersSupport {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn found(&self, found: ReferrersSupport) {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = found;
    }
}

impl RegistryClient {
    /// What the referrers API lists; nothing where the registry has none.
    ///
    /// # Errors
    /// Where the registry did not answer: whether there are referrers is not known then.
    pub(super) async fn list_referrers(
        &self,
        path: &str,
        digest: &Digest,
    ) -> Result<Option<Vec<Referrer>>, RegistryError> {
        let api = &self.referrers_api;
        let mut _first = None;
        if api.known() == ReferrersSupport::NotAsked {
            let guard = api.first.lock().await;
            // Whoever waited asks for its own digest along with the others.
            _first = Some(guard).filter(|_| api.known() == ReferrersSupport::NotAsked);
        }
        let failures = match api.known() {
            ReferrersSupport::Missing => return Ok(None),
            ReferrersSupport::Unknown { failures } => failures,
            ReferrersSupport::Present | ReferrersSupport::NotAsked => 0,
        };
        let asked = self.referrers_by_api(path, digest).await;
        match asked {
            Ok(Some(found)) => {
                api.found(ReferrersSupport::Present);
                Ok(Some(found))
            }
            Ok(None) => {
                if api.known() != ReferrersSupport::Present {
                    api.found(ReferrersSupport::Missing);
                }
                Ok(None)
            }
            Err(error) => {
                let failures = failures + 1;
                api.found(match failures {
                    0..FAILURES_LIMIT => ReferrersSupport::Unknown { failures },
                    _ => ReferrersSupport::Missing,
                });
                Err(error)
            }
        }
    }

    async fn referrers_by_api(
        &self,
        path: &str,
        digest: &Digest,
    ) -> Result<Option<Vec<Referrer>>, RegistryError> {
        let list = List {
            url: self.endpoint.below_v2(path.split('/').chain(["referrers", digest.as_str()])),
            scope: Scope::Pull(path.to_owned()),
            subject: path,
            has_page_size: false,
            is_optional: true,
            read: entries_of,
        };
        let found = match self.pages(list).await {
            Ok(found) => found,
            // Whatever a registry says to an address that it does not know: 404, 405, a web page, a
            // document of its own.
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

/// Whether a failure says that there is no referrers API, and not that it could not be asked. Some
/// registries fail with 500 on every address that they do not know.
fn is_unknown_address(error: &RegistryError) -> bool {
    match error.remedy() {
        Remedy::Absent | Remedy::Unsupported | Remedy::Refused | Remedy::LogIn => {
            !matches!(error, RegistryError::Network { .. })
        }
        Remedy::Retry => matches!(error, RegistryError::Failed { status: 500, .. }),
        Remedy::Wait => false,
    }
}

/// The entries of an image index, each as its own text, so that what is not understood is kept.
/// Nothing where the document is no index: a registry may answer any address with some JSON.
fn entries_of(page: &Value) -> Option<Vec<String>> {
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

/// The tag under which a registry without the API keeps the list of what refers to a digest.
pub fn fallback_tag(digest: &Digest) -> String {
    // Source: OCI distribution specification, "Referrers Tag Schema": at most 64 characters of the
    // encoded digest.
    let hex = digest.hex();
    let algorithm = digest.as_str().split(':').next().unwrap_or_default();
    format!("{algorithm}-{}", &hex[..hex.len().min(64)])
}

/// What the list of a subject's referrers names, where a manifest is such a list; nothing where it is
/// something else: GitLab, for one, answers the tag `sha256-HEX` with the manifest of that digest.
pub fn listed_in(
    list: &RawManifest,
    subject: &Digest,
) -> Result<Option<Vec<Referrer>>, ManifestError> {
    if list.media_type() != media_type::OCI_INDEX || list.expect_digest(subject).is_ok() {
        return Ok(None);
    }
    let json: Value = serde_json::from_slice(list.bytes())?;
    let entries = match json.get("manifests") {
        Some(Value::Array(entries)) => entries.as_slice(),
        _ => &[],
    };
    entries.iter().cloned().map(Referrer::read).collect::<Result<_, _>>().map(Some)
}

/// Whether an entry of a list can be a referrer. One that names a platform and no type of artifact is
/// an image of an index for several platforms.
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
    fn only_an_index_that_is_not_the_subject_itself_is_a_list_of_referrers() {
        let subject = Digest::of(b"subject");
        let entry = serde_json::json!({
            "mediaType": media_type::OCI_MANIFEST, "digest": Digest::of(b"a").as_str(), "size": 1,
        });
        let index = serde_json::json!({"schemaVersion": 2, "manifests": [entry]});
        let list = raw(&index, media_type::OCI_INDEX);
        assert_eq!(listed_in(&list, &subject).unwrap().map(|found| found.len()), Some(1));
        assert_eq!(listed_in(&list, list.digest()).unwrap(), None, "GitLab");
        let docker = serde_json::json!({
            "schemaVersion": 2, "mediaType": media_type::DOCKER_INDEX, "manifests": [],
        });
        assert_eq!(listed_in(&raw(&docker, media_type::DOCKER_INDEX), &subject).unwrap(), None);
    }

    #[test]
    fn a_document_that_is_no_image_index_lists_nothing() {
        let read = |text: &str| entries_of(&serde_json::from_str(text).unwrap());
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
