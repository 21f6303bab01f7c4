//! Checks permissions with IAM's policy simulation.

use std::collections::BTreeMap;

use aws_sdk_iam::types::{
    ContextEntry, ContextKeyTypeEnum, EvaluationResult, PolicyEvaluationDecisionType,
};

use crate::error::AwsError;
use crate::permissions::permission::{
    Permission, PermissionDenialReason, PermissionResults, PermissionStatus,
    PermissionUnknownReason,
};
use crate::permissions::principal::Principal;
use crate::sdk_error::Call;
use crate::session::aws_session::AwsSession;

/// Resources per call, so that neither the request nor the response exceeds IAM's limits.
const RESOURCE_BATCH_SIZE: usize = 25;

/// Results per page. Source: the maximum of `MaxItems` in IAM's API reference.
const PAGE_SIZE: i32 = 1000;

/// Simulates every permission whose resources are fully named. Results are recorded as they arrive.
///
/// # Errors
/// The first failure. Earlier results are kept.
pub(super) async fn simulate(
    session: &AwsSession,
    principal: &Principal,
    wanted: &[Permission],
    results: &mut PermissionResults,
) -> Result<(), AwsError> {
    let source = source_arn(session, principal).await;
    for (resources, actions) in by_resources(wanted) {
        for some in resources.chunks(RESOURCE_BATCH_SIZE) {
            simulate_batch(session, &source, &actions, some, results).await?;
        }
    }
    Ok(())
}

/// Returns the ARN of the role itself if GetRole is allowed: only that includes the path.
async fn source_arn(session: &AwsSession, principal: &Principal) -> String {
    if let Principal::Role { name, .. } = principal {
        let response = session.iam().get_role().role_name(name).send().await;
        if let Ok(output) = response
            && let Some(role) = output.role()
        {
            return role.arn().to_owned();
        }
    }
    principal.likely_arns().into_iter().next().unwrap_or_default()
}

/// Groups the actions by resources, so that few calls cover many actions. A resource with a wildcard
/// means an unknown name, which the simulation would take literally.
fn by_resources(wanted: &[Permission]) -> BTreeMap<Vec<String>, Vec<String>> {
    let mut groups: BTreeMap<Vec<String>, Vec<String>> = BTreeMap::new();
    for permission in wanted {
        let named = |resource: &&String| *resource == "*" || !resource.contains('*');
        let resources: Vec<_> = permission.resources.iter().filter(named).cloned().collect();
        if !resources.is_empty() {
            groups.entry(resources).or_default().push(permission.action.clone());
        }
    }
    groups
}

async fn simulate_batch(
    session: &AwsSession,
    source: &str,
    actions: &[String],
    resources: &[String],
    results: &mut PermissionResults,
) -> Result<(), AwsError> {
    let call = Call::new(session.caller(), "iam:SimulatePrincipalPolicy");
    let region = ContextEntry::builder()
        .context_key_name("aws:RequestedRegion")
        .context_key_values(session.region().as_str())
        .context_key_type(ContextKeyTypeEnum::String)
        .build();
    let mut pages = session
        .iam()
        .simulate_principal_policy()
        .policy_source_arn(source)
        .set_action_names(Some(actions.to_vec()))
        .set_resource_arns(Some(resources.to_vec()))
        .context_entries(region)
        .into_paginator()
        .page_size(PAGE_SIZE)
        .items()
        .send();
    while let Some(next) = pages.next().await {
        record_result(&next.map_err(|error| call.failed(error))?, resources, results);
    }
    Ok(())
}

/// Records a result: of one resource, of each of several, or of all resources of the request.
fn record_result(result: &EvaluationResult, requested: &[String], results: &mut PermissionResults) {
    let action = result.eval_action_name();
    let by_organization = result
        .organizations_decision_detail()
        .is_some_and(|detail| !detail.allowed_by_organizations());
    let by_boundary = result
        .permissions_boundary_decision_detail()
        .is_some_and(|detail| !detail.allowed_by_permissions_boundary());
    let status = |decision: &PolicyEvaluationDecisionType, missing: &[String]| {
        let denial = match decision {
            PolicyEvaluationDecisionType::Allowed => return PermissionStatus::Allowed,
            _ if !missing.is_empty() => {
                return PermissionStatus::conditional(missing.to_vec());
            }
            _ if by_organization => PermissionDenialReason::Organization,
            _ if by_boundary => PermissionDenialReason::Boundary,
            PolicyEvaluationDecisionType::ExplicitDeny => PermissionDenialReason::Denied,
            // The policy of the key applies as well, and either may allow the action.
            _ if action.starts_with("kms:") => {
                return PermissionStatus::unknown(PermissionUnknownReason::OtherPolicy);
            }
            PolicyEvaluationDecisionType::ImplicitDeny => PermissionDenialReason::NotGranted,
            // A decision of a later IAM, which may allow the action.
            _ => return PermissionStatus::unknown(PermissionUnknownReason::NotAsked),
        };
        PermissionStatus::Missing { denial }
    };
    let mut record = |resource: &str, status: PermissionStatus| {
        results.insert((action.to_owned(), resource.to_owned()), status);
    };
    let overall = status(result.eval_decision(), result.missing_context_values());
    match result.eval_resource_name().filter(|name| requested.iter().any(|one| one == name)) {
        Some(resource) => record(resource, overall),
        None => requested.iter().for_each(|resource| record(resource, overall.clone())),
    }
    for specific in result.resource_specific_results() {
        let own = status(specific.eval_resource_decision(), specific.missing_context_values());
        record(specific.eval_resource_name(), own);
    }
}
