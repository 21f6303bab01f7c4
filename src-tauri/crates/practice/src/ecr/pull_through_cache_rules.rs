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
const UPSTREAM_PREFIX: &str = "upstreamRepositoryPrefix";
const ROOT: &str = "ROOT";

fn prefix_of(input: &Input) -> Result<&str, EcrError> {
    prefix(input, PREFIX, 2..=30)
}

/// Returns the secret of a request, if it has one.
fn secret_of(input: &Input) -> Result<Option<&str>, EcrError> {
    let Some(secret) = input.text("credentialArn")? else { return Ok(None) };
    if !secret.contains(":secret:ecr-pullthroughcache/") {
        let pattern = r"must satisfy regular expression '^arn:aws(-\w+)*:secretsmanager:[a-zA-Z0-9-:]+:secret:ecr\-pullthroughcache\/[a-zA-Z0-9\/_+=.@-]+$'";
        return Err(EcrError::parameter("credentialArn", pattern));
    }
    if secret.contains(MISSING_SECRET) {
        let message = "The ARN of the secret specified in the pull through cache rule was not found. Update the pull through cache rule with a valid secret ARN and try again.";
        return Err(EcrError::new("SecretNotFoundException", message));
    }
    Ok(Some(secret))
}

/// The registries that need no account, their names and hosts, and those that need a secret. Source: API model and user
/// guide of ECR, "Sync an upstream registry with an Amazon ECR private registry".
const PUBLIC: [(&str, &str); 3] =
    [("ecr-public", "public.ecr.aws"), ("k8s", "registry.k8s.io"), ("quay", "quay.io")];
const WITH_SECRET: [(&str, &str); 4] = [
    ("docker-hub", "registry-1.docker.io"),
    ("github-container-registry", "ghcr.io"),
    ("gitlab-container-registry", "registry.gitlab.com"),
    ("chainguard", "cgr.dev"),
];

/// A registry that a rule can have as its upstream.
struct Upstream {
    name: &'static str,
    needs_secret: bool,
    needs_role: bool,
}

/// Finds the registry of a host. `None` if ECR doesn't support it.
fn upstream_of(context: &ServerContext, host: &str) -> Option<Upstream> {
    let with = |name, needs_secret, needs_role| Some(Upstream { name, needs_secret, needs_role });
    let named = |all: &[(&'static str, &str)]| {
        all.iter().find(|(_, one)| *one == host).map(|(name, _)| *name)
    };
    if let Some(name) = named(&PUBLIC) {
        return with(name, false, false);
    }
    if let Some(name) = named(&WITH_SECRET) {
        return with(name, true, false);
    }
    if host.strip_suffix(".azurecr.io").is_some_and(|name| !name.is_empty()) {
        return with("azure-container-registry", true, false);
    }
    let account = host.strip_suffix(".amazonaws.com")?.split_once(".dkr.ecr.")?.0;
    with("ecr", false, account != context.options.account_id)
}

fn not_found(prefix: &str) -> EcrError {
    let message = format!("No pull through cache rule has the prefix '{prefix}'.");
    EcrError::new("PullThroughCacheRuleNotFoundException", message)
}

/// The most rules of a registry. Source: Amazon ECR user guide, "Amazon ECR service quotas".
const MAX_RULES: usize = 50;

/// Handles CreatePullThroughCacheRule.
pub(super) async fn create(context: &Arc<ServerContext>, input: &Input) -> Result<Value, EcrError> {
    let prefix = prefix_of(input)?;
    let host = input.required("upstreamRegistryUrl")?;
    let named = input.text("upstreamRegistry")?;
    let upstream = upstream_of(context, host)
        .filter(|upstream| named.is_none_or(|named| named == upstream.name));
    let Some(upstream) = upstream else {
        let message = format!("The upstream registry {host} is not supported.");
        return Err(EcrError::new("UnsupportedUpstreamRegistryException", message));
    };
    let (secret, role) = (secret_of(input)?, input.text("customRoleArn")?);
    for (member, is_missing) in [
        ("credentialArn", upstream.needs_secret && secret.is_none()),
        ("customRoleArn", upstream.needs_role && role.is_none()),
    ] {
        if is_missing {
            let message = format!("must be specified for the upstream registry {host}");
            return Err(EcrError::parameter(member, message));
        }
    }
    let upstream_prefix = match input.text(UPSTREAM_PREFIX)? {
        None => ROOT,
        Some(_) if upstream.name != "ecr" || prefix == ROOT => {
            let message = "must not be specified for this upstream registry and prefix";
            return Err(EcrError::parameter(UPSTREAM_PREFIX, message));
        }
        Some(_) => super::repository_name::prefix(input, UPSTREAM_PREFIX, 2..=30)?,
    };
    let mut rule = json!({
        "ecrRepositoryPrefix": prefix,
        "upstreamRegistryUrl": host,
        "upstreamRegistry": upstream.name,
        "upstreamRepositoryPrefix": upstream_prefix,
        "registryId": context.options.account_id,
        "createdAt": epoch_seconds(now_millis()),
    });
    for (member, value) in [("credentialArn", secret), ("customRoleArn", role)] {
        if let Some(value) = value {
            rule[member] = value.into();
        }
    }
    context
        .store
        .change(|state| {
            if state.cache_rules.contains_key(prefix) {
                let message = format!("A pull through cache rule with the prefix '{prefix}' already exists in the registry.");
                return Err(EcrError::new("PullThroughCacheRuleAlreadyExistsException", message));
            }
            if state.cache_rules.len() >= MAX_RULES {
                let message = format!("The registry has the maximum of {MAX_RULES} pull through cache rules.");
                return Err(EcrError::new("LimitExceededException", message));
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

/// Handles UpdatePullThroughCacheRule, which replaces the secret or the role.
pub(super) async fn update(context: &Arc<ServerContext>, input: &Input) -> Result<Value, EcrError> {
    let prefix = prefix_of(input)?;
    let given =
        [("credentialArn", secret_of(input)?), ("customRoleArn", input.text("customRoleArn")?)];
    context
        .store
        .change(|state| {
            let rule = state.cache_rules.get_mut(prefix).ok_or_else(|| not_found(prefix))?;
            for (member, value) in given {
                if let Some(value) = value {
                    rule[member] = value.into();
                }
            }
            rule["updatedAt"] = epoch_seconds(now_millis());
            let mut answer = rule.clone();
            // Source: the members of UpdatePullThroughCacheRuleResponse.
            if let Some(members) = answer.as_object_mut() {
                members.remove("createdAt");
                members.remove("upstreamRegistry");
                members.remove("upstreamRegistryUrl");
            }
            Ok(answer)
        })
        .await
}

/// The name of a secret with credentials that the upstream rejects.
const EXPIRED_SECRET: &str = "/expired-";

/// The name of a secret that doesn't exist.
const MISSING_SECRET: &str = "/missing-";

/// Handles ValidatePullThroughCacheRule.
pub(super) fn validate(context: &ServerContext, input: &Input) -> Result<Value, EcrError> {
    let prefix = prefix_of(input)?;
    let rule = context.store.read(|state| state.cache_rules.get(prefix).cloned());
    let rule = rule.ok_or_else(|| not_found(prefix))?;
    let is_valid = !rule["credentialArn"].as_str().unwrap_or_default().contains(EXPIRED_SECRET);
    let mut answer = rule;
    if let Some(members) = answer.as_object_mut() {
        members.retain(|member, _| {
            !["createdAt", "updatedAt", "upstreamRegistry"].contains(&member.as_str())
        });
    }
    answer["isValid"] = is_valid.into();
    if !is_valid {
        answer["failure"] = "The credentials are not valid for the upstream registry.".into();
    }
    Ok(answer)
}
