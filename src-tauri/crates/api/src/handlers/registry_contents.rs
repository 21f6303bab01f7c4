//! The pages about all repositories: what they contain. They use the lists on disk, which every list of images updates.

use std::collections::{HashMap, HashSet};
use std::pin::pin;
use std::sync::Arc;

use futures_util::{StreamExt, stream};
use transload_aws::{AwsError, EcrImage, EcrImageStatus, EcrRepository};
use transload_contract::{
    AwsConnection, RegistryContents, RegistryReadProgress, RepositoryContents, RepositoryStorage,
    UnreadRepository,
};
use transload_errors::ApiError;
use transload_explorer::{cached_facts, pull_time, shared_with_others_bytes, storage};
use transload_manifest_cache::{ListedImage, RegistryScope};
use transload_model::{Digest, Tag, now_ms};

use super::explorer::{Explored, blocking};
use super::image_state::manifests_of_other_repositories;
use crate::api::Api;
use crate::concurrency::MAX_CONCURRENT_ECR_CALLS;
use crate::connected::Connected;

impl Api {
    /// Returns what is known of the contents of all repositories.
    pub async fn registry_contents(
        &self,
        connection: AwsConnection,
    ) -> Result<RegistryContents, ApiError> {
        let connected = self.connect(&connection).await?;
        let repositories = connected.destination.ecr.repositories().await?;
        self.known_contents(&connected, &repositories, Vec::new()).await
    }

    /// Lists the images of the repositories that weren't listed since a time. One repository that can't be read doesn't
    /// stop the others. Can be cancelled: `attempt` is a name that the caller makes up. Returns `None` then; the lists
    /// of the repositories until then are kept.
    pub async fn registry_contents_read(
        &self,
        connection: AwsConnection,
        since_ms: u64,
        attempt: String,
        report: impl Fn(RegistryReadProgress) + Send + Sync,
    ) -> Result<Option<RegistryContents>, ApiError> {
        let read = self.read_contents(&connection, since_ms, report);
        self.inner.cancellable_calls.run(attempt, read).await.transpose()
    }

    /// Cancels a read. Does nothing if it already finished.
    pub async fn registry_contents_read_stop(&self, attempt: String) -> Result<(), ApiError> {
        self.inner.cancellable_calls.stop(&attempt);
        Ok(())
    }

    async fn read_contents(
        &self,
        connection: &AwsConnection,
        since_ms: u64,
        report: impl Fn(RegistryReadProgress) + Send + Sync,
    ) -> Result<RegistryContents, ApiError> {
        let connected = self.connect(connection).await?;
        let repositories = connected.destination.ecr.repositories().await?;
        let current: HashSet<String> = self
            .listed(&connected, &repositories)
            .await?
            .into_iter()
            .filter(|(_, (listed_at_ms, _))| *listed_at_ms >= since_ms)
            .map(|(name, _)| name)
            .collect();
        let mut progress = RegistryReadProgress {
            repositories: repositories.len() as u64,
            repositories_read: current.len() as u64,
            images: 0,
        };
        report(progress);
        let missing = repositories.iter().filter(|one| !current.contains(one.name.as_str()));
        let asked: Vec<_> = missing
            .map(|repository| {
                let name = repository.name.to_string();
                async move {
                    let read = self.read_list(connection, &name).await;
                    (name, read)
                }
            })
            .collect();
        let mut asked = pin!(stream::iter(asked).buffer_unordered(MAX_CONCURRENT_ECR_CALLS));
        let mut unread = Vec::new();
        while let Some((repository, read)) = asked.next().await {
            progress.repositories_read += 1;
            match read {
                Ok(images) => progress.images += images,
                Err(error) => unread.push(UnreadRepository { repository, error }),
            }
            report(progress);
        }
        unread.sort_by(|one, other| one.repository.cmp(&other.repository));
        if !unread.is_empty() && unread.len() == repositories.len() {
            return Err(unread.swap_remove(0).error);
        }
        self.known_contents(&connected, &repositories, unread).await
    }

    /// Lists the images of a repository and keeps the list. Returns their number.
    async fn read_list(&self, connection: &AwsConnection, name: &str) -> Result<u64, ApiError> {
        use transload_aws::EcrExplorer as _;
        let explored = self.explore(connection, name).await?;
        let images = match explored.ecr.all_images(&explored.name).await {
            // Deleted in the meantime.
            Err(AwsError::RepositoryMissing { .. }) => return Ok(0),
            images => Arc::new(images?),
        };
        self.keep_list(&explored, &images).await?;
        Ok(images.len() as u64)
    }

    /// Keeps the list of a repository on disk, with what it stores.
    pub(crate) async fn keep_list(
        &self,
        explored: &Explored,
        images: &Arc<Vec<EcrImage>>,
    ) -> Result<(), ApiError> {
        let (documents, lists) = (self.documents(), self.image_lists());
        let (scope, registry) = (explored.scope.clone(), scope_of(explored.connected()));
        let (name, images) = (explored.name.clone(), Arc::clone(images));
        blocking(move || {
            let reads = documents.own_reads(&scope);
            let facts = cached_facts(&documents, &images);
            let stored = storage(&images, &facts, |image| pull_time(image, &reads));
            let listed: Vec<ListedImage> = images
                .iter()
                .map(|image| ListedImage {
                    digest: image.digest.clone(),
                    tags: image.tags.clone(),
                    size_bytes: image.size_bytes,
                    pushed_at_ms: image.pushed_at_ms,
                    pulled_at_ms: pull_time(image, &reads).pulled_at_ms,
                    is_archived: image.status == EcrImageStatus::Archived,
                })
                .collect();
            lists.put(&registry, name.as_str(), &listed, &summary(&stored), now_ms());
        })
        .await
    }

    /// Changes the list of a repository on disk after a tag got another image, or none.
    pub(crate) async fn keep_tag_move(
        &self,
        explored: &Explored,
        tag: &Tag,
        to: Option<&Digest>,
    ) -> Result<(), ApiError> {
        let (lists, registry) = (self.image_lists(), scope_of(explored.connected()));
        let (name, tag, to) = (explored.name.clone(), tag.clone(), to.cloned());
        blocking(move || lists.move_tag(&registry, name.as_str(), &tag, to.as_ref())).await
    }

    /// Returns what a repository stores and when it was used, as it was last listed.
    pub async fn repository_storage(
        &self,
        connection: AwsConnection,
        name: String,
    ) -> Result<RepositoryStorage, ApiError> {
        let explored = self.explore(&connection, &name).await?;
        let images = self.listed_images(&explored).await?;
        let mut storage = self.keep_storage(&explored, &images).await?;
        let (documents, scope) = (self.documents(), explored.scope.clone());
        let shared = blocking(move || {
            let elsewhere = manifests_of_other_repositories(&documents, &scope);
            shared_with_others_bytes(&images, &cached_facts(&documents, &images), &elsewhere)
        });
        storage.shared_with_others_bytes = Some(shared.await?);
        Ok(storage)
    }

    /// Computes again what a repository stores, after manifests were read.
    pub(crate) async fn keep_storage(
        &self,
        explored: &Explored,
        images: &Arc<Vec<EcrImage>>,
    ) -> Result<RepositoryStorage, ApiError> {
        let (documents, lists) = (self.documents(), self.image_lists());
        let (scope, registry) = (explored.scope.clone(), scope_of(explored.connected()));
        let (name, images) = (explored.name.clone(), Arc::clone(images));
        blocking(move || {
            let reads = documents.own_reads(&scope);
            let facts = cached_facts(&documents, &images);
            let stored = storage(&images, &facts, |image| pull_time(image, &reads));
            lists.set_summary(&registry, name.as_str(), &summary(&stored));
            stored
        })
        .await
    }

    async fn known_contents(
        &self,
        connected: &Connected,
        repositories: &[EcrRepository],
        unread: Vec<UnreadRepository>,
    ) -> Result<RegistryContents, ApiError> {
        let mut listed = self.listed(connected, repositories).await?;
        let known = repositories.iter().map(|repository| {
            let name = repository.name.to_string();
            let (listed_at_ms, storage) = listed.remove(&name).unzip();
            RepositoryContents { name, listed_at_ms, storage: storage.flatten() }
        });
        Ok(RegistryContents { repositories: known.collect(), unread })
    }

    /// Returns when each repository was listed and what it stores, without those that no longer exist.
    async fn listed(
        &self,
        connected: &Connected,
        repositories: &[EcrRepository],
    ) -> Result<HashMap<String, (u64, Option<RepositoryStorage>)>, ApiError> {
        let (lists, registry) = (self.image_lists(), scope_of(connected));
        let exist: HashSet<String> =
            repositories.iter().map(|repository| repository.name.to_string()).collect();
        let known = blocking(move || {
            lists.retain(&registry, |name| exist.contains(name));
            lists.repositories(&registry)
        });
        let known = known.await?.into_iter().map(|repository| {
            // A summary of an older version is computed again with the next list.
            let storage = serde_json::from_str(&repository.summary).ok();
            (repository.name, (repository.listed_at_ms, storage))
        });
        Ok(known.collect())
    }
}

pub(super) fn scope_of(connected: &Connected) -> RegistryScope {
    let identity = &connected.destination.identity;
    RegistryScope::new(&identity.account, &identity.region)
}

fn summary(storage: &RepositoryStorage) -> String {
    serde_json::to_string(storage).unwrap_or_default()
}
