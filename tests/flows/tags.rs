//! Tags in ECR: one is added to an image, moved, moved back and removed, and refused where ECR would delete something or doesn't
//! allow it. The tag mutability, and the columns of the repository list that cost a call each. The AWS CLI reads the result.

use anyhow::{Context, Result};
use serde_json::{Value, json};
use transload_contract::{
    ChangeOutcome, ImageChangeKind, ListedPolicyState, TagAdded, TagEffect, TagMutability,
    TagMutabilitySetting, TagReversal,
};
use transload_errors::{ApiError, ErrorCode};
use transload_model::{Digest, Tag};
use transload_practice::{FaultAction, FaultRule};
use transload_tests::headless_app::api_error;
use transload_tests::images::{Index, Recipe};

use crate::explorer::{NAME, Shop, aws, named};

impl Shop {
    async fn tag(&self, digest: &str, tag: &str, from: Option<&str>) -> Result<TagAdded, ApiError> {
        let (digest, tag) = (digest.to_owned(), tag.to_owned());
        let from = from.map(str::to_owned);
        self.app.api.image_tag_add(self.ecr.connection(), NAME.to_owned(), digest, tag, from).await
    }

    async fn untag(&self, digest: &str, tag: &str, undo: TagReversal) -> Result<(), ApiError> {
        let (digest, tag) = (digest.to_owned(), tag.to_owned());
        self.app.api.image_tag_undo(self.ecr.connection(), NAME.to_owned(), digest, tag, undo).await
    }

    async fn check(&self, digest: &str, tag: &str) -> Result<TagEffect> {
        let (digest, tag) = (digest.to_owned(), tag.to_owned());
        let (connection, name) = (self.ecr.connection(), NAME.to_owned());
        self.app.api.image_tag_check(connection, name, digest, tag).await.map_err(api_error)
    }

    async fn set_mutability(&self, tag_mutability: TagMutability, filters: &[&str]) -> Result<()> {
        let exclusion_filters = filters.iter().map(|filter| (*filter).to_owned()).collect();
        let setting = TagMutabilitySetting { tag_mutability, exclusion_filters };
        let (connection, name) = (self.ecr.connection(), NAME.to_owned());
        let set = self.app.api.repository_mutability_set(connection, name, setting).await;
        set.map_err(api_error)
    }

    /// The digests of the images that Find finds by a tag.
    async fn found(&self, tag: &str) -> Result<Vec<String>> {
        let (connection, text) = (self.ecr.connection(), format!("{NAME}:{tag}"));
        let found = self.app.api.images_find(connection, text, "find".to_owned(), |_| {}).await;
        let images = found.map_err(api_error)?.context("not cancelled")?.images;
        Ok(images.into_iter().map(|image| image.digest).collect())
    }

    /// The digest and the media type that the AWS CLI sees behind a tag.
    async fn seen(&self, tag: &str) -> Result<(Value, Value)> {
        let id = format!("imageTag={tag}");
        let arguments = ["describe-images", "--repository-name", NAME, "--image-ids", &id];
        let image = aws(&self.ecr, &arguments).await?["imageDetails"][0].clone();
        Ok((image["imageDigest"].clone(), image["imageManifestMediaType"].clone()))
    }
}

#[tokio::test]
async fn a_tag_is_added_and_moved_and_both_are_undone() -> Result<()> {
    let shop = Shop::open().await?;
    let index = Index::with_attestation(7, &["linux/amd64", "linux/arm64"])?;
    shop.repository.push_index(&index, "v2").await?;
    let old = Recipe::small(3).build()?;
    shop.repository.push(&old, "v1").await?;
    let (new, old) = (index.manifest.digest.as_str(), old.manifest.digest.as_str());
    shop.details().await?;
    let pushed = shop.seen("v2").await?;
    shop.calls()?;

    assert_eq!(shop.check(new, "prod").await?, TagEffect::Added);
    assert_eq!(shop.calls()?, named(&[]));
    let added = shop.tag(new, "prod", None).await.map_err(api_error)?;
    assert_eq!(added.undo, Some(TagReversal::Remove));
    let calls = named(&[("BatchGetImage", 1), ("DescribeImages", 2), ("PutImage", 1)]);
    assert_eq!(shop.calls()?, calls);
    // The same bytes and media type: the digest didn't change.
    assert_eq!(shop.seen("prod").await?, pushed);
    assert_eq!(pushed.0, json!(new));
    // Our own read isn't shown as a pull.
    let details = shop.details().await?;
    let image = details.images.iter().find(|image| image.digest == new).context("the index")?;
    assert_eq!((image.pulled_at_ms, image.own_read_at_ms.is_some()), (None, true));

    let TagEffect::Moved { from, other_tags, .. } = shop.check(old, "prod").await? else {
        anyhow::bail!("prod has an image");
    };
    assert_eq!((from.as_str(), other_tags), (new, vec!["v2".to_owned()]));
    assert_eq!(shop.found("prod").await?, [new]);
    let moved = shop.tag(old, "prod", Some(new)).await.map_err(api_error)?;
    assert_eq!(shop.seen("prod").await?.0, json!(old));
    // Find knows it without a call, although the repository wasn't listed since.
    shop.calls()?;
    assert_eq!(shop.found("prod").await?, [old]);
    assert_eq!(shop.calls()?, named(&[]));
    let back = moved.undo.context("an undo")?;
    shop.untag(old, "prod", back.clone()).await.map_err(api_error)?;
    assert_eq!(shop.seen("prod").await?, pushed);
    // A second time, the tag isn't where the undo expects it.
    let again = shop.untag(old, "prod", back).await.unwrap_err();
    assert_eq!(again.code, ErrorCode::TagMoved, "{}", again.message);

    assert_eq!(shop.found("prod").await?, [new]);
    shop.untag(new, "prod", TagReversal::Remove).await.map_err(api_error)?;
    assert_eq!(shop.found("prod").await?, [""; 0]);
    let tags: Vec<_> = shop.details().await?.images.into_iter().flat_map(|one| one.tags).collect();
    assert_eq!(tags.len(), 2, "{tags:?}");
    let last = shop.untag(new, "v2", TagReversal::Remove).await.unwrap_err();
    assert_eq!(last.code, ErrorCode::TagRefused, "{}", last.message);
    assert_eq!(shop.seen("v2").await?, pushed);

    // The history has what was done, and nothing of what was refused.
    let history = shop.app.api.image_changes().await.map_err(api_error)?;
    assert!(history.iter().all(|one| one.repository == NAME), "{history:?}");
    let (tag, old, new) = (Tag::parse("prod")?, Digest::parse(old)?, Digest::parse(new)?);
    let moved = |from: &Digest, to: &Digest| ImageChangeKind::TagMoved {
        tag: tag.clone(),
        from: from.clone(),
        to: to.clone(),
    };
    let expected = [
        ImageChangeKind::TagRemoved { tag: tag.clone(), digest: new.clone() },
        moved(&old, &new),
        moved(&new, &old),
        ImageChangeKind::TagAdded { tag: tag.clone(), digest: new.clone() },
    ];
    assert_eq!(history.into_iter().map(|one| one.change).collect::<Vec<_>>(), expected);
    Ok(())
}

/// Only the registry knows whether a change was made that ECR didn't confirm. What ECR refused isn't in the history.
#[tokio::test]
async fn a_change_that_ecr_did_not_confirm_is_unknown_in_the_history() -> Result<()> {
    let shop = Shop::open().await?;
    let image = Recipe::small(3).build()?;
    shop.repository.push(&image, "v1").await?;
    let digest = image.manifest.digest.as_str();
    shop.details().await?;
    let history = async || {
        let changes = shop.app.api.image_changes().await.map_err(api_error)?;
        let changes: Vec<_> = changes.into_iter().map(|one| (one.change, one.outcome)).collect();
        Ok::<_, anyhow::Error>(changes)
    };
    let added = |tag: &str| {
        let (tag, digest) = (Tag::parse(tag)?, Digest::parse(digest)?);
        Ok::<_, anyhow::Error>((ImageChangeKind::TagAdded { tag, digest }, ChangeOutcome::Unknown))
    };
    let faults = shop.ecr.faults()?;
    faults.add(FaultRule::operation(FaultAction::AccessDenied, "PutImage"));
    shop.tag(digest, "refused", None).await.unwrap_err();
    assert_eq!(history().await?, vec![]);
    faults.clear();
    faults.add(FaultRule::operation(FaultAction::DropAfter, "PutImage"));
    shop.tag(digest, "prod", None).await.unwrap_err();
    faults.clear();
    assert_eq!(shop.seen("prod").await?.0, json!(digest), "it was added");
    assert_eq!(history().await?, vec![added("prod")?]);

    faults.add(FaultRule::operation(FaultAction::DropAfter, "UpdateImageStorageClass"));
    let (connection, name) = (shop.ecr.connection(), NAME.to_owned());
    let digests = vec![digest.to_owned()];
    let moved = shop.app.api.repository_images_archive(connection, name, digests, true).await;
    assert_eq!(moved.map_err(api_error)?.changed, 0);
    let archived = ImageChangeKind::Archived { images: 1, refused: 0 };
    assert_eq!(history().await?, vec![(archived, ChangeOutcome::Unknown), added("prod")?]);
    Ok(())
}

#[tokio::test]
async fn a_tag_that_someone_else_moved_stays() -> Result<()> {
    let shop = Shop::open().await?;
    let (image, new) = (Recipe::small(3).build()?, Recipe::small(4).build()?);
    shop.repository.push(&image, "v1").await?;
    shop.repository.push(&new, "v2").await?;
    let (old, new) = (image.manifest.digest.as_str(), new.manifest.digest.as_str());
    shop.details().await?;
    for (digest, tag, from) in
        [(new, "v1", None), (new, "other", Some(old)), (old, "v2", Some(old))]
    {
        let error = shop.tag(digest, tag, from).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::TagMoved, "{tag}: {}", error.message);
    }
    assert_eq!((shop.seen("v1").await?.0, shop.seen("v2").await?.0), (json!(old), json!(new)));

    // A check that follows a refusal knows what someone else changed.
    shop.details().await?;
    shop.repository.push(&image, "prod").await?;
    assert_eq!(shop.check(new, "prod").await?, TagEffect::Added);
    assert_eq!(shop.tag(new, "prod", None).await.unwrap_err().code, ErrorCode::TagMoved);
    let moved = shop.check(new, "prod").await?;
    assert!(matches!(moved, TagEffect::Moved { .. }), "{moved:?}");
    let immutable = ["--repository-name", NAME, "--image-tag-mutability", "IMMUTABLE"];
    aws(&shop.ecr, &[&["put-image-tag-mutability"], &immutable[..]].concat()).await?;
    let refused = shop.tag(new, "prod", Some(old)).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::TagRefused, "{}", refused.message);
    let immutable = shop.check(new, "prod").await?;
    assert!(matches!(immutable, TagEffect::Immutable { .. }), "{immutable:?}");
    Ok(())
}

#[tokio::test]
async fn the_mutability_of_tags_is_set_and_decides_what_can_be_moved() -> Result<()> {
    let shop = Shop::open().await?;
    let (old, new) = (Recipe::small(3).build()?, Recipe::small(4).build()?);
    shop.repository.push(&old, "dev-1").await?;
    shop.repository.push(&old, "latest").await?;
    shop.repository.push(&new, "v2").await?;
    let (old, new) = (old.manifest.digest.as_str(), new.manifest.digest.as_str());
    shop.details().await?;
    shop.calls()?;
    shop.set_mutability(TagMutability::ImmutableWithExclusion, &["dev-*"]).await?;
    assert_eq!(shop.calls()?, named(&[("PutImageTagMutability", 1)]));
    let described = ["describe-repositories", "--repository-names", NAME];
    let described = aws(&shop.ecr, &described).await?["repositories"][0].clone();
    assert_eq!(described["imageTagMutability"], "IMMUTABLE_WITH_EXCLUSION");
    let filter = &described["imageTagMutabilityExclusionFilters"][0]["filter"];
    assert_eq!(filter, "dev-*");

    let refused = shop.check(new, "latest").await?;
    assert!(matches!(refused, TagEffect::Immutable { .. }), "{refused:?}");
    let moved = shop.check(new, "dev-1").await?;
    assert!(matches!(moved, TagEffect::Moved { .. }), "{moved:?}");
    shop.tag(new, "dev-1", Some(old)).await.map_err(api_error)?;
    let error = shop.tag(new, "latest", Some(old)).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::TagRefused, "{}", error.message);
    shop.set_mutability(TagMutability::Mutable, &[]).await?;
    shop.tag(new, "latest", Some(old)).await.map_err(api_error)?;
    Ok(())
}

#[tokio::test]
async fn columns_of_the_list_cost_one_call_for_each_repository() -> Result<()> {
    let shop = Shop::open().await?;
    aws(&shop.ecr, &["create-repository", "--repository-name", "bare"]).await?;
    let described = ["describe-repositories", "--repository-names", NAME];
    let described = aws(&shop.ecr, &described).await?["repositories"][0]["repositoryArn"].clone();
    let arn = described.as_str().context("an ARN")?;
    let tags = ["tag-resource", "--resource-arn", arn, "--tags", "Key=team,Value=shop"];
    aws(&shop.ecr, &tags).await?;
    let policy = json!({"rules": [{
        "rulePriority": 1, "description": "Only the newest images are needed, say the owners",
        "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1},
        "action": {"type": "expire"},
    }]});
    let text = policy.to_string();
    let put = ["put-lifecycle-policy", "--repository-name", NAME, "--lifecycle-policy-text", &text];
    aws(&shop.ecr, &put).await?;
    for number in [3, 4, 5] {
        shop.repository.push(&Recipe::small(number).build()?, &format!("v{number}")).await?;
    }
    let api = &shop.app.api;
    let names = || vec![NAME.to_owned(), "bare".to_owned()];
    let affected = |state: &ListedPolicyState| match state {
        ListedPolicyState::Set { rules, affected, .. } => Some((*rules, *affected)),
        ListedPolicyState::None | ListedPolicyState::Unread { .. } => None,
    };
    api.repositories_list(shop.ecr.connection()).await.map_err(api_error)?;
    shop.calls()?;
    let policies = api.repositories_policies(shop.ecr.connection(), names()).await;
    let policies = policies.map_err(api_error)?;
    assert_eq!(affected(&policies[0].state), Some((Some(1), None)));
    assert_eq!(policies[1].state, ListedPolicyState::None);
    assert_eq!(shop.calls()?, named(&[("GetLifecyclePolicy", 2)]));
    let tags = api.repositories_aws_tags(shop.ecr.connection(), names()).await;
    let tags = tags.map_err(api_error)?;
    let team = tags[0].tags.as_ref().and_then(|tags| tags.get("team"));
    assert_eq!(team.map(String::as_str), Some("shop"));
    assert_eq!(tags[1].tags.as_ref().map(|tags| tags.len()), Some(0));
    assert_eq!(shop.calls()?, named(&[("ListTagsForResource", 2)]));
    // Once the images were listed, the number that it affects is known.
    shop.details().await?;
    let policies = api.repositories_policies(shop.ecr.connection(), names()).await;
    assert_eq!(affected(&policies.map_err(api_error)?[0].state), Some((Some(1), Some(2))));
    // One that can't be read doesn't stop the others.
    let denied = FaultRule::operation(FaultAction::AccessDenied, "ListTagsForResource");
    shop.ecr.faults()?.add(denied.times(1));
    let tags = api.repositories_aws_tags(shop.ecr.connection(), names()).await;
    let tags = tags.map_err(api_error)?;
    let denied = tags.iter().filter_map(|one| one.error.as_ref());
    let codes: Vec<_> = denied.map(|error| error.code).collect();
    assert_eq!(codes, [ErrorCode::AccessDenied]);
    Ok(())
}
