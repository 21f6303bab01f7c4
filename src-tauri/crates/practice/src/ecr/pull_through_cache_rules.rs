//! Operations on pull-through cache rules. They are stored, but no image is fetched through them.

use std::sync::Arc;

use serde_json::{Value, json};

use super::error::EcrError;
use super::input::Input;
use super::paging::{Page, with_token};
use super::repository_name::prefix;
use crate::clock::{epoch_seconds, now_millis};
use crate::context::ServerContext;

const PREFIX: &str = "ecrRepositoryPrefix";

fn prefix_of(input: &Input) -> Result<&str, EcrError> {
    prefix(input, PREFIX, 2..=30)
}

fn secret_of(input: &Input) -> Result<&str, EcrError> {
    let secret = input.text("credentialArn")?.unwrap_or_default();
    if !secret.contains(":secret:ecr-pullthroughcache/") {
        let pattern = r"must satisfy regular expression '^arn:aws(-\w+)*:secretsmanager:[a-zA-Z0-9-:]+:secret:ecr\-pullthroughcache\/[a-zA-Z0-9\/_+=.@-]+$'";
        return Err(EcrError::parameter("credentialArn", pattern));
    }
    Ok(secret)
}

fn not_found(prefix: &str) -> EcrError {
    let message = format!("No pull through cache rule has the prefix '{prefix}'.");
    EcrError::new("PullThroughCacheRuleNotFoundException", message)
}

/// Handles CreatePullThroughCacheRule. Only Docker Hub is supported, which requires a secret.
pub(super) async fn create(context: &Arc<ServerContext>, input: &Input) -> Result<Value, EcrError> {
    let prefix = prefix_of(input)?;
    let upstream = input.required("upstreamRegistryUrl")?;
    if upstream != "registry-1.docker.io" {
        let message = format!("The upstream registry {upstream} is not supported.");
        return Err(EcrError::new("UnsupportedUpstreamRegistryException", message));
    }
    let secret = secret_of(input)?;
    let rule = json!({
        "ecrRepositoryPrefix": prefix,
        "upstreamRegistryUrl": upstream,
        "upstreamRegistry": "docker-hub",
        "credentialArn": secret,
        "registryId": context.options.account_id,
        "createdAt": epoch_seconds(now_millis()),
    });
    context
        .store
        .change(|state| {
            if state.cache_rules.contains_key(prefix) {
                let message = format!("A pull through cache rule with the prefix '{prefix}' already exists in the registry.");
                return Err(EcrError::new("PullThroughCacheRuleAlreadyExistsException", message));
            }
            state.cache_rules.insert(prefix.to_owned(), rule.clone());
            Ok(rule)
        })
        .await
}

/// Handles DescribePullThroughCacheRules.
pub(super) fn describe(context: &ServerContext, input: &Input) -> Result<Value, EcrError> {
    let page = Page::of(input, "ecrRepositoryPrefixes")?;
    Ok(context.store.read(|state| {
        let all = state.cache_rules.iter().map(|(prefix, rule)| (prefix.clone(), rule.clone()));
        let (rules, token) = page.cut(all);
        with_token(json!({ "pullThroughCacheRules": rules }), token)
    }))
}

/// Handles DeletePullThroughCacheRule.
pub(super) async fn delete(context: &Arc<ServerContext>, input: &Input) -> Result<Value, EcrError> {
    let prefix = prefix_of(input)?;
    context
        .store
        .change(|state| state.cache_rules.remove(prefix).ok_or_else(|| not_found(prefix)))
        .await
}

/// Handles UpdatePullThroughCacheRule, which replaces the secret.
pub(super) async fn update(context: &Arc<ServerContext>, input: &Input) -> Result<Value, EcrError> {
    let prefix = prefix_of(input)?;
    let secret = secret_of(input)?;
    context
        .store
        .change(|state| {
            let rule = state.cache_rules.get_mut(prefix).ok_or_else(|| not_found(prefix))?;
            rule["credentialArn"] = secret.into();
            rule["updatedAt"] = epoch_seconds(now_millis());
            Ok(json!({
                "ecrRepositoryPrefix": prefix,
                "registryId": context.options.account_id,
                "updatedAt": rule["updatedAt"],
                "credentialArn": secret,
            }))
        })
        .await
}

/// The name of a secret that stands for credentials which the upstream rejects.
const EXPIRED_SECRET: &str = "/expired-";

/// Handles ValidatePullThroughCacheRule.
pub(super) fn validate(context: &ServerContext, input: &Input) -> Result<Value, EcrError> {
    let prefix = prefix_of(input)?;
    let rule = context.store.read(|state| state.cache_rules.get(prefix).cloned());
    let rule = rule.ok_or_else(|| not_found(prefix))?;
    let is_valid = !rule["credentialArn"].as_str().unwrap_or_default().contains(EXPIRED_SECRET);
    let mut answer = json!({
        "ecrRepositoryPrefix": prefix,
        "registryId": context.options.account_id,
        "upstreamRegistryUrl": rule["upstreamRegistryUrl"],
        "credentialArn": rule["credentialArn"],
        "isValid": is_valid,
    });
    if !is_valid {
        answer["failure"] = "The credentials are not valid for the upstream registry.".into();
    }
    Ok(answer)
}
