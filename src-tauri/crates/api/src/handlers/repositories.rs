//! Commands for the repository pages.

use futures_util::{StreamExt, TryStreamExt, stream};
use transload_aws::EcrImageId;
use transload_contract::{
    AwsConnection, ImageNotDeleted, ImageToDelete, IndexEntry, Repository, RepositoryDetails,
    RepositoryImage, RepositorySummary,
};
use transload_errors::{ApiError, ErrorCode};
use transload_migration::commands;
use transload_model::{Digest, RepositoryName, Tag};
use transload_repositories::{index_entries, kind_of};

use crate::api::Api;
use crate::convert;

/// The maximum number of repositories that are counted at a time.
const MAX_CONCURRENT_COUNTS: usize = 4;

impl Api {
    /// Returns every repository of the account and region.
    pub async fn repositories_list(
        &self,
        connection: AwsConnection,
    ) -> Result<Vec<Repository>, ApiError> {
        let connected = self.connect(&connection).await?;
        let repositories = connected.destination.ecr.repositories().await?;
        Ok(repositories.iter().map(convert::repository).collect())
    }

    /// Returns the counts of repositories, without those that were deleted in the meantime.
    pub async fn repository_summaries(
        &self,
        connection: AwsConnection,
        names: Vec<String>,
    ) -> Result<Vec<RepositorySummary>, ApiError> {
        let connected = self.connect(&connection).await?;
        let ecr = connected.destination.ecr.as_ref();
        let asked = names.into_iter().map(|name| async move {
            let images = match ecr.images(&RepositoryName::parse(&name)?).await {
                Ok(images) => images,
                Err(transload_aws::AwsError::RepositoryMissing { .. }) => return Ok(None),
                Err(error) => return Err(ApiError::from(error)),
            };
            let size_bytes = images.iter().filter_map(|image| image.size_bytes).sum();
            Ok(Some(RepositorySummary { name, images: images.len() as u64, size_bytes }))
        });
        let found: Vec<_> =
            stream::iter(asked).buffered(MAX_CONCURRENT_COUNTS).try_collect().await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Returns a repository with its images, newest first.
    pub async fn repository_details(
        &self,
        connection: AwsConnection,
        name: String,
    ) -> Result<RepositoryDetails, ApiError> {
        let connected = self.connect(&connection).await?;
        let ecr = connected.destination.ecr.as_ref();
        let name = RepositoryName::parse(&name)?;
        let Some(repository) = ecr.repository(&name).await? else {
            let message =
                format!("The repository {name} doesn't exist in this account and region.");
            return Err(ApiError::new(ErrorCode::RepositoryMissing, message).about(name.as_str()));
        };
        let (images, lifecycle_policy) =
            futures_util::try_join!(ecr.images(&name), ecr.lifecycle_policy(&name))?;
        let registry = connected.destination.host();
        let address = format!("{registry}/{name}");
        let aws = &connected.aws_options;
        let mut images: Vec<_> = images.iter().map(|image| listed(image, &address, aws)).collect();
        images.sort_by_key(|image| std::cmp::Reverse(image.pushed_at_ms));
        let push_commands = commands::push_to(&address, aws);
        let repository = convert::repository(&repository);
        Ok(RepositoryDetails { repository, lifecycle_policy, images, push_commands })
    }

    /// Deletes tags and images of a repository. Returns those that ECR did not delete, with the
    /// reason.
    pub async fn repository_images_delete(
        &self,
        connection: AwsConnection,
        name: String,
        images: Vec<ImageToDelete>,
    ) -> Result<Vec<ImageNotDeleted>, ApiError> {
        let connected = self.connect(&connection).await?;
        let name = RepositoryName::parse(&name)?;
        let names: Vec<EcrImageId> = images.iter().map(image_name).collect::<Result<_, _>>()?;
        let left = connected.destination.ecr.delete_images(&name, &names).await?;
        tracing::info!(repository = %name, asked = names.len(), left = left.len(), "images deleted");
        let left = left.into_iter().map(|left| ImageNotDeleted {
            name: left.image.to_string(),
            error: ApiError::from(&left),
        });
        Ok(left.collect())
    }

    /// Deletes an empty repository.
    pub async fn repository_delete(
        &self,
        connection: AwsConnection,
        name: String,
    ) -> Result<(), ApiError> {
        let connected = self.connect(&connection).await?;
        let name = RepositoryName::parse(&name)?;
        connected.destination.ecr.delete_repository(&name).await?;
        tracing::info!(repository = %name, "a repository was deleted");
        Ok(())
    }

    /// Returns the manifests of an index.
    pub async fn repository_index_entries(
        &self,
        connection: AwsConnection,
        name: String,
        digest: String,
    ) -> Result<Vec<IndexEntry>, ApiError> {
        let connected = self.connect(&connection).await?;
        let digest = Digest::parse(&digest).map_err(|error| ApiError::invalid_input(&error))?;
        let name = RepositoryName::parse(&name)?;
        let registry = connected.destination.registry.as_ref();
        Ok(index_entries(registry, &name, &digest).await?)
    }
}

fn image_name(image: &ImageToDelete) -> Result<EcrImageId, ApiError> {
    let invalid = |error: &(dyn std::error::Error + 'static)| ApiError::invalid_input(error);
    match image {
        ImageToDelete::Tag { tag } => {
            Tag::parse(tag).map(EcrImageId::Tag).map_err(|error| invalid(&error))
        }
        ImageToDelete::Image { digest } => {
            Digest::parse(digest).map(EcrImageId::Digest).map_err(|error| invalid(&error))
        }
    }
}

fn listed(
    image: &transload_aws::EcrImage,
    address: &str,
    aws: &commands::AwsOptions,
) -> RepositoryImage {
    let reference = match image.tags.first() {
        Some(tag) => format!("{address}:{tag}"),
        None => format!("{address}@{}", image.digest),
    };
    RepositoryImage {
        digest: image.digest.to_string(),
        tags: image.tags.iter().map(ToString::to_string).collect(),
        kind: kind_of(image),
        media_type: image.media_type.clone(),
        size_bytes: image.size_bytes,
        pushed_at_ms: image.pushed_at_ms,
        pulled_at_ms: image.pulled_at_ms,
        pull_commands: commands::pull(&reference, aws),
    }
}
