//! Scanning, replication, policy and signing of the registry, and changes of cache rules and templates. The AWS CLI
//! reads and writes each, so that names and shapes are those of its service model.

use serde_json::{Value, json};

use crate::client::{Lab, lab};
use crate::clients::{aws, succeed};

const SECRET: &str =
    "arn:aws:secretsmanager:eu-west-1:111122223333:secret:ecr-pullthroughcache/hub-a1B2c3";
const ROLE: &str = "arn:aws:iam::111122223333:role/ecr";

/// Calls an operation with the AWS CLI, which validates the request and reads the members of the response that its
/// model knows.
async fn cli(lab: &Lab, operation: &str, input: Value) -> Value {
    let text = input.to_string();
    let output = succeed(&mut aws(lab, &["ecr", operation, "--cli-input-json", &text])).await;
    serde_json::from_str(&output).unwrap_or_default()
}

/// An operation that sets something, its input, the operation that reads it, and what both answer.
struct Case {
    put: &'static str,
    input: Value,
    get: &'static str,
    /// The member of both responses with the configuration.
    members: (&'static str, &'static str),
}

#[tokio::test]
async fn the_aws_cli_reads_what_it_sets() {
    let lab = lab().await;
    let scanning = json!({ "scanType": "ENHANCED", "rules": [
        { "scanFrequency": "CONTINUOUS_SCAN", "repositoryFilters": [{ "filter": "prod*", "filterType": "WILDCARD" }] },
    ] });
    let replication = json!({ "rules": [{
        "destinations": [{ "region": "us-east-1", "registryId": "111122223333" }],
        "repositoryFilters": [{ "filter": "prod", "filterType": "PREFIX_MATCH" }],
    }] });
    let signing = json!({ "rules": [{
        "signingProfileArn": "arn:aws:signer:eu-west-1:111122223333:/signing-profiles/ours",
        "repositoryFilters": [{ "filter": "prod/*", "filterType": "WILDCARD_MATCH" }],
    }] });
    let policy = json!("{\"Version\":\"2012-10-17\",\"Statement\":[]}");
    let cases = [
        Case {
            put: "put-registry-scanning-configuration",
            input: scanning,
            get: "get-registry-scanning-configuration",
            members: ("registryScanningConfiguration", "scanningConfiguration"),
        },
        Case {
            put: "put-replication-configuration",
            input: json!({ "replicationConfiguration": replication }),
            get: "describe-registry",
            members: ("replicationConfiguration", "replicationConfiguration"),
        },
        Case {
            put: "put-signing-configuration",
            input: json!({ "signingConfiguration": signing }),
            get: "get-signing-configuration",
            members: ("signingConfiguration", "signingConfiguration"),
        },
        Case {
            put: "put-registry-policy",
            input: json!({ "policyText": policy }),
            get: "get-registry-policy",
            members: ("policyText", "policyText"),
        },
    ];
    for case in cases {
        let expected = case.input.get(case.members.0).unwrap_or(&case.input).clone();
        let put = cli(&lab, case.put, case.input).await;
        assert_eq!(put[case.members.0], expected, "{}", case.put);
        let got = cli(&lab, case.get, json!({})).await;
        assert_eq!(got[case.members.1], expected, "{}", case.get);
    }
    for (delete, get, code) in [
        ("delete-registry-policy", "GetRegistryPolicy", "RegistryPolicyNotFoundException"),
        (
            "delete-signing-configuration",
            "GetSigningConfiguration",
            "SigningConfigurationNotFoundException",
        ),
    ] {
        cli(&lab, delete, json!({})).await;
        assert_eq!(lab.refused(get, json!({})).await.0, code);
    }
}

#[tokio::test]
async fn a_repository_is_scanned_by_the_first_rule_that_matches() {
    let lab = lab().await;
    for name in ["prod/api", "dev"] {
        lab.create(name).await;
    }
    let rules = json!([
        { "scanFrequency": "SCAN_ON_PUSH", "repositoryFilters": [{ "filter": "prod*", "filterType": "WILDCARD" }] },
    ]);
    let input = json!({ "scanType": "BASIC", "rules": rules });
    cli(&lab, "put-registry-scanning-configuration", input).await;
    let names = json!({ "repositoryNames": ["prod/api", "dev", "missing"] });
    let got = cli(&lab, "batch-get-repository-scanning-configuration", names).await;
    let scans: Vec<_> = got["scanningConfigurations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["repositoryName"].as_str().unwrap(),
                one["scanFrequency"].as_str().unwrap(),
                one["scanOnPush"] == true,
            )
        })
        .collect();
    assert_eq!(scans, [("prod/api", "SCAN_ON_PUSH", true), ("dev", "MANUAL", false)]);
    assert_eq!(got["scanningConfigurations"][0]["appliedScanFilters"][0]["filter"], "prod*");
    assert_eq!(got["failures"][0]["failureCode"], "REPOSITORY_NOT_FOUND");
}

#[tokio::test]
async fn what_ecr_refuses_is_refused() {
    let lab = lab().await;
    let filter = |kind: &str| json!([{ "filter": "prod", "filterType": kind }]);
    let cases = [
        ("PutRegistryScanningConfiguration", json!({ "scanType": "DEEP" })),
        (
            "PutRegistryScanningConfiguration",
            json!({ "scanType": "BASIC", "rules": [
            { "scanFrequency": "CONTINUOUS_SCAN", "repositoryFilters": filter("WILDCARD") },
        ] }),
        ),
        (
            "PutRegistryScanningConfiguration",
            json!({ "scanType": "BASIC", "rules": [
            { "scanFrequency": "MANUAL", "repositoryFilters": filter("PREFIX_MATCH") },
        ] }),
        ),
        (
            "PutRegistryScanningConfiguration",
            json!({ "scanType": "ENHANCED", "rules": [
            { "scanFrequency": "MANUAL", "repositoryFilters": filter("WILDCARD") },
        ] }),
        ),
        ("PutRegistryScanningConfiguration", json!({ "scanType": "BASIC", "rules": [{}, {}, {}] })),
        ("PutReplicationConfiguration", json!({})),
        (
            "PutReplicationConfiguration",
            json!({ "replicationConfiguration": { "rules": [
            { "destinations": [{ "region": "us-east-1", "registryId": "1" }] },
        ] } }),
        ),
        (
            "PutReplicationConfiguration",
            json!({ "replicationConfiguration": { "rules": [
            { "destinations": [{ "region": lab.practice.region(), "registryId": "111122223333" }] },
        ] } }),
        ),
        ("PutRegistryPolicy", json!({ "policyText": "no JSON" })),
        (
            "PutSigningConfiguration",
            json!({ "signingConfiguration": { "rules": [{ "signingProfileArn": "x" }] } }),
        ),
        ("BatchGetRepositoryScanningConfiguration", json!({ "repositoryNames": [] })),
        (
            "UpdatePullThroughCacheRule",
            json!({ "ecrRepositoryPrefix": "hub", "credentialArn": "x" }),
        ),
    ];
    for (operation, input) in cases {
        let (code, message) = lab.refused(operation, input.clone()).await;
        assert_eq!(code, "InvalidParameterException", "{operation} {input}: {message}");
    }
    for (operation, code) in [
        ("UpdatePullThroughCacheRule", "PullThroughCacheRuleNotFoundException"),
        ("ValidatePullThroughCacheRule", "PullThroughCacheRuleNotFoundException"),
    ] {
        let input = json!({ "ecrRepositoryPrefix": "missing", "credentialArn": SECRET });
        assert_eq!(lab.refused(operation, input).await.0, code);
    }
    let input = json!({ "prefix": "missing", "appliedFor": ["REPLICATION"] });
    assert_eq!(
        lab.refused("UpdateRepositoryCreationTemplate", input).await.0,
        "TemplateNotFoundException"
    );
}

/// Every upstream registry with what it needs. The AWS CLI, which takes a second to start, creates and validates one.
#[tokio::test]
async fn each_upstream_has_its_rule_and_others_are_refused() {
    let lab = lab().await;
    let other = format!("444455556666.dkr.ecr.{}.amazonaws.com", lab.practice.region());
    let own = format!("111122223333.dkr.ecr.{}.amazonaws.com", lab.practice.region());
    let upstreams = [
        ("docker-hub", "registry-1.docker.io", "credentialArn"),
        ("github-container-registry", "ghcr.io", "credentialArn"),
        ("gitlab-container-registry", "registry.gitlab.com", "credentialArn"),
        ("azure-container-registry", "ours.azurecr.io", "credentialArn"),
        ("chainguard", "cgr.dev", "credentialArn"),
        ("ecr", &other, "customRoleArn"),
        ("ecr", &own, ""),
        ("quay", "quay.io", ""),
        ("k8s", "registry.k8s.io", ""),
        ("ecr-public", "public.ecr.aws", ""),
    ];
    for (number, (name, host, needs)) in upstreams.into_iter().enumerate() {
        let mut input =
            json!({ "ecrRepositoryPrefix": format!("up{number}"), "upstreamRegistryUrl": host });
        if !needs.is_empty() {
            let (code, message) = lab.refused("CreatePullThroughCacheRule", input.clone()).await;
            assert_eq!(code, "InvalidParameterException", "{host}");
            assert!(message.contains(needs), "{message}");
            input[needs] = if needs == "credentialArn" { SECRET } else { ROLE }.into();
        }
        let created = lab.ok("CreatePullThroughCacheRule", input.clone()).await;
        assert_eq!(
            (&created["upstreamRegistry"], &created["upstreamRepositoryPrefix"]),
            (&json!(name), &json!("ROOT"))
        );
        let prefix = json!({ "ecrRepositoryPrefix": input["ecrRepositoryPrefix"] });
        let valid = lab.ok("ValidatePullThroughCacheRule", prefix).await;
        assert_eq!(
            (&valid["isValid"], &valid["upstreamRegistryUrl"]),
            (&json!(true), &json!(host))
        );
    }
    let mapped = json!({ "ecrRepositoryPrefix": "team", "upstreamRegistryUrl": own, "upstreamRepositoryPrefix": "shop" });
    let mapped = cli(&lab, "create-pull-through-cache-rule", mapped).await;
    assert_eq!(mapped["upstreamRepositoryPrefix"], "shop");
    let prefix = json!({ "ecrRepositoryPrefix": "team" });
    let valid = cli(&lab, "validate-pull-through-cache-rule", prefix).await;
    assert_eq!(
        (&valid["isValid"], &valid["upstreamRepositoryPrefix"]),
        (&json!(true), &json!("shop"))
    );
    let rule = |prefix: &str, host: &str| json!({ "ecrRepositoryPrefix": prefix, "upstreamRegistryUrl": host });
    let with = |mut input: Value, member: &str, value: &str| {
        input[member] = value.into();
        input
    };
    for (input, expected) in [
        (rule("x1", "registry.example.com"), "UnsupportedUpstreamRegistryException"),
        (
            with(rule("x1", "quay.io"), "upstreamRegistry", "k8s"),
            "UnsupportedUpstreamRegistryException",
        ),
        (
            with(rule("x1", "quay.io"), "upstreamRepositoryPrefix", "shop"),
            "InvalidParameterException",
        ),
        (with(rule("ROOT", &own), "upstreamRepositoryPrefix", "shop"), "InvalidParameterException"),
        (
            with(rule("x1", "ghcr.io"), "credentialArn", &SECRET.replace("hub-", "missing-")),
            "SecretNotFoundException",
        ),
        (rule("up7", "quay.io"), "PullThroughCacheRuleAlreadyExistsException"),
    ] {
        let (code, _) = lab.refused("CreatePullThroughCacheRule", input.clone()).await;
        assert_eq!(code, expected, "{input}");
    }
    for number in 11..50 {
        lab.ok("CreatePullThroughCacheRule", rule(&format!("r{number}"), "quay.io")).await;
    }
    let (code, _) = lab.refused("CreatePullThroughCacheRule", rule("r50", "quay.io")).await;
    assert_eq!(code, "LimitExceededException");
}

#[tokio::test]
async fn cache_rules_and_templates_are_updated_and_validated() {
    let lab = lab().await;
    let create = json!({
        "ecrRepositoryPrefix": "hub",
        "upstreamRegistryUrl": "registry-1.docker.io",
        "credentialArn": SECRET,
    });
    lab.ok("CreatePullThroughCacheRule", create).await;
    let prefix = json!({ "ecrRepositoryPrefix": "hub" });
    let valid = cli(&lab, "validate-pull-through-cache-rule", prefix.clone()).await;
    assert_eq!(
        (&valid["isValid"], &valid["upstreamRegistryUrl"]),
        (&json!(true), &json!("registry-1.docker.io"))
    );
    // A secret with this name can't be used.
    let broken = SECRET.replace("hub-", "expired-");
    let update = json!({ "ecrRepositoryPrefix": "hub", "credentialArn": broken });
    let updated = cli(&lab, "update-pull-through-cache-rule", update).await;
    assert_eq!(updated["credentialArn"], broken.as_str());
    let invalid = cli(&lab, "validate-pull-through-cache-rule", prefix).await;
    assert_eq!(invalid["isValid"], false);
    assert!(invalid["failure"].as_str().is_some_and(|failure| failure.contains("credentials")));

    lab.ok("CreateRepositoryCreationTemplate", json!({ "prefix": "team", "appliedFor": ["CREATE_ON_PUSH"], "imageTagMutability": "IMMUTABLE" })).await;
    let update = json!({ "prefix": "team", "appliedFor": ["REPLICATION"], "description": "ours" });
    let updated = cli(&lab, "update-repository-creation-template", update).await;
    let template = &updated["repositoryCreationTemplate"];
    assert_eq!(template["appliedFor"], json!(["REPLICATION"]));
    assert_eq!(template["imageTagMutability"], "IMMUTABLE", "members that aren't sent stay");
    let known = cli(&lab, "describe-repository-creation-templates", json!({})).await;
    assert_eq!(known["repositoryCreationTemplates"][0]["description"], "ours");
    let update = json!({ "prefix": "team", "description": "", "imageTagMutability": "MUTABLE" });
    let updated = cli(&lab, "update-repository-creation-template", update).await;
    let template = &updated["repositoryCreationTemplate"];
    assert_eq!(
        (&template["description"], &template["appliedFor"]),
        (&Value::Null, &json!(["REPLICATION"]))
    );
    let alias = json!({ "encryptionType": "KMS", "kmsKey": "alias/ours" });
    let update =
        json!({ "prefix": "team", "encryptionConfiguration": alias, "customRoleArn": ROLE });
    let (code, message) = lab.refused("UpdateRepositoryCreationTemplate", update).await;
    assert_eq!((code.as_str(), message.contains("kmsKey")), ("InvalidParameterException", true));
}
