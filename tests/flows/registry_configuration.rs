//! The registry settings on the practice ECR: each part read alone and changed, and the AWS CLI as a second opinion.

mod cache_rules;
mod templates;

use anyhow::{Context, Result};
use serde_json::json;
use transload_contract::{
    RegistryChange, RegistryPart, RegistryScanning, ReplicationDestination, ReplicationRule,
    ScanFrequency, ScanType, ScanningRule, SigningRule,
};
use transload_errors::ErrorCode;
use transload_practice::{FaultAction, FaultRule};
use transload_tests::ecr::Ecr;
use transload_tests::headless_app::{HeadlessApp, api_error};

use crate::explorer::aws;
use cache_rules::{Case, ROLE};

fn scanning() -> RegistryScanning {
    let rule = |frequency: ScanFrequency, filter: &str| ScanningRule {
        frequency: frequency.into(),
        filters: vec![filter.to_owned().into()],
    };
    RegistryScanning {
        scan_type: ScanType::Enhanced.into(),
        rules: vec![rule(ScanFrequency::OnPush, "dev*"), rule(ScanFrequency::Continuous, "prod*")],
    }
}

fn replication() -> Vec<ReplicationRule> {
    let to = |region: &str| ReplicationDestination {
        region: region.to_owned(),
        account: "111122223333".to_owned(),
    };
    vec![
        ReplicationRule {
            destinations: vec![to("us-east-1"), to("us-west-2")],
            prefixes: vec!["prod".to_owned().into()],
        },
        ReplicationRule { destinations: vec![to("ap-south-1")], prefixes: Vec::new() },
    ]
}

fn signing() -> Vec<SigningRule> {
    let profile = "arn:aws:signer:eu-central-1:111122223333:/signing-profiles/ours".to_owned();
    vec![SigningRule { profile, filters: vec!["prod/*".to_owned().into()] }]
}

/// Source: Amazon ECR user guide, "Private registry policy examples".
const POLICY: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"ReplicationAccessCrossAccount","Effect":"Allow",
    "Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":["ecr:CreateRepository","ecr:ReplicateImage"],
    "Resource":["arn:aws:ecr:eu-central-1:111122223333:repository/*"]}]}"#;

/// The policy in words.
const SENTENCE: &str =
    "Allow account 444455556666 to replicate images into this registry and create repositories.";

fn cases() -> [Case; 12] {
    [
        (
            |known| RegistryChange::Scanning {
                before: known.scanning.clone().unwrap_or_default(),
                scanning: scanning(),
            },
            |known| known.scanning = Some(scanning()),
        ),
        (
            |_| RegistryChange::Replication { before: Vec::new(), rules: replication() },
            |known| known.replication = Some(replication()),
        ),
        (
            |_| RegistryChange::Replication { before: replication(), rules: Vec::new() },
            |known| known.replication = Some(Vec::new()),
        ),
        (
            |_| RegistryChange::BlobMounting { is_on: true },
            |known| known.blob_mounting = Some(true.into()),
        ),
        (
            |_| RegistryChange::BlobMounting { is_on: false },
            |known| known.blob_mounting = Some(false.into()),
        ),
        (
            |_| RegistryChange::Policy { before: None, text: Some(POLICY.to_owned()) },
            |known| known.policy = Some(POLICY.to_owned()),
        ),
        (
            |_| RegistryChange::Policy { before: Some(POLICY.to_owned()), text: None },
            |known| known.policy = Some(String::new()),
        ),
        (
            |_| RegistryChange::Signing { before: Vec::new(), rules: signing() },
            |known| known.signing = Some(signing()),
        ),
        (
            |_| RegistryChange::Signing { before: signing(), rules: Vec::new() },
            |known| known.signing = Some(Vec::new()),
        ),
        (|_| RegistryChange::Signing { before: Vec::new(), rules: Vec::new() }, |_| {}),
        (
            |_| RegistryChange::ExclusionAdd { principal: ROLE.to_owned() },
            |known| known.exclusions = Some(vec![ROLE.to_owned()]),
        ),
        (
            |_| RegistryChange::ExclusionRemove { principal: ROLE.to_owned() },
            |known| known.exclusions = Some(Vec::new()),
        ),
    ]
}

#[tokio::test]
async fn each_part_is_changed_and_read_again() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let app = HeadlessApp::new(ecr.home()?, None)?;
    let read = async || app.api.registry_configuration(ecr.connection()).await.map_err(api_error);
    let mut expected = read().await?;
    assert_eq!(expected.errors, []);
    assert_eq!(expected.principal.as_deref(), Some("arn:aws:iam::111122223333:user/practice"));
    assert_eq!(expected.scanning, Some(RegistryScanning::default()));
    assert_eq!(expected.backfills, Some(Vec::new()));
    let mut known = expected.clone();
    let cases = cases().into_iter().chain(cache_rules::cases()).chain(templates::cases());
    for (change, apply) in cases {
        let change = change(&known);
        app.api.registry_change(ecr.connection(), change.clone()).await.map_err(api_error)?;
        apply(&mut expected);
        known = read().await?;
        let mut found = known.clone();
        for rule in found.cache_rules.iter_mut().flatten() {
            assert!(rule.created_at_ms.take().is_some(), "{change:?}");
        }
        let words = found.policy_words.take().unwrap_or_default();
        let sentences: Vec<_> = words.statements.iter().map(|one| one.sentence.as_str()).collect();
        let is_set = expected.policy.as_deref() == Some(POLICY);
        assert_eq!(sentences, if is_set { vec![SENTENCE] } else { vec![] }, "{change:?}");
        assert_eq!(found, expected, "{change:?}");
    }
    let scanning = aws(&ecr, &["get-registry-scanning-configuration"]).await?;
    assert_eq!(scanning["scanningConfiguration"]["rules"][1]["scanFrequency"], "CONTINUOUS_SCAN");
    let rules = aws(&ecr, &["describe-pull-through-cache-rules"]).await?;
    let rule = &rules["pullThroughCacheRules"][0];
    assert_eq!((&rule["upstreamRegistry"], &rule["customRoleArn"]), (&json!("ecr"), &json!(ROLE)));
    let valid = app.api.registry_cache_rule_validate(ecr.connection(), "team".to_owned()).await;
    assert!(valid.map_err(api_error)?.is_valid);
    Ok(())
}

#[tokio::test]
async fn what_someone_else_changed_stays() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let app = HeadlessApp::new(ecr.home()?, None)?;
    let theirs = json!([{ "scanFrequency": "SCAN_ON_PUSH", "repositoryFilters": [{ "filter": "theirs*", "filterType": "WILDCARD" }] }]);
    aws(
        &ecr,
        &[
            "put-registry-scanning-configuration",
            "--scan-type",
            "BASIC",
            "--rules",
            &theirs.to_string(),
        ],
    )
    .await?;
    let now = app.api.registry_configuration(ecr.connection()).await.map_err(api_error)?;
    let outdated = [
        RegistryChange::Scanning { before: RegistryScanning::default(), scanning: scanning() },
        RegistryChange::Replication { before: replication(), rules: Vec::new() },
        RegistryChange::Signing { before: signing(), rules: Vec::new() },
    ];
    for one in outdated {
        let refused = app.api.registry_change(ecr.connection(), one.clone()).await;
        let error = refused.err().context("it was changed")?;
        assert_eq!(error.code, ErrorCode::RegistrySettingChanged, "{one:?}: {}", error.message);
    }
    let still = app.api.registry_configuration(ecr.connection()).await.map_err(api_error)?;
    assert_eq!(still, now);
    Ok(())
}

#[tokio::test]
async fn a_registry_policy_that_someone_else_changed_stays() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let app = HeadlessApp::new(ecr.home()?, None)?;
    let change = async |before: Option<&str>, text: Option<&str>| {
        let (before, text) = (before.map(str::to_owned), text.map(str::to_owned));
        app.api.registry_change(ecr.connection(), RegistryChange::Policy { before, text }).await
    };
    let other = POLICY.replace("444455556666", "777788889999");
    aws(&ecr, &["put-registry-policy", "--policy-text", POLICY]).await?;
    for (before, text) in [(None, Some(other.as_str())), (Some(other.as_str()), None)] {
        let error = change(before, text).await.err().context("it was changed")?;
        assert_eq!(error.code, ErrorCode::RepositoryPolicyChanged, "{}", error.message);
    }
    assert_eq!(aws(&ecr, &["get-registry-policy"]).await?["policyText"], POLICY);
    change(Some(POLICY), Some(&other)).await.map_err(api_error)?;
    aws(&ecr, &["delete-registry-policy"]).await?;
    let error = change(Some(&other), None).await.err().context("it was removed")?;
    assert!(error.message.contains("was removed"), "{}", error.message);
    let words = app.api.registry_policy_words(ecr.connection(), POLICY.to_owned()).await;
    assert_eq!(words.map_err(api_error)?.statements[0].sentence, SENTENCE);
    let words = app.api.registry_policy_words(ecr.connection(), "{".to_owned()).await;
    let problem = words.map_err(api_error)?.problem.context("a problem")?;
    assert!(problem.contains("The registry policy is not JSON"), "{problem}");
    Ok(())
}

#[tokio::test]
async fn a_registry_policy_that_ecr_would_refuse_is_refused_before_a_call() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let Ecr::Practice { practice, .. } = &ecr else { anyhow::bail!("it is the practice ECR") };
    let app = HeadlessApp::new(ecr.home()?, None)?;
    let long = POLICY.replace("444455556666", &"4".repeat(10_240));
    for (text, expected) in [
        ("", "The registry policy is not JSON"),
        ("{}", "at least one statement"),
        (long.as_str(), "at most 10240 are allowed"),
    ] {
        practice.clear_requests();
        let change = RegistryChange::Policy { before: None, text: Some(text.to_owned()) };
        let refused = app.api.registry_change(ecr.connection(), change).await;
        let error = refused.err().context("refused")?;
        assert_eq!(error.code, ErrorCode::InputInvalid, "{text}");
        assert!(error.message.contains(expected), "{}", error.message);
        let calls: Vec<_> =
            practice.requests().into_iter().filter_map(|one| one.operation).collect();
        assert!(calls.iter().all(|call| !call.contains("RegistryPolicy")), "{calls:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_missing_permission_takes_only_its_part() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let app = HeadlessApp::new(ecr.home()?, None)?;
    let parts = [
        ("GetRegistryScanningConfiguration", RegistryPart::Scanning),
        ("DescribeRegistry", RegistryPart::Replication),
        ("ListReplicationBackfills", RegistryPart::Backfills),
        ("DescribePullThroughCacheRules", RegistryPart::CacheRules),
        ("DescribeRepositoryCreationTemplates", RegistryPart::Templates),
        ("GetAccountSetting", RegistryPart::AccountSettings),
        ("GetRegistryPolicy", RegistryPart::Policy),
        ("GetSigningConfiguration", RegistryPart::Signing),
        ("ListPullTimeUpdateExclusions", RegistryPart::Exclusions),
    ];
    for (operation, part) in parts {
        ecr.faults()?.add(FaultRule::operation(FaultAction::AccessDenied, operation));
        let known = app.api.registry_configuration(ecr.connection()).await.map_err(api_error)?;
        ecr.faults()?.clear();
        let [error] = known.errors.as_slice() else {
            anyhow::bail!("{operation}: {:?}", known.errors)
        };
        assert_eq!((error.part, error.error.code), (part, ErrorCode::AccessDenied), "{operation}");
        assert_eq!(error.error.subject, Some(format!("ecr:{operation}")), "{operation}");
    }
    // One of the two settings of the account.
    let second = FaultRule::operation(FaultAction::AccessDenied, "GetAccountSetting").after(1);
    ecr.faults()?.add(second);
    let known = app.api.registry_configuration(ecr.connection()).await.map_err(api_error)?;
    ecr.faults()?.clear();
    let parts: Vec<_> = known.errors.iter().map(|error| error.part).collect();
    assert_eq!(parts, [RegistryPart::AccountSettings]);
    // A refused change says which permission it needs.
    ecr.faults()?.add(FaultRule::operation(FaultAction::AccessDenied, "PutRegistryPolicy"));
    let change = RegistryChange::Policy { before: None, text: Some(POLICY.to_owned()) };
    let refused = app.api.registry_change(ecr.connection(), change).await;
    assert_eq!(refused.err().context("refused")?.subject.as_deref(), Some("ecr:PutRegistryPolicy"));
    Ok(())
}
