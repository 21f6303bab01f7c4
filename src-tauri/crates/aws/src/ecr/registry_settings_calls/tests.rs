//! Tests of the registry settings against a local server.

use serde_json::json;

use crate::ecr::cache_rules::{
    CacheRule, CacheRuleLogin, EcrCacheRules as _, RegistryCacheRule, UpstreamRegistry,
};
use crate::ecr::creation_templates::{CreationTemplate, EcrCreationTemplates as _, TemplateUse};
use crate::ecr::registry_configuration::EcrRegistryConfiguration as _;
use crate::ecr::registry_settings::{EcrRegistrySettings as _, KnownCacheRule, KnownTemplate};
use crate::testing::{CannedResponse, LocalAws, session_at};
use transload_model::{LifecyclePreset, RepositoryPolicy, RepositorySettings, TagMutability};

#[tokio::test]
async fn blob_mounting_is_read_and_turned_on() {
    let aws = LocalAws::start(|request| match request.operation.as_str() {
        "GetAccountSetting" => {
            CannedResponse::json(json!({"name": "BLOB_MOUNTING", "value": "DISABLED"}))
        }
        _ => CannedResponse::json(request.json.clone()),
    })
    .await;
    let ecr = session_at(&aws).await.ecr();
    assert!(!ecr.blob_mounting().await.unwrap());
    ecr.set_blob_mounting(true).await.unwrap();
    let requests = aws.requests();
    assert_eq!(requests[0].json, json!({"name": "BLOB_MOUNTING"}));
    assert_eq!(requests[1].operation, "PutAccountSetting");
    assert_eq!(requests[1].json, json!({"name": "BLOB_MOUNTING", "value": "ENABLED"}));
}

#[tokio::test]
async fn a_template_is_sent_completely_and_listed_with_its_purpose() {
    let aws = LocalAws::start(|request| match request.operation.as_str() {
        "DescribeRepositoryCreationTemplates" => CannedResponse::json(json!({
            "repositoryCreationTemplates": [
                {"prefix": "ROOT", "appliedFor": ["REPLICATION"]},
                {"prefix": "team", "appliedFor": ["PULL_THROUGH_CACHE", "CREATE_ON_PUSH"]},
            ],
        })),
        _ => CannedResponse::json(json!({"registryId": "123456789012"})),
    })
    .await;
    let ecr = session_at(&aws).await.ecr();
    let settings = RepositorySettings {
        tag_mutability: TagMutability::Immutable.into(),
        tags: [("team".to_owned(), "ours".to_owned())].into(),
        lifecycle: LifecyclePreset::KeepNewest { count: 3 },
        policy: Some(
            RepositoryPolicy::parse(
                r#"{"Statement":[{"Effect":"Deny","Principal":"*","Action":"ecr:PutImage"}]}"#,
            )
            .unwrap(),
        ),
        ..RepositorySettings::default()
    };
    let lifecycle = settings.lifecycle.policy_text().unwrap();
    let role = "arn:aws:iam::123456789012:role/templates";
    let template =
        CreationTemplate::new("team", &[TemplateUse::CreateOnPush], settings, Some(role)).unwrap();
    ecr.create_creation_template(&template).await.unwrap();
    assert_eq!(
        aws.requests()[0].json,
        json!({
            "prefix": "team",
            "appliedFor": ["CREATE_ON_PUSH"],
            "imageTagMutability": "IMMUTABLE",
            "encryptionConfiguration": {"encryptionType": "AES256"},
            "resourceTags": [{"Key": "team", "Value": "ours"}],
            "lifecyclePolicy": lifecycle,
            "repositoryPolicy": r#"{"Statement":[{"Effect":"Deny","Principal":"*","Action":"ecr:PutImage"}]}"#,
            "customRoleArn": role,
        })
    );
    let known = |prefix: &str, on_push| KnownTemplate { prefix: prefix.to_owned(), on_push };
    let templates = ecr.creation_templates().await.unwrap();
    assert_eq!(templates, [known("ROOT", false), known("team", true)]);
}

#[tokio::test]
async fn a_cache_rule_names_docker_hub_and_the_secret() {
    let aws = LocalAws::start(|request| match request.operation.as_str() {
        "DescribePullThroughCacheRules" => CannedResponse::json(json!({
            "pullThroughCacheRules": [
                {"ecrRepositoryPrefix": "hub", "upstreamRegistryUrl": "registry-1.docker.io"},
            ],
        })),
        _ => CannedResponse::json(json!({})),
    })
    .await;
    let ecr = session_at(&aws).await.ecr();
    let secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ecr-pullthroughcache/hub";
    ecr.create_cache_rule(&CacheRule::docker_hub("hub", secret).unwrap()).await.unwrap();
    assert_eq!(
        aws.requests()[0].json,
        json!({
            "ecrRepositoryPrefix": "hub",
            "upstreamRegistry": "docker-hub",
            "upstreamRegistryUrl": "registry-1.docker.io",
            "credentialArn": secret,
        })
    );
    let rule =
        KnownCacheRule { prefix: "hub".to_owned(), upstream: "registry-1.docker.io".to_owned() };
    assert_eq!(ecr.cache_rules().await.unwrap(), [rule]);
}

#[tokio::test]
async fn a_rule_of_another_registry_of_ecr_has_a_role_and_a_prefix() {
    let upstream = "444455556666.dkr.ecr.us-east-1.amazonaws.com";
    let role = "arn:aws:iam::123456789012:role/cache";
    let aws = LocalAws::start(move |request| match request.operation.as_str() {
        "DescribePullThroughCacheRules" => CannedResponse::json(json!({
            "pullThroughCacheRules": [
                {
                    "ecrRepositoryPrefix": "team", "upstreamRegistryUrl": upstream,
                    "upstreamRegistry": "ecr", "upstreamRepositoryPrefix": "shop",
                    "customRoleArn": role, "createdAt": 1,
                },
                {
                    "ecrRepositoryPrefix": "ROOT", "upstreamRegistryUrl": "quay.io",
                    "upstreamRepositoryPrefix": "ROOT",
                },
            ],
        })),
        _ => CannedResponse::json(json!({})),
    })
    .await;
    let ecr = session_at(&aws).await.ecr();
    let entered = RegistryCacheRule {
        prefix: "team".to_owned(),
        registry: Some(UpstreamRegistry::Ecr.into()),
        upstream: upstream.to_owned(),
        upstream_prefix: Some("shop".to_owned()),
        secret: None,
        role: Some(role.to_owned()),
        created_at_ms: None,
    };
    let rule = CacheRule::new(&entered).unwrap();
    ecr.create_cache_rule(&rule).await.unwrap();
    let login = CacheRuleLogin::new(&entered).unwrap();
    ecr.update_cache_rule(&login).await.unwrap();
    let sent: Vec<_> = aws.requests().into_iter().map(|request| request.json).collect();
    assert_eq!(
        sent[0],
        json!({
            "ecrRepositoryPrefix": "team",
            "upstreamRegistry": "ecr",
            "upstreamRegistryUrl": upstream,
            "upstreamRepositoryPrefix": "shop",
            "customRoleArn": role,
        })
    );
    assert_eq!(sent[1], json!({"ecrRepositoryPrefix": "team", "customRoleArn": role}));
    let known = ecr.registry_cache_rules().await.unwrap();
    assert_eq!(known[0], RegistryCacheRule { created_at_ms: Some(1000), ..entered });
    assert_eq!((&known[1].registry, &known[1].upstream_prefix), (&None, &None));
}

#[tokio::test]
async fn backfills_and_exclusions_come_from_every_page() {
    let aws = LocalAws::start(|request| {
        let is_first = request.json.get("nextToken").is_none();
        let number = if is_first { "1" } else { "2" };
        let mut page = json!({
            "pullTimeUpdateExclusions": [format!("arn:aws:iam::111122223333:role/{number}")],
            "backfills": [{"replicationBackfillId": number, "status": "COMPLETED", "startedAt": 7}],
        });
        if is_first {
            page["nextToken"] = json!("2");
        }
        CannedResponse::json(page)
    })
    .await;
    let ecr = session_at(&aws).await.ecr();
    let backfills = ecr.replication_backfills().await.unwrap();
    assert_eq!(backfills.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["1", "2"]);
    assert_eq!(ecr.pull_time_exclusions().await.unwrap().len(), 2);
}

#[tokio::test]
async fn an_update_of_a_template_removes_what_it_no_longer_has() {
    let policy = r#"{"Statement":[]}"#;
    let aws = LocalAws::start(move |request| match request.operation.as_str() {
        "DescribeRepositoryCreationTemplates" => CannedResponse::json(json!({
            "repositoryCreationTemplates": [{
                "prefix": "team", "description": "ours", "appliedFor": ["REPLICATION"],
                "imageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
                "imageTagMutabilityExclusionFilters": [{"filterType": "WILDCARD", "filter": "v*"}],
                "encryptionConfiguration": {"encryptionType": "KMS", "kmsKey": ""},
                "resourceTags": [{"Key": "team", "Value": "ours"}],
                "lifecyclePolicy": "{}", "repositoryPolicy": policy,
                "customRoleArn": "arn:aws:iam::123456789012:role/templates",
            }],
        })),
        _ => CannedResponse::json(json!({})),
    })
    .await;
    let ecr = session_at(&aws).await.ecr();
    let before = ecr.registry_templates().await.unwrap().remove(0);
    assert_eq!(
        (&before.exclusion_filters[..], &before.tags["team"]),
        (&["v*".to_owned()][..], &"ours".to_owned())
    );
    assert_eq!(before.repository_policy.as_deref(), Some(policy));
    let plain = RepositorySettings::default();
    let template =
        CreationTemplate::new("team", &[TemplateUse::CreateOnPush], plain, None).unwrap();
    ecr.update_creation_template(&before, &template).await.unwrap();
    let sent = &aws.requests()[1].json;
    assert_eq!(
        *sent,
        json!({
            "prefix": "team",
            "description": "",
            "appliedFor": ["CREATE_ON_PUSH"],
            "imageTagMutability": "MUTABLE",
            "encryptionConfiguration": {"encryptionType": "AES256"},
            "resourceTags": [],
            "lifecyclePolicy": "",
            "repositoryPolicy": "",
            "customRoleArn": "",
        })
    );
}
