//! Commands for the repository pages.

use std::collections::HashMap;

use futures_util::{StreamExt, TryStreamExt, stream};
use transload_aws::{EcrApi as _, EcrImage};
use transload_contract::{
    AwsConnection, Repository, RepositoryDetails, RepositoryImage, RepositorySummary,
};
use transload_errors::{ApiError, ErrorCode};
use transload_explorer::{kind_of, pull_time};
use transload_manifest_cache::OwnRead;
use transload_migration::commands;
use transload_model::{Digest, Reported};

use crate::api::Api;
use crate::concurrency::MAX_CONCURRENT_ECR_CALLS;
use crate::convert;

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
        let asked = names.into_iter().map(|name| self.summary_of(&connection, name));
        let found: Vec<_> =
            stream::iter(asked).buffered(MAX_CONCURRENT_ECR_CALLS).try_collect().await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Returns a repository with its images, newest first.
    pub async fn repository_details(
        &self,
        connection: AwsConnection,
        name: String,
    ) -> Result<RepositoryDetails, ApiError> {
        let explored = self.explore(&connection, &name).await?;
        let (name, connected) = (&explored.name, explored.connected());
        let Some(repository) = explored.ecr.repository(name).await? else {
            let message =
                format!("The repository {name} doesn't exist in this account and region.");
            return Err(ApiError::new(ErrorCode::RepositoryMissing, message).about(name.as_str()));
        };
        let settings = repository.settings.clone();
        self.inner.repository_settings.put(explored.scope.clone(), settings);
        let (images, lifecycle) =
            futures_util::join!(self.list_images(&explored), self.lifecycle_of(&explored));
        let images = images?;
        let rows = self.grouped(&images).await?;
        let reads = self.documents().own_reads(&explored.scope);
        let registry = connected.destination.host();
        let address = format!("{registry}/{name}");
        let aws = &connected.aws_commands;
        let images = images.iter().map(|image| listed(image, &reads, &address, aws)).collect();
        let push_commands = commands::push_to(&address, aws);
        let repository = convert::repository(&repository);
        Ok(RepositoryDetails { repository, lifecycle, images, rows, push_commands })
    }
}

fn listed(
    image: &EcrImage,
    reads: &HashMap<Digest, Vec<OwnRead>>,
    address: &str,
    aws: &commands::AwsCommands,
) -> RepositoryImage {
    let reference = match image.tags.first() {
        Some(tag) => format!("{address}:{tag}"),
        None => format!("{address}@{}", image.digest),
    };
    let pull = pull_time(image, reads);
    RepositoryImage {
        digest: image.digest.to_string(),
        tags: image.tags.iter().map(ToString::to_string).collect(),
        kind: kind_of(image, None),
        media_type: image.media_type.clone(),
        size_bytes: image.size_bytes,
        pushed_at_ms: image.pushed_at_ms,
        pulled_at_ms: pull.pulled_at_ms,
        own_read_at_ms: pull.own_read_at_ms,
        status: image.status.clone(),
        archived_at_ms: image.archived_at_ms,
        pull_commands: match image.status {
            Reported::Known(_) => commands::pull(&reference, aws),
            Reported::Unknown { .. } => Vec::new(),
        },
    }
}
