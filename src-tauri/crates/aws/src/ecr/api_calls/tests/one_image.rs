//! One image: by its tag, with the parts of its index.

use serde_json::json;
use transload_model::{Digest, Tag};

use super::{DIGEST, answering, name};
use crate::ecr::api_calls::*;
use crate::testing::{CannedResponse, LocalAws, session_at};

#[tokio::test]
async fn an_image_of_a_missing_repository_is_an_error() {
    let aws =
        LocalAws::start(|_| CannedResponse::error(400, "RepositoryNotFoundException", "no")).await;
    let error =
        session_at(&aws).await.ecr().image(&name("pgcli"), &Tag::latest(), &[]).await.unwrap_err();
    assert!(matches!(error, AwsError::RepositoryMissing { name } if name.as_str() == "pgcli"));
}

#[tokio::test]
async fn the_image_behind_a_tag_is_found() {
    let aws =
        answering(json!({"imageDetails": [{"imageDigest": DIGEST, "imageTags": ["1.0"]}]})).await;
    let image = session_at(&aws)
        .await
        .ecr()
        .image(&name("pgcli"), &Tag::parse("1.0").unwrap(), &[])
        .await
        .unwrap()
        .unwrap();
    assert_eq!(image.image.digest.as_str(), DIGEST);
}

/// An ECR with the tag `1.0` that lacks one of the requested images.
async fn without(missing: Digest) -> LocalAws {
    LocalAws::start(move |request| {
        let ids = request.json["imageIds"].as_array().unwrap().clone();
        if ids.iter().any(|id| id["imageDigest"] == missing.as_str()) {
            return CannedResponse::error(400, "ImageNotFoundException", "no");
        }
        let details: Vec<_> = ids
            .iter()
            .map(|id| match id["imageDigest"].as_str() {
                Some(digest) => json!({"imageDigest": digest}),
                None => json!({"imageDigest": DIGEST, "imageTags": ["1.0"]}),
            })
            .collect();
        CannedResponse::json(json!({"imageDetails": details}))
    })
    .await
}

#[tokio::test]
async fn a_tag_and_the_parts_of_its_index_are_requested_together() {
    let part = |number: u32| Digest::of(number.to_string().as_bytes());
    let parts: Vec<_> = (0..250).map(part).collect();
    let tag = Tag::parse("1.0").unwrap();
    let aws = without(Digest::of(b"another")).await;
    let ecr = session_at(&aws).await.ecr();
    let found = ecr.image(&name("pgcli"), &tag, &parts[..5]).await.unwrap().unwrap();
    assert_eq!(found.parts.len(), 5);
    assert_eq!(found.image.digest.as_str(), DIGEST);
    assert_eq!(aws.requests().len(), 1, "one call is enough if all of them exist");
    let found = ecr.image(&name("pgcli"), &tag, &parts).await.unwrap().unwrap();
    assert_eq!(found.parts.len(), 250);
    let requests = aws.requests();
    let most = requests.iter().map(|request| request.json["imageIds"].as_array().unwrap().len());
    assert_eq!(most.max(), Some(100));
}

#[tokio::test]
async fn the_missing_part_of_an_index_is_found() {
    let parts = [Digest::of(b"1"), Digest::of(b"2"), Digest::of(b"3")];
    let aws = without(parts[1].clone()).await;
    let ecr = session_at(&aws).await.ecr();
    let tag = Tag::parse("1.0").unwrap();
    let found = ecr.image(&name("pgcli"), &tag, &parts).await.unwrap().unwrap();
    assert_eq!(found.image.digest.as_str(), DIGEST);
    assert_eq!(found.parts, [parts[0].clone(), parts[2].clone()].into());
}
