//! Tests of the explorer's calls against a local server.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::json;

use super::*;
use crate::ecr::api::EcrImageStatus;
use crate::testing::{CannedResponse, LocalAws, session_at};

fn name() -> RepositoryName {
    RepositoryName::parse("shop/api").unwrap()
}

fn digest(number: usize) -> Digest {
    Digest::of(number.to_string().as_bytes())
}

#[tokio::test]
async fn archived_images_are_listed_with_their_status() {
    let aws = LocalAws::start(|_| {
        CannedResponse::json(json!({"imageDetails": [
            {"imageDigest": digest(1).as_str()},
            {"imageDigest": digest(2).as_str(), "imageStatus": "ARCHIVED", "lastArchivedAt": 7.5},
            {"imageDigest": digest(3).as_str(), "imageStatus": "ACTIVATING", "lastActivatedAt": 8},
        ]}))
    })
    .await;
    let images = session_at(&aws).await.ecr().all_images(&name()).await.unwrap();
    let status = |image: &EcrImage| image.status.known().copied().unwrap();
    let found: Vec<_> = images.iter().map(|image| (status(image), image.archived_at_ms)).collect();
    assert_eq!(
        found,
        [
            (EcrImageStatus::Active, None),
            (EcrImageStatus::Archived, Some(7_500)),
            (EcrImageStatus::Activating, None),
        ]
    );
    assert_eq!(aws.requests()[0].json["filter"], json!({"imageStatus": "ANY"}));
}

/// Ten pages, of which page 4 is throttled. The test of `throttled_calls` has the number of repetitions.
#[tokio::test]
async fn a_throttled_list_resumes_at_its_page() {
    static THROTTLED: AtomicU32 = AtomicU32::new(0);
    let aws = LocalAws::start(|request| {
        let page: usize =
            request.json["nextToken"].as_str().map_or(1, |token| token.parse().unwrap());
        if page == 4 && THROTTLED.fetch_add(1, Ordering::Relaxed) < 1 {
            let body = json!({"__type": "ThrottlingException", "message": "Rate exceeded"});
            return CannedResponse::of(400, "application/x-amz-json-1.1", body.to_string());
        }
        let mut response = json!({"imageDetails": [{"imageDigest": digest(page).as_str()}]});
        if page < 10 {
            response["nextToken"] = json!((page + 1).to_string());
        }
        CannedResponse::json(response)
    })
    .await;
    let images = session_at(&aws).await.ecr().all_images(&name()).await.unwrap();
    let expected: Vec<_> = (1..=10).map(digest).collect();
    assert_eq!(images.into_iter().map(|image| image.digest).collect::<Vec<_>>(), expected);
    assert_eq!(aws.requests().len(), 11, "no page is listed twice");
}

#[tokio::test]
async fn manifests_are_read_in_one_call_with_the_failures_of_each() {
    let aws = LocalAws::start(|_| {
        CannedResponse::json(json!({
            "images": [{
                "imageId": {"imageDigest": digest(1).as_str()},
                "imageManifest": "{}",
                "imageManifestMediaType": "application/vnd.oci.image.index.v1+json",
            }],
            "failures": [{
                "imageId": {"imageDigest": digest(2).as_str()},
                "failureCode": "ImageNotFound",
                "failureReason": "Requested image not found",
            }],
        }))
    })
    .await;
    let ecr = session_at(&aws).await.ecr();
    let batch = ecr.manifests(&name(), &[digest(1), digest(2)]).await.unwrap();
    assert_eq!((&batch.found[0].digest, batch.found[0].text.as_str()), (&digest(1), "{}"));
    assert_eq!(
        (&batch.failures[0].digest, batch.failures[0].code.as_str()),
        (&digest(2), "ImageNotFound")
    );
    assert_eq!(aws.requests().len(), 1);
}

#[tokio::test]
async fn a_policy_that_never_ran_has_no_time() {
    for (time, expected) in [(json!(0), None), (json!(1_700_000_000), Some(1_700_000_000_000))] {
        let aws = LocalAws::start(move |_| {
            CannedResponse::json(
                json!({"lifecyclePolicyText": "{}", "lastEvaluatedAt": time.clone()}),
            )
        })
        .await;
        let policy = session_at(&aws).await.ecr().known_lifecycle_policy(&name()).await.unwrap();
        assert_eq!(policy.unwrap().last_evaluated_at_ms, expected);
    }
}

/// Source of the shape: GetLifecyclePolicyPreview in ECR's API reference.
#[tokio::test]
async fn the_images_of_a_complete_preview_come_from_every_page() {
    let aws = LocalAws::start(|request| {
        let page: usize =
            request.json["nextToken"].as_str().map_or(0, |token| token.parse().unwrap());
        let rows: Vec<_> = (page * 100..250.min(page * 100 + 100))
            .map(|number| {
                json!({
                    "imageDigest": digest(number).as_str(),
                    "imageTags": ["v1"],
                    "action": {"type": if number == 0 { "TRANSITION" } else { "EXPIRE" }},
                    "appliedRulePriority": 3,
                })
            })
            .collect();
        let mut response = json!({
            "lifecyclePolicyText": "{}",
            "status": "COMPLETE",
            "previewResults": rows,
            "summary": {
                "expiringImageTotalCount": 249,
                "transitioningImageTotalCounts":
                    [{"targetStorageClass": "ARCHIVE", "imageTotalCount": 1}],
            },
        });
        if page < 2 {
            response["nextToken"] = json!((page + 1).to_string());
        }
        CannedResponse::json(response)
    })
    .await;
    let preview = session_at(&aws).await.ecr().lifecycle_preview(&name()).await.unwrap().unwrap();
    assert_eq!((preview.expiring, preview.archiving), (Some(249), Some(1)));
    assert_eq!(preview.images.len(), 250);
    assert_eq!(preview.images[0].action, PreviewAction::Archive);
    assert_eq!(preview.images[1].action, PreviewAction::Expire);
    assert_eq!(preview.images[0].rule, Some(3));
    assert_eq!(aws.requests().len(), 3);
}

#[tokio::test]
async fn an_image_that_moves_to_a_later_page_is_listed_once_as_it_is_now() {
    let aws = LocalAws::start(|request| {
        let first = request.json.get("nextToken").is_none();
        let tags = if first { json!(["1"]) } else { json!(["1", "2"]) };
        let moved = json!({"imageDigest": digest(1).as_str(), "imageTags": tags});
        let other = json!({"imageDigest": digest(if first { 2 } else { 3 }).as_str()});
        let mut page = json!({"imageDetails": [moved, other]});
        if first {
            page["nextToken"] = json!("2");
        }
        CannedResponse::json(page)
    })
    .await;
    let images = session_at(&aws).await.ecr().all_images(&name()).await.unwrap();
    let found: Vec<_> =
        images.iter().map(|image| (image.digest.clone(), image.tags.len())).collect();
    assert_eq!(found, [(digest(1), 2), (digest(2), 0), (digest(3), 0)]);
}

#[tokio::test]
async fn a_refusal_of_a_later_page_is_an_error_and_no_shorter_list() {
    let aws = LocalAws::start(|request| {
        if request.json.get("nextToken").is_some() {
            return CannedResponse::error(400, "AccessDeniedException", "not allowed");
        }
        CannedResponse::json(json!({
            "imageDetails": [{"imageDigest": digest(1).as_str()}], "nextToken": "2",
        }))
    })
    .await;
    let error = session_at(&aws).await.ecr().all_images(&name()).await.unwrap_err();
    assert!(matches!(error, AwsError::AccessDenied { .. }), "{error:?}");
}

#[tokio::test]
async fn what_is_already_as_wanted_is_no_error() {
    let aws = LocalAws::start(|request| {
        let code = match request.operation.as_str() {
            "PutImage" => "ImageAlreadyExistsException",
            "DeleteLifecyclePolicy" => "LifecyclePolicyNotFoundException",
            _ => "RepositoryPolicyNotFoundException",
        };
        CannedResponse::error(400, code, "no")
    })
    .await;
    let ecr = session_at(&aws).await.ecr();
    let manifest =
        EcrManifest { digest: digest(1), media_type: String::new(), text: "{}".to_owned() };
    ecr.put_image(&name(), &manifest, None).await.unwrap();
    ecr.delete_lifecycle_policy(&name()).await.unwrap();
    ecr.delete_repository_policy(&name()).await.unwrap();
}

#[tokio::test]
async fn images_are_archived_and_restored_by_their_digest() {
    let aws = LocalAws::start(|_| CannedResponse::json(json!({}))).await;
    let ecr = session_at(&aws).await.ecr();
    for is_archived in [true, false] {
        ecr.set_archived(&name(), &digest(1), is_archived).await.unwrap();
    }
    let sent: Vec<_> =
        aws.requests().iter().map(|one| one.json["targetStorageClass"].clone()).collect();
    assert_eq!(sent, ["ARCHIVE", "STANDARD"]);
    assert_eq!(aws.requests()[0].json["imageId"], json!({"imageDigest": digest(1).as_str()}));
}

#[tokio::test]
async fn a_preview_that_is_in_progress_has_no_images_yet() {
    let aws = LocalAws::start(|request| {
        let mut page = json!({
            "lifecyclePolicyText": "{}", "status": "IN_PROGRESS",
            "previewResults": [{"imageDigest": digest(1).as_str(), "action": {"type": "EXPIRE"}}],
        });
        if request.json.get("nextToken").is_none() {
            page["nextToken"] = json!("2");
        }
        CannedResponse::json(page)
    })
    .await;
    let ecr = session_at(&aws).await.ecr();
    let preview = ecr.lifecycle_preview(&name()).await.unwrap().unwrap();
    assert_eq!((preview.images.len(), aws.requests().len()), (0, 1));
}

#[tokio::test]
async fn images_are_looked_up_up_to_100_in_a_call() {
    use crate::ecr::api::EcrApi as _;
    let aws = LocalAws::start(|request| {
        let ids = request.json["imageIds"].as_array().unwrap().clone();
        CannedResponse::json(json!({"imageDetails": ids}))
    })
    .await;
    let digests: Vec<_> = (0..250).map(digest).collect();
    let found = session_at(&aws).await.ecr().images_with(&name(), &digests).await.unwrap();
    let calls: Vec<_> =
        aws.requests().iter().map(|one| one.json["imageIds"].as_array().unwrap().len()).collect();
    assert_eq!((found.len(), calls), (250, vec![100, 100, 50]));
}
