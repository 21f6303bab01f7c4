//! Inspecting and comparing images: of references for the command line, and of open sources for `handlers::images`.

use std::sync::Arc;

use transload_contract::{
    CopyRequest, ImageComparison, ImageInspection, ImageLocation, InspectOptions,
};
use transload_errors::{ApiError, ErrorCode};
use transload_inspect::{
    ImageContent, RegistryContent, compare, compare_packages, find_sbom, inspect,
};
use transload_manifest_cache::PullScope;
use transload_model::{AccountId, ImageReference, Platform, Region, RepositoryName};

use crate::api::Api;
use crate::cached_content::{CachedContent, EcrRepositoryContent};
use crate::connected::Connected;
use crate::copies::{OpenReference, open_reference};
use crate::open_source::OpenSource;

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
    /// Inspects an image by its reference, with the logins of this computer.
    pub async fn inspect_reference(
        &self,
        reference: &str,
        options: &InspectOptions,
        request: &CopyRequest,
    ) -> Result<ImageInspection, ApiError> {
        let (content, reference) = self.open_reference(reference, request).await?;
        let mut found = read(&content, &reference, options).await?;
        if !options.reveal {
            found.hide_secrets();
        }
        Ok(found)
    }

    /// Compares two images by their references, with the logins of this computer.
    pub async fn compare_references(
        &self,
        left: &str,
        right: &str,
        options: &InspectOptions,
        request: &CopyRequest,
    ) -> Result<ImageComparison, ApiError> {
        let (one, left) = self.open_reference(left, request).await?;
        let (other, right) = self.open_reference(right, request).await?;
        Box::pin(compare_contents((&one, &left), (&other, &right), options)).await
    }

    /// Inspects an image for the window.
    pub(crate) async fn inspect_location(
        &self,
        location: &ImageLocation,
        options: &InspectOptions,
    ) -> Result<ImageInspection, ApiError> {
        let content = self.open_location(location).await?;
        read(&content, &location.reference, options).await
    }

    pub(crate) async fn open_location(
        &self,
        location: &ImageLocation,
    ) -> Result<CachedContent, ApiError> {
        let source = self.open_source(&location.source).await?;
        let connected = source.ecr().map(Arc::clone);
        match source {
            OpenSource::Registry(open) => {
                // Checks the path, which becomes a part of the URL, and adds `library/` on Docker Hub.
                let path = ImageReference::new(open.host, &location.repository, None, None)
                    .map_err(|error| ApiError::invalid_input(&error))?;
                let ecr = connected.map(|connected| self.ecr_content(&connected, path.path()));
                let registry = RegistryContent::new(open.client, path.path());
                Ok(CachedContent::new(registry, self.documents(), ecr.transpose()?))
            }
            OpenSource::Engine(_) => {
                let message = "Images of the Docker Engine can't be inspected in Transload.";
                Err(ApiError::new(ErrorCode::InputInvalid, message)
                    .about(&location.repository)
                    .hint("Use docker image inspect, or push the image to a registry."))
            }
        }
    }

    fn ecr_content(
        &self,
        connected: &Connected,
        path: &str,
    ) -> Result<EcrRepositoryContent, ApiError> {
        let name = RepositoryName::parse(path)?;
        let identity = &connected.destination.identity;
        let scope = PullScope::new(&identity.account, &identity.region, &name);
        let listed = self.inner.listings.get(&scope);
        Ok(EcrRepositoryContent { ecr: Arc::new(connected.session.ecr()), name, scope, listed })
    }

    pub(crate) async fn open_reference(
        &self,
        reference: &str,
        request: &CopyRequest,
    ) -> Result<(CachedContent, String), ApiError> {
        let OpenReference { client, reference, ecr } = open_reference(reference, request).await?;
        let host = reference.registry();
        let owner = host.ecr_account().zip(host.ecr_region());
        let ecr = match (ecr, owner) {
            (Some(ecr), Some((account, region))) => {
                let invalid =
                    |error: &(dyn std::error::Error + 'static)| ApiError::invalid_input(error);
                let account = AccountId::parse(account).map_err(|error| invalid(&error))?;
                let region = Region::parse(region).map_err(|error| invalid(&error))?;
                let name = RepositoryName::parse(reference.path())?;
                let scope = PullScope::new(&account, &region, &name);
                Some(EcrRepositoryContent { ecr, name, scope, listed: None })
            }
            _ => None,
        };
        let registry = RegistryContent::new(client, reference.path());
        let content = CachedContent::new(registry, self.documents(), ecr);
        Ok((content, reference.manifest_reference().to_owned()))
    }
}

async fn read(
    content: &dyn ImageContent,
    reference: &str,
    options: &InspectOptions,
) -> Result<ImageInspection, ApiError> {
    let platform = platform_of(options)?;
    Ok(Box::pin(inspect(content, reference, platform.as_ref())).await?)
}

pub(crate) fn platform_of(options: &InspectOptions) -> Result<Option<Platform>, ApiError> {
    let platform = options.platform.as_deref().map(str::parse::<Platform>).transpose();
    platform.map_err(|error| ApiError::invalid_input(&error))
}
