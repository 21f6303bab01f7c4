//! Creates repositories for the window and for list copies. A migration creates its own in
//! `migration::run::create_repositories`, because it journals every write and resumes after a crash.

use transload_aws::{AwsError, EcrApi, EcrRepository};
use transload_model::{RepositoryName, RepositorySettings};

/// Creates a repository and sets its lifecycle policy and its repository policy.
///
/// # Errors
/// Returns [`AwsError::RepositoryExists`] if the repository exists, or the error of the call that failed. If setting a
/// policy failed, the repository exists without it.
pub async fn create_repository(
    ecr: &dyn EcrApi,
    name: &RepositoryName,
    settings: &RepositorySettings,
) -> Result<EcrRepository, AwsError> {
    let created = ecr.create_repository(name, settings).await?;
    if let Some(text) = settings.lifecycle.policy_text() {
        ecr.put_lifecycle_policy(name, &text).await?;
    }
    if let Some(policy) = &settings.policy {
        ecr.set_repository_policy(name, policy).await?;
    }
    Ok(created)
}

/// Creates a repository unless it exists. The settings of an existing repository are unchanged.
///
/// # Errors
/// As [`create_repository`], except for [`AwsError::RepositoryExists`].
pub async fn ensure_repository(
    ecr: &dyn EcrApi,
    name: &RepositoryName,
    settings: &RepositorySettings,
) -> Result<(), AwsError> {
    if ecr.repository(name).await?.is_some() {
        return Ok(());
    }
    match create_repository(ecr, name, settings).await {
        // Another process created it meanwhile.
        Ok(_) | Err(AwsError::RepositoryExists { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}
