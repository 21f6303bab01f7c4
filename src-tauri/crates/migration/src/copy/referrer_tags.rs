//! Finds the tags under which cosign stores signatures, attestations and SBOMs. Planning lists them, and a copy
//! looks up those that planning could not list.

use std::time::Duration;

use tokio::time::timeout;

use crate::copy::registry_tags::RegistryTags;
use crate::error::MigrationError;
use transload_model::{Digest, Tag};
use transload_registry::{RegistryApi, RegistryError, fallback_tag};

/// Suffixes that cosign appends to the tag that it derives from a digest. Source: sigstore/cosign,
/// "Signature Specification" and its counterparts for attestations and bills of materials.
const COSIGN_SUFFIXES: [&str; 3] = [".sig", ".att", ".sbom"];

/// Time limit for finding out whether a tag with a signature exists. The image waits no longer,
/// even if the source asks for a pause.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(5);

/// A tag of a signature, attestation or SBOM at the source.
pub(crate) struct FoundReferrerTag {
    pub tag: Tag,
    pub digest: Digest,
}

/// Finds the tags under which cosign stores signatures, attestations and SBOMs of these manifests.
pub(crate) async fn referrer_tags(
    source: &dyn RegistryApi,
    path: &str,
    subjects: &[Digest],
    tags: &RegistryTags,
) -> Result<Vec<FoundReferrerTag>, MigrationError> {
    let mut found = Vec::new();
    for subject in subjects {
        for suffix in COSIGN_SUFFIXES {
            let tag = format!("{}{suffix}", fallback_tag(subject));
            if let Some(digest) = find_digest(source, path, &tag, tags).await?
                && let Ok(tag) = Tag::parse(&tag)
            {
                found.push(FoundReferrerTag { tag, digest });
            }
        }
    }
    Ok(found)
}

/// Returns the digest of a tag at the source, within [`LOOKUP_TIMEOUT`].
pub(super) async fn find_digest(
    source: &dyn RegistryApi,
    path: &str,
    tag: &str,
    tags: &RegistryTags,
) -> Result<Option<Digest>, MigrationError> {
    let Ok(found) = timeout(LOOKUP_TIMEOUT, tags.digest(source, path, tag)).await else {
        return Err(RegistryError::ConnectionLost {
            registry: source.host().clone(),
            subject: format!("the signatures of {path}"),
            received_bytes: 0,
            source: Some(format!("no response within {} seconds", LOOKUP_TIMEOUT.as_secs()).into()),
        }
        .into());
    };
    Ok(found?)
}
