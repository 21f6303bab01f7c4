//! Checks the destination tag of an image before it is pushed, and records images that the destination already
//! has.

use std::time::Instant;

use crate::engine_route::destination_match::{ContentRelation, holds_content};
use crate::engine_route::predict::EngineOutcome;
use crate::error::MigrationError;
use crate::events::ImageState;
use crate::journal::log::PendingWrite;
use crate::plan::PlannedImage;
use crate::run::context::Run;
use crate::run::record::ImageRecord;
use crate::run::tag_guard::{Expected, TagDecision, TagGuard};
use transload_docker::DockerApi;
use transload_model::{Digest, ImageReference};

/// Returns the guard that decides whether the tag of an image may be written.
pub(super) fn tag_guard<'a>(run: &Run<'a>, record: &'a ImageRecord<'_>) -> TagGuard<'a> {
    let planned = record.planned;
    TagGuard {
        image: planned.index,
        repository: planned.repository.as_str(),
        tag: planned.tag.as_str(),
        expected: Expected::Planned {
            destination: &planned.destination,
            digest: planned.destination_digest.as_ref(),
        },
        journal: run.journal,
        write_begun: Some(&record.write_begun),
    }
}

/// Records an image that existed at the destination before this attempt could write it.
pub(super) fn existed_before(
    run: &Run<'_>,
    record: &ImageRecord<'_>,
    digest: Digest,
    is_own: bool,
) {
    record.record_existing(digest.clone(), is_own);
    run.image_state(record, ImageState::Pushed { digest });
}

/// Checks the tag that the engine is about to write. Returns `None` if the tag already points to the
/// engine's image.
pub(super) async fn may_push(
    run: &Run<'_>,
    docker: &dyn DockerApi,
    record: &ImageRecord<'_>,
    guard: &TagGuard<'_>,
) -> Result<Option<Option<PendingWrite>>, MigrationError> {
    let (planned, registry) = (record.planned, run.destination.registry.as_ref());
    let expected = planned.source_digest.as_ref();
    let error = match guard.before_write(registry, expected).await {
        Ok(TagDecision::Write(pending)) => return Ok(Some(pending)),
        Ok(TagDecision::AlreadyThere { is_own }) => {
            if let Some(digest) = expected {
                existed_before(run, record, digest.clone(), is_own);
            }
            return Ok(None);
        }
        Err(error) => error,
    };
    // The engine remembers the digest of its last push under this name, also if the migration was
    // interrupted before the journal recorded it.
    if let MigrationError::DestinationMoved { found: Some(found), .. } = &error
        && (has_pushed(docker, &planned.destination, found).await?
            || is_same_content(run, planned, found).await)
    {
        let is_own = run.journal.is_some_and(|journal| {
            let history = journal.tag_history(&planned.repository, &planned.tag);
            if history.is_uncertain {
                journal.record_pushed_digest(&planned.repository, &planned.tag, found);
            }
            history.is_uncertain || history.wrote(found)
        });
        existed_before(run, record, found.clone(), is_own);
        return Ok(None);
    }
    Err(error)
}

/// Whether the destination has the engine's image with recompressed layers. The engine forgets the
/// digest of a push when the name is removed.
async fn is_same_content(run: &Run<'_>, planned: &PlannedImage, found: &Digest) -> bool {
    let Some(engine) = &planned.engine else { return false };
    if engine.outcome != EngineOutcome::Repacked {
        return false;
    }
    let (registry, path) = (run.destination.registry.as_ref(), planned.repository.as_str());
    let content = holds_content(registry, path, found, &engine.image_id).await;
    matches!(content, Ok(Some(ContentRelation::Image)))
}

/// Whether the engine's image of this name has this digest in the registry, according to the engine.
async fn has_pushed(
    docker: &dyn DockerApi,
    name: &ImageReference,
    digest: &Digest,
) -> Result<bool, MigrationError> {
    let known = docker.image(name).await?.repository_digests;
    Ok(known.iter().any(|known| {
        known.registry() == name.registry()
            && known.path() == name.path()
            && known.digest() == Some(digest)
    }))
}

/// Records the pushed digest of an image and reports the progress.
pub(super) fn pushed(run: &Run<'_>, record: &ImageRecord<'_>, digest: Digest) {
    record.pushed(digest.clone());
    run.image_state(record, ImageState::Pushed { digest });
}

/// Returns the time since `started` in milliseconds.
pub(super) fn elapsed_ms(started: Instant) -> u64 {
    u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX)
}
