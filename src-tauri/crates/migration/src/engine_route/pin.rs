//! Looks up the planned image again. A name may point to another image a moment later, so all
//! operations use the image's ID, and only while the name still points to that image. Planning and
//! the engine push call it.

use crate::engine_route::predict::EngineOutcome;
use crate::error::MigrationError;
use crate::plan::PlannedImage;
use transload_docker::{DockerApi, DockerError, EngineImage, EngineManifestKind};
use transload_model::{Digest, ImageReference};

/// Returns the image that a name points to. A name that was loaded from an archive may be listed
/// although only the image's ID can be inspected.
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

/// Checks that the engine still has the planned image: the name points to the same image, and the
/// content to send is held.
///
/// # Errors
/// Returns [`MigrationError::SourceMoved`] if the name points to another image, and
/// [`MigrationError::EngineContentMissing`] if content was removed since.
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
        EngineOutcome::Part => planned.platforms.to_vec(),
        _ => now.missing_platforms(),
    };
    Err(MigrationError::EngineContentMissing { image: image.clone(), missing })
}

fn is_held(now: &EngineImage, outcome: EngineOutcome, digest: Option<&Digest>) -> bool {
    let Some(parts) = &now.manifests else { return true };
    match outcome {
        EngineOutcome::Whole => parts.iter().all(|part| part.is_available),
        EngineOutcome::Part => parts.iter().any(|part| {
            part.kind == EngineManifestKind::Image
                && part.is_available
                && Some(&part.digest) == digest
        }),
        EngineOutcome::SeenWhileSending | EngineOutcome::Repacked | EngineOutcome::Mounted => true,
    }
}
