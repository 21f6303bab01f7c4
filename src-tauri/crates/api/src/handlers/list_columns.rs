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
use crate::handlers::explorer::Explored;

/// The maximum number of repositories of one call: the rows in sight.
const MAX_REPOSITORIES: usize = 100;

impl Api {
    /// Returns the AWS tags of repositories. One that can't be read has its error.
    pub async fn repositories_aws_tags(
        &self,
        connection: AwsConnection,
        names: Vec<String>,
    ) -> Result<Vec<ListedAwsTags>, ApiError> {
        checked(&names)?;
        let connection = &connection;
        let read = names.into_iter().map(|name| async move {
            let tags = self.aws_tags_of(connection, &name).await;
            let (tags, error) = match tags {
                Ok(tags) => (Some(tags), None),
                Err(error) => (None, Some(error)),
            };
            ListedAwsTags { name, tags, error }
        });
        let read: Vec<_> = read.collect();
        Ok(stream::iter(read).buffered(MAX_CONCURRENT_ECR_CALLS).collect().await)
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
        checked(&names)?;
        let connection = &connection;
        let read = names.into_iter().map(|name| async move {
            let state = self.policy_of(connection, &name).await;
            let state = state.unwrap_or_else(|error| ListedPolicyState::Unread { error });
            ListedPolicy { name, state }
        });
        let read: Vec<_> = read.collect();
        Ok(stream::iter(read).buffered(MAX_CONCURRENT_ECR_CALLS).collect().await)
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
        Ok(ListedPolicyState::Set {
            rules: policy.as_ref().and_then(|policy| u32::try_from(policy.rules.len()).ok()),
            last_evaluated_at_ms: known.last_evaluated_at_ms,
            goes: policy.and_then(|policy| self.goes(&explored, &policy)),
        })
    }

    /// Returns how many images a policy would delete or archive, if the images of the repository were listed.
    fn goes(&self, explored: &Explored, policy: &LifecyclePolicy) -> Option<u64> {
        let images = self.inner.listings.get(&explored.scope)?;
        Some(self.affected_by(policy, &images))
    }
}

fn checked(names: &[String]) -> Result<(), ApiError> {
    if names.len() > MAX_REPOSITORIES {
        let message = format!("At most {MAX_REPOSITORIES} repositories are read in one call.");
        return Err(ApiError::internal(message));
    }
    Ok(())
}
