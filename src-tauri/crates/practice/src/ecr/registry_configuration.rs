//! Operations on the configuration of the registry: scanning, replication, its policy, and signing. They are stored;
//! nothing is scanned, replicated or signed.

use std::sync::Arc;

use serde_json::{Value, json};

use super::error::EcrError;
use super::input::Input;
use super::paging::{Page, with_token};
use crate::context::ServerContext;
use crate::wildcard::matches;

/// Source: the quotas of scanning rules, replication rules and signing rules in the ECR service model.
const MAX_SCANNING_RULES: usize = 2;
const MAX_REPLICATION_RULES: usize = 25;
const MAX_SIGNING_RULES: usize = 10;
const MAX_FILTERS: usize = 100;
const MAX_POLICY_CHARACTERS: usize = 10_240;

/// Returns the filters of a rule with their type checked.
fn filters(rule: &Input, kind: &str, at_least: usize) -> Result<Vec<Value>, EcrError> {
    let Some(list) = rule.sized_list("repositoryFilters", at_least, MAX_FILTERS)? else {
        return Ok(Vec::new());
    };
    for filter in list {
        if filter["filterType"] != kind {
            let text = format!("Member must satisfy enum value set: [{kind}]");
            return Err(EcrError::parameter("filterType", text));
        }
        if filter["filter"].as_str().unwrap_or_default().is_empty() {
            return Err(EcrError::parameter("filter", "Member must not be null"));
        }
    }
    Ok(list.clone())
}

fn rules(input: &Input, max: usize) -> Result<Vec<Input>, EcrError> {
    let list = input.sized_list("rules", 0, max)?.cloned().unwrap_or_default();
    let rules = list.into_iter().map(|rule| match rule {
        Value::Object(members) => Ok(Input::new(members)),
        _ => Err(EcrError::parameter("rules", "Member must be a structure")),
    });
    rules.collect()
}

fn scanning(context: &ServerContext) -> Value {
    let known = context.store.read(|state| state.scanning.clone());
    known.unwrap_or_else(|| json!({ "scanType": "BASIC", "rules": [] }))
}

/// Handles GetRegistryScanningConfiguration.
pub(super) fn get_scanning(context: &ServerContext) -> Value {
    json!({
        "registryId": context.options.account_id,
        "scanningConfiguration": scanning(context),
    })
}

/// Handles PutRegistryScanningConfiguration.
pub(super) async fn put_scanning(
    context: &Arc<ServerContext>,
    input: &Input,
) -> Result<Value, EcrError> {
    let scan_type = input.text("scanType")?.unwrap_or("BASIC").to_owned();
    let frequencies: &[&str] = match scan_type.as_str() {
        // The API reference: continuous scanning is for enhanced scanning only, and manual scanning for basic.
        "BASIC" => &["SCAN_ON_PUSH", "MANUAL"],
        "ENHANCED" => &["SCAN_ON_PUSH", "CONTINUOUS_SCAN"],
        _ => {
            let text = "Member must satisfy enum value set: [BASIC, ENHANCED]";
            return Err(EcrError::parameter("scanType", text));
        }
    };
    let mut checked = Vec::new();
    for rule in rules(input, MAX_SCANNING_RULES)? {
        let frequency = rule.required("scanFrequency")?;
        if !frequencies.contains(&frequency) {
            let text = format!("Member must satisfy enum value set: [{}]", frequencies.join(", "));
            return Err(EcrError::parameter("scanFrequency", text));
        }
        let filters = filters(&rule, "WILDCARD", 0)?;
        checked.push(json!({ "scanFrequency": frequency, "repositoryFilters": filters }));
    }
    let configuration = json!({ "scanType": scan_type, "rules": checked });
    context
        .store
        .change(|state| {
            state.scanning = Some(configuration.clone());
            state.enhanced_scanning = scan_type == "ENHANCED";
            Ok::<_, EcrError>(json!({ "registryScanningConfiguration": configuration }))
        })
        .await
}

/// Handles BatchGetRepositoryScanningConfiguration. Without a rule that applies, the flag of the repository does.
pub(super) fn batch_get_scanning(
    context: &ServerContext,
    input: &Input,
) -> Result<Value, EcrError> {
    let names = input.texts("repositoryNames")?.unwrap_or_default();
    if names.is_empty() || names.len() > 25 {
        let text = "Member must have length between 1 and 25";
        return Err(EcrError::parameter("repositoryNames", text));
    }
    let configuration = scanning(context);
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    context.store.read(|state| {
        for name in names {
            let Some(repository) = state.repositories.get(&name) else {
                failures.push(json!({
                    "repositoryName": name,
                    "failureCode": "REPOSITORY_NOT_FOUND",
                    "failureReason": context.repository_not_found(&name),
                }));
                continue;
            };
            let rules = configuration["rules"].as_array().map(Vec::as_slice).unwrap_or_default();
            let applied = |rule: &&Value| -> Vec<Value> {
                let filters = rule["repositoryFilters"].as_array().cloned().unwrap_or_default();
                let matches = |one: &Value| matches(one["filter"].as_str().unwrap_or(""), &name);
                filters.into_iter().filter(matches).collect()
            };
            let rule = rules.iter().find(|rule| !applied(rule).is_empty());
            let frequency = match rule {
                Some(rule) => rule["scanFrequency"].as_str().unwrap_or("MANUAL"),
                None if repository.scan_on_push => "SCAN_ON_PUSH",
                None => "MANUAL",
            };
            found.push(json!({
                "repositoryArn": context.repository_arn(&name),
                "repositoryName": name,
                "scanOnPush": frequency != "MANUAL",
                "scanFrequency": frequency,
                "appliedScanFilters": rule.as_ref().map(applied).unwrap_or_default(),
            }));
        }
    });
    Ok(json!({ "scanningConfigurations": found, "failures": failures }))
}

/// Handles DescribeRegistry.
pub(super) fn describe(context: &ServerContext) -> Value {
    let known = context.store.read(|state| state.replication.clone());
    json!({
        "registryId": context.options.account_id,
        "replicationConfiguration": known.unwrap_or_else(|| json!({ "rules": [] })),
    })
}

/// Handles PutReplicationConfiguration.
pub(super) async fn put_replication(
    context: &Arc<ServerContext>,
    input: &Input,
) -> Result<Value, EcrError> {
    let missing = || EcrError::parameter("replicationConfiguration", "Member must not be null");
    let configuration = input.object("replicationConfiguration")?.ok_or_else(missing)?;
    let mut checked = Vec::new();
    for rule in rules(&configuration, MAX_REPLICATION_RULES)? {
        let destinations = rule.sized_list("destinations", 0, 100)?.cloned().unwrap_or_default();
        for destination in &destinations {
            let (region, account) = (&destination["region"], &destination["registryId"]);
            let is_account = account.as_str().is_some_and(|account| {
                account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit())
            });
            if !is_account {
                let text = "Member must satisfy regular expression pattern: [0-9]{12}";
                return Err(EcrError::parameter("registryId", text));
            }
            let is_own =
                *account == context.options.account_id && *region == context.options.region;
            if is_own || region.as_str().is_none_or(str::is_empty) {
                let text = "The destination can't be the source registry";
                return Err(EcrError::new("InvalidParameterException", text));
            }
        }
        let mut one = json!({ "destinations": destinations });
        let filters = filters(&rule, "PREFIX_MATCH", 1)?;
        if !filters.is_empty() {
            one["repositoryFilters"] = filters.into();
        }
        checked.push(one);
    }
    let configuration = json!({ "rules": checked });
    context
        .store
        .change(|state| {
            state.replication = Some(configuration.clone());
            Ok::<_, EcrError>(json!({ "replicationConfiguration": configuration }))
        })
        .await
}

/// Handles ListReplicationBackfills. Practice mode replicates nothing.
pub(super) fn list_backfills(context: &ServerContext, input: &Input) -> Result<Value, EcrError> {
    let page = Page::with_size(input, 100, 1000)?;
    let (backfills, token) = page.cut(std::iter::empty::<(String, Value)>());
    let account = &context.options.account_id;
    Ok(with_token(json!({ "registryId": account, "backfills": backfills }), token))
}

fn policy(context: &ServerContext, text: &str) -> Value {
    json!({ "registryId": context.options.account_id, "policyText": text })
}

fn no_policy(context: &ServerContext) -> EcrError {
    let account = &context.options.account_id;
    let text = format!("Registry policy does not exist in the registry with id '{account}'");
    EcrError::new("RegistryPolicyNotFoundException", text)
}

/// Handles GetRegistryPolicy.
pub(super) fn get_policy(context: &ServerContext) -> Result<Value, EcrError> {
    let known = context.store.read(|state| state.registry_policy.clone());
    known.map(|text| policy(context, &text)).ok_or_else(|| no_policy(context))
}

/// Handles PutRegistryPolicy.
pub(super) async fn put_policy(
    context: &Arc<ServerContext>,
    input: &Input,
) -> Result<Value, EcrError> {
    let text = input.required("policyText")?.to_owned();
    let is_policy =
        serde_json::from_str::<Value>(&text).is_ok_and(|policy| policy["Statement"].is_array());
    if text.len() > MAX_POLICY_CHARACTERS || !is_policy {
        let text = "Invalid registry policy provided";
        return Err(EcrError::new("InvalidParameterException", text));
    }
    context
        .store
        .change(|state| {
            state.registry_policy = Some(text.clone());
            Ok::<_, EcrError>(policy(context, &text))
        })
        .await
}

/// Handles DeleteRegistryPolicy.
pub(super) async fn delete_policy(context: &Arc<ServerContext>) -> Result<Value, EcrError> {
    context
        .store
        .change(|state| {
            let text = state.registry_policy.take().ok_or_else(|| no_policy(context))?;
            Ok(policy(context, &text))
        })
        .await
}

fn no_signing() -> EcrError {
    EcrError::new("SigningConfigurationNotFoundException", "No signing configuration exists")
}

/// Handles GetSigningConfiguration.
pub(super) fn get_signing(context: &ServerContext) -> Result<Value, EcrError> {
    let known = context.store.read(|state| state.signing.clone()).ok_or_else(no_signing)?;
    Ok(json!({ "registryId": context.options.account_id, "signingConfiguration": known }))
}

/// Handles PutSigningConfiguration.
pub(super) async fn put_signing(
    context: &Arc<ServerContext>,
    input: &Input,
) -> Result<Value, EcrError> {
    let missing = || EcrError::parameter("signingConfiguration", "Member must not be null");
    let configuration = input.object("signingConfiguration")?.ok_or_else(missing)?;
    let mut checked = Vec::new();
    for rule in rules(&configuration, MAX_SIGNING_RULES)? {
        let profile = rule.required("signingProfileArn")?;
        if !(profile.starts_with("arn:aws") && profile.contains(":/signing-profiles/")) {
            let text = "must be the ARN of a signing profile";
            return Err(EcrError::parameter("signingProfileArn", text));
        }
        let mut one = json!({ "signingProfileArn": profile });
        let filters = filters(&rule, "WILDCARD_MATCH", 1)?;
        if !filters.is_empty() {
            one["repositoryFilters"] = filters.into();
        }
        checked.push(one);
    }
    let configuration = json!({ "rules": checked });
    context
        .store
        .change(|state| {
            state.signing = Some(configuration.clone());
            Ok::<_, EcrError>(json!({ "signingConfiguration": configuration }))
        })
        .await
}

/// Handles DeleteSigningConfiguration.
pub(super) async fn delete_signing(context: &Arc<ServerContext>) -> Result<Value, EcrError> {
    context
        .store
        .change(|state| {
            let known = state.signing.take().ok_or_else(no_signing)?;
            Ok(json!({ "registryId": context.options.account_id, "signingConfiguration": known }))
        })
        .await
}
