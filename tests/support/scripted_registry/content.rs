//! The content of a scripted registry: manifests, tags and blobs in memory.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use bytes::Bytes;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha512};
use transload_model::media_type;

use crate::images::digest_of;

/// The content of a registry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Content {
    /// By repository and digest: media type and bytes.
    pub(super) manifests: BTreeMap<(String, String), (String, Bytes)>,
    /// By repository and tag: digest.
    pub(super) tags: BTreeMap<(String, String), String>,
    /// By repository and digest: bytes.
    pub(super) blobs: BTreeMap<(String, String), Bytes>,
    /// Addresses that were redirected once.
    pub(super) moved: HashSet<String>,
    pub(super) uploads: usize,
    /// The bytes received so far by `PATCH`, by upload.
    pub(super) pending: BTreeMap<String, Vec<u8>>,
}

impl Content {
    /// Everything that can be pulled, one line each: manifests by digest, tags with their digests, and blobs,
    /// each with a digest of its bytes.
    pub(super) fn lines(&self) -> BTreeSet<String> {
        let manifests = self.manifests.iter().map(|((repository, digest), (kind, bytes))| {
            format!("manifest {repository}@{digest} {kind} {}", digest_of(bytes))
        });
        let tags = self
            .tags
            .iter()
            .map(|((repository, tag), digest)| format!("tag {repository}:{tag} {digest}"));
        let blobs = self.blobs.iter().map(|((repository, digest), bytes)| {
            format!("blob {repository}@{digest} {}", digest_of(bytes))
        });
        manifests.chain(tags).chain(blobs).collect()
    }

    /// The repositories that have a tag.
    pub(super) fn repositories(&self) -> Vec<String> {
        let names: BTreeSet<_> =
            self.tags.keys().map(|(repository, _)| repository.clone()).collect();
        names.into_iter().collect()
    }

    /// The tags of a repository, sorted.
    pub(super) fn tags_of(&self, repository: &str) -> Vec<String> {
        let tags = self.tags.keys().filter(|(of, _)| of == repository);
        tags.map(|(_, tag)| tag.clone()).collect()
    }

    /// The response of the referrers API for a digest.
    pub(super) fn referrers(&self, repository: &str, subject: &str) -> Value {
        let of_repository = self.manifests.iter().filter(|((of, _), _)| of == repository);
        let listed: Vec<Value> = of_repository
            .filter_map(|((_, digest), (kind, bytes))| {
                let manifest: Value = serde_json::from_slice(bytes).ok()?;
                (manifest["subject"]["digest"].as_str() == Some(subject)).then(|| {
                    json!({
                        "mediaType": kind, "digest": digest, "size": bytes.len(),
                        "artifactType": manifest["artifactType"],
                    })
                })
            })
            .collect();
        json!({
            "schemaVersion": 2, "mediaType": media_type::OCI_INDEX, "manifests": listed,
        })
    }
}

/// The digest of bytes, with the algorithm of another digest.
pub(super) fn digest_as(other: &str, bytes: &[u8]) -> String {
    match other.starts_with("sha512:") {
        true => {
            let hex: String =
                Sha512::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
            format!("sha512:{hex}")
        }
        false => digest_of(bytes),
    }
}

/// The SHA-512 digest of bytes.
pub fn sha512_of(bytes: &[u8]) -> String {
    digest_as("sha512:", bytes)
}
