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
        let is_explicit = match decision {
            PolicyEvaluationDecisionType::Allowed => return PermissionStatus::Allowed,
            PolicyEvaluationDecisionType::ExplicitDeny => true,
            PolicyEvaluationDecisionType::ImplicitDeny => false,
            // A decision of a later IAM, which may allow the action or deny it.
            _ => return PermissionStatus::unknown(PermissionUnknownReason::NotAsked),
        };
        let denial = if !missing.is_empty() {
            return PermissionStatus::conditional(missing.to_vec());
        } else if by_organization {
            PermissionDenialReason::Organization
        } else if by_boundary {
            PermissionDenialReason::Boundary
        } else if is_explicit {
            PermissionDenialReason::Denied
        } else if action.starts_with("kms:") {
            // The policy of the key applies as well, and either may allow the action.
            return PermissionStatus::unknown(PermissionUnknownReason::OtherPolicy);
        } else {
            PermissionDenialReason::NotGranted
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

#[cfg(test)]
mod tests {
    use aws_sdk_iam::types::builders::EvaluationResultBuilder;
    use aws_sdk_iam::types::{
        OrganizationsDecisionDetail, PermissionsBoundaryDecisionDetail, ResourceSpecificResult,
    };

    use super::*;

    const REPOSITORY: &str = "arn:aws:ecr:eu-west-1:123456789012:repository/app";

    /// What IAM says beside its decision.
    type Detail = fn(EvaluationResultBuilder) -> EvaluationResultBuilder;

    fn recorded(result: &EvaluationResult) -> PermissionStatus {
        let mut results = PermissionResults::new();
        record_result(result, &[REPOSITORY.to_owned()], &mut results);
        let key = (result.eval_action_name().to_owned(), REPOSITORY.to_owned());
        results.remove(&key).unwrap()
    }

    /// A decision that this version doesn't know is never a permission, and no denial either.
    #[test]
    fn each_decision_has_its_status() {
        let nothing: Detail = |result| result;
        let condition: Detail = |result| result.missing_context_values("aws:SourceVpc");
        let organization: Detail = |result| {
            let detail = OrganizationsDecisionDetail::builder().allowed_by_organizations(false);
            result.organizations_decision_detail(detail.build())
        };
        let boundary: Detail = |result| {
            let detail = PermissionsBoundaryDecisionDetail::builder();
            let detail = detail.allowed_by_permissions_boundary(false);
            result.permissions_boundary_decision_detail(detail.build())
        };
        let missing = |denial| PermissionStatus::Missing { denial };
        let not_known = || PermissionStatus::unknown(PermissionUnknownReason::NotAsked);
        let conditional = || PermissionStatus::conditional(vec!["aws:SourceVpc".to_owned()]);
        let (image, key) = ("ecr:PutImage", "kms:CreateGrant");
        for (decision, action, detail, expected) in [
            ("allowed", image, nothing, PermissionStatus::Allowed),
            ("explicitDeny", image, nothing, missing(PermissionDenialReason::Denied)),
            ("implicitDeny", image, nothing, missing(PermissionDenialReason::NotGranted)),
            ("implicitDeny", image, condition, conditional()),
            ("implicitDeny", image, organization, missing(PermissionDenialReason::Organization)),
            ("implicitDeny", image, boundary, missing(PermissionDenialReason::Boundary)),
            ("explicitDeny", key, nothing, missing(PermissionDenialReason::Denied)),
            (
                "implicitDeny",
                key,
                nothing,
                PermissionStatus::unknown(PermissionUnknownReason::OtherPolicy),
            ),
            ("allowedAfterApproval", image, nothing, not_known()),
            ("allowedAfterApproval", image, condition, not_known()),
            ("allowedAfterApproval", image, organization, not_known()),
            ("allowedAfterApproval", key, nothing, not_known()),
            ("Allowed", image, nothing, not_known()),
            ("", image, nothing, not_known()),
        ] {
            let decision = PolicyEvaluationDecisionType::from(decision);
            let result = || {
                let result = EvaluationResult::builder().eval_action_name(action);
                detail(result.eval_resource_name(REPOSITORY))
            };
            let overall = result().eval_decision(decision.clone()).build().unwrap();
            assert_eq!(recorded(&overall), expected, "{decision:?} of {action}");
            // The same for one of several resources, of which the overall decision says nothing.
            let specific = ResourceSpecificResult::builder()
                .eval_resource_name(REPOSITORY)
                .eval_resource_decision(decision.clone())
                .set_missing_context_values(overall.missing_context_values.clone());
            let several = result()
                .eval_decision(PolicyEvaluationDecisionType::Allowed)
                .resource_specific_results(specific.build().unwrap());
            let several = several.build().unwrap();
            assert_eq!(recorded(&several), expected, "{decision:?} of {action} on one resource");
        }
    }
}
