//! Creation templates and pull-through cache rules.

use reqwest::Method;
use serde_json::{Value, json};

use crate::client::lab;
use crate::clients::{aws, succeed};

#[tokio::test]
async fn a_template_creates_repositories_on_push() {
    let lab = lab().await;
    let template = json!({
        "prefix": "team/",
        "appliedFor": ["CREATE_ON_PUSH"],
        "imageTagMutability": "IMMUTABLE",
        "repositoryPolicy": "{\"Statement\":[]}",
        "lifecyclePolicy": "{}",
    });
    lab.ok("CreateRepositoryCreationTemplate", template.clone()).await;
    let known = lab.ok("DescribeRepositoryCreationTemplates", json!({})).await;
    assert_eq!(known["repositoryCreationTemplates"][0]["prefix"], "team");
    assert_eq!(
        lab.refused("CreateRepositoryCreationTemplate", template).await.0,
        "TemplateAlreadyExistsException"
    );
    let tagged = json!({
        "prefix": "other",
        "appliedFor": ["CREATE_ON_PUSH"],
        "resourceTags": [{ "Key": "team", "Value": "data" }],
    });
    assert_eq!(
        lab.refused("CreateRepositoryCreationTemplate", tagged).await.0,
        "InvalidParameterException"
    );

    let token = lab.token().await;
    lab.push("team/app", &token, "1", "layer").await;
    let made = lab.ok("DescribeRepositories", json!({ "repositoryNames": ["team/app"] })).await;
    assert_eq!(made["repositories"][0]["imageTagMutability"], "IMMUTABLE");
    let policy = lab.ok("GetRepositoryPolicy", json!({ "repositoryName": "team/app" })).await;
    assert_eq!(policy["policyText"], "{\"Statement\":[]}");
    let begin = async |name: &str| {
        let path = format!("/v2/{name}/blobs/uploads/");
        lab.v2(Method::POST, &path, &token).send().await.unwrap().status().as_u16()
    };
    for missing in ["teams/app", "other/app"] {
        assert_eq!(begin(missing).await, 404, "{missing}");
    }
    lab.ok("DeleteRepositoryCreationTemplate", json!({ "prefix": "team" })).await;
    assert_eq!(begin("team/new").await, 404);
}

#[tokio::test]
async fn cache_rules_are_stored_and_require_a_secret() {
    let lab = lab().await;
    let rule = |secret: &str| {
        json!({
            "ecrRepositoryPrefix": "hub",
            "upstreamRegistryUrl": "registry-1.docker.io",
            "upstreamRegistry": "docker-hub",
            "credentialArn": secret,
        })
    };
    let other = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:hub";
    let (kind, _) = lab.refused("CreatePullThroughCacheRule", rule(other)).await;
    assert_eq!(kind, "InvalidParameterException");
    let secret = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:ecr-pullthroughcache/hub";
    lab.ok("CreatePullThroughCacheRule", rule(secret)).await;
    let known = lab.ok("DescribePullThroughCacheRules", json!({})).await;
    assert_eq!(known["pullThroughCacheRules"][0]["credentialArn"], secret);
    let (kind, _) = lab.refused("CreatePullThroughCacheRule", rule(secret)).await;
    assert_eq!(kind, "PullThroughCacheRuleAlreadyExistsException");
    lab.ok("DeletePullThroughCacheRule", json!({ "ecrRepositoryPrefix": "hub" })).await;
    let known = lab.ok("DescribePullThroughCacheRules", json!({})).await;
    assert_eq!(known["pullThroughCacheRules"], json!([]));
}

#[tokio::test]
async fn the_aws_cli_reads_sets_and_deletes_a_repository_policy() {
    let lab = lab().await;
    lab.create("shop").await;
    let cli = async |operation: &str, more: &[&str]| {
        let arguments = [&["ecr", operation, "--repository-name", "shop"], more].concat();
        let output = succeed(&mut aws(&lab, &arguments)).await;
        serde_json::from_str::<Value>(&output).unwrap()
    };
    let name = json!({ "repositoryName": "shop" });
    for operation in ["GetRepositoryPolicy", "DeleteRepositoryPolicy"] {
        let (kind, _) = lab.refused(operation, name.clone()).await;
        assert_eq!(kind, "RepositoryPolicyNotFoundException", "{operation}");
    }
    let deny = r#"{"Statement":{"Effect":"Deny","Principal":"*","Action":"ecr:*"}}"#;
    let input = |text: &str| json!({ "repositoryName": "shop", "policyText": text });
    for text in [
        "{",
        "{}",
        r#"{"Statement":[]}"#,
        r#"{"Statement":[{"Effect":"Deny"}]}"#,
        &deny.replace("Deny", "deny"),
        &deny.replace("{\"Statement", "{\"Version\":\"2013-10-17\",\"Statement"),
        // Nobody could change the policy.
        deny,
        &deny.replace("\"*\",", "{\"AWS\":[\"*\"]},"),
    ] {
        let (kind, _) = lab.refused("SetRepositoryPolicy", input(text)).await;
        assert_eq!(kind, "InvalidParameterException", "{text}");
    }
    let expected =
        json!({ "registryId": "111122223333", "repositoryName": "shop", "policyText": deny });
    let set = cli("set-repository-policy", &["--policy-text", deny, "--force"]).await;
    assert_eq!(set, expected);
    assert_eq!(cli("get-repository-policy", &[]).await, expected);
    assert_eq!(cli("delete-repository-policy", &[]).await, expected);
    let missing = json!({ "repositoryName": "missing", "policyText": deny, "force": true });
    let (kind, _) = lab.refused("SetRepositoryPolicy", missing).await;
    assert_eq!(kind, "RepositoryNotFoundException");
}
