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

/// Returns the statements of a policy with the structure that ECR requires, or `None`.
fn statements(text: &str) -> Option<Vec<Value>> {
    let policy: Value = serde_json::from_str(text).ok()?;
    let version = policy.get("Version").map_or(Some("2008-10-17"), Value::as_str)?;
    let statements = match policy.get("Statement")? {
        Value::Array(statements) => statements.clone(),
        statement => vec![statement.clone()],
    };
    let has_one_of = |statement: &Value, names: [&str; 2]| {
        names.iter().filter(|name| statement.get(**name).is_some()).count() == 1
    };
    let is_complete = |statement: &Value| {
        matches!(statement["Effect"].as_str(), Some("Allow" | "Deny"))
            && has_one_of(statement, ["Principal", "NotPrincipal"])
            && has_one_of(statement, ["Action", "NotAction"])
    };
    let is_known = matches!(version, "2012-10-17" | "2008-10-17");
    (is_known && !statements.is_empty() && statements.iter().all(is_complete)).then_some(statements)
}

/// Whether a statement denies everyone the next change of the policy.
fn locks_out(statement: &Value) -> bool {
    let contains = |value: &Value, names: &[&str]| {
        let is_one = |value: &Value| value.as_str().is_some_and(|text| names.contains(&text));
        is_one(value) || value.as_array().is_some_and(|values| values.iter().any(is_one))
    };
    let principal = &statement["Principal"];
    statement["Effect"] == "Deny"
        && statement.get("Condition").is_none()
        && (contains(principal, &["*"]) || contains(&principal["AWS"], &["*"]))
        && contains(&statement["Action"], &["*", "ecr:*", "ecr:SetRepositoryPolicy"])
}

/// Handles SetRepositoryPolicy.
pub(super) async fn set_repository(
    context: &Arc<ServerContext>,
    input: &Input,
) -> Result<Value, EcrError> {
    let text = input.required("policyText")?;
    if text.chars().count() > 10_240 {
        let rule = "Member must have length less than or equal to 10240";
        return Err(EcrError::parameter("policyText", rule));
    }
    let statements = statements(text)
        .ok_or_else(|| EcrError::parameter("PolicyText", "Invalid repository policy provided"))?;
    let is_forced = input.flag("force")?;
    if !is_forced && statements.iter().any(locks_out) {
        // The text of ECR isn't documented; that it refuses is.
        let rule =
            "The policy would prevent you from setting another policy. To set it anyway, use force";
        return Err(EcrError::parameter("PolicyText", rule));
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
