//! Tests of the permission check against a local IAM, KMS and ECR.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use crate::permissions::permission::PermissionDenialReason;
use crate::testing::{CannedResponse, LocalAws, RecordedRequest, session_at};

const USER: &str = "arn:aws:iam::123456789012:user/ada";
const APP: &str = "arn:aws:ecr:eu-west-1:123456789012:repository/app";
const NEW: &str = "arn:aws:ecr:eu-west-1:123456789012:repository/new";

fn permission(action: &str, resources: &[&str]) -> Permission {
    let resources = resources.iter().map(|&resource| resource.to_owned()).collect();
    Permission { action: action.to_owned(), resources }
}

/// Returns the values of a list, such as `ActionNames.member.1`.
fn members(request: &RecordedRequest, list: &str) -> Vec<String> {
    let start = format!("{list}.member.");
    let of = |(key, value): &(String, String)| key.starts_with(&start).then(|| value.clone());
    request.form.iter().filter_map(of).collect()
}

fn field<'a>(request: &'a RecordedRequest, name: &str) -> Option<&'a str> {
    request.form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// A simulation with one decision per action and resource.
fn simulated(
    request: &RecordedRequest,
    decide: impl Fn(&str, &str) -> &'static str,
) -> CannedResponse {
    let resources = members(request, "ResourceArns");
    let results: String = members(request, "ActionNames")
        .iter()
        .flat_map(|action| resources.iter().map(move |resource| (action, resource)))
        .map(|(action, resource)| {
            format!(
                "<member><EvalActionName>{action}</EvalActionName>\
                 <EvalResourceName>{resource}</EvalResourceName>{}</member>",
                decide(action, resource)
            )
        })
        .collect();
    CannedResponse::xml(format!(
        "<SimulatePrincipalPolicyResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\">\
         <SimulatePrincipalPolicyResult><IsTruncated>false</IsTruncated>\
         <EvaluationResults>{results}</EvaluationResults></SimulatePrincipalPolicyResult>\
         </SimulatePrincipalPolicyResponse>"
    ))
}

const ALLOWED: &str = "<EvalDecision>allowed</EvalDecision>";
const NOT_GRANTED: &str = "<EvalDecision>implicitDeny</EvalDecision>";

fn status<'a>(check: &'a PermissionCheck, action: &str) -> &'a PermissionStatus {
    &check.permissions.iter().find(|one| one.action == action).unwrap().status
}

#[tokio::test]
async fn a_simulation_has_a_result_for_each_action_and_resource() {
    let aws = LocalAws::start(|request| {
        simulated(request, |action, resource| match (action, resource) {
            ("ecr:CreateRepository", _) => NOT_GRANTED,
            ("ecr:PutImage", NEW) => "<EvalDecision>explicitDeny</EvalDecision>",
            ("ecr:TagResource", _) => {
                "<EvalDecision>implicitDeny</EvalDecision><MissingContextValues>\
                 <member>aws:RequestTag/team</member></MissingContextValues>"
            }
            ("ecr:PutLifecyclePolicy", _) => {
                "<EvalDecision>implicitDeny</EvalDecision><OrganizationsDecisionDetail>\
                 <AllowedByOrganizations>false</AllowedByOrganizations>\
                 </OrganizationsDecisionDetail>"
            }
            ("kms:CreateGrant", _) => NOT_GRANTED,
            _ => ALLOWED,
        })
    })
    .await;
    let wanted = [
        permission("ecr:GetAuthorizationToken", &["*"]),
        permission("ecr:CreateRepository", &[NEW]),
        permission("ecr:TagResource", &[NEW]),
        permission("ecr:PutLifecyclePolicy", &[NEW]),
        permission("ecr:PutImage", &[APP, NEW]),
        permission("ecr:InitiateLayerUpload", &[APP, NEW]),
        permission("kms:CreateGrant", &["arn:aws:kms:eu-west-1:123456789012:key/1"]),
        permission("kms:DescribeKey", &["arn:aws:kms:eu-west-1:123456789012:key/*"]),
    ];
    let check = session_at(&aws).await.check_permissions(USER, &wanted).await;
    assert_eq!(check.basis, CheckMethod::Simulation);
    for (action, expected) in [
        ("ecr:GetAuthorizationToken", PermissionStatus::Allowed),
        (
            "ecr:CreateRepository",
            PermissionStatus::Missing { denial: PermissionDenialReason::NotGranted },
        ),
        ("ecr:TagResource", PermissionStatus::conditional(vec!["aws:RequestTag/team".to_owned()])),
        (
            "ecr:PutLifecyclePolicy",
            PermissionStatus::Missing { denial: PermissionDenialReason::Organization },
        ),
        ("ecr:PutImage", PermissionStatus::Missing { denial: PermissionDenialReason::Denied }),
        ("ecr:InitiateLayerUpload", PermissionStatus::Allowed),
        ("kms:CreateGrant", PermissionStatus::unknown(PermissionUnknownReason::OtherPolicy)),
        ("kms:DescribeKey", PermissionStatus::unknown(PermissionUnknownReason::NotAsked)),
    ] {
        assert_eq!(*status(&check, action), expected, "{action}");
    }
    // Only the repository without the permission is listed.
    assert_eq!(check.permissions[4].resources, [NEW]);
    let requests = aws.requests();
    // Only a key is described; no other call is made.
    let (described, requests): (Vec<_>, Vec<_>) =
        requests.into_iter().partition(|request| request.operation == "DescribeKey");
    assert_eq!(described.len(), 1);
    assert!(
        requests.iter().all(|request| request.operation == "SimulatePrincipalPolicy"),
        "{requests:?}"
    );
    assert!(requests.iter().all(|request| field(request, "PolicySourceArn") == Some(USER)));
    let region = field(&requests[0], "ContextEntries.member.1.ContextKeyValues.member.1");
    assert_eq!(region, Some("eu-west-1"));
}

#[tokio::test]
async fn resource_results_and_further_pages_count() {
    let first = AtomicBool::new(true);
    let aws = LocalAws::start(move |_| {
        let (results, more) = if first.swap(false, Ordering::SeqCst) {
            let results = format!(
                "<member><EvalActionName>ecr:PutImage</EvalActionName>\
                 <EvalResourceName>*</EvalResourceName><EvalDecision>implicitDeny</EvalDecision>\
                 <ResourceSpecificResults><member><EvalResourceName>{APP}</EvalResourceName>\
                 <EvalResourceDecision>allowed</EvalResourceDecision></member><member>\
                 <EvalResourceName>{NEW}</EvalResourceName>\
                 <EvalResourceDecision>implicitDeny</EvalResourceDecision></member>\
                 </ResourceSpecificResults></member>"
            );
            (results, "<IsTruncated>true</IsTruncated><Marker>2</Marker>")
        } else {
            let results = format!(
                "<member><EvalActionName>ecr:TagResource</EvalActionName>\
                 <EvalResourceName>*</EvalResourceName>{ALLOWED}</member>"
            );
            (results, "<IsTruncated>false</IsTruncated>")
        };
        CannedResponse::xml(format!(
            "<SimulatePrincipalPolicyResponse><SimulatePrincipalPolicyResult>{more}\
             <EvaluationResults>{results}</EvaluationResults></SimulatePrincipalPolicyResult>\
             </SimulatePrincipalPolicyResponse>"
        ))
    })
    .await;
    let wanted =
        [permission("ecr:PutImage", &[APP, NEW]), permission("ecr:TagResource", &[APP, NEW])];
    let check = session_at(&aws).await.check_permissions(USER, &wanted).await;
    assert_eq!(
        check.permissions[0].status,
        PermissionStatus::Missing { denial: PermissionDenialReason::NotGranted }
    );
    assert_eq!(check.permissions[0].resources, [NEW]);
    assert_eq!(check.permissions[1].status, PermissionStatus::Allowed);
    assert_eq!(field(&aws.requests()[1], "Marker"), Some("2"));
}

#[tokio::test]
async fn a_role_is_simulated_by_its_own_arn_with_the_path() {
    let can_describe = Arc::new(AtomicBool::new(true));
    let flag = Arc::clone(&can_describe);
    let aws = LocalAws::start(move |request| match request.operation.as_str() {
        "GetRole" if flag.load(Ordering::SeqCst) => CannedResponse::xml(
            "<GetRoleResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><GetRoleResult>\
             <Role><Path>/ci/</Path><RoleName>push</RoleName><RoleId>AROA</RoleId>\
             <Arn>arn:aws:iam::123456789012:role/ci/push</Arn>\
             <CreateDate>2026-01-01T00:00:00Z</CreateDate></Role></GetRoleResult>\
             </GetRoleResponse>"
                .to_owned(),
        ),
        "GetRole" => CannedResponse::xml_error(403, "AccessDenied", "not authorized"),
        _ => simulated(request, |_, _| ALLOWED),
    })
    .await;
    let session = session_at(&aws).await;
    let caller = "arn:aws:sts::123456789012:assumed-role/push/session";
    let wanted = [permission("ecr:PutImage", &[APP])];
    session.check_permissions(caller, &wanted).await;
    can_describe.store(false, Ordering::SeqCst);
    session.check_permissions(caller, &wanted).await;
    let requests = aws.requests();
    let sources: Vec<_> =
        requests.iter().filter_map(|request| field(request, "PolicySourceArn")).collect();
    assert_eq!(
        sources,
        ["arn:aws:iam::123456789012:role/ci/push", "arn:aws:iam::123456789012:role/push"]
    );
}

#[tokio::test]
async fn without_a_simulation_only_read_only_calls_are_made() {
    let aws = LocalAws::start(|request| match request.operation.as_str() {
        "SimulatePrincipalPolicy" => {
            CannedResponse::xml_error(403, "AccessDenied", "not authorized")
        }
        "DescribeImages" => CannedResponse::error(400, "RepositoryNotFoundException", "not there"),
        "BatchGetImage" => CannedResponse::error(400, "AccessDeniedException", "not authorized"),
        "ListImages" => CannedResponse::error(400, "ThrottlingException", "slow down"),
        "GetDownloadUrlForLayer" => {
            CannedResponse::error(400, "LayersNotFoundException", "no layer")
        }
        _ => CannedResponse::json(serde_json::json!({})),
    })
    .await;
    let actions = [
        ("ecr:GetAuthorizationToken", PermissionStatus::Allowed),
        ("ecr:DescribeImages", PermissionStatus::Allowed),
        ("ecr:ListImages", PermissionStatus::unknown(PermissionUnknownReason::NotAsked)),
        ("ecr:BatchCheckLayerAvailability", PermissionStatus::Allowed),
        (
            "ecr:BatchGetImage",
            PermissionStatus::Missing { denial: PermissionDenialReason::CallRefused },
        ),
        ("ecr:GetDownloadUrlForLayer", PermissionStatus::Allowed),
        ("ecr:CreateRepository", PermissionStatus::unknown(PermissionUnknownReason::NotAsked)),
        ("ecr:InitiateLayerUpload", PermissionStatus::unknown(PermissionUnknownReason::NotAsked)),
        ("ecr:PutImage", PermissionStatus::unknown(PermissionUnknownReason::NotAsked)),
    ];
    let wanted: Vec<_> = actions.iter().map(|(action, _)| permission(action, &[APP])).collect();
    let check = session_at(&aws).await.check_permissions(USER, &wanted).await;
    assert_eq!(check.basis, CheckMethod::Calls);
    assert!(
        matches!(&check.simulation_error, Some(AwsError::AccessDenied { action, .. })
            if action == "iam:SimulatePrincipalPolicy"),
        "{:?}",
        check.simulation_error
    );
    for (action, expected) in &actions {
        assert_eq!(status(&check, action), expected, "{action}");
    }
    let writing = ["CreateRepository", "InitiateLayerUpload", "PutImage"];
    assert!(!aws.requests().iter().any(|request| writing.contains(&request.operation.as_str())));
}

/// A KMS with one key and one alias.
fn kms(request: &RecordedRequest, can_describe: bool) -> CannedResponse {
    match request.json["KeyId"].as_str() {
        _ if !can_describe => CannedResponse::error(400, "AccessDeniedException", "not authorized"),
        Some(ALIAS | KEY) => {
            CannedResponse::json(serde_json::json!({"KeyMetadata": {"KeyId": "1234", "Arn": KEY}}))
        }
        _ => CannedResponse::error(400, "NotFoundException", "no such key"),
    }
}

const ALIAS: &str = "arn:aws:kms:eu-west-1:123456789012:alias/mine";
const KEY: &str = "arn:aws:kms:eu-west-1:123456789012:key/1234";
const ANY_KEY: &str = "arn:aws:kms:eu-west-1:123456789012:key/*";

#[tokio::test]
async fn an_alias_is_resolved_to_its_key() {
    for (alias, can_describe, granted, describe, grant, resource) in [
        // The policy of the key allows the description, whatever the caller's policies say.
        (ALIAS, true, true, PermissionStatus::Allowed, PermissionStatus::Allowed, KEY),
        (
            ALIAS,
            true,
            false,
            PermissionStatus::Allowed,
            PermissionStatus::unknown(PermissionUnknownReason::OtherPolicy),
            KEY,
        ),
        (KEY, true, true, PermissionStatus::Allowed, PermissionStatus::Allowed, KEY),
        // Without DescribeKey the key behind the alias is unknown.
        (
            ALIAS,
            false,
            true,
            PermissionStatus::unknown(PermissionUnknownReason::OtherPolicy),
            PermissionStatus::unknown(PermissionUnknownReason::NotAsked),
            ANY_KEY,
        ),
        // The policy of the key may deny what the caller's policies allow.
        (
            KEY,
            false,
            true,
            PermissionStatus::unknown(PermissionUnknownReason::OtherPolicy),
            PermissionStatus::Allowed,
            KEY,
        ),
        (
            "arn:aws:kms:eu-west-1:123456789012:alias/none",
            true,
            true,
            PermissionStatus::unknown(PermissionUnknownReason::NotAsked),
            PermissionStatus::unknown(PermissionUnknownReason::NotAsked),
            ANY_KEY,
        ),
    ] {
        let aws = LocalAws::start(move |request| match request.operation.as_str() {
            "DescribeKey" => kms(request, can_describe),
            _ => simulated(request, |_, _| if granted { ALLOWED } else { NOT_GRANTED }),
        })
        .await;
        let wanted =
            [permission("kms:CreateGrant", &[alias]), permission("kms:DescribeKey", &[alias])];
        let check = session_at(&aws).await.check_permissions(USER, &wanted).await;
        assert_eq!(
            *status(&check, "kms:DescribeKey"),
            describe,
            "{alias} {can_describe} {granted}"
        );
        assert_eq!(*status(&check, "kms:CreateGrant"), grant, "{alias} {can_describe} {granted}");
        // The policy for the administrator names the key.
        assert_eq!(check.wanted[0].resources, [resource]);
        let requests = aws.requests();
        let writes = requests.iter().any(|one| one.operation == "CreateGrant");
        assert!(!writes, "a grant was made to try it");
        assert_eq!(requests.iter().filter(|one| one.operation == "DescribeKey").count(), 1);
    }
}

#[tokio::test]
async fn the_root_user_needs_no_check() {
    let aws = LocalAws::start(|_| CannedResponse::error(400, "AccessDeniedException", "no")).await;
    let wanted = [permission("ecr:PutImage", &[APP])];
    let root = "arn:aws:iam::123456789012:root";
    let check = session_at(&aws).await.check_permissions(root, &wanted).await;
    assert_eq!(
        (check.basis, &check.permissions[0].status),
        (CheckMethod::Root, &PermissionStatus::Allowed)
    );
    assert!(aws.requests().is_empty());
}
