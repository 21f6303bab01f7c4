//! The step that tags the Docker Engine's images with their destination names, and the removal of these
//! tags after the migration.

use std::sync::{Mutex, PoisonError};

use crate::concurrency::MAX_CONCURRENT_TAGS;
use crate::endpoints::Source;
use crate::engine_route::pin::still_as_planned;
use crate::engine_route::predict::EnginePushMethod;
use crate::error::MigrationError;
use crate::events::ImageState;
use crate::run::context::{Counts, Run, RunEffects};
use crate::run::record::{ImageRecord, ImageRecords};
use transload_docker::{DockerApi, DockerError};
use transload_model::ImageReference;

/// Tags the engine's images with the names under which the engine pushes them.
pub(super) async fn tag(
    run: &Run<'_>,
    records: &ImageRecords<'_>,
    effects: &mut RunEffects,
) -> Counts {
    let Source::Engine(docker) = run.source else { return Counts::default() };
    let created = Mutex::new(Vec::new());
    let docker = docker.as_ref();
    let counts = run
        .for_each_concurrent(records.moving(), MAX_CONCURRENT_TAGS, |record| {
            tag_image(run, docker, record, &created)
        })
        .await;
    effects.temporary_tags = created.into_inner().unwrap_or_else(PoisonError::into_inner);
    counts
}

async fn tag_image(
    run: &Run<'_>,
    docker: &dyn DockerApi,
    record: &ImageRecord<'_>,
    created: &Mutex<Vec<ImageReference>>,
) -> Result<(), MigrationError> {
    let planned = record.planned;
    still_as_planned(docker, planned).await?;
    let target = &planned.destination;
    // An image that Transload pushes itself needs no tag.
    let Some(engine) =
        planned.engine.as_ref().filter(|plan| plan.method != EnginePushMethod::OwnPush)
    else {
        return Ok(());
    };
    // A tag that existed before belongs to the user and is not removed later.
    match docker.image(target).await {
        Ok(existing) if existing.id == engine.image_id => {}
        Ok(_) => return Err(MigrationError::EngineNameTaken { reference: target.clone() }),
        Err(DockerError::ImageMissing { .. }) => {
            docker.tag(&engine.image_id, target).await?;
            created.lock().unwrap_or_else(PoisonError::into_inner).push(target.clone());
        }
        Err(error) => return Err(error.into()),
    }
    run.image_state(record, ImageState::Tagged);
    Ok(())
}

/// Removes the tags that [`tag`] created, unless the user keeps them. Returns the tags that still exist.
pub(super) async fn remove_temporary_tags(
    run: &Run<'_>,
    tags: Vec<ImageReference>,
) -> Vec<ImageReference> {
    let Source::Engine(docker) = run.source else { return tags };
    if !run.plan.remove_temporary_tags {
        return tags;
    }
    let mut left = Vec::new();
    for tag in tags {
        match docker.untag(&tag).await {
            Ok(()) | Err(DockerError::ImageMissing { .. }) => {}
            Err(error) => {
                tracing::warn!(%tag, %error, "couldn't remove a temporary tag from the Docker Engine");
                left.push(tag);
            }
        }
    }
    left
}
