//! Moving images between standard and archive storage.

use std::collections::HashSet;

use futures_util::{StreamExt, stream};
use transload_aws::{EcrExplorer as _, EcrImageStatus};
use transload_contract::{AwsConnection, ImageChangeKind, StorageClassChange, UnchangedImage};
use transload_errors::ApiError;
use transload_explorer::with_parts;
use transload_model::Digest;

use crate::api::Api;
use crate::concurrency::MAX_CONCURRENT_ECR_CALLS;

impl Api {
    /// Archives images or restores them, each with everything that belongs only to it. Images that already are where
    /// they should be are skipped. One image that ECR refuses doesn't stop the others.
    pub async fn repository_images_archive(
        &self,
        connection: AwsConnection,
        name: String,
        digests: Vec<String>,
        is_archived: bool,
    ) -> Result<StorageClassChange, ApiError> {
        let explored = self.explore(&connection, &name).await?;
        let images = self.listed_images(&explored).await?;
        let chosen: HashSet<Digest> = digests
            .iter()
            .map(|digest| Digest::parse(digest).map_err(|error| ApiError::invalid_input(&error)))
            .collect::<Result<_, _>>()?;
        let grouped = self.grouped(&images).await?;
        let all = with_parts(&grouped, &chosen);
        let from = if is_archived { EcrImageStatus::Active } else { EcrImageStatus::Archived };
        let moves: Vec<&Digest> = images
            .iter()
            .filter(|image| image.status == from && all.contains(&image.digest))
            .map(|image| &image.digest)
            .collect();
        let (ecr, repository) = (&explored.ecr, &explored.name);
        let calls = moves.into_iter().map(|digest| async move {
            (digest, ecr.set_archived(repository, digest, is_archived).await)
        });
        let calls: Vec<_> = calls.collect();
        let done: Vec<_> =
            stream::iter(calls).buffer_unordered(MAX_CONCURRENT_ECR_CALLS).collect().await;
        let mut change = StorageClassChange::default();
        for (digest, moved) in done {
            match moved {
                Ok(()) => change.changed += 1,
                Err(error) => change
                    .unchanged
                    .push(UnchangedImage { digest: digest.to_string(), error: error.into() }),
            }
        }
        tracing::info!(
            repository = name,
            is_archived,
            changed = change.changed,
            "storage class changed"
        );
        if change.changed > 0 {
            let images = change.changed;
            let refused = change.unchanged.len() as u64;
            let kind = match is_archived {
                true => ImageChangeKind::Archived { images, refused },
                false => ImageChangeKind::Restored { images, refused },
            };
            self.record_change(&explored, kind);
        }
        Ok(change)
    }
}
