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
use crate::handlers::image_changes::ChangeResult;

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
        if moves.is_empty() {
            return Ok(StorageClassChange::default());
        }
        let kind = |images: u64, refused: u64| match is_archived {
            true => ImageChangeKind::Archived { images, refused },
            false => ImageChangeKind::Restored { images, refused },
        };
        let recorded = self.begin_change(&explored, kind(moves.len() as u64, 0)).await?;
        let (ecr, repository) = (&explored.ecr, &explored.name);
        let calls = moves.into_iter().map(|digest| async move {
            (digest, ecr.set_archived(repository, digest, is_archived).await)
        });
        let calls: Vec<_> = calls.collect();
        let done: Vec<_> =
            stream::iter(calls).buffer_unordered(MAX_CONCURRENT_ECR_CALLS).collect().await;
        let (mut change, mut is_unknown) = (StorageClassChange::default(), false);
        for (digest, moved) in done {
            match moved {
                Ok(()) => change.changed += 1,
                Err(error) => {
                    is_unknown |= error.may_have_succeeded();
                    let digest = digest.to_string();
                    change.unchanged.push(UnchangedImage { digest, error: error.into() });
                }
            }
        }
        tracing::info!(
            repository = name,
            is_archived,
            changed = change.changed,
            "storage class changed"
        );
        let result = match (is_unknown, change.changed) {
            (true, _) => ChangeResult::Unknown,
            (false, 0) => ChangeResult::NotMade,
            (false, changed) => ChangeResult::Made(kind(changed, change.unchanged.len() as u64)),
        };
        self.finish_change(recorded, result).await;
        Ok(change)
    }
}
