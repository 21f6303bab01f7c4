//! Reads manifests once in a lifetime: from the cache, or 100 per call, after the pull times of their images were
//! recorded.

use std::collections::{HashMap, HashSet};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::manifest_facts::ManifestFacts;
use transload_aws::{AwsError, EcrExplorer, EcrImage, MANIFEST_BATCH_SIZE, ManifestFailure};
use transload_manifest_cache::{DocumentCache, OwnRead, PullScope, PullTime, ReadSpan};
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
    /// ECR didn't return it, and the image has a status that Transload doesn't know, as ECR wrote it.
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
    let (missing, mut unread) = missing(cache, images);
    for batch in missing.chunks(MANIFEST_BATCH_SIZE) {
        let pulls = batch.iter().map(|image| (&image.digest, image.pulled_at_ms));
        let sent_at_ms = now_ms();
        cache.record_reads(scope, pulls, sent_at_ms);
        let digests: Vec<Digest> = batch.iter().map(|image| image.digest.clone()).collect();
        let response = ecr.manifests(repository, &digests).await?;
        if let Some(behind) = ecr.clock_behind_seconds() {
            let span = ReadSpan::new(sent_at_ms, now_ms(), behind);
            cache.record_answer(scope, &digests, sent_at_ms, span);
        }
        let found = response.found.iter();
        let found = found.map(|one| (&one.digest, one.media_type.as_str(), one.text.as_bytes()));
        cache.insert(found, now_ms());
        let failures: HashMap<&Digest, _> =
            response.failures.iter().map(|failure| (&failure.digest, failure)).collect();
        let returned: HashSet<&Digest> = response.found.iter().map(|one| &one.digest).collect();
        for (image, digest) in batch.iter().zip(digests) {
            if cache.has(&digest) {
                continue;
            }
            let reason =
                why_unread(image, failures.get(&digest).copied(), returned.contains(&digest));
            unread.push(UnreadManifest { digest, reason });
        }
    }
    Ok(unread)
}

/// Checks whether the caller is allowed to read manifests of a repository. Asks for a digest that no image has, so that
/// ECR counts no pull.
///
/// # Errors
/// [`AwsError::AccessDenied`] if not. Other errors don't say.
pub async fn check_manifest_permission(
    ecr: &dyn EcrExplorer,
    repository: &RepositoryName,
) -> Result<(), AwsError> {
    // A manifest isn't empty.
    ecr.manifests(repository, &[Digest::of(b"")]).await.map(|_| ())
}

/// Returns the images whose manifests aren't cached and can be read, and those that can't.
fn missing<'a>(
    cache: &DocumentCache,
    images: &[&'a EcrImage],
) -> (Vec<&'a EcrImage>, Vec<UnreadManifest>) {
    let not_cached = images.iter().copied().filter(|image| !cache.has(&image.digest));
    let (missing, unreadable): (Vec<_>, Vec<_>) =
        not_cached.partition(|image| image.may_be_pulled());
    let archived = unreadable.into_iter().map(|image| UnreadManifest {
        digest: image.digest.clone(),
        reason: UnreadReason::Archived,
    });
    (missing, archived.collect())
}

/// Returns why a requested manifest wasn't read.
fn why_unread(
    image: &EcrImage,
    failure: Option<&ManifestFailure>,
    is_returned: bool,
) -> UnreadReason {
    if is_returned {
        return UnreadReason::Damaged;
    }
    if let Some(status) = image.status.unknown_text() {
        return UnreadReason::UnknownStatus { status: status.to_owned() };
    }
    match failure {
        Some(failure) if failure.code != "ImageNotFound" => {
            UnreadReason::Refused { code: failure.code.clone(), message: failure.reason.clone() }
        }
        _ => UnreadReason::Missing,
    }
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

#[cfg(test)]
mod tests {
    use transload_aws::EcrImageStatus;
    use transload_model::{Reported, media_type};

    use super::*;
    use crate::testing::described;

    /// The rule of every place that reads: an archived image can't be pulled, and one with an unknown status is tried.
    #[test]
    fn what_may_be_pulled_is_read_and_what_ecr_refuses_then_has_its_reason() {
        let refused = |code: &str| ManifestFailure {
            digest: Digest::of(b"v1"),
            code: code.to_owned(),
            reason: "no".to_owned(),
        };
        let (gone, denied) = (refused("ImageNotFound"), refused("KmsError"));
        let of_ecr =
            UnreadReason::Refused { code: "KmsError".to_owned(), message: "no".to_owned() };
        let unknown = UnreadReason::UnknownStatus { status: "FROZEN".to_owned() };
        let archived = || UnreadReason::Archived;
        // A status, whether ECR is called, and why the manifest wasn't read if ECR gives no reason, doesn't find it, and
        // refuses it.
        let cases: [(Reported<EcrImageStatus>, bool, [UnreadReason; 3]); 4] = [
            (
                EcrImageStatus::Active.into(),
                true,
                [UnreadReason::Missing, UnreadReason::Missing, of_ecr],
            ),
            (Reported::unknown("FROZEN"), true, [unknown.clone(), unknown.clone(), unknown]),
            (EcrImageStatus::Archived.into(), false, [archived(), archived(), archived()]),
            (EcrImageStatus::Activating.into(), false, [archived(), archived(), archived()]),
        ];
        for (status, is_asked, reasons) in cases {
            let mut image = described("v1", &[], media_type::OCI_INDEX, 1);
            image.status = status;
            assert_eq!(image.may_be_pulled(), is_asked, "{:?}", image.status);
            let cache = DocumentCache::in_memory();
            let (asked, unread) = missing(&cache, &[&image]);
            assert_eq!(asked.len(), usize::from(is_asked), "{:?}", image.status);
            let grouped = crate::rows::rows(std::slice::from_ref(&image), &HashMap::new());
            assert_eq!(grouped.unread_manifests.len(), asked.len(), "{:?}", image.status);
            if is_asked {
                let found = [None, Some(&gone), Some(&denied)];
                assert_eq!(found.map(|failure| why_unread(&image, failure, false)), reasons);
                assert_eq!(why_unread(&image, None, true), UnreadReason::Damaged);
            } else {
                assert_eq!(unread[0].reason, reasons[0]);
            }
            // Whatever was read before is known.
            let digest = Digest::of(b"v1");
            cache.insert([(&digest, "a/b", &b"v1"[..])], 1);
            assert_eq!(missing(&cache, &[&image]), (vec![], vec![]), "{:?}", image.status);
        }
    }
}
