//! The undo of deletions in the practice ECR: images and tags are pushed again, as long as ECR has their layers.

use anyhow::{Context, Result};
use futures_util::FutureExt as _;
use serde_json::{Value, json};
use transload_contract::{DeletionTarget, DeletionTotals, NotRestorableReason, RestoreTotals};
use transload_errors::ErrorCode;
use transload_practice::{FaultAction, FaultRule};
use transload_tests::headless_app::api_error;
use transload_tests::images::{Format, Index, Recipe};

use crate::explorer::{NAME, Shop, aws, named};

fn images_restored(images: u32) -> RestoreTotals {
    RestoreTotals { images, tags: 0 }
}

fn tags_restored(tags: u32) -> RestoreTotals {
    RestoreTotals { images: 0, tags }
}

#[tokio::test]
async fn an_undo_pushes_what_ecr_still_has_and_says_why_the_rest_stays_deleted() -> Result<()> {
    let shop = Shop::open().await?;
    let index = Index::with_attestation(7, &["linux/amd64", "linux/arm64"])?;
    shop.repository.push_index(&index, "v2").await?;
    // Another index of one of its images, which needs no layer of its own.
    let shared = Index::of_images(vec![index.images[0].clone()], Format::Oci)?;
    shop.repository.push_index(&shared, "other").await?;
    let (api, connection) = (&shop.app.api, || shop.ecr.connection());
    let delete = async |digest: &str| {
        let target = DeletionTarget::Images {
            repository: NAME.to_owned(),
            digests: vec![digest.to_owned()],
            class: None,
        };
        let planned = api.deletion_plan(connection(), target).await.map_err(api_error)?;
        api.deletion_run(planned.deletion, |_| {}).await.map_err(api_error)
    };
    let image_of = async |tag: &str| {
        let id = format!("imageTag={tag}");
        let arguments = ["describe-images", "--repository-name", NAME, "--image-ids", &id];
        let described = aws(&shop.ecr, &arguments).await;
        Ok::<_, anyhow::Error>(described?["imageDetails"][0]["imageDigest"].clone())
    };
    let history = async || api.deletion_history().await.map_err(api_error);
    assert!(history().await?.is_empty());

    let report = delete(&shared.manifest.digest).await?;
    assert_eq!(report.deleted, DeletionTotals { repositories: 0, images: 1, tags: 1 });
    let entry = history().await?.pop().context("an entry")?;
    assert_eq!((entry.deleted, entry.restored), (Some(report.deleted), None));
    assert_eq!(Some(entry.table), report.record);
    assert!(image_of("other").await.is_err(), "it is deleted");
    shop.calls()?;
    let plan = api.restore_plan(entry.deletion.clone()).await.map_err(api_error)?;
    // An index has no layers of its own to ask for.
    assert_eq!(shop.calls()?, named(&[("DescribeImages", 1)]), "a dry run pushes nothing");
    assert_eq!(
        (plan.totals, &plan.repositories[0].images[0].tags),
        (images_restored(1), &vec!["other".to_owned()])
    );
    let report = api.restore_run(plan.restore.clone(), |_| {}).await.map_err(api_error)?;
    assert_eq!((report.restored, report.failed.len()), (images_restored(1), 0), "{report:?}");
    assert_eq!(image_of("other").await?, json!(shared.manifest.digest));
    let again = api.restore_run(plan.restore, |_| {}).await.err().context("it ran")?;
    assert_eq!(again.code, ErrorCode::ReviewUnknown);
    let restored = history().await?.pop().and_then(|entry| entry.restored);
    assert_eq!(restored.and_then(|restored| restored.restored), Some(images_restored(1)));

    // Someone gives the tag to another image between the dry run and the restore.
    delete(&shared.manifest.digest).await?;
    let newest = history().await?.swap_remove(0);
    let plan = api.restore_plan(newest.deletion).await.map_err(api_error)?;
    assert_eq!(plan.totals, images_restored(1), "{plan:?}");
    let other = Recipe::small(9).build()?;
    shop.repository.push(&other, "other").await?;
    let report = api.restore_run(plan.restore, |_| {}).await.map_err(api_error)?;
    assert_eq!((report.restored, report.failed.len()), (images_restored(1), 1), "{report:?}");
    assert_eq!(report.failed[0].error.code, ErrorCode::DestinationMoved);
    assert_eq!(image_of("other").await?, json!(other.manifest.digest), "the tag stays");
    let id = format!("imageDigest={}", shared.manifest.digest);
    aws(&shop.ecr, &["describe-images", "--repository-name", NAME, "--image-ids", &id]).await?;

    // ECR refuses the second tag. The image exists with its first tag, and counts.
    for tag in ["a", "b"] {
        shop.repository.push_manifest(&shared.manifest, tag).await?;
    }
    delete(&shared.manifest.digest).await?;
    let newest = history().await?.swap_remove(0);
    let plan = api.restore_plan(newest.deletion).await.map_err(api_error)?;
    let denied = FaultRule::operation(FaultAction::AccessDenied, "PutImage");
    shop.ecr.faults()?.add(denied.after(1).times(1));
    let report = api.restore_run(plan.restore, |_| {}).await.map_err(api_error)?;
    assert_eq!((report.restored, report.failed.len()), (images_restored(1), 1), "{report:?}");
    assert_eq!(report.failed[0].error.code, ErrorCode::AccessDenied);
    assert_eq!(image_of("a").await?, json!(shared.manifest.digest));
    let restored = history().await?.swap_remove(0).restored;
    assert_eq!(restored.and_then(|restored| restored.restored), Some(images_restored(1)));

    // The practice ECR deletes layers with the last image that has them.
    let report = delete(&index.manifest.digest).await?;
    assert_eq!(report.deleted.images, 3, "{report:?}");
    let newest = history().await?.swap_remove(0);
    let plan = api.restore_plan(newest.deletion).await.map_err(api_error)?;
    assert_eq!(plan.totals, images_restored(0), "{plan:?}");
    let why = |digest: &str| {
        let left = plan.repositories[0].left.iter().find(|left| left.digest.as_str() == digest);
        left.map(|left| left.why.clone())
    };
    let arm64 = why(&index.images[1].manifest.digest);
    assert!(matches!(arm64, Some(NotRestorableReason::LayersGone { .. })), "{arm64:?}");
    let whole = why(&index.manifest.digest);
    assert!(matches!(whole, Some(NotRestorableReason::PartGone { .. })), "{whole:?}");
    Ok(())
}

#[tokio::test]
async fn an_undo_sets_a_tag_again_that_was_deleted_alone() -> Result<()> {
    let shop = Shop::open().await?;
    let image = Recipe::small(5).build()?;
    for tag in ["rc-7", "stable"] {
        shop.repository.push(&image, tag).await?;
    }
    let (api, connection) = (&shop.app.api, || shop.ecr.connection());
    let target = DeletionTarget::Tag {
        repository: NAME.to_owned(),
        tag: "rc-7".to_owned(),
        digest: image.manifest.digest.clone(),
    };
    let planned = api.deletion_plan(connection(), target.clone()).await.map_err(api_error)?;
    shop.calls()?;
    let report = api.deletion_run(planned.deletion, |_| {}).await.map_err(api_error)?;
    // The image is described again, because ECR would delete it with a tag that became its last one.
    let calls = named(&[("BatchDeleteImage", 1), ("DescribeImages", 1)]);
    assert_eq!(shop.calls()?, calls, "no manifest is read");
    assert_eq!(report.deleted, DeletionTotals { repositories: 0, images: 0, tags: 1 });
    let id = ["--image-ids", "imageTag=rc-7"];
    let describe = [&["describe-images", "--repository-name", NAME], &id[..]].concat();
    assert!(aws(&shop.ecr, &describe).await.is_err(), "the tag is deleted");
    shop.calls()?;

    let entry = api.deletion_history().await.map_err(api_error)?.pop().context("an entry")?;
    let table = std::fs::read_to_string(&entry.table)?;
    assert!(table.contains(&format!(",{},rc-7,", image.manifest.digest)), "{table}");
    let plan = api.restore_plan(entry.deletion).await.map_err(api_error)?;
    let calls = named(&[("BatchGetImage", 1), ("DescribeImages", 1)]);
    assert_eq!(shop.calls()?, calls, "the manifest of the image that stayed");
    let [restored] = plan.repositories[0].images.as_slice() else { anyhow::bail!("{plan:?}") };
    assert_eq!((restored.tags.as_slice(), restored.exists), (&["rc-7".to_owned()][..], true));
    // A stop after the last image stops nothing.
    let (stopper, restore) = (api.clone(), plan.restore.clone());
    let stop = move |_| drop(stopper.restore_stop(restore.clone()).now_or_never());
    let report = api.restore_run(plan.restore, stop).await.map_err(api_error)?;
    assert_eq!((report.restored, report.failed.len()), (tags_restored(1), 0), "{report:?}");
    assert!(!report.stopped, "{report:?}");
    let described = aws(&shop.ecr, &describe).await?;
    assert_eq!(described["imageDetails"][0]["imageDigest"], json!(image.manifest.digest));
    let mut tags: Vec<&str> = described["imageDetails"][0]["imageTags"]
        .as_array()
        .context("tags")?
        .iter()
        .filter_map(Value::as_str)
        .collect();
    tags.sort_unstable();
    assert_eq!(tags, ["rc-7", "stable"]);

    // A tag that another image got after the dry run stays there, and nothing was restored.
    let planned = api.deletion_plan(connection(), target).await.map_err(api_error)?;
    api.deletion_run(planned.deletion, |_| {}).await.map_err(api_error)?;
    let history = api.deletion_history().await.map_err(api_error)?;
    let plan = api.restore_plan(history[0].deletion.clone()).await.map_err(api_error)?;
    let other = Recipe::small(6).build()?;
    shop.repository.push(&other, "rc-7").await?;
    let report = api.restore_run(plan.restore, |_| {}).await.map_err(api_error)?;
    assert_eq!((report.restored, report.failed.len()), (tags_restored(0), 1), "{report:?}");
    let described = aws(&shop.ecr, &describe).await?;
    assert_eq!(described["imageDetails"][0]["imageDigest"], json!(other.manifest.digest));
    Ok(())
}

#[tokio::test]
async fn the_command_line_lists_deletions_and_restores_a_tag_that_was_deleted_alone() -> Result<()>
{
    let shop = Shop::open().await?;
    let image = Recipe::small(5).build()?;
    for tag in ["rc-7", "stable"] {
        shop.repository.push(&image, tag).await?;
    }
    let home = shop.ecr.home()?;
    let run = async |line: &str| {
        home.transload_cli(line.split(' '))?
            .variable("TRANSLOAD_DATA_DIR", shop.app.data_folder())
            .finish()
            .await
    };
    let none = run("restore latest").await?;
    assert_eq!(none.status.code(), Some(3), "{}", none.stderr);
    assert!(none.stderr.contains("(deletion_unknown)"), "{}", none.stderr);

    let target = DeletionTarget::Tag {
        repository: NAME.to_owned(),
        tag: "rc-7".to_owned(),
        digest: image.manifest.digest.clone(),
    };
    let (api, connection) = (&shop.app.api, shop.ecr.connection());
    let planned = api.deletion_plan(connection, target).await.map_err(api_error)?;
    api.deletion_run(planned.deletion, |_| {}).await.map_err(api_error)?;
    let listed = run("deletions").await?.text();
    assert!(listed.contains("shop/api  1 tag deleted"), "{listed}");
    let entry: Value = serde_json::from_str(&run("deletions --json").await?.text())?;
    let id = entry["deletion"].as_str().context("an ID")?;
    let tags = async || {
        let described = aws(&shop.ecr, &["describe-images", "--repository-name", NAME]).await?;
        let tags = described["imageDetails"][0]["imageTags"].as_array().context("tags")?.len();
        Ok::<_, anyhow::Error>(tags)
    };

    let shown = run(&format!("restore {id} --dry-run")).await?;
    assert_eq!(shown.status.code(), Some(0), "{}", shown.stderr);
    assert!(shown.text().contains(&format!("tag      {NAME}  {}  rc-7", image.manifest.digest)));
    let plan: Value = serde_json::from_str(&run("restore latest --dry-run --json").await?.text())?;
    assert_eq!(plan["totals"], json!({"images": 0, "tags": 1}));
    let unasked = run("restore latest").await?;
    assert_eq!(unasked.status.code(), Some(3), "there is no terminal to confirm");
    assert!(unasked.stderr.contains("(confirmation_needed)"), "{}", unasked.stderr);
    // As while the deletion runs in another process.
    let mark = std::fs::File::create(
        shop.app.data_folder().join("deletions").join(format!("{id}.deleting")),
    )?;
    mark.lock()?;
    for words in ["restore latest --dry-run", "restore latest --yes"] {
        let refused = run(words).await?;
        assert_eq!(refused.status.code(), Some(3), "{words}: {}", refused.stderr);
        assert!(refused.stderr.contains("(deletion_unfinished)"), "{words}: {}", refused.stderr);
    }
    drop(mark);
    assert_eq!(tags().await?, 1, "nothing was restored");

    let done = run("restore latest --yes").await?;
    assert_eq!(done.status.code(), Some(0), "{}", done.stderr);
    assert!(done.text().contains("finished: 1 of 1 tag restored"), "{}", done.text());
    assert_eq!(tags().await?, 2);
    assert!(run("deletions").await?.text().contains("restored: 1 tag"));
    let nothing = run("restore latest --yes").await?;
    assert_eq!(nothing.status.code(), Some(3), "{}", nothing.stderr);
    let unknown = run("restore 1-nothing --dry-run").await?;
    assert!(unknown.stderr.contains("Deletion not found (deletion_unknown)"), "{}", unknown.stderr);
    Ok(())
}
