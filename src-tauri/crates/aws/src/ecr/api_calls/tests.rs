//! Tests of the ECR client against a local server.

mod one_image;
mod registry_token;

use serde_json::{Value, json};

use super::*;
use crate::ecr::cache_rules::EcrCacheRules as _;
use crate::ecr::creation_templates::EcrCreationTemplates as _;
use crate::ecr::explorer::EcrExplorer as _;
use crate::ecr::registry_configuration::EcrRegistryConfiguration as _;
use crate::testing::{CannedResponse, LocalAws, session_at};
use transload_model::{Digest, Encryption, TagExclusionFilter, TagMutability};

const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn name(text: &str) -> RepositoryName {
    RepositoryName::parse(text).unwrap()
}

fn described(text: &str) -> Value {
    json!({
        "repositoryArn": format!("arn:aws:ecr:eu-west-1:123456789012:repository/{text}"),
        "registryId": "123456789012",
        "repositoryName": text,
        "repositoryUri": format!("123456789012.dkr.ecr.eu-west-1.amazonaws.com/{text}"),
        "createdAt": 1_700_000_000.5,
    })
}

async fn answering(value: Value) -> LocalAws {
    LocalAws::start(move |_| CannedResponse::json(value.clone())).await
}

/// Returns three pages of two entries each. The token is the number of the next page.
async fn paging(list: &'static str, entry: fn(usize) -> Value) -> LocalAws {
    LocalAws::start(move |request| {
        let page: usize =
            request.json["nextToken"].as_str().map_or(0, |token| token.parse().unwrap());
        let mut answer = json!({list: [entry(page * 2), entry(page * 2 + 1)]});
        if page < 2 {
            answer["nextToken"] = json!((page + 1).to_string());
        }
        CannedResponse::json(answer)
    })
    .await
}

#[tokio::test]
async fn repositories_come_from_every_page() {
    let aws = paging("repositories", |index| described(&format!("team/r{index}"))).await;
    let repositories = session_at(&aws).await.ecr().repositories().await.unwrap();
    let names: Vec<&str> = repositories.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["team/r0", "team/r1", "team/r2", "team/r3", "team/r4", "team/r5"]);
    assert_eq!(repositories[0].created_at_ms, Some(1_700_000_000_500));
    assert_eq!(repositories[0].registry_id.as_ref().unwrap().as_str(), "123456789012");
    assert_eq!(aws.requests().len(), 3);
    assert!(aws.requests().iter().all(|request| request.json["maxResults"] == 1000));
}

#[tokio::test]
async fn images_come_from_every_page_with_or_without_tags() {
    let aws = paging("imageDetails", |index| {
        let digest = Digest::of(index.to_string().as_bytes());
        json!({
            "imageDigest": digest.as_str(),
            "imageTags": if index == 0 { json!(["1.0", "latest"]) } else { json!([]) },
            "imageSizeInBytes": 1024 + index,
            "imagePushedAt": 1_700_000_000,
            "lastRecordedPullTime": 1_700_000_001,
            "imageManifestMediaType": "application/vnd.oci.image.index.v1+json",
            "artifactMediaType": "application/vnd.oci.image.config.v1+json",
        })
    })
    .await;
    let images = session_at(&aws).await.ecr().images(&name("pgcli")).await.unwrap();
    assert_eq!(images.len(), 6);
    let first = &images[0];
    assert_eq!(first.digest, Digest::of(b"0"));
    assert_eq!(first.tags, [Tag::parse("1.0").unwrap(), Tag::latest()]);
    assert_eq!(first.size_bytes, Some(1024));
    assert_eq!(first.pushed_at_ms, Some(1_700_000_000_000));
    assert_eq!(first.pulled_at_ms, Some(1_700_000_001_000));
    assert_eq!(first.media_type.as_deref(), Some("application/vnd.oci.image.index.v1+json"));
    assert_eq!(
        first.artifact_media_type.as_deref(),
        Some("application/vnd.oci.image.config.v1+json")
    );
    assert!(images[5].tags.is_empty());
    assert_eq!(aws.requests().len(), 3);
    assert!(aws.requests()[0].json.get("filter").is_none(), "archived images are not requested");
}

#[tokio::test]
async fn a_tag_that_no_client_can_name_does_not_hide_its_image() {
    let tags = json!(["x".repeat(200), "1.0"]);
    let aws =
        answering(json!({"imageDetails": [{"imageDigest": DIGEST, "imageTags": tags}]})).await;
    let images = session_at(&aws).await.ecr().images(&name("pgcli")).await.unwrap();
    assert_eq!(images[0].tags, [Tag::parse("1.0").unwrap()]);
}

#[tokio::test]
async fn settings_are_sent_and_read_back() {
    let settings = RepositorySettings {
        tag_mutability: TagMutability::ImmutableWithExclusion.into(),
        exclusion_filters: vec![TagExclusionFilter::parse("dev-*").unwrap()],
        scan_on_push: true,
        encryption: Encryption::KmsDualLayer { key: Some("alias/mine".to_owned()) }.into(),
        tags: [("team".to_owned(), "Zoë".to_owned())].into(),
        ..RepositorySettings::default()
    };
    let aws = LocalAws::start(|request| {
        // Echoes the requested settings, as ECR does.
        let mut answer = described(request.json["repositoryName"].as_str().unwrap());
        for key in [
            "imageTagMutability",
            "imageTagMutabilityExclusionFilters",
            "imageScanningConfiguration",
            "encryptionConfiguration",
        ] {
            answer[key] = request.json[key].clone();
        }
        CannedResponse::json(json!({"repository": answer}))
    })
    .await;
    let created =
        session_at(&aws).await.ecr().create_repository(&name("pgcli"), &settings).await.unwrap();
    assert_eq!(
        aws.requests()[0].json,
        json!({
            "repositoryName": "pgcli",
            "imageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
            "imageTagMutabilityExclusionFilters": [{"filterType": "WILDCARD", "filter": "dev-*"}],
            "imageScanningConfiguration": {"scanOnPush": true},
            "encryptionConfiguration": {"encryptionType": "KMS_DSSE", "kmsKey": "alias/mine"},
            "tags": [{"Key": "team", "Value": "Zoë"}],
        })
    );
    let described = RepositorySettings { tags: Default::default(), ..settings };
    assert_eq!(created.settings, described);
}

#[tokio::test]
async fn plain_settings_send_no_filters_and_no_tags() {
    let aws = answering(json!({"repository": described("pgcli")})).await;
    // Filters left over from another choice must not reach ECR, which rejects them here.
    let settings = RepositorySettings {
        exclusion_filters: vec![TagExclusionFilter::parse("dev-*").unwrap()],
        ..RepositorySettings::default()
    };
    session_at(&aws).await.ecr().create_repository(&name("pgcli"), &settings).await.unwrap();
    assert_eq!(
        aws.requests()[0].json,
        json!({
            "repositoryName": "pgcli",
            "imageTagMutability": "MUTABLE",
            "imageScanningConfiguration": {},
            "encryptionConfiguration": {"encryptionType": "AES256"},
        })
    );
}

#[tokio::test]
async fn every_mutability_and_encryption_of_ecr_is_known() {
    let answer = |mutability: &str, encryption: Value| {
        let mut answer = described("pgcli");
        answer["imageTagMutability"] = json!(mutability);
        answer["encryptionConfiguration"] = encryption;
        json!({"repositories": [answer]})
    };
    for (mutability, encryption, expected) in [
        (
            "MUTABLE",
            json!({"encryptionType": "AES256"}),
            (TagMutability::Mutable, Encryption::Aes256),
        ),
        (
            "IMMUTABLE",
            json!({"encryptionType": "KMS", "kmsKey": "k"}),
            (TagMutability::Immutable, Encryption::Kms { key: Some("k".to_owned()) }),
        ),
        (
            "MUTABLE_WITH_EXCLUSION",
            json!({"encryptionType": "KMS_DSSE"}),
            (TagMutability::MutableWithExclusion, Encryption::KmsDualLayer { key: None }),
        ),
    ] {
        let aws = answering(answer(mutability, encryption)).await;
        let settings = session_at(&aws)
            .await
            .ecr()
            .repository(&name("pgcli"))
            .await
            .unwrap()
            .unwrap()
            .settings;
        assert_eq!(settings.tag_mutability, expected.0);
        assert_eq!(settings.encryption, expected.1);
    }
}

#[tokio::test]
async fn missing_resources_are_not_errors() {
    let aws = LocalAws::start(|request| match request.operation.as_str() {
        "DescribeRepositories" => CannedResponse::error(400, "RepositoryNotFoundException", "no"),
        "DescribeImages" => CannedResponse::error(400, "ImageNotFoundException", "no"),
        "GetLifecyclePolicy" => {
            CannedResponse::error(400, "LifecyclePolicyNotFoundException", "no")
        }
        other => panic!("unexpected call of {other}"),
    })
    .await;
    let ecr = session_at(&aws).await.ecr();
    assert_eq!(ecr.repository(&name("pgcli")).await.unwrap(), None);
    assert_eq!(ecr.image(&name("pgcli"), &Tag::latest(), &[]).await.unwrap(), None);
    assert_eq!(ecr.lifecycle_policy(&name("pgcli")).await.unwrap(), None);
    assert_eq!(aws.requests()[0].json, json!({"repositoryNames": ["pgcli"]}));
    assert_eq!(
        aws.requests()[1].json,
        json!({"repositoryName": "pgcli", "imageIds": [{"imageTag": "latest"}]})
    );
}

#[tokio::test]
async fn a_lifecycle_policy_is_set_and_read() {
    let aws = answering(json!({"lifecyclePolicyText": "{\"rules\":[]}"})).await;
    let ecr = session_at(&aws).await.ecr();
    ecr.put_lifecycle_policy(&name("pgcli"), "{\"rules\":[]}").await.unwrap();
    assert_eq!(
        aws.requests()[0].json,
        json!({"repositoryName": "pgcli", "lifecyclePolicyText": "{\"rules\":[]}"})
    );
    let policy = ecr.lifecycle_policy(&name("pgcli")).await.unwrap();
    assert_eq!(policy.as_deref(), Some("{\"rules\":[]}"));
}

#[tokio::test]
async fn an_incomplete_response_names_what_is_missing() {
    let aws = answering(json!({"authorizationData": []})).await;
    let error = session_at(&aws).await.ecr().registry_token().await.unwrap_err();
    assert!(error.to_string().contains("authorization data is missing"), "{error}");
    let aws = answering(json!({"repositories": [{"repositoryName": "pgcli"}]})).await;
    let error = session_at(&aws).await.ecr().repositories().await.unwrap_err();
    assert!(error.to_string().contains("the ARN of a repository is missing"), "{error}");
}

#[tokio::test]
async fn a_repository_policy_is_set_and_can_be_missing() {
    let aws = LocalAws::start(|request| match request.operation.as_str() {
        "GetRepositoryPolicy" => CannedResponse::error(
            400,
            "RepositoryPolicyNotFoundException",
            "Repository policy does not exist",
        ),
        _ => CannedResponse::json(json!({})),
    })
    .await;
    let ecr = session_at(&aws).await.ecr();
    let policy = RepositoryPolicy::parse(
        r#"{"Statement":[{"Effect":"Deny","Principal":"*","Action":"ecr:PutImage"}]}"#,
    )
    .unwrap();
    ecr.set_repository_policy(&name("pgcli"), &policy).await.unwrap();
    assert_eq!(
        aws.requests()[0].json,
        json!({"repositoryName": "pgcli", "policyText": policy.as_str()})
    );
    assert_eq!(ecr.repository_policy(&name("pgcli")).await.unwrap(), None);
}

/// `force` deletes a repository with its images, and sets a policy that locks its author out.
#[tokio::test]
async fn no_call_that_deletes_or_sets_a_policy_is_forced() {
    let aws = answering(json!({})).await;
    let ecr = session_at(&aws).await.ecr();
    let shop = name("shop");
    let digests = (0..250_u32).map(|number| Digest::of(&number.to_be_bytes()));
    let tagged = EcrImageId::Tagged { tag: Tag::latest(), digest: Digest::of(b"tagged") };
    let images: Vec<_> = digests.map(EcrImageId::Digest).chain([tagged]).collect();
    ecr.delete_images(&shop, &images).await.unwrap();
    ecr.delete_repository(&shop).await.unwrap();
    ecr.delete_lifecycle_policy(&shop).await.unwrap();
    ecr.delete_repository_policy(&shop).await.unwrap();
    let policy = RepositoryPolicy::parse(
        r#"{"Statement":[{"Effect":"Deny","Principal":"*","Action":"ecr:PutImage"}]}"#,
    )
    .unwrap();
    ecr.set_repository_policy(&shop, &policy).await.unwrap();
    ecr.set_registry_policy(Some("{}")).await.unwrap();
    ecr.set_registry_policy(None).await.unwrap();
    ecr.delete_cache_rule("hub").await.unwrap();
    ecr.delete_creation_template("hub").await.unwrap();
    let requests = aws.requests();
    let calls: Vec<&str> = requests.iter().map(|one| one.operation.as_str()).collect();
    assert_eq!(
        calls,
        [
            "BatchDeleteImage",
            "BatchDeleteImage",
            "BatchDeleteImage",
            "DeleteRepository",
            "DeleteLifecyclePolicy",
            "DeleteRepositoryPolicy",
            "SetRepositoryPolicy",
            "PutRegistryPolicy",
            "DeleteRegistryPolicy",
            "DeletePullThroughCacheRule",
            "DeleteRepositoryCreationTemplate",
        ]
    );
    for request in &requests {
        let force = request.json.get("force");
        assert!(matches!(force, None | Some(Value::Bool(false))), "{}", request.operation);
    }
}
