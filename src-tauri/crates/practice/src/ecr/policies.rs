//! Operations on lifecycle policies and repository policies. They are stored but have no effect.

use std::sync::Arc;

use serde_json::{Value, json};

use super::error::EcrError;
use super::input::Input;
use super::repositories::change;
use super::repository_name::repository_name;
use crate::context::ServerContext;

/// Handles PutLifecyclePolicy.
pub(super) async fn put_lifecycle(
    context: &Arc<ServerContext>,
    input: &Input,
) -> Result<Value, EcrError> {
    const NAME: &str = "lifecyclePolicyText";
    let text = input.required(NAME)?;
    if text.len() < 100 {
        let rule = "Member must have length greater than or equal to 100";
        return Err(EcrError::parameter(NAME, rule));
    }
    if text.len() > 30_720 {
        let rule = "Member must have length less than or equal to 30720";
        return Err(EcrError::parameter(NAME, rule));
    }
    check_rules(text).map_err(|rule| EcrError::parameter(NAME, rule))?;
    change(context, input, |repository| {
        repository.lifecycle_policy = Some(text.to_owned());
        Ok(json!({ "lifecyclePolicyText": text }))
    })
    .await
}

/// Requires 1 to 50 rules with unique priorities, with `any` last.
fn check_rules(text: &str) -> Result<(), String> {
    let invalid = |why: &str| Err(format!("Lifecycle policy validation failure: {why}"));
    let Ok(policy) = serde_json::from_str::<Value>(text) else { return invalid("not valid JSON") };
    let Some(rules) = policy["rules"].as_array() else { return invalid("'rules' is missing") };
    if rules.is_empty() || rules.len() > 50 {
        return invalid("there must be 1 to 50 rules");
    }
    let mut priorities: Vec<(i64, bool)> = Vec::new();
    for rule in rules {
        let (selection, action) = (&rule["selection"], &rule["action"]["type"]);
        let status = selection["tagStatus"].as_str().unwrap_or_default();
        let Some(priority) = rule["rulePriority"].as_i64().filter(|priority| *priority > 0) else {
            return invalid("'rulePriority' must be a positive number");
        };
        if !["tagged", "untagged", "any"].contains(&status) {
            return invalid("'tagStatus' must be tagged, untagged or any");
        }
        if selection["countNumber"].as_i64().is_none_or(|count| count < 1) {
            return invalid("'countNumber' must be a positive number");
        }
        if action != "expire" && action != "transition" {
            return invalid("'action.type' must be expire or transition");
        }
        if priorities.iter().any(|(known, _)| *known == priority) {
            return invalid("'rulePriority' must be unique");
        }
        priorities.push((priority, status == "any"));
    }
    let last = priorities.iter().map(|(priority, _)| *priority).max();
    if priorities.iter().any(|(priority, is_any)| *is_any && Some(*priority) != last) {
        return invalid("a rule for any image must have the highest 'rulePriority'");
    }
    Ok(())
}

fn lifecycle_policy_not_found(context: &ServerContext, name: &str) -> EcrError {
    let account = &context.options.account_id;
    EcrError::new(
        "LifecyclePolicyNotFoundException",
        format!(
            "Lifecycle policy does not exist for the repository with name '{name}' in the registry with id '{account}'"
        ),
    )
}

fn repository_policy_not_found(context: &ServerContext, name: &str) -> EcrError {
    let account = &context.options.account_id;
    EcrError::new(
        "RepositoryPolicyNotFoundException",
        format!(
            "Repository policy does not exist for the repository with name '{name}' in the registry with id '{account}'"
        ),
    )
}

/// Handles GetLifecyclePolicy.
pub(super) fn get_lifecycle(context: &ServerContext, input: &Input) -> Result<Value, EcrError> {
    let name = repository_name(input)?;
    context.store.read(|state| {
        let repository = state.repositories.get(name);
        let repository = repository.ok_or_else(|| EcrError::repository_not_found(context, name))?;
        let text = repository
            .lifecycle_policy
            .as_ref()
            .ok_or_else(|| lifecycle_policy_not_found(context, name))?;
        let account = &context.options.account_id;
        Ok(json!({ "registryId": account, "repositoryName": name, "lifecyclePolicyText": text }))
    })
}

/// Handles DeleteLifecyclePolicy.
pub(super) async fn delete_lifecycle(
    context: &Arc<ServerContext>,
    input: &Input,
) -> Result<Value, EcrError> {
    let name = repository_name(input)?;
    change(context, input, |repository| {
        let text = repository
            .lifecycle_policy
            .take()
            .ok_or_else(|| lifecycle_policy_not_found(context, name))?;
        Ok(json!({ "lifecyclePolicyText": text }))
    })
    .await
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
