//! What the dry run of a deletion in the practice ECR says before anything is tried.

use anyhow::{Context as _, Result, bail};
use serde_json::json;
use transload_contract::{
    CleanupClass, CleanupRules, DeletionTarget, DeletionTotals, FreedBytes, KeptReason, NoUndo,
    NoUndoReason, RegistryChange,
};
use transload_errors::ErrorCode;
use transload_practice::{FaultAction, FaultRule};
use transload_tests::headless_app::api_error;
use transload_tests::images::{Format, Index, Recipe};

use crate::explorer::{NAME, Shop, named};

/// With blob mounting, a layer may be stored once for several repositories, so that deleting it in one frees nothing.
#[tokio::test]
async fn freed_bytes_are_a_range_with_blob_mounting() -> Result<()> {
    let shop = Shop::open().await?;
    let image = Recipe::small(9).build()?;
    shop.repository.push(&image, "v1").await?;
    let digest = || image.manifest.digest.clone();
    let (api, connection, name) = (&shop.app.api, || shop.ecr.connection(), || NAME.to_owned());
    let read = api.repository_manifests_read(connection(), name(), vec![digest()]).await;
    assert!(read.map_err(api_error)?.is_empty());
    let text = json!({"rules": [{"rulePriority": 1, "action": {"type": "expire"}, "selection": {
        "tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1}}]});
    shop.repository.push(&Recipe::small(10).build()?, "v2").await?;
    let freed = async || {
        shop.details().await?;
        let target =
            DeletionTarget::Images { repository: name(), digests: vec![digest()], class: None };
        let planned = api.deletion_plan(connection(), target).await.map_err(api_error)?;
        assert_eq!(planned.freed, planned.repositories[0].freed);
        let rules = CleanupRules { unused_days: 0, ..CleanupRules::default() };
        let found = api.repository_cleanup(connection(), name(), rules).await.map_err(api_error)?;
        let effects = api.lifecycle_what_if(connection(), name(), text.to_string()).await;
        let effects = effects.map_err(api_error)?;
        assert_eq!(effects.affected.len(), 1);
        for one in found.proposals.iter().filter(|one| one.freed.at_most > 0) {
            assert_eq!(one.freed.may_be_shared, planned.freed.may_be_shared);
        }
        Ok::<_, anyhow::Error>([planned.freed, effects.freed])
    };
    let alone = freed().await?;
    // The second image wasn't read, so it may have the same layers.
    assert!(alone.iter().all(|one| one.at_most > 0 && !one.may_be_shared), "{alone:?}");
    let change = RegistryChange::BlobMounting { is_on: true };
    api.registry_change(connection(), change).await.map_err(api_error)?;
    let shared = alone.map(|one| FreedBytes { at_least: 0, may_be_shared: true, ..one });
    assert_eq!(freed().await?, shared);

    // Who may not read the setting doesn't know that it is off.
    let change = RegistryChange::BlobMounting { is_on: false };
    api.registry_change(connection(), change).await.map_err(api_error)?;
    let denied = FaultRule::operation(FaultAction::AccessDenied, "GetAccountSetting");
    shop.ecr.faults()?.add(denied.times(1));
    assert_eq!(freed().await?, shared);
    Ok(())
}

/// Without the permission to read indexes, everything is planned that doesn't depend on them: an index goes alone, and ECR
/// keeps what an unread index lists.
#[tokio::test]
async fn without_the_permission_to_read_indexes_the_rest_is_planned() -> Result<()> {
    let shop = Shop::open().await?;
    let index = Index::with_attestation(7, &["linux/amd64", "linux/arm64"])?;
    shop.repository.push_index(&index, "v2").await?;
    let other = Index::of_images(vec![index.images[0].clone()], Format::Oci)?;
    shop.repository.push_index(&other, "other").await?;
    let single = Recipe::small(9).build()?;
    shop.repository.push(&single, "v1").await?;
    shop.ecr.faults()?.add(FaultRule::operation(FaultAction::AccessDenied, "BatchGetImage"));
    let listed = &index.images[0].manifest.digest;
    let target = DeletionTarget::Images {
        repository: NAME.to_owned(),
        digests: [&index.manifest.digest, &single.manifest.digest, listed].map(Clone::clone).into(),
        class: None,
    };
    let api = &shop.app.api;
    // A clean-up proposes no image that an index could list, and still orphans.
    let orphan = format!("sha256-{}.sig", "0".repeat(64));
    shop.repository.push(&Recipe::small(10).build()?, &orphan).await?;
    let read = vec![index.manifest.digest.clone(), other.manifest.digest.clone()];
    shop.details().await?;
    let denied = api.repository_manifests_read(shop.ecr.connection(), NAME.to_owned(), read).await;
    let denied = denied.err().context("denied")?;
    assert_eq!(denied.subject.as_deref(), Some("ecr:BatchGetImage"));
    let rules = CleanupRules { min_age_days: 0, ..CleanupRules::default() };
    let found = api.repository_cleanup(shop.ecr.connection(), NAME.to_owned(), rules).await;
    let found = found.map_err(api_error)?;
    let of = |class| {
        let mut classes = found.proposals.iter().filter(move |one| one.class == class);
        classes.next().map(|one| (one.unread_manifests, one.images.len()))
    };
    assert_eq!(of(CleanupClass::LooseImages), Some((2, 0)), "{found:?}");
    assert_eq!(of(CleanupClass::Orphans), Some((0, 1)), "{found:?}");
    let planned = api.deletion_plan(shop.ecr.connection(), target).await.map_err(api_error)?;
    let [unread] = planned.unread.as_slice() else { bail!("{planned:?}") };
    assert_eq!((unread.name.as_str(), unread.error.code), (NAME, ErrorCode::AccessDenied));
    assert_eq!(unread.error.subject.as_deref(), Some("ecr:BatchGetImage"));
    let only = &planned.repositories[0];
    assert_eq!((only.images.len(), only.unread_indexes), (3, 2), "{only:?}");
    let report = api.deletion_run(planned.deletion, |_| {}).await.map_err(api_error)?;
    assert_eq!(report.deleted.images, 2, "{report:?}");
    let [left] = report.repositories[0].left.as_slice() else { bail!("{report:?}") };
    assert_eq!((left.digest.as_str(), left.error.code), (listed.as_str(), ErrorCode::ImageInIndex));
    // The orphan, the other index, and what it lists.
    assert_eq!(shop.details().await?.images.len(), 2 + index.images.len());
    Ok(())
}

/// An undo needs the manifests. Whether they can be read is asked without a read that ECR counts as a pull.
#[tokio::test]
async fn images_without_an_undo_are_said_before_the_deletion_and_in_the_history() -> Result<()> {
    let shop = Shop::open().await?;
    let images = [3, 4, 5].map(|seed| Recipe::small(seed).build());
    let [read, cold, other] = images;
    let (read, cold, other) = (read?, cold?, other?);
    for (image, tag) in [(&read, "read"), (&cold, "cold"), (&other, "other")] {
        shop.repository.push(image, tag).await?;
    }
    let (api, connection) = (&shop.app.api, || shop.ecr.connection());
    let digest = |image: &transload_tests::images::Image| image.manifest.digest.clone();
    let manifests =
        api.repository_manifests_read(connection(), NAME.to_owned(), vec![digest(&read)]);
    assert!(manifests.await.map_err(api_error)?.is_empty());
    let (name, archived) = (NAME.to_owned(), vec![digest(&cold)]);
    api.repository_images_archive(connection(), name, archived, true).await.map_err(api_error)?;
    let plan = async || {
        let digests = [&read, &cold, &other].map(digest).into();
        let target = DeletionTarget::Images { repository: NAME.to_owned(), digests, class: None };
        api.deletion_plan(connection(), target).await.map_err(api_error)
    };
    // The settings that every dry run reads once.
    plan().await?;
    shop.calls()?;
    let archived = NoUndo { images: 1, why: NoUndoReason::Archived };
    assert_eq!(plan().await?.no_undo, std::slice::from_ref(&archived));
    assert_eq!(shop.calls()?, named(&[("BatchGetImage", 1), ("DescribeImages", 1)]));
    let details = shop.details().await?;
    let pulled = details.images.iter().find(|image| image.digest.as_str() == digest(&other));
    let pulled = pulled.context("the image")?;
    assert_eq!((pulled.pulled_at_ms, pulled.own_read_at_ms), (None, None), "it wasn't read");

    shop.ecr.faults()?.add(FaultRule::operation(FaultAction::AccessDenied, "BatchGetImage"));
    let planned = plan().await?;
    let action = Some("ecr:BatchGetImage".to_owned());
    let denied = NoUndo { images: 1, why: NoUndoReason::Denied { action } };
    let of = |mut all: Vec<NoUndo>| {
        all.sort_by_key(|one| one.why == NoUndoReason::Archived);
        all
    };
    let expected = [denied, archived];
    assert_eq!(of(planned.no_undo), expected);
    let report = api.deletion_run(planned.deletion, |_| {}).await.map_err(api_error)?;
    assert_eq!((report.deleted.images, of(report.no_undo)), (3, expected.to_vec()));
    let history = api.deletion_history().await.map_err(api_error)?;
    assert_eq!(of(history[0].no_undo.clone()), expected);

    // Every image that goes with its repository.
    shop.repository.push(&other, "late").await?;
    let target = DeletionTarget::Repositories { names: vec![NAME.to_owned()] };
    let planned = api.deletion_plan(connection(), target).await.map_err(api_error)?;
    assert_eq!(planned.no_undo, [NoUndo { images: 1, why: NoUndoReason::Repository }]);
    Ok(())
}

/// ECR doesn't delete the last tag of an image that an index lists (aws/containers-roadmap#1567).
#[tokio::test]
async fn the_last_tag_of_an_image_of_an_index_stays_and_is_said_before_it_is_tried() -> Result<()> {
    let shop = Shop::open().await?;
    let index = Index::with_attestation(7, &["linux/amd64", "linux/arm64"])?;
    shop.repository.push_index(&index, "v2").await?;
    let platform = &index.images[0].manifest;
    let (api, connection) = (&shop.app.api, || shop.ecr.connection());
    let plan = async |tag: &str| {
        let target = DeletionTarget::Tag {
            repository: NAME.to_owned(),
            tag: tag.to_owned(),
            digest: platform.digest.clone(),
        };
        api.deletion_plan(connection(), target).await.map_err(api_error)
    };
    shop.repository.push_manifest(platform, "v2-amd64").await?;
    let planned = plan("v2-amd64").await?;
    assert_eq!(planned.totals, DeletionTotals::default(), "{planned:?}");
    let [kept] = planned.repositories[0].kept.as_slice() else { bail!("{planned:?}") };
    assert_eq!(kept.why, KeptReason::UsedBy { images: vec!["v2".to_owned()] });
    // A second tag can go.
    shop.repository.push_manifest(platform, "amd64").await?;
    let planned = plan("v2-amd64").await?;
    assert_eq!((planned.totals.images, planned.totals.tags), (0, 1), "{planned:?}");
    Ok(())
}
