//! The policy of a repository: in words, set and removed.

use transload_access_policy::{PolicySubject, describe};
use transload_aws::{AwsError, EcrApi as _, EcrExplorer as _};
use transload_contract::{AccessWords, AwsConnection, RepositoryAccess};
use transload_errors::{ApiError, ErrorCode, sentence};
use transload_model::{AccountId, RepositoryPolicy, is_same_policy};

use crate::api::Api;
use crate::handlers::explorer::Explored;

impl Api {
    /// Returns the policy of a repository, in words too.
    pub async fn repository_access(
        &self,
        connection: AwsConnection,
        name: String,
    ) -> Result<RepositoryAccess, ApiError> {
        let explored = self.explore(&connection, &name).await?;
        let policy = explored.ecr.repository_policy(&explored.name).await?;
        let own = &explored.connected().destination.identity.account;
        let words = |text| words(text, own, PolicySubject::Repository);
        let words = policy.as_deref().map(words).unwrap_or_default();
        Ok(RepositoryAccess { policy, words })
    }

    /// Returns a policy that isn't set in words.
    pub async fn repository_access_words(
        &self,
        connection: AwsConnection,
        text: String,
    ) -> Result<AccessWords, ApiError> {
        let connected = self.connect(&connection).await?;
        let own = &connected.destination.identity.account;
        Ok(words(&text, own, PolicySubject::Repository))
    }

    /// Sets the policy of a repository. ECR keeps its protection against policies that lock the caller out: the call
    /// never forces.
    pub async fn repository_policy_set(
        &self,
        connection: AwsConnection,
        name: String,
        before: Option<String>,
        text: String,
    ) -> Result<(), ApiError> {
        let policy = parsed(&text, "repository policy")?;
        let explored = self.explore(&connection, &name).await?;
        unchanged(&explored, before.as_deref()).await?;
        let set = explored.ecr.set_repository_policy(&explored.name, &policy).await;
        set.map_err(|error| not_set(error, &format!("the policy of {name}")))?;
        tracing::info!(repository = %explored.name, "a repository policy was set");
        Ok(())
    }

    pub async fn repository_policy_remove(
        &self,
        connection: AwsConnection,
        name: String,
        before: String,
    ) -> Result<(), ApiError> {
        let explored = self.explore(&connection, &name).await?;
        unchanged(&explored, Some(&before)).await?;
        explored.ecr.delete_repository_policy(&explored.name).await?;
        tracing::info!(repository = %explored.name, "a repository policy was removed");
        Ok(())
    }
}

/// Parses a policy that is about to be set. `policy` is its kind, such as "registry policy".
pub(super) fn parsed(text: &str, policy: &str) -> Result<RepositoryPolicy, ApiError> {
    RepositoryPolicy::parse(text)
        .map_err(|problem| ApiError::new(ErrorCode::InputInvalid, sentence(&problem.about(policy))))
}

/// Returns the error of a policy that ECR refused, such as "the registry policy".
pub(super) fn not_set(error: AwsError, policy: &str) -> ApiError {
    match error {
        // ECR accepts the form, and refuses what the policy says.
        AwsError::Refused { code, message, .. } if code == "InvalidParameterException" => {
            let message = format!("ECR refused {policy}: {}", sentence(&message));
            ApiError::new(ErrorCode::InputInvalid, message).hint(
                "Check that every account, user and role exists, and that the policy doesn't deny you its next change.",
            )
        }
        error => error.into(),
    }
}

/// Fails if the policy of the repository isn't the one that the user saw. ECR has no conditional write, so that a
/// change between this call and the next one isn't noticed.
async fn unchanged(explored: &Explored, before: Option<&str>) -> Result<(), ApiError> {
    let name = &explored.name;
    let now = explored.ecr.repository_policy(name).await?;
    same_policy(&format!("policy of {name}"), before, now.as_deref())
        .map_err(|error| error.about(name.as_str()))
}

/// Fails if a policy isn't the one that the user saw, `before`.
pub(super) fn same_policy(
    what: &str,
    before: Option<&str>,
    now: Option<&str>,
) -> Result<(), ApiError> {
    let is_unchanged = match (before, now) {
        (None, None) => true,
        (Some(before), Some(now)) => before == now || is_same_policy(before, now),
        _ => false,
    };
    if is_unchanged {
        return Ok(());
    }
    let message = if now.is_some() {
        format!("The {what} changed after it was shown.")
    } else {
        format!("The {what} was removed after it was shown.")
    };
    Err(ApiError::new(ErrorCode::RepositoryPolicyChanged, message))
}

/// Returns a policy in words, for the owner of its subject.
pub(super) fn words(text: &str, own: &AccountId, subject: PolicySubject<'_>) -> AccessWords {
    let policy = match subject {
        PolicySubject::Repository => "repository policy",
        PolicySubject::Registry(_) => "registry policy",
    };
    let problem = RepositoryPolicy::parse(text).err();
    AccessWords {
        problem: problem.map(|problem| sentence(&problem.about(policy))),
        statements: describe(text, own, subject),
    }
}
