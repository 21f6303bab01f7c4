//! Clean-up of a repository: what each class would delete. `deletion` carries it out.

use transload_aws::EcrImage;
use transload_contract::{AwsConnection, CleanupProposal, CleanupRules};
use transload_errors::ApiError;
use transload_explorer::{cached_facts, cleanup, pull_time};
use transload_model::now_ms;

use crate::api::Api;

impl Api {
    /// Returns what a clean-up of each class would delete. Makes no changes.
    pub async fn repository_cleanup(
        &self,
        connection: AwsConnection,
        name: String,
        rules: CleanupRules,
    ) -> Result<Vec<CleanupProposal>, ApiError> {
        let explored = self.explore(&connection, &name).await?;
        let images = self.listed_images(&explored).await?;
        let documents = self.documents();
        let facts = cached_facts(&documents, &images);
        let reads = documents.own_reads(&explored.scope);
        let in_use = self.inner.in_use.of(&explored.scope);
        let pulled = |image: &EcrImage| pull_time(image, &reads);
        Ok(cleanup(&images, &facts, pulled, &in_use, &rules, now_ms()))
    }
}
