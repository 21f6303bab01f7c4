//! Clean-up and deletion in the practice ECR: exactly what the dry run shows, in order. The undo is in `restore`.

use anyhow::{Context, Result};
use futures_util::FutureExt as _;
use serde_json::{Value, json};
use transload_contract::{DeletionPhase, DeletionProgress, DeletionTarget, DeletionTotals};
use transload_errors::ErrorCode;
use transload_tests::ecr::PROFILE;
use transload_tests::headless_app::api_error;
use transload_tests::images::{Format, Index, Recipe};

use crate::explorer::{NAME, Shop, aws, named};

#[tokio::test]
async fn a_clean_up_is_proposed_recorded_and_deleted_in_order() -> Result<()> {
    let shop = Shop::open().await?;
    let index = Index::with_attestation(7, &["linux/amd64", "linux/arm64"])?;
    shop.repository.push_index(&index, "latest").await?;
    shop.repository.push(&Recipe::small(9).build()?, "latest").await?;
    let digests: Vec<&str> = [&index.manifest]
        .into_iter()
        .chain(index.images.iter().map(|image| &image.manifest))
        .map(|manifest| manifest.digest.as_str())
        .collect();
    for digest in &digests {
        shop.practice()?.set_image_age(NAME, digest, 30, None).await?;
    }
    let home = shop.ecr.home()?;
    let run = async |more: &[&str]| {
        let classes = ["cleanup", NAME, "--class", "superseded-indexes", "--json"];
        let profile = ["--aws-profile", PROFILE];
        home.transload_cli([&classes[..], &profile, more].concat())?.finish().await
    };
    let found = run(&["--dry-run"]).await?;
    assert_eq!(found.status.code(), Some(5), "{}", found.stderr);
    let proposal: Value = serde_json::from_str(&found.text())?;
    assert_eq!(proposal["images"][0]["digest"], digests[0]);
    assert_eq!(proposal["deleted"][0], digests[0], "the index before its images");
    assert_eq!(proposal["deleted"].as_array().map(Vec::len), Some(4));
    assert_eq!(shop.details().await?.images.len(), 5, "a dry run deletes nothing");

    // Images of a pull-through cache are only proposed on request.
    let secret = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:ecr-pullthroughcache/hub";
    let rule = ["--ecr-repository-prefix", "shop", "--credential-arn", secret];
    let upstream = ["--upstream-registry-url", "registry-1.docker.io"];
    aws(&shop.ecr, &[&["create-pull-through-cache-rule"], &rule[..], &upstream[..]].concat())
        .await?;
    let kept = run(&["--dry-run"]).await?;
    assert_eq!(kept.status.code(), Some(0), "{}", kept.stderr);
    let proposal: Value = serde_json::from_str(&kept.text())?;
    assert_eq!(proposal["kept"][0]["why"], json!({"kind": "cached", "prefix": "shop"}));
    let found = run(&["--dry-run", "--include-cached"]).await?;
    assert_eq!(found.status.code(), Some(5), "{}", found.stderr);
    aws(&shop.ecr, &["delete-pull-through-cache-rule", "--ecr-repository-prefix", "shop"]).await?;

    shop.calls()?;
    let deleted = run(&["--yes"]).await?;
    assert_eq!(deleted.status.code(), Some(0), "{}", deleted.stderr);
    assert!(deleted.stderr.contains("4 of 4 images deleted"), "{}", deleted.stderr);
    // Another process with the same data doesn't read the index again. One call asks whether the manifests of its parts can
    // be read, and one keeps them for an undo.
    let calls = shop.calls()?;
    assert!(calls.contains(&("BatchGetImage".to_owned(), 2)), "{calls:?}");
    assert_eq!(shop.details().await?.images.len(), 1);
    let record = deleted.stderr.lines().find_map(|line| line.strip_prefix("Recorded in "));
    let table = std::fs::read_to_string(record.context("a record")?)?;
    assert_eq!(table.lines().count(), 5);
    assert!(digests.iter().all(|digest| table.contains(digest)));
    let nothing = run(&["--dry-run"]).await?;
    assert_eq!(nothing.status.code(), Some(0), "{}", nothing.stderr);
    Ok(())
}

#[tokio::test]
async fn a_deletion_does_exactly_what_its_dry_run_shows_or_less() -> Result<()> {
    let shop = Shop::open().await?;
    let index = Index::with_attestation(7, &["linux/amd64", "linux/arm64"])?;
    shop.repository.push_index(&index, "v2").await?;
    // Another index with one of its images.
    let shared = Index::of_images(vec![index.images[0].clone()], Format::Oci)?;
    shop.repository.push_index(&shared, "other").await?;
    let single = Recipe::small(9).build()?;
    shop.repository.push(&single, "v1").await?;
    let (api, connection) = (&shop.app.api, || shop.ecr.connection());
    let plan = async |digests: &[&str]| {
        let target = DeletionTarget::Images {
            repository: NAME.to_owned(),
            digests: digests.iter().map(|digest| (*digest).to_owned()).collect(),
            class: None,
        };
        api.deletion_plan(connection(), target).await.map_err(api_error)
    };
    shop.calls()?;
    let planned = plan(&[&index.manifest.digest]).await?;
    let reads = [
        ("BatchGetImage", 1),
        ("DescribeImages", 1),
        ("GetAccountSetting", 1),
        ("GetLifecyclePolicy", 1),
    ];
    assert_eq!(shop.calls()?, named(&reads), "a dry run deletes nothing");
    let only = &planned.repositories[0];
    assert_eq!(only.images[0].digest.as_str(), index.manifest.digest, "the index goes first");
    assert_eq!(only.images.len() + only.kept.len(), 1 + index.images.len());
    assert_eq!(only.kept[0].digest.as_str(), index.images[0].manifest.digest, "it is shared");
    assert_eq!(planned.confirmation.as_deref(), Some(NAME));

    // Another tag since the dry run: nothing goes.
    shop.repository.push_manifest(&index.manifest, "prod").await?;
    let report = api.deletion_run(planned.deletion.clone(), |_| {}).await.map_err(api_error)?;
    assert_eq!(report.deleted, DeletionTotals::default(), "{report:?}");
    let codes = report.repositories[0].left.iter().map(|left| left.error.code);
    assert!(codes.eq(only.images.iter().map(|_| ErrorCode::ImageChanged)));
    let again = api.deletion_run(planned.deletion, |_| {}).await.err().context("it ran")?;
    assert_eq!(again.code, ErrorCode::ReviewUnknown);

    let planned = plan(&[&index.manifest.digest]).await?;
    shop.calls()?;
    let report = api.deletion_run(planned.deletion, |_| {}).await.map_err(api_error)?;
    assert_eq!(report.deleted, planned.totals, "{report:?}");
    let calls = shop.calls()?;
    assert!(calls.contains(&("DescribeImages".to_owned(), 1)), "{calls:?}");
    let deletes = calls.iter().find(|(operation, _)| operation == "BatchDeleteImage");
    assert!(deletes.is_some_and(|(_, count)| *count <= 2), "{calls:?}");
    let table = std::fs::read_to_string(report.record.context("a record")?)?;
    assert_eq!(table.lines().count(), 1 + planned.totals.images as usize);
    assert!(table.contains("v2 prod") || table.contains("prod v2"), "{table}");

    // The repository with the rest, although an image is pushed meanwhile: ECR keeps it then.
    let whole = async || {
        let target = DeletionTarget::Repositories { names: vec![NAME.to_owned()] };
        api.deletion_plan(connection(), target).await.map_err(api_error)
    };
    let planned = whole().await?;
    let rest = planned.totals;
    assert_eq!((rest.repositories, rest.tags), (1, 2));
    shop.repository.push(&Recipe::small(10).build()?, "late").await?;
    let report = api.deletion_run(planned.deletion, |_| {}).await.map_err(api_error)?;
    assert_eq!(report.deleted, DeletionTotals { repositories: 0, ..rest });
    let error = report.repositories[0].error.as_ref().context("ECR keeps the repository")?;
    assert_eq!(error.code, ErrorCode::AwsFailed);
    let done = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = std::sync::Arc::clone(&done);
    let planned = whole().await?;
    let progress = move |progress: DeletionProgress| {
        if let Ok(mut seen) = seen.lock() {
            seen.push((progress.done, progress.total));
        }
    };
    let report = api.deletion_run(planned.deletion, progress).await.map_err(api_error)?;
    assert_eq!(report.deleted.repositories, 1);
    assert_eq!(done.lock().ok().and_then(|done| done.last().copied()), Some((2, 2)));
    let gone = api.repository_details(connection(), NAME.to_owned()).await;
    assert_eq!(gone.err().map(|error| error.code), Some(ErrorCode::RepositoryMissing));
    Ok(())
}

#[tokio::test]
async fn a_deletion_that_is_stopped_while_it_reads_manifests_deletes_nothing() -> Result<()> {
    let shop = Shop::open().await?;
    let images = 150;
    shop.practice()?.create_generated_repository("generated", images).await?;
    let (api, connection) = (&shop.app.api, || shop.ecr.connection());
    let count = async || {
        let details = api.repository_details(connection(), "generated".to_owned()).await;
        details.map(|details| details.images).map_err(api_error)
    };
    let digests: Vec<String> =
        count().await?.into_iter().map(|image| image.digest.to_string()).collect();
    let target =
        DeletionTarget::Images { repository: "generated".to_owned(), digests, class: None };
    let planned = api.deletion_plan(connection(), target).await.map_err(api_error)?;
    shop.calls()?;
    let (stopper, deletion) = (api.clone(), planned.deletion.clone());
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let reported = std::sync::Arc::clone(&seen);
    let stop_after_first = move |progress: DeletionProgress| {
        stopper.deletion_stop(deletion.clone()).now_or_never();
        if let Ok(mut reported) = reported.lock() {
            reported.push(progress);
        }
    };
    let report = api.deletion_run(planned.deletion, stop_after_first).await.map_err(api_error)?;
    assert!(report.stopped && report.record.is_none(), "{report:?}");
    assert_eq!(report.deleted, DeletionTotals::default());
    assert_eq!(report.repositories.len(), 1);
    let first = DeletionProgress { phase: DeletionPhase::ReadingManifests, done: 100, total: 150 };
    assert_eq!(seen.lock().map(|seen| seen.clone()).unwrap_or_default(), [first]);
    assert_eq!(shop.calls()?, named(&[("BatchGetImage", 1)]), "no other call");
    assert_eq!(count().await?.len() as u64, images);
    assert!(api.deletion_history().await.map_err(api_error)?.is_empty());
    Ok(())
}
