//! Parses the request of a migration, as the window or the command line sends it.

use std::collections::BTreeMap;

use transload_contract::{ConflictResolution, MigrationRequest, SelectedImage};
use transload_errors::{ApiError, ErrorCode};
use transload_migration::{RequestedImage, Resolution};
use transload_model::{ImageReference, RepositoryName, Tag};

use crate::naming::names;
use crate::settings::{parse_scope, parse_settings};

/// Parses a request. `reference` is the image that the source shows as a repository and a tag.
///
/// # Errors
/// If a name, a tag or a setting is invalid, no image is selected, or two repositories have the same name.
pub fn parse_request(
    request: &MigrationRequest,
    reference: impl Fn(&str, &Tag) -> Result<ImageReference, ApiError>,
) -> Result<transload_migration::MigrationRequest, ApiError> {
    if request.images.is_empty() {
        let message = "No image is selected.";
        return Err(
            ApiError::new(ErrorCode::InputInvalid, message).hint("Select one or more images.")
        );
    }
    let template = parse_settings(&request.template)?;
    let names = names(request)?;
    let mut repositories: BTreeMap<_, _> =
        names.values().map(|name| (name.clone(), template.clone())).collect();
    for mapping in &request.repositories {
        let own = mapping.settings.as_ref().map(parse_settings).transpose()?;
        if let (Some(own), Some(name)) = (own, names.get(&mapping.source_repository)) {
            repositories.insert(name.clone(), own);
        }
    }
    let images = request.images.iter().map(|image| read_image(image, request, &names, &reference));
    Ok(transload_migration::MigrationRequest {
        images: images.collect::<Result<_, _>>()?,
        repositories,
        remove_temporary_tags: request.remove_temporary_tags,
        extent: parse_scope(&request.extent)?,
    })
}

fn read_image(
    image: &SelectedImage,
    request: &MigrationRequest,
    names: &BTreeMap<String, RepositoryName>,
    reference: impl Fn(&str, &Tag) -> Result<ImageReference, ApiError>,
) -> Result<RequestedImage, ApiError> {
    let Some(repository) = names.get(image.repository.as_str()) else {
        let message =
            format!("The request contains no ECR repository name for {}.", image.repository);
        return Err(ApiError::new(ErrorCode::InputInvalid, message).about(&image.repository));
    };
    let tag = read_tag(&image.tag)?;
    let choice = request.choices.iter().find(|choice| choice.image == *image);
    let resolution = choice.map(|choice| read_resolution(&choice.resolution)).transpose()?;
    Ok(RequestedImage {
        source_repository: image.repository.clone(),
        source: reference(&image.repository, &tag)?,
        repository: repository.clone(),
        tag,
        resolution,
        pushed_at_ms: None,
    })
}

fn read_resolution(resolution: &ConflictResolution) -> Result<Resolution, ApiError> {
    Ok(match resolution {
        ConflictResolution::KeepExisting => Resolution::KeepExisting,
        ConflictResolution::Overwrite => Resolution::Overwrite,
        ConflictResolution::NewTag { tag } => Resolution::NewTag(read_tag(tag.trim())?),
    })
}

fn read_tag(tag: &str) -> Result<Tag, ApiError> {
    Tag::parse(tag).map_err(|error| ApiError::invalid_input(&error).about(tag))
}
