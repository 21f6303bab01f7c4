use std::sync::{Mutex, PoisonError};

use crate::concurrency::MAX_CONCURRENT_TAGS;
use crate::endpoints::Source;
use crate::engine_route::pin::still_as_planned;
use crate::engine_route::predict::EngineWay;
use crate::error::MigrationError;
use crate::events::ImageState;
use crate::run::context::{Counts, Run, Traces};
use crate::run::record::{Record, Records};
use transload_docker::{DockerApi, DockerError};
use transload_model::ImageReference;

/// Gives the engine's images the names under which it pushes them.
pub(super) async fn tag(run: &Run<'_>, records: &Records<'_>, traces: &mut Traces) -> Counts {
    let Source::Engine(docker) = run.source else { return Counts::default() };
    let made = Mutex::new(Vec::new());
    let docker = docker.as_ref();
    let counts = run
        .for_each_concurrent(records.moving(), MAX_CONCURRENT_TAGS, |record| {
            name(run, docker, record, &made)
        })
        .await;
    traces.temporary_tags = made.into_inner().unwrap_or_else(PoisonError::into_inner);
    counts
}

async fn name(
    run: &Run<'_>,
    docker: &dyn DockerApi,
    record: &Record<'_>,
    made: &Mutex<Vec<ImageReference>>,
) -> Result<(), MigrationError> {
    let planned = record.planned;
    still_as_planned(docker, planned).await?;
    let target = &planned.destination;
    // What Transload sends itself needs no name.
    let Some(engine) = planned.engine.as_ref().filter(|plan| plan.way != EngineWay::OwnPush) else {
        return Ok(());
    };
    // A name that was there before belongs to the person and stays.
    match docker.image(target).await {
        Ok(there) if there.id == engine.image_id => {}
        Ok(_) => return Err(MigrationError::EngineNameTaken { reference: target.clone() }),
        Err(DockerError::ImageMissing { .. }) => {
            docker.tag(&engine.image_id, target).await?;
            made.lock().unwrap_or_else(PoisonError::into_inner).push(target.clone());
        }
        Err(error) => return Err(error.into()),
    }
    run.image_state(record, ImageState::Tagged);
    Ok(())
}

/// Takes the names away again if the person wants that; answers those that are still there.
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
                tracing::warn!(%tag, %error, "a temporary tag stays in the Docker Engine");
                left.push(tag);
            }
        }
    }
    left
}
