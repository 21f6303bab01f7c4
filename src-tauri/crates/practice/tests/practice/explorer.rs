//! What the explorer needs: archived images, referrers, lifecycle policies with their preview, and pulls that don't count.

use std::time::Duration;

use serde_json::{Value, json};

use crate::client::{Lab, OCI_MANIFEST, digest, lab};

const NOTATION: &str = "application/vnd.cncf.notary.signature";

fn policy(rules: &Value) -> String {
    json!({ "rules": rules }).to_string()
}

/// A policy with one rule, as long as ECR requires.
fn one_rule(selection: Value, action: Value) -> String {
    policy(&json!([{
        "rulePriority": 1,
        "description": "a description that makes the text long enough for ECR to take it",
        "selection": selection,
        "action": action,
    }]))
}

fn untagged_after(days: u32) -> String {
    let selection = json!({ "tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": days });
    one_rule(selection, json!({ "type": "expire" }))
}

async fn described(lab: &Lab, filter: Value) -> Vec<Value> {
    let input = json!({ "repositoryName": "shop", "filter": filter });
    lab.ok("DescribeImages", input).await["imageDetails"].as_array().unwrap().clone()
}

#[tokio::test]
async fn an_archived_image_is_listed_on_request_and_not_pulled() {
    let lab = lab().await;
    lab.create("shop").await;
    let token = lab.token().await;
    let image = digest(&lab.push("shop", &token, "v1", "one").await);
    let input = |class: &str| json!({ "repositoryName": "shop", "imageId": { "imageTag": "v1" }, "targetStorageClass": class });
    let answer = lab.ok("UpdateImageStorageClass", input("ARCHIVE")).await;
    assert_eq!(answer["imageStatus"], "ARCHIVED");
    assert_eq!(answer["imageId"]["imageDigest"], image.as_str());
    let (kind, _) = lab.refused("UpdateImageStorageClass", input("ARCHIVE")).await;
    assert_eq!(kind, "ImageStorageClassUpdateNotSupportedException");

    assert!(described(&lab, json!({})).await.is_empty());
    assert_eq!(described(&lab, json!({ "imageStatus": "ARCHIVED" })).await.len(), 1);
    let any = described(&lab, json!({ "imageStatus": "ANY" })).await;
    assert_eq!(any[0]["imageStatus"], "ARCHIVED");
    assert!(any[0]["lastArchivedAt"].is_number());
    let ids = lab.ok("ListImages", json!({ "repositoryName": "shop" })).await["imageIds"].clone();
    assert_eq!(ids, json!([]));
    let (kind, _) = lab
        .refused(
            "DescribeImages",
            json!({ "repositoryName": "shop", "filter": { "imageStatus": "COLD" } }),
        )
        .await;
    assert_eq!(kind, "InvalidParameterException");

    let get = json!({ "repositoryName": "shop", "imageIds": [{ "imageTag": "v1" }] });
    let got = lab.ok("BatchGetImage", get).await;
    assert_eq!(got["failures"][0]["failureCode"], "ImageNotFound");
    let manifest = lab.v2(reqwest::Method::GET, "shop/manifests/v1", &token).send().await.unwrap();
    assert_eq!(manifest.status(), 404);
    let (kind, _) = lab.refused("DeleteRepository", json!({ "repositoryName": "shop" })).await;
    assert_eq!(kind, "RepositoryNotEmptyException");

    let answer = lab.ok("UpdateImageStorageClass", input("STANDARD")).await;
    assert_eq!(answer["imageStatus"], "ACTIVATING");
    assert!(
        described(&lab, json!({ "imageStatus": "ACTIVATING" })).await[0]["lastActivatedAt"]
            .is_number()
    );
}

#[tokio::test]
async fn pushing_an_archived_image_restores_it_at_once() {
    let lab = lab().await;
    lab.create("shop").await;
    let token = lab.token().await;
    let bytes = lab.push("shop", &token, "v1", "one").await;
    let input = json!({ "repositoryName": "shop", "imageId": { "imageTag": "v1" }, "targetStorageClass": "ARCHIVE" });
    lab.ok("UpdateImageStorageClass", input).await;
    lab.put_manifest("shop", &token, "v1", &bytes).await;
    assert_eq!(described(&lab, json!({})).await[0]["imageStatus"], "ACTIVE");
}

#[tokio::test]
async fn referrers_are_listed_by_type() {
    let lab = lab().await;
    lab.create("shop").await;
    let token = lab.token().await;
    let subject = lab.push("shop", &token, "v1", "one").await;
    let config = lab.push_blob("shop", &token, b"{}").await;
    for number in 0..3 {
        let manifest = json!({
            "schemaVersion": 2, "mediaType": OCI_MANIFEST, "artifactType": if number == 0 { "text/plain" } else { NOTATION },
            "config": { "mediaType": "application/vnd.oci.empty.v1+json", "digest": config, "size": 2 },
            "layers": [], "annotations": { "number": number.to_string() },
            "subject": { "mediaType": OCI_MANIFEST, "digest": digest(&subject), "size": subject.len() },
        });
        let bytes = manifest.to_string().into_bytes();
        let reference = digest(&bytes);
        lab.put_manifest("shop", &token, &reference, &bytes).await;
    }
    let input = |more: Value| {
        let mut input =
            json!({ "repositoryName": "shop", "subjectId": { "imageDigest": digest(&subject) } });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    let all = lab.ok("ListImageReferrers", input(json!({}))).await;
    assert_eq!(all["referrers"].as_array().unwrap().len(), 3);
    let notation = json!({ "filter": { "artifactTypes": [NOTATION] }, "maxResults": 1 });
    let page = lab.ok("ListImageReferrers", input(notation)).await;
    let found = &page["referrers"][0];
    assert_eq!(
        (found["artifactType"].as_str(), found["artifactStatus"].as_str()),
        (Some(NOTATION), Some("ACTIVE"))
    );
    assert!(found["annotations"]["number"].is_string() && page["nextToken"].is_string());
    let (kind, _) = lab.refused("ListImageReferrers", input(json!({ "maxResults": 51 }))).await;
    assert_eq!(kind, "InvalidParameterException");
}

#[tokio::test]
async fn pulls_of_an_excluded_principal_dont_count() {
    let lab = lab().await;
    lab.create("shop").await;
    let token = lab.token().await;
    lab.push("shop", &token, "v1", "one").await;
    let get = json!({ "repositoryName": "shop", "imageIds": [{ "imageTag": "v1" }] });
    let principal = json!({ "principalArn": "arn:aws:iam::111122223333:user/practice" });
    lab.ok("RegisterPullTimeUpdateExclusion", principal.clone()).await;
    lab.ok("BatchGetImage", get.clone()).await;
    assert!(described(&lab, json!({})).await[0].get("lastRecordedPullTime").is_none());
    let listed = lab.ok("ListPullTimeUpdateExclusions", json!({})).await;
    assert_eq!(listed["pullTimeUpdateExclusions"], json!([principal["principalArn"]]));
    let (kind, _) = lab.refused("RegisterPullTimeUpdateExclusion", principal.clone()).await;
    assert_eq!(kind, "ExclusionAlreadyExistsException");

    lab.ok("DeregisterPullTimeUpdateExclusion", principal.clone()).await;
    lab.ok("BatchGetImage", get).await;
    assert!(described(&lab, json!({})).await[0]["lastRecordedPullTime"].is_number());
    let (kind, _) = lab.refused("DeregisterPullTimeUpdateExclusion", principal).await;
    assert_eq!(kind, "ExclusionNotFoundException");
}

/// Source of the rules: Amazon ECR user guide, "Lifecycle policy properties in Amazon ECR".
#[tokio::test]
async fn policies_that_ecr_refuses_are_refused() {
    let lab = lab().await;
    lab.create("shop").await;
    let expire = || json!({ "type": "expire" });
    let days = |kind: &str, number: u32| json!({ "tagStatus": "any", "countType": kind, "countUnit": "days", "countNumber": number });
    let untagged = json!({ "tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 1 });
    let rule = |priority: u32, selection: &Value| json!({ "rulePriority": priority, "selection": selection, "action": expire() });
    let many: Vec<Value> = (1..=51)
        .map(|number| rule(number, &json!({ "tagStatus": "tagged", "tagPatternList": [format!("v{number}*")], "countType": "imageCountMoreThan", "countNumber": 1 })))
        .collect();
    let cases = [
        ("pulled images can't expire", one_rule(days("sinceImagePulled", 5), expire())),
        ("a count has no unit", one_rule(days("imageCountMoreThan", 5), expire())),
        ("two rules for untagged", policy(&json!([rule(1, &untagged), rule(2, &untagged)]))),
        (
            "any is last",
            policy(&json!([rule(1, &days("sinceImagePushed", 5)), rule(2, &untagged)])),
        ),
        (
            "five wildcards",
            one_rule(
                json!({ "tagStatus": "tagged", "tagPatternList": ["*a*b*c*d*"], "countType": "imageCountMoreThan", "countNumber": 1 }),
                expire(),
            ),
        ),
        ("51 rules", policy(&json!(many))),
        ("99 characters", " ".repeat(99)),
        (
            "both lists",
            one_rule(
                json!({ "tagStatus": "tagged", "tagPatternList": ["a*"], "tagPrefixList": ["b"], "countType": "imageCountMoreThan", "countNumber": 1 }),
                expire(),
            ),
        ),
        (
            "archived for 60 days",
            one_rule(
                json!({ "tagStatus": "any", "storageClass": "archive", "countType": "sinceImageTransitioned", "countUnit": "days", "countNumber": 60 }),
                expire(),
            ),
        ),
    ];
    for (name, text) in cases {
        for operation in ["PutLifecyclePolicy", "StartLifecyclePolicyPreview"] {
            let input = json!({ "repositoryName": "shop", "lifecyclePolicyText": text });
            let (kind, message) = lab.refused(operation, input).await;
            assert_eq!(kind, "InvalidParameterException", "{name}: {message}");
        }
    }
}

async fn complete_preview(lab: &Lab) -> Value {
    let input = json!({ "repositoryName": "shop", "maxResults": 100 });
    for _ in 0..100 {
        let preview = lab.ok("GetLifecyclePolicyPreview", input.clone()).await;
        if preview["status"] == "COMPLETE" {
            return preview;
        }
        assert_eq!(preview["status"], "IN_PROGRESS");
        assert!(preview.get("previewResults").is_none());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the preview isn't complete");
}

#[tokio::test]
async fn a_preview_names_what_a_policy_would_do_and_the_policy_does_it() {
    let lab = lab().await;
    lab.create("shop").await;
    let name = json!({ "repositoryName": "shop" });
    let (kind, _) = lab.refused("GetLifecyclePolicyPreview", name.clone()).await;
    assert_eq!(kind, "LifecyclePolicyPreviewNotFoundException");
    let token = lab.token().await;
    let old = digest(&lab.push("shop", &token, "latest", "old").await);
    lab.push("shop", &token, "latest", "new").await;
    assert!(lab.practice.set_image_age("shop", &old, 30, None).await.unwrap());
    assert!(!lab.practice.set_image_age("shop", "none", 30, None).await.unwrap());

    let text = untagged_after(14);
    let input = json!({ "repositoryName": "shop", "lifecyclePolicyText": text });
    let started = lab.ok("StartLifecyclePolicyPreview", input.clone()).await;
    assert_eq!(started["status"], "IN_PROGRESS");
    let (kind, _) = lab.refused("StartLifecyclePolicyPreview", input.clone()).await;
    assert_eq!(kind, "LifecyclePolicyPreviewInProgressException");
    let preview = complete_preview(&lab).await;
    assert_eq!(preview["lifecyclePolicyText"], text.as_str());
    assert_eq!(preview["summary"]["expiringImageTotalCount"], 1);
    assert_eq!(preview["previewResults"][0]["imageDigest"], old.as_str());
    assert_eq!(preview["previewResults"][0]["action"], json!({ "type": "EXPIRE" }));
    assert_eq!(described(&lab, json!({})).await.len(), 2, "a preview deletes nothing");

    lab.ok("PutLifecyclePolicy", input).await;
    let known = lab.ok("GetLifecyclePolicy", name.clone()).await;
    assert_eq!(known["lastEvaluatedAt"], 0.0);
    assert_eq!(lab.practice.run_lifecycle_policies().await.unwrap(), 1);
    assert_eq!(described(&lab, json!({})).await.len(), 1);
    let known = lab.ok("GetLifecyclePolicy", name).await;
    assert!(known["lastEvaluatedAt"].as_f64().unwrap() > 1.0);
}
