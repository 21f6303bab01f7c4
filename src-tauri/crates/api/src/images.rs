//! Inspecting and comparing images: of references for the command line, and of open sources for `handlers::images`.

use transload_contract::{
    CopyRequest, ImageComparison, ImageInspection, ImageLocation, InspectOptions,
};
use transload_errors::{ApiError, ErrorCode};
use transload_inspect::{
    ImageContent, RegistryContent, compare, compare_packages, find_sbom, inspect,
};
use transload_model::{ImageReference, Platform};

use crate::api::Api;
use crate::copies::open_reference;
use crate::open_source::OpenSource;

/// Inspects an image by its reference, with the logins of this computer.
///
/// # Errors
/// If the reference is invalid, or the image can't be read.
pub async fn inspect_image(
    reference: &str,
    options: &InspectOptions,
    request: &CopyRequest,
) -> Result<ImageInspection, ApiError> {
    let (content, reference) = open(reference, request).await?;
    let mut found = read(&content, &reference, options).await?;
    if !options.reveal {
        found.hide_secrets();
    }
    Ok(found)
}

/// Compares two images by their references, with the logins of this computer.
///
/// # Errors
/// If a reference is invalid, or an image can't be read.
pub async fn compare_images(
    left: &str,
    right: &str,
    options: &InspectOptions,
    request: &CopyRequest,
) -> Result<ImageComparison, ApiError> {
    let (one, left) = open(left, request).await?;
    let (other, right) = open(right, request).await?;
    Box::pin(compare_contents((&one, &left), (&other, &right), options)).await
}

/// An image of a repository.
type ImageOf<'a> = (&'a dyn ImageContent, &'a str);

/// Compares two images, with their packages if both have an SBOM. An SBOM that can't be read is a part of the result.
pub(crate) async fn compare_contents(
    (one, left): ImageOf<'_>,
    (other, right): ImageOf<'_>,
    options: &InspectOptions,
) -> Result<ImageComparison, ApiError> {
    let left = read(one, left, options).await?;
    let right = read(other, right, options).await?;
    let mut comparison = compare(&left, &right, options.reveal);
    if !comparison.identical {
        let (of_left, of_right) = (find_sbom(one, &left).await, find_sbom(other, &right).await);
        let problem = [&of_left, &of_right]
            .iter()
            .find_map(|found| found.as_ref().err())
            .map(|error| error.to_string());
        let (of_left, of_right) = (of_left.ok().flatten(), of_right.ok().flatten());
        comparison.packages = compare_packages(of_left.as_ref(), of_right.as_ref());
        comparison.packages.problem = problem;
    }
    Ok(comparison)
}

impl Api {
    /// Inspects an image for the window.
    pub(crate) async fn inspect_location(
        &self,
        location: &ImageLocation,
        options: &InspectOptions,
    ) -> Result<ImageInspection, ApiError> {
        let content = self.open_location(location).await?;
        read(&content, &location.reference, options).await
    }

    /// Opens the repository of an image.
    pub(crate) async fn open_location(
        &self,
        location: &ImageLocation,
    ) -> Result<RegistryContent, ApiError> {
        match self.open_source(&location.source).await? {
            OpenSource::Registry(open) => {
                // Checks the path, which becomes a part of the URL, and adds `library/` on Docker Hub.
                let path = ImageReference::new(open.host, &location.repository, None, None)
                    .map_err(|error| ApiError::invalid_input(&error))?;
                Ok(RegistryContent::new(open.client, path.path()))
            }
            OpenSource::Engine(_) => {
                let message = "Images of the Docker Engine can't be inspected in Transload.";
                Err(ApiError::new(ErrorCode::InputInvalid, message)
                    .about(&location.repository)
                    .hint("Use docker image inspect, or push the image to a registry."))
            }
        }
    }
}

async fn open(
    reference: &str,
    request: &CopyRequest,
) -> Result<(RegistryContent, String), ApiError> {
    let (client, reference) = open_reference(reference, request).await?;
    let content = RegistryContent::new(client, reference.path());
    Ok((content, reference.manifest_reference().to_owned()))
}

async fn read(
    content: &dyn ImageContent,
    reference: &str,
    options: &InspectOptions,
) -> Result<ImageInspection, ApiError> {
    let platform = options.platform.as_deref().map(str::parse::<Platform>).transpose();
    let platform = platform.map_err(|error| ApiError::invalid_input(&error))?;
    Ok(Box::pin(inspect(content, reference, platform.as_ref())).await?)
}
