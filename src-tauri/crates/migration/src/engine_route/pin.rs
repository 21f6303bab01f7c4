//! The image that was planned, looked up again. A name may point to another image a moment later, so
//! everything is done by the image's ID, and only while the name still means that image.

use crate::{EngineOutcome, MigrationError, PlannedImage};
use transload_docker::{DockerApi, DockerError, EngineImage, PartKind};
use transload_model::{Digest, ImageReference};

/// The image that a name points to. A name that came with an archive may be listed, but can be looked
/// up by the image's ID only.
pub(crate) async fn look_up(
    docker: &dyn DockerApi,
    name: &ImageReference,
) -> Result<EngineImage, DockerError> {
    let missing = match docker.image(name).await {
        Err(error @ DockerError::ImageMissing { .. }) => error,
        other => return other,
    };
    let listed = docker.images().await?;
    match listed.into_iter().find(|image| image.references.contains(name)) {
        Some(listed) => docker.image_by_id(&listed.id).await,
        None => Err(missing),
    }
}

/// Makes sure that the engine still has what was planned: the name means the same image, and the
/// content that is to be sent is there.
///
/// # Errors
/// [`MigrationError::SourceMoved`] where the name points to another image,
/// [`MigrationError::EngineContentMissing`] where content was removed since.
pub(crate) async fn still_as_planned(
    docker: &dyn DockerApi,
    planned: &PlannedImage,
) -> Result<EngineImage, MigrationError> {
    let image = &planned.source;
    let Some(engine) = &planned.engine else {
        return Err(MigrationError::SourceNotPinned { image: image.clone() });
    };
    let now = look_up(docker, image).await?;
    if now.id != engine.image_id {
        let (image, planned, found) = (image.clone(), engine.image_id.clone(), now.id);
        return Err(MigrationError::SourceMoved { image, planned, found });
    }
    if is_held(&now, engine.outcome, planned.source_digest.as_ref()) {
        return Ok(now);
    }
    let missing = match engine.outcome {
        EngineOutcome::Part => planned.platforms.clone(),
        _ => now.missing_platforms(),
    };
    Err(MigrationError::EngineContentMissing { image: image.clone(), missing })
}

fn is_held(now: &EngineImage, outcome: EngineOutcome, digest: Option<&Digest>) -> bool {
    let Some(parts) = &now.parts else { return true };
    match outcome {
        EngineOutcome::Whole => parts.iter().all(|part| part.is_available),
        EngineOutcome::Part => parts.iter().any(|part| {
            part.kind == PartKind::Image && part.is_available && Some(&part.digest) == digest
        }),
        EngineOutcome::SeenWhileSending | EngineOutcome::Repacked => true,
    }
}
