//! Operations on repository policies. They are stored but have no effect.

use std::sync::Arc;

use serde_json::{Value, json};

use super::error::EcrError;
use super::input::Input;
use super::repositories::change;
use super::repository_name::repository_name;
use crate::context::ServerContext;

fn repository_policy_not_found(context: &ServerContext, name: &str) -> EcrError {
    let account = &context.options.account_id;
    EcrError::new(
        "RepositoryPolicyNotFoundException",
        format!(
            "Repository policy does not exist for the repository with name '{name}' in the registry with id '{account}'"
        ),
    )
}

/// Handles SetRepositoryPolicy.
pub(super) async fn set_repository(
    context: &Arc<ServerContext>,
    input: &Input,
) -> Result<Value, EcrError> {
    let text = input.required("policyText")?;
    if text.len() > 10_240 {
        let rule = "Member must have length less than or equal to 10240";
        return Err(EcrError::parameter("policyText", rule));
    }
    if serde_json::from_str::<Value>(text).is_err() {
        return Err(EcrError::parameter("PolicyText", "Invalid repository policy provided"));
    }
    change(context, input, |repository| {
        repository.policy = Some(text.to_owned());
        Ok(json!({ "policyText": text }))
    })
    .await
}

/// Handles GetRepositoryPolicy.
pub(super) fn get_repository(context: &ServerContext, input: &Input) -> Result<Value, EcrError> {
    let name = repository_name(input)?;
    context.store.read(|state| {
        let repository = state.repositories.get(name);
        let repository = repository.ok_or_else(|| EcrError::repository_not_found(context, name))?;
        let text =
            repository.policy.as_ref().ok_or_else(|| repository_policy_not_found(context, name))?;
        let account = &context.options.account_id;
        Ok(json!({ "registryId": account, "repositoryName": name, "policyText": text }))
    })
}

/// Handles DeleteRepositoryPolicy.
pub(super) async fn delete_repository(
    context: &Arc<ServerContext>,
    input: &Input,
) -> Result<Value, EcrError> {
    let name = repository_name(input)?;
    change(context, input, |repository| {
        let text =
            repository.policy.take().ok_or_else(|| repository_policy_not_found(context, name))?;
        Ok(json!({ "policyText": text }))
    })
    .await
}
