//! Columns of the repository list that cost one call for each repository. The window reads them for the rows in sight, and
//! only if the column is shown.

use std::collections::BTreeMap;

use futures_util::{StreamExt as _, stream};
use transload_aws::EcrExplorer as _;
use transload_contract::{AwsConnection, ListedAwsTags, ListedPolicy, ListedPolicyState};
use transload_errors::ApiError;
use transload_lifecycle::LifecyclePolicy;

use crate::api::Api;
use crate::concurrency::MAX_CONCURRENT_ECR_CALLS;

/// The maximum number of repositories of one call: the rows in sight.
const MAX_REPOSITORIES: usize = 100;

impl Api {
    /// Returns the AWS tags of repositories. One that can't be read has its error.
    pub async fn repositories_aws_tags(
        &self,
        connection: AwsConnection,
        names: Vec<String>,
    ) -> Result<Vec<ListedAwsTags>, ApiError> {
        let connection = &connection;
        of_each(names, |name| async move {
            let (tags, error) = match self.aws_tags_of(connection, &name).await {
                Ok(tags) => (Some(tags), None),
                Err(error) => (None, Some(error)),
            };
            ListedAwsTags { name, tags, error }
        })
        .await
    }

    async fn aws_tags_of(
        &self,
        connection: &AwsConnection,
        name: &str,
    ) -> Result<BTreeMap<String, String>, ApiError> {
        let explored = self.explore(connection, name).await?;
        let to = &explored.connected().destination.identity;
        let arn = to.partition.repository_arn(&to.region, &to.account, explored.name.as_str());
        Ok(explored.ecr.aws_tags(&arn).await?)
    }

    /// Returns the lifecycle policies of repositories. One that can't be read has its error.
    pub async fn repositories_policies(
        &self,
        connection: AwsConnection,
        names: Vec<String>,
    ) -> Result<Vec<ListedPolicy>, ApiError> {
        let connection = &connection;
        of_each(names, |name| async move {
            let state = self.policy_of(connection, &name).await;
            let state = state.unwrap_or_else(|error| ListedPolicyState::Unread { error });
            ListedPolicy { name, state }
        })
        .await
    }

    async fn policy_of(
        &self,
        connection: &AwsConnection,
        name: &str,
    ) -> Result<ListedPolicyState, ApiError> {
        let explored = self.explore(connection, name).await?;
        let known = explored.ecr.known_lifecycle_policy(&explored.name).await?;
        let Some(known) = known else { return Ok(ListedPolicyState::None) };
        let policy = LifecyclePolicy::parse(&known.text).ok();
        let rules = policy.as_ref().and_then(|policy| u32::try_from(policy.rules.len()).ok());
        let affected = match (policy, self.inner.listings.get(&explored.scope)) {
            (Some(policy), Some(images)) => {
                Some(self.effects_of(policy, &images).await?.affected.len() as u64)
            }
            _ => None,
        };
        let last_evaluated_at_ms = known.last_evaluated_at_ms;
        Ok(ListedPolicyState::Set { rules, last_evaluated_at_ms, affected })
    }
}

/// Reads something of each repository, a few at a time. The results are in the order of the names.
async fn of_each<Read, Reading: Future<Output = Read>>(
    names: Vec<String>,
    read: impl Fn(String) -> Reading,
) -> Result<Vec<Read>, ApiError> {
    if names.len() > MAX_REPOSITORIES {
        let message = format!("At most {MAX_REPOSITORIES} repositories are read in one call.");
        return Err(ApiError::internal(message));
    }
    let reads: Vec<_> = names.into_iter().map(read).collect();
    Ok(stream::iter(reads).buffered(MAX_CONCURRENT_ECR_CALLS).collect().await)
}
