use std::collections::HashSet;
use std::sync::Arc;

use crate::concurrency::MAX_CONCURRENT_VERIFICATIONS;
use crate::endpoints::Source;
use crate::engine_route::counterpart::{Content, holds_content};
use crate::engine_route::predict::EngineOutcome;
use crate::error::MigrationError;
use crate::events::ImageState;
use crate::plan::{PlannedImage, Remark};
use crate::proof::Proof;
use crate::run::context::{Counts, Run};
use crate::run::record::{Record, Records};
use transload_aws::TaggedImage;
use transload_model::Digest;

/// Asks the registry and ECR, each for itself, what the tag points to now, and compares. What was
/// pushed is proved already; it is counted here.
pub(super) async fn verify(run: &Run<'_>, records: &Records<'_>) -> Counts {
    let proved: Vec<bool> = records.iter().filter_map(Record::proved_on_arrival).collect();
    let mut counts = run
        .for_each_concurrent(records.open(), MAX_CONCURRENT_VERIFICATIONS, |record| {
            prove(run, record)
        })
        .await;
    for well in proved {
        counts.add(well);
    }
    counts
}

/// Proves an image that has just arrived. One that is not what it should be fails here, and its push
/// still counts as one that went well.
pub(super) async fn prove_arrived(run: &Run<'_>, record: &Record<'_>) {
    let outcome = prove(run, record).await;
    // A cancel says nothing about the image.
    if outcome.as_ref().is_err_and(|error| run.is_cancel(error)) {
        return;
    }
    record.prove_on_arrival(outcome.is_ok());
    if let Err(error) = outcome {
        run.fail(record, Arc::new(error));
    }
}

async fn prove(run: &Run<'_>, record: &Record<'_>) -> Result<(), MigrationError> {
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
    let (in_ecr, held) = match image? {
        Some(TaggedImage { image, parts }) => (Some(image.digest), parts),
        None => (None, HashSet::new()),
    };
    let lost = record.found_parts(&held);
    // What was pushed now, or what the plan found to be there already.
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
            // The plan promised a digest, and the engine pushed something else.
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
            let moved = record.prove();
            run.image_state(record, if moved { ImageState::Done } else { ImageState::Unchanged });
            Ok(())
        }
    }
}

/// The digest that the plan promised of an image of the engine.
fn planned_digest(planned: &PlannedImage) -> Option<&Digest> {
    planned.source_digest.as_ref().filter(|_| planned.engine.is_some() && planned.action.moves())
}

/// Compares the configuration of what the destination has with the image of the engine. What cannot
/// be read proves nothing.
///
/// # Errors
/// [`MigrationError::ContentDiffers`] where it is another image.
async fn same_content(
    run: &Run<'_>,
    planned: &PlannedImage,
    manifest: &Digest,
    image_id: &Digest,
) -> Result<Proof, MigrationError> {
    let (registry, path) = (run.destination.registry.as_ref(), planned.repository.as_str());
    match holds_content(registry, path, manifest, image_id).await {
        Ok(Some(Content::Image | Content::InIndex)) => Ok(Proof::SameContent),
        Ok(Some(Content::Other { config })) => Err(MigrationError::ContentDiffers {
            destination: planned.destination.clone(),
            expected: image_id.clone(),
            found: config,
        }),
        Ok(None) => Ok(Proof::EqualToPushed),
        Err(error) => {
            tracing::warn!(destination = %planned.destination, %error, "its content cannot be compared");
            Ok(Proof::EqualToPushed)
        }
    }
}

/// What the source's tag points to now, where that is not what was planned. A source that does not
/// answer any more takes nothing from the proof, which is about the digest that was planned.
async fn source_moved_to(run: &Run<'_>, planned: &PlannedImage) -> Option<Digest> {
    let Source::Registry(source) = run.source else { return None };
    // One platform's part of an index has another digest than the tag.
    let part = planned.remarks.contains(&Remark::ChosenPlatform);
    let whole = planned.source_digest.as_ref().filter(|_| !part);
    let planned_digest = planned.part_of.as_ref().or(whole)?;
    let head = source.manifest_head(planned.source.path(), planned.source.manifest_reference());
    let now = head.await.ok().flatten()?.digest;
    (now != *planned_digest).then_some(now)
}

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
        // The destination has the whole index.
        Some(index) if index == expected => Proof::Equal,
        Some(_) if source == Some(expected) => Proof::EqualToPart,
        _ => Proof::EqualToPushed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_agreement_of_all_is_a_proof() {
        let (a, b) = (Digest::of(b"a"), Digest::of(b"b"));
        let held = |digest: &Digest| Some(digest.clone());
        let whole = (Some(&a), None);
        assert_eq!(judge(Some(&a), whole, &held(&a), &held(&a)), Proof::Equal);
        assert_eq!(judge(Some(&a), (Some(&a), Some(&b)), &held(&a), &held(&a)), Proof::EqualToPart);
        assert_eq!(judge(Some(&a), (Some(&b), Some(&a)), &held(&a), &held(&a)), Proof::Equal);
        assert_eq!(judge(Some(&a), (None, None), &held(&a), &held(&a)), Proof::EqualToPushed);
        assert_eq!(judge(Some(&a), whole, &held(&b), &held(&a)), Proof::Different);
        assert_eq!(judge(Some(&a), whole, &held(&a), &held(&b)), Proof::Different);
        assert_eq!(judge(Some(&a), whole, &held(&a), &None), Proof::Different);
        assert_eq!(judge(None, (None, None), &held(&a), &held(&a)), Proof::NotProved);
    }
}
