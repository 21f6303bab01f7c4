//! The step that verifies images at the destination: compares the digests of the registry and of ECR with
//! the expected one.

use std::collections::HashSet;
use std::sync::Arc;

use crate::concurrency::MAX_CONCURRENT_VERIFICATIONS;
use crate::endpoints::Source;
use crate::engine_route::destination_match::{ContentRelation, holds_content};
use crate::engine_route::predict::EngineOutcome;
use crate::error::MigrationError;
use crate::events::ImageState;
use crate::plan::{PlannedImage, Remark};
use crate::proof::Proof;
use crate::run::context::{Counts, Run};
use crate::run::record::{ImageRecord, ImageRecords};
use transload_aws::TaggedImage;
use transload_model::Digest;

/// Verifies the images that were not pushed, and counts those that were verified after their push.
///
/// Reads the digest of each tag twice, from the registry and from ECR's API.
pub(super) async fn verify(run: &Run<'_>, records: &ImageRecords<'_>) -> Counts {
    let proved: Vec<bool> = records.iter().filter_map(ImageRecord::verified_after_push).collect();
    let mut counts = run
        .for_each_concurrent(records.open(), MAX_CONCURRENT_VERIFICATIONS, |record| {
            prove(run, record)
        })
        .await;
    for is_proved in proved {
        counts.add(is_proved);
    }
    counts
}

/// Verifies an image right after its push. If the verification fails, the image fails, but its push
/// still counts as successful.
pub(super) async fn verify_after_push(run: &Run<'_>, record: &ImageRecord<'_>) {
    let outcome = prove(run, record).await;
    // A cancelled verification proves nothing.
    if outcome.as_ref().is_err_and(|error| run.is_cancel(error)) {
        return;
    }
    record.record_verified_after_push(outcome.is_ok());
    if let Err(error) = outcome {
        run.fail(record, Arc::new(error));
    }
}

async fn prove(run: &Run<'_>, record: &ImageRecord<'_>) -> Result<(), MigrationError> {
    let planned = record.planned;
    run.image_state(record, ImageState::Verifying);
    let registry = run.destination.registry.as_ref();
    let parts = record.parts();
    let (head, image, source) = futures_util::future::join3(
        registry.manifest_head(planned.repository.as_str(), planned.tag.as_str()),
        run.destination.ecr.image(&planned.repository, &planned.tag, &parts),
        source_moved_to(run, planned),
    )
    .await;
    record.source_moved_to(source);
    let in_registry = head?.map(|head| head.digest);
    let (in_ecr, parts_in_ecr) = match image? {
        Some(TaggedImage { image, parts }) => (Some(image.digest), parts),
        None => (None, HashSet::new()),
    };
    let lost = record.found_parts(&parts_in_ecr);
    // The digest that was pushed, or that the plan found at the destination.
    let expected = record.pushed_digest().or_else(|| planned.destination_digest.clone());
    let (source_digest, part_of) = record.source();
    let source = (source_digest.as_ref(), part_of.as_ref());
    let mut proof = judge(expected.as_ref(), source, &in_registry, &in_ecr);
    if proof == Proof::EqualToPushed
        && let (Some(engine), Some(manifest)) = (&planned.engine, &expected)
    {
        match engine.outcome {
            EngineOutcome::Repacked => {
                let found = same_content(run, planned, manifest, &engine.image_id).await;
                if let Err(error) = found {
                    record.found(in_registry, in_ecr, Proof::Different);
                    return Err(error);
                }
                proof = found.unwrap_or(proof);
            }
            // The plan predicted a digest, and the engine pushed another one.
            EngineOutcome::Whole | EngineOutcome::Part | EngineOutcome::Mounted
                if record.pushed_digest().is_some() =>
            {
                proof = Proof::Different;
            }
            _ => {}
        }
    }
    if proof != Proof::Different && !lost.is_empty() {
        record.found(in_registry, in_ecr, Proof::Different);
        let destination = planned.destination.clone();
        return Err(MigrationError::PlatformsLost { destination, platforms: lost });
    }
    record.found(in_registry.clone(), in_ecr.clone(), proof);
    match (proof, expected) {
        (Proof::Different, Some(pushed)) => Err(MigrationError::VerificationFailed {
            destination: planned.destination.clone(),
            expected: planned_digest(planned).cloned().unwrap_or(pushed),
            registry: in_registry,
            ecr: in_ecr,
        }),
        _ => {
            let is_moved = record.prove();
            run.image_state(
                record,
                if is_moved { ImageState::Done } else { ImageState::Unchanged },
            );
            Ok(())
        }
    }
}

/// Returns the digest that the plan predicted for an image of the engine.
fn planned_digest(planned: &PlannedImage) -> Option<&Digest> {
    planned.source_digest.as_ref().filter(|_| planned.engine.is_some() && planned.action.moves())
}

/// Compares the configuration of the destination's image with the image of the engine. If the content
/// can't be read, the result is [`Proof::EqualToPushed`].
///
/// # Errors
/// [`MigrationError::ContentDiffers`] if it is another image.
async fn same_content(
    run: &Run<'_>,
    planned: &PlannedImage,
    manifest: &Digest,
    image_id: &Digest,
) -> Result<Proof, MigrationError> {
    let (registry, path) = (run.destination.registry.as_ref(), planned.repository.as_str());
    match holds_content(registry, path, manifest, image_id).await {
        Ok(Some(ContentRelation::Image | ContentRelation::InIndex)) => Ok(Proof::SameContent),
        Ok(Some(ContentRelation::Other { config })) => Err(MigrationError::ContentDiffers {
            destination: planned.destination.clone(),
            expected: image_id.clone(),
            found: config,
        }),
        Ok(None) => Ok(Proof::EqualToPushed),
        Err(error) => {
            tracing::warn!(destination = %planned.destination, %error, "couldn't compare the content");
            Ok(Proof::EqualToPushed)
        }
    }
}

/// Returns the current digest of the source's tag if it is not the planned one. `None` if the source
/// does not respond: the proof concerns the planned digest only.
async fn source_moved_to(run: &Run<'_>, planned: &PlannedImage) -> Option<Digest> {
    let Source::Registry(source) = run.source else { return None };
    // The image of one platform of an index has another digest than the tag.
    let is_part = planned.remarks.contains(&Remark::ChosenPlatform);
    let whole = planned.source_digest.as_ref().filter(|_| !is_part);
    let planned_digest = planned.part_of.as_ref().or(whole)?;
    let head = source.manifest_head(planned.source.path(), planned.source.manifest_reference());
    let current = head.await.ok().flatten()?.digest;
    (current != *planned_digest).then_some(current)
}

/// Returns what the digests prove. `registry` and `ecr` are the digests of the tag, read through two APIs.
/// `part_of` is the index that contains the source image, if only one platform was selected.
pub(super) fn judge(
    expected: Option<&Digest>,
    (source, part_of): (Option<&Digest>, Option<&Digest>),
    registry: &Option<Digest>,
    ecr: &Option<Digest>,
) -> Proof {
    let Some(expected) = expected else { return Proof::NotProved };
    if registry.as_ref() != Some(expected) || ecr.as_ref() != Some(expected) {
        return Proof::Different;
    }
    match part_of {
        None if source == Some(expected) => Proof::Equal,
        // The destination has the complete index.
        Some(index) if index == expected => Proof::Equal,
        Some(_) if source == Some(expected) => Proof::EqualToPart,
        _ => Proof::EqualToPushed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_proved_only_if_source_registry_and_ecr_agree() {
        let (a, b) = (Digest::of(b"a"), Digest::of(b"b"));
        let some = |digest: &Digest| Some(digest.clone());
        let whole = (Some(&a), None);
        assert_eq!(judge(Some(&a), whole, &some(&a), &some(&a)), Proof::Equal);
        assert_eq!(judge(Some(&a), (Some(&a), Some(&b)), &some(&a), &some(&a)), Proof::EqualToPart);
        assert_eq!(judge(Some(&a), (Some(&b), Some(&a)), &some(&a), &some(&a)), Proof::Equal);
        assert_eq!(judge(Some(&a), (None, None), &some(&a), &some(&a)), Proof::EqualToPushed);
        assert_eq!(judge(Some(&a), whole, &some(&b), &some(&a)), Proof::Different);
        assert_eq!(judge(Some(&a), whole, &some(&a), &some(&b)), Proof::Different);
        assert_eq!(judge(Some(&a), whole, &some(&a), &None), Proof::Different);
        assert_eq!(judge(None, (None, None), &some(&a), &some(&a)), Proof::NotProved);
    }
}
