//! The plan of a file as a plan that can run.

use std::str::FromStr;
use std::sync::Arc;

use transload_contract::{EnginePrediction, PlanFile, PlannedAction, PlannedImage};
use transload_docker::EnginePlatform;
use transload_errors::{ApiError, ErrorCode};
use transload_migration as engine;
use transload_model::{Digest, ImageReference, Platform, RepositoryName, Tag};

/// Converts the plan of a file. Its sources are pinned; manifests are read when an image is copied.
pub fn plan_of_file(
    file: &PlanFile,
    destination: engine::DestinationIdentity,
    request: &engine::MigrationRequest,
) -> Result<engine::Plan, ApiError> {
    let images = file.plan.images.iter().map(|shown| image(shown, &destination));
    let images = images.collect::<Result<Vec<_>, _>>()?;
    let repositories = file.plan.repositories.iter().map(|repository| {
        let name = RepositoryName::parse(&repository.name)?;
        Ok(engine::PlannedRepository {
            uri: destination.repository_uri(&name),
            exists: repository.exists,
            is_own: false,
            settings: request.repositories.get(&name).cloned().unwrap_or_default(),
            differences: Vec::new(),
            // Confirmations are checked when the file is started.
            forecast: Default::default(),
            name,
        })
    });
    let repositories = repositories.collect::<Result<Vec<_>, ApiError>>()?;
    Ok(engine::Plan::of_parts(destination, repositories, images, request))
}

fn image(
    image: &PlannedImage,
    destination: &engine::DestinationIdentity,
) -> Result<engine::PlannedImage, ApiError> {
    let reference = |text: &str| ImageReference::parse(text).map_err(|error| unreadable(&error));
    let tag = |text: &str| Tag::parse(text).map_err(|error| unreadable(&error));
    let digest = |text: &Option<String>| {
        text.as_deref().map(Digest::parse).transpose().map_err(|error| unreadable(&error))
    };
    let platforms = image.platforms.iter().map(|platform| Platform::from_str(platform));
    let platforms = platforms.collect::<Result<_, _>>().map_err(|error| unreadable(&error))?;
    let (source, repository) =
        (reference(&image.source)?, RepositoryName::parse(&image.repository)?);
    let destination_tag = tag(&image.tag)?;
    // Never read from the file. As in the plan, an image without a valid one shows its source.
    let destination =
        destination.image(&repository, &destination_tag).unwrap_or_else(|_| source.clone());
    Ok(engine::PlannedImage {
        index: image.image,
        source_repository: image.selected.repository.clone(),
        requested_tag: tag(&image.selected.tag)?,
        source,
        destination,
        repository,
        tag: destination_tag,
        route: image.route,
        action: action(&image.action),
        source_digest: digest(&image.source_digest)?,
        destination_digest: digest(&image.destination_digest)?,
        existing: image.existing,
        platforms,
        size_bytes: image.size_bytes.unwrap_or_default(),
        remarks: image.remarks.clone(),
        referrer_tags: image.referrer_tags.clone(),
        part_of: digest(&image.part_of)?,
        engine: image.engine.as_ref().map(engine_plan).transpose()?.map(Box::new),
        content: None,
        push_order: image.push_order.unwrap_or_default(),
    })
}

fn engine_plan(prediction: &EnginePrediction) -> Result<engine::EnginePlan, ApiError> {
    let platform = |text: &String| Platform::from_str(text).map_err(|error| unreadable(&error));
    let sent = prediction.platform.as_ref().map(platform).transpose()?;
    Ok(engine::EnginePlan {
        image_id: Digest::parse(&prediction.image_id).map_err(|error| unreadable(&error))?,
        method: prediction.method,
        outcome: prediction.outcome,
        platform: sent
            .map(|platform| EnginePlatform { platform, os_version: prediction.os_version.clone() }),
        index_platforms: prediction
            .index_platforms
            .iter()
            .map(platform)
            .collect::<Result<_, _>>()?,
        attestations_stay: prediction.attestations_stay,
    })
}

fn action(action: &PlannedAction) -> engine::Action {
    match action {
        PlannedAction::Move => engine::Action::Move,
        PlannedAction::Overwrite => engine::Action::Overwrite,
        PlannedAction::AlreadyThere => engine::Action::AlreadyThere,
        PlannedAction::KeepExisting => engine::Action::KeepExisting,
        PlannedAction::Conflict { overwrite_allowed } => {
            engine::Action::Conflict { overwrite_allowed: *overwrite_allowed }
        }
        PlannedAction::Refused { error } => {
            let error = Box::new(error.recorded());
            engine::Action::Refused { error: Arc::new(engine::MigrationError::Recorded(error)) }
        }
    }
}

fn unreadable(error: &(dyn std::error::Error + 'static)) -> ApiError {
    let message = format!("The plan file is invalid: {error}.");
    ApiError::new(ErrorCode::PlanFileInvalid, message)
        .hint("Create the plan again, or export it again.")
        .caused_by(error)
}
