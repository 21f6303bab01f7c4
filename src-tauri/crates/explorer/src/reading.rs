//! Reads manifests once in a lifetime: from the cache, or 100 per call, after the pull times of their images were
//! recorded.

use std::collections::{HashMap, HashSet};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::manifest_facts::ManifestFacts;
use transload_aws::{AwsError, EcrExplorer, EcrImage, EcrImageStatus, MANIFEST_BATCH_SIZE};
use transload_manifest_cache::{DocumentCache, OwnRead, PullScope, PullTime};
use transload_model::{Digest, RepositoryName, now_ms};

/// A manifest that couldn't be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct UnreadManifest {
    pub digest: Digest,
    pub reason: UnreadReason,
}

/// Why a manifest couldn't be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "repositories.ts")]
pub enum UnreadReason {
    /// The image is archived or being restored.
    Archived,
    /// The image has a status that Transload doesn't know, as ECR wrote it.
    UnknownStatus { status: String },
    /// The repository no longer holds the image.
    Missing,
    /// ECR refused it.
    Refused { code: String, message: String },
    /// ECR returned something else than the manifest with this digest.
    Damaged,
}

/// Reads the manifests of images that aren't cached, 100 per call, and caches them. Returns those that couldn't be
/// read. If a call fails, the manifests of earlier calls are cached, so that a retry continues there.
pub async fn read_manifests(
    ecr: &dyn EcrExplorer,
    cache: &DocumentCache,
    scope: &PullScope,
    repository: &RepositoryName,
    images: &[&EcrImage],
) -> Result<Vec<UnreadManifest>, AwsError> {
    let mut unread = Vec::new();
    let mut missing = Vec::new();
    for image in images {
        if image.status != EcrImageStatus::Active {
            let reason = match image.status.unknown_text() {
                Some(status) => UnreadReason::UnknownStatus { status: status.to_owned() },
                None => UnreadReason::Archived,
            };
            unread.push(UnreadManifest { digest: image.digest.clone(), reason });
        } else if !cache.has(&image.digest) {
            missing.push(*image);
        }
    }
    for batch in missing.chunks(MANIFEST_BATCH_SIZE) {
        let pulls = batch.iter().map(|image| (&image.digest, image.pulled_at_ms));
        cache.record_reads(scope, pulls, now_ms());
        let digests: Vec<Digest> = batch.iter().map(|image| image.digest.clone()).collect();
        let response = ecr.manifests(repository, &digests).await?;
        let found = response.found.iter();
        let found = found.map(|one| (&one.digest, one.media_type.as_str(), one.text.as_bytes()));
        cache.insert(found, now_ms());
        let failures: HashMap<&Digest, _> =
            response.failures.iter().map(|failure| (&failure.digest, failure)).collect();
        let returned: HashSet<&Digest> = response.found.iter().map(|one| &one.digest).collect();
        for digest in digests {
            if cache.has(&digest) {
                continue;
            }
            let reason = match failures.get(&digest) {
                Some(failure) if failure.code == "ImageNotFound" => UnreadReason::Missing,
                Some(failure) => UnreadReason::Refused {
                    code: failure.code.clone(),
                    message: failure.reason.clone(),
                },
                None if returned.contains(&digest) => UnreadReason::Damaged,
                None => UnreadReason::Missing,
            };
            unread.push(UnreadManifest { digest, reason });
        }
    }
    Ok(unread)
}

/// Returns what the cached manifests of images say.
pub fn cached_facts(cache: &DocumentCache, images: &[EcrImage]) -> HashMap<Digest, ManifestFacts> {
    let facts = images.iter().filter_map(|image| {
        let facts = cached_manifest(cache, &image.digest)?;
        Some((image.digest.clone(), facts))
    });
    facts.collect()
}

/// Returns what a cached manifest says, or `None` if it wasn't read.
pub fn cached_manifest(cache: &DocumentCache, digest: &Digest) -> Option<ManifestFacts> {
    let document = cache.document(digest, now_ms())?;
    let facts = ManifestFacts::parse(&document.media_type, Bytes::clone(&document.bytes))
        .inspect_err(|error| tracing::warn!(%digest, %error, "a manifest is unusable"))
        .unwrap_or_else(|_| ManifestFacts { is_unusable: true, ..ManifestFacts::default() });
    Some(facts)
}

/// Returns the last pull of an image by someone else than Transload.
pub fn pull_time(image: &EcrImage, reads: &HashMap<Digest, Vec<OwnRead>>) -> PullTime {
    let reads = reads.get(&image.digest).map(Vec::as_slice).unwrap_or_default();
    PullTime::of(image.pulled_at_ms, reads)
}
