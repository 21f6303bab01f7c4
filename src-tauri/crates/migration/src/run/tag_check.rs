//! Checks the destination tag of an image before it is pushed, and records images that the destination already
//! has.

use std::time::Instant;

use crate::engine_route::counterpart::{Content, holds_content};
use crate::engine_route::predict::EngineOutcome;
use crate::error::MigrationError;
use crate::events::ImageState;
use crate::journal::log::PendingWrite;
use crate::plan::PlannedImage;
use crate::run::context::Run;
use crate::run::record::Record;
use crate::run::tag_guard::{Expected, TagDecision, TagGuard};
use transload_docker::DockerApi;
use transload_model::{Digest, ImageReference};

/// What the tag of an image may be written over.
pub(super) fn tag_guard<'a>(run: &Run<'a>, record: &'a Record<'_>) -> TagGuard<'a> {
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

/// Takes note of an image that was at the destination before this try could write it.
pub(super) fn arrived_before(run: &Run<'_>, record: &Record<'_>, digest: Digest, is_own: bool) {
    record.is_there(digest.clone(), is_own);
    run.image_state(record, ImageState::Pushed { digest });
}

/// Checks the tag that the engine is about to write. Returns `None` if it points to the engine's
/// image already.
pub(super) async fn may_push(
    run: &Run<'_>,
    docker: &dyn DockerApi,
    record: &Record<'_>,
    guard: &TagGuard<'_>,
) -> Result<Option<Option<PendingWrite>>, MigrationError> {
    let (planned, registry) = (record.planned, run.destination.registry.as_ref());
    let wanted = planned.source_digest.as_ref();
    let error = match guard.before_write(registry, wanted).await {
        Ok(TagDecision::Write(pending)) => return Ok(Some(pending)),
        Ok(TagDecision::AlreadyThere { is_own }) => {
            if let Some(digest) = wanted {
                arrived_before(run, record, digest.clone(), is_own);
            }
            return Ok(None);
        }
        Err(error) => error,
    };
    // The engine remembers the digest that its image got when it was pushed under this name, also
    // where the journal was interrupted before it learned that.
    if let MigrationError::DestinationMoved { found: Some(found), .. } = &error
        && (is_known_as(docker, &planned.destination, found).await?
            || is_same_content(run, planned, found).await)
    {
        let is_own = run.journal.is_some_and(|journal| {
            let history = journal.tag_history(&planned.repository, &planned.tag);
            if history.is_uncertain {
                journal.learn_pushed(&planned.repository, &planned.tag, found);
            }
            history.is_uncertain || history.wrote(found)
        });
        arrived_before(run, record, found.clone(), is_own);
        return Ok(None);
    }
    Err(error)
}

/// Whether the destination has the engine's image with its layers packed again. The engine forgets the
/// digest of a push when the name is removed.
async fn is_same_content(run: &Run<'_>, planned: &PlannedImage, found: &Digest) -> bool {
    let Some(engine) = &planned.engine else { return false };
    if engine.outcome != EngineOutcome::Repacked {
        return false;
    }
    let (registry, path) = (run.destination.registry.as_ref(), planned.repository.as_str());
    let content = holds_content(registry, path, found, &engine.image_id).await;
    matches!(content, Ok(Some(Content::Image)))
}

/// Whether the engine's image of this name is the one that the registry has under a digest.
async fn is_known_as(
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

pub(super) fn pushed(run: &Run<'_>, record: &Record<'_>, digest: Digest) {
    record.pushed(digest.clone());
    run.image_state(record, ImageState::Pushed { digest });
}

pub(super) fn elapsed_ms(started: Instant) -> u64 {
    u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX)
}
