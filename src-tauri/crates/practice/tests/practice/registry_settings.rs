//! Creation templates and pull-through cache rules.

use reqwest::Method;
use serde_json::json;

use crate::client::lab;

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
