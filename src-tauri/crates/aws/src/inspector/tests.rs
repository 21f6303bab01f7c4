//! Images that run, from several pages, and refusals.

use serde_json::{Value, json};

use super::*;
use crate::testing::{CannedResponse, LocalAws, session_at};

fn covered(resource: &str, image: Value) -> Value {
    json!({
        "accountId": "123456789012", "resourceType": "AWS_ECR_CONTAINER_IMAGE", "scanType": "PACKAGE",
        "resourceId": resource, "resourceMetadata": {"ecrImage": image},
    })
}

fn arn(digest: &Digest) -> String {
    format!("arn:aws:ecr:eu-west-1:123456789012:repository/shop/api/{digest}")
}

async fn read(aws: &LocalAws) -> Result<Vec<ImageInUse>, AwsError> {
    let name = RepositoryName::parse("shop/api").unwrap();
    session_at(aws).await.inspector().images_in_use(&name).await
}

#[tokio::test]
async fn images_that_run_are_read_from_all_pages() {
    let (one, two) = (Digest::of(b"one"), Digest::of(b"two"));
    let pages = [arn(&one), arn(&two)];
    let aws = LocalAws::start(move |request| {
        let first = request.json.get("nextToken").is_none();
        let mut page = json!({"coveredResources": [
            covered(&pages[usize::from(!first)], json!({"inUseCount": 2, "lastInUseAt": 8.5})),
            covered("arn:aws:ecr:eu-west-1:123456789012:repository/shop/api", json!({"inUseCount": 1})),
            covered(&pages[0], json!({"inUseCount": 0})),
            covered(&pages[0], json!({"inUseCount": -1})),
            covered(&pages[0], json!({})),
        ]});
        if first {
            page["nextToken"] = json!("2");
        }
        CannedResponse::json(page)
    })
    .await;
    let found = read(&aws).await.unwrap();
    let expected =
        [one, two].map(|digest| ImageInUse { digest, count: 2, last_in_use_at_ms: Some(8_500) });
    assert_eq!(found, expected);
    let asked = &aws.requests()[0].json;
    assert_eq!(
        *asked,
        json!({"maxResults": 200, "filterCriteria": {
            "resourceType": [{"comparison": "EQUALS", "value": "AWS_ECR_CONTAINER_IMAGE"}],
            "ecrRepositoryName": [{"comparison": "EQUALS", "value": "shop/api"}],
            "ecrImageInUseCount": [{"lowerInclusive": 1}],
        }})
    );
}

#[tokio::test]
async fn a_refusal_names_the_action() {
    let aws =
        LocalAws::start(|_| CannedResponse::error(403, "AccessDeniedException", "not allowed"))
            .await;
    let error = read(&aws).await.unwrap_err();
    assert!(
        matches!(&error, AwsError::AccessDenied { action, .. } if action == "inspector2:ListCoverage"),
        "{error:?}"
    );
}
