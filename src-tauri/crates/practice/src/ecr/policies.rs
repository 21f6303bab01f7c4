//! Lifecycle policies and repository policies: kept and given back.

use std::sync::Arc;

use serde_json::{Value, json};

use super::error::EcrError;
use super::input::Input;
use super::names::repository_name;
use super::repositories::change;
use crate::world::World;

/// PutLifecyclePolicy.
pub(super) async fn put_lifecycle(world: &Arc<World>, input: &Input) -> Result<Value, EcrError> {
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
    change(world, input, |repository| {
        repository.lifecycle_policy = Some(text.to_owned());
        Ok(json!({ "lifecyclePolicyText": text }))
    })
    .await
}

/// At most 50 rules with unique priorities; `any` comes last.
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

fn no_lifecycle(world: &World, name: &str) -> EcrError {
    let account = &world.options.account_id;
    EcrError::new(
        "LifecyclePolicyNotFoundException",
        format!(
            "Lifecycle policy does not exist for the repository with name '{name}' in the registry with id '{account}'"
        ),
    )
}

fn no_policy(world: &World, name: &str) -> EcrError {
    let account = &world.options.account_id;
    EcrError::new(
        "RepositoryPolicyNotFoundException",
        format!(
            "Repository policy does not exist for the repository with name '{name}' in the registry with id '{account}'"
        ),
    )
}

/// GetLifecyclePolicy.
pub(super) fn get_lifecycle(world: &World, input: &Input) -> Result<Value, EcrError> {
    let name = repository_name(input)?;
    world.store.read(|state| {
        let held = state.repositories.get(name);
        let held = held.ok_or_else(|| EcrError::no_repository(world, name))?;
        let text = held.lifecycle_policy.as_ref().ok_or_else(|| no_lifecycle(world, name))?;
        let account = &world.options.account_id;
        Ok(json!({ "registryId": account, "repositoryName": name, "lifecyclePolicyText": text }))
    })
}

/// DeleteLifecyclePolicy.
pub(super) async fn delete_lifecycle(world: &Arc<World>, input: &Input) -> Result<Value, EcrError> {
    let name = repository_name(input)?;
    change(world, input, |repository| {
        let text = repository.lifecycle_policy.take().ok_or_else(|| no_lifecycle(world, name))?;
        Ok(json!({ "lifecyclePolicyText": text }))
    })
    .await
}

/// SetRepositoryPolicy.
pub(super) async fn set_repository(world: &Arc<World>, input: &Input) -> Result<Value, EcrError> {
    let text = input.required("policyText")?;
    if text.len() > 10_240 {
        let rule = "Member must have length less than or equal to 10240";
        return Err(EcrError::parameter("policyText", rule));
    }
    if serde_json::from_str::<Value>(text).is_err() {
        return Err(EcrError::parameter("PolicyText", "Invalid repository policy provided"));
    }
    change(world, input, |repository| {
        repository.policy = Some(text.to_owned());
        Ok(json!({ "policyText": text }))
    })
    .await
}

/// GetRepositoryPolicy.
pub(super) fn get_repository(world: &World, input: &Input) -> Result<Value, EcrError> {
    let name = repository_name(input)?;
    world.store.read(|state| {
        let held = state.repositories.get(name);
        let held = held.ok_or_else(|| EcrError::no_repository(world, name))?;
        let text = held.policy.as_ref().ok_or_else(|| no_policy(world, name))?;
        let account = &world.options.account_id;
        Ok(json!({ "registryId": account, "repositoryName": name, "policyText": text }))
    })
}

/// DeleteRepositoryPolicy.
pub(super) async fn delete_repository(
    world: &Arc<World>,
    input: &Input,
) -> Result<Value, EcrError> {
    let name = repository_name(input)?;
    change(world, input, |repository| {
        let text = repository.policy.take().ok_or_else(|| no_policy(world, name))?;
        Ok(json!({ "policyText": text }))
    })
    .await
}
