//! Clean-up of a repository: what each class would delete, and what is excluded. `deletion` carries it out.

use transload_aws::EcrImage;
use transload_contract::{AwsConnection, CleanupRules, RepositoryCleanup};
use transload_errors::ApiError;
use transload_explorer::{Exclusions, cached_facts, cleanup, pull_time};
use transload_model::now_ms;

use crate::api::Api;
use crate::handlers::explorer::{Explored, blocking};
use crate::stores::cache_prefixes::prefix_of;

/// Images that were migrated in this time are kept: 30 days.
const MIGRATED_LATELY_MS: u64 = 30 * 24 * 60 * 60 * 1000;

impl Api {
    /// Returns what a clean-up of each class would delete, and what it excludes. Makes no changes.
    pub async fn repository_cleanup(
        &self,
        connection: AwsConnection,
        name: String,
        rules: CleanupRules,
    ) -> Result<RepositoryCleanup, ApiError> {
        let explored = self.explore(&connection, &name).await?;
        let images = self.listed_images(&explored).await?;
        let now_ms = now_ms();
        let mut unknown = Vec::new();
        let exclusions = self.exclusions(&explored, now_ms, &mut unknown).await?;
        let mounts_blobs = self.mounts_blobs(explored.connected()).await;
        let (documents, scope) = (self.documents(), explored.scope.clone());
        let proposals = blocking(move || {
            let facts = cached_facts(&documents, &images);
            let reads = documents.own_reads(&scope);
            let pulled = |image: &EcrImage| pull_time(image, &reads);
            let mut proposals = cleanup(&images, &facts, pulled, &exclusions, &rules, now_ms);
            proposals.iter_mut().for_each(|one| one.freed = one.freed.in_registry(mounts_blobs));
            proposals
        });
        Ok(RepositoryCleanup { proposals: proposals.await?, unknown })
    }

    /// Returns what excludes images of a repository. What can't be read is added to `unknown`.
    async fn exclusions(
        &self,
        explored: &Explored,
        now_ms: u64,
        unknown: &mut Vec<ApiError>,
    ) -> Result<Exclusions, ApiError> {
        let identity = &explored.connected().destination.identity;
        let since_ms = now_ms.saturating_sub(MIGRATED_LATELY_MS);
        let journal = self.journal().await?;
        let migrated = journal
            .recently_migrated(&identity.account, &identity.region, &explored.name, since_ms)
            .await?;
        Ok(Exclusions {
            in_use: self.images_in_use(explored).await?,
            migrated,
            cache_prefix: self.cache_prefix(explored).await.unwrap_or_else(|error| {
                unknown.push(error);
                None
            }),
        })
    }

    /// Returns the prefix of the pull-through cache rule that a repository belongs to. Reads the rules once for each list
    /// of its images.
    async fn cache_prefix(&self, explored: &Explored) -> Result<Option<String>, ApiError> {
        let known = &self.inner.cache_prefixes;
        if let Some(prefix) = known.get(&explored.scope) {
            return Ok(prefix);
        }
        let rules = explored.connected().destination.ecr.cache_rules().await?;
        let prefixes = rules.iter().map(|rule| rule.prefix.as_str());
        let prefix = prefix_of(explored.name.as_str(), prefixes).map(str::to_owned);
        known.put(explored.scope.clone(), prefix.clone());
        Ok(prefix)
    }
}
