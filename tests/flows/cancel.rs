//! Story 5: a migration is cancelled during the upload of a layer.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use transload_contract::{DeletionTarget, ImageResult, JobEventKind, MigrationOutcome};
use transload_tests::ecr::{Ecr, PROFILE};
use transload_tests::faults::{Fault, FaultProxy, Rule};
use transload_tests::headless_app::{HeadlessApp, api_error, registry_source, request};
use transload_tests::images::{Format, Index, Recipe, TestRepository};
use transload_tests::process::Process;
use transload_tests::program::Program;
use transload_tests::servers::TestRegistry;
use transload_tests::tools::{command_line, system_tool};
use transload_tests::wait::{wait_until, wait_until_true};

use crate::explorer::{NAME, Shop};

/// The promise: a cancelled job ends within two seconds. It is the only duration that a story asserts,
/// because a user waits for it.
const PROMISED: Duration = Duration::from_secs(2);

const LIMIT: Duration = Duration::from_secs(60);

#[tokio::test]
async fn cancelling_during_a_layer_ends_soon_and_leaves_no_tag() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let registry = TestRegistry::start().await?;
    let image = Recipe::small(51).layers([2_000, 6_000_000]).build()?;
    TestRepository::new(&registry.url(), "big")?.push(&image, "1").await?;
    // The layer stops half way and would never complete.
    let layer = &image.layers[1].compressed_digest;
    let hold = Fault::HoldResponse { after_bytes: 3_000_000 };
    let proxy = FaultProxy::start(
        &registry.url(),
        [Rule::new("GET", &format!("/v2/big/blobs/{layer}"), hold)?],
    )
    .await?;

    let app = HeadlessApp::new(ecr.home()?, None)?;
    let migration_request =
        request(&ecr.connection(), &registry_source(&proxy.host()), &[("big", "1", "big")]);
    let plan = app.plan(migration_request).await?;
    let job = app.api.migration_start(plan.plan.clone()).await.map_err(api_error)?;
    wait_until_true(LIMIT, "the layer to be half way", async || {
        let snapshot = app.api.job_snapshot(job.clone()).await;
        proxy.fault_count() > 0 && snapshot.is_ok_and(|job| job.progress.sent_bytes > 1_000_000)
    })
    .await?;

    let start = Instant::now();
    app.api.job_cancel(job.clone()).await.map_err(api_error)?;
    let migrated = app.follow(job, plan).await?;
    assert!(start.elapsed() < PROMISED, "it took {:?}", start.elapsed());
    assert_eq!(migrated.report.outcome, MigrationOutcome::Cancelled);
    assert_eq!(migrated.report.images[0].result, ImageResult::Cancelled);
    let failed = migrated.events.iter().any(|event| {
        matches!(
            &event.kind,
            JobEventKind::ImageState { state: transload_contract::ImageState::Failed { .. }, .. }
        )
    });
    assert!(!failed, "a cancel is an outcome, not an error");
    assert_eq!(ecr.aws()?.image_digest("big", "1").await?, None);

    // The remains of the cancelled upload do not block another run.
    proxy.clear();
    let again = request(&ecr.connection(), &registry_source(&proxy.host()), &[("big", "1", "big")]);
    let again = app.migrate(again).await?;
    assert_eq!(again.report.outcome, MigrationOutcome::Succeeded);
    assert_eq!(ecr.aws()?.image_digest("big", "1").await?, Some(image.manifest.digest));
    Ok(())
}

#[tokio::test]
async fn cancelling_a_push_through_the_engine_ends_soon_and_leaves_no_tag() -> Result<()> {
    use transload_contract::{AwsConnection, ImageSource};
    use transload_tests::servers::TestEngine;
    let ecr = Ecr::ministack().await?;
    let docker = TestEngine::docker().await?;
    let image = Recipe::small(52).layers([2_000, 6_000_000]).build()?;
    docker.cli()?.load(&image, "big:1").await?;
    // The upload of the large layer stops half way.
    let hold = Fault::HoldRequest { after_bytes: 1_500_000 };
    let rules = [Rule::new("PATCH|PUT", "/blobs/uploads/", hold)?];
    let proxy = FaultProxy::start(&ecr.api_url(), rules).await?;
    let AwsConnection::Profile { .. } = ecr.connection_through(&proxy) else { unreachable!() };

    let app = HeadlessApp::new(ecr.home()?, Some(&docker.address()))?;
    let connection = ecr.connection_through(&proxy);
    let migration_request =
        request(&connection, &ImageSource::DockerEngine, &[("big", "1", "big")]);
    let plan = app.plan(migration_request).await?;
    let job = app.api.migration_start(plan.plan.clone()).await.map_err(api_error)?;
    wait_until_true(LIMIT, "the layer to be half way", async || {
        proxy.requests().iter().any(|request| request.body_bytes >= 1_500_000)
    })
    .await?;
    let start = Instant::now();
    app.api.job_cancel(job.clone()).await.map_err(api_error)?;
    let migrated = app.follow(job, plan).await?;
    assert!(start.elapsed() < PROMISED, "it took {:?}", start.elapsed());
    assert_eq!(migrated.report.outcome, MigrationOutcome::Cancelled);
    assert_eq!(ecr.aws()?.image_digest("big", "1").await?, None);
    // The temporary tag of the push is removed.
    assert_eq!(docker.cli()?.image_names().await?, ["big:1"]);
    Ok(())
}

#[tokio::test]
async fn ctrl_c_stops_a_command_and_says_how_to_continue() -> Result<()> {
    let (ecr, registry) = (Ecr::practice().await?, TestRegistry::start().await?);
    let image = Recipe::small(53).layers([2_000, 6_000_000]).build()?;
    TestRepository::new(&registry.url(), "big")?.push(&image, "1").await?;
    let layer = &image.layers[1].compressed_digest;
    let hold = || Fault::HoldResponse { after_bytes: 3_000_000 };
    let rule = || Rule::new("GET", &format!("/v2/big/blobs/{layer}"), hold());
    let proxy = FaultProxy::start(&registry.url(), [rule()?]).await?;
    let (home, folder) = (ecr.home()?, tempfile::tempdir()?);
    let mut variables: Vec<(String, String)> = home.environment();
    let data = folder.path().join("data").display().to_string();
    variables.push(("TRANSLOAD_DATA_DIR".to_owned(), data));
    let run = async |line: &str| {
        let program = Program::new(command_line()?).arguments(line.split(' '));
        program.variables(variables.clone()).succeed().await
    };
    let interrupted = async |line: &str| {
        let mut process = Process::start(&command_line()?, line.split(' '), variables.clone())?;
        let seen = proxy.fault_count();
        process.wait_until_ready(LIMIT, async || proxy.fault_count() > seen).await?;
        let interrupt = ["-INT".to_owned(), process.id().to_string()];
        Program::new(system_tool("kill")?).arguments(interrupt).succeed().await?;
        let ended = wait_until(LIMIT, "the command to end", async || process.ended()).await?;
        assert_eq!(ended.code(), Some(130), "{}", process.output());
        Ok::<_, anyhow::Error>(process.output())
    };
    let plan = folder.path().join("plan.json").display().to_string();
    let host = proxy.host();
    run(&format!("plan --from registry:{host} --aws-profile {PROFILE} --out {plan}")).await?;
    let output = interrupted(&format!("run {plan}")).await?;
    let hint = output.lines().find_map(|line| line.strip_prefix("To resume: transload-cli "));
    let resume = hint.with_context(|| output.clone())?;

    let target = format!("{}/copied:1", ecr.registry_host());
    let copy = format!("copy {host}/big:1 {target} --aws-profile {PROFILE} --create-repositories");
    let output = interrupted(&copy).await?;
    assert!(output.contains("run the same command again"), "{output}");

    proxy.clear();
    run(resume).await?;
    run(&copy).await?;
    for repository in ["big", "copied"] {
        let found = ecr.aws()?.image_digest(repository, "1").await?;
        assert_eq!(found.as_ref(), Some(&image.manifest.digest), "{repository}");
    }
    Ok(())
}

/// Interrupts a command while ECR's answer to a call is held, then releases the answer. Returns what the command printed.
async fn interrupted_while_held(shop: &Shop, proxy: &FaultProxy, line: &str) -> Result<String> {
    let home = shop.ecr.home()?;
    let mut variables: Vec<(String, String)> = home.environment();
    let data = shop.app.data_folder().display().to_string();
    variables.push(("TRANSLOAD_DATA_DIR".to_owned(), data));
    let mut process = Process::start(&command_line()?, line.split(' '), variables)?;
    process.wait_until_ready(LIMIT, async || proxy.fault_count() > 0).await?;
    let interrupt = ["-INT".to_owned(), process.id().to_string()];
    Program::new(system_tool("kill")?).arguments(interrupt).succeed().await?;
    let output = process.output_path().to_owned();
    let stops =
        async || std::fs::read_to_string(&output).is_ok_and(|text| text.contains("Stopping."));
    process.wait_until_ready(LIMIT, stops).await?;
    proxy.release();
    let ended = wait_until(LIMIT, "the command to end", async || process.ended()).await?;
    assert_eq!(ended.code(), Some(130), "{}", process.output());
    Ok(process.output())
}

#[tokio::test]
async fn ctrl_c_stops_a_restore_before_its_next_image() -> Result<()> {
    let shop = Shop::open().await?;
    let index = Index::with_attestation(7, &["linux/amd64", "linux/arm64"])?;
    shop.repository.push_index(&index, "v2").await?;
    let other = Index::of_images(vec![index.images[0].clone()], Format::Oci)?;
    shop.repository.push_index(&other, "other").await?;
    // They stay, because they have tags, and so do the layers that a restore needs.
    for (number, image) in index.images.iter().enumerate() {
        shop.repository.push_manifest(&image.manifest, &format!("part-{number}")).await?;
    }
    let hold = Rule::ecr("PutImage", Fault::HoldResponse { after_bytes: 0 })?;
    let proxy = FaultProxy::start(&shop.ecr.api_url(), [hold]).await?;
    let target = DeletionTarget::Images {
        repository: NAME.to_owned(),
        digests: [&index, &other].map(|index| index.manifest.digest.clone()).into(),
        class: None,
    };
    let (api, connection) = (&shop.app.api, shop.ecr.connection_through(&proxy));
    let planned = api.deletion_plan(connection, target).await.map_err(api_error)?;
    let report = api.deletion_run(planned.deletion, |_| {}).await.map_err(api_error)?;
    assert_eq!(report.deleted.images, 2, "{report:?}");
    let output = interrupted_while_held(&shop, &proxy, "restore latest --yes").await?;
    assert!(output.contains("1 of 2 images restored"), "{output}");
    assert_eq!(shop.details().await?.images.len(), index.images.len() + 1);
    Ok(())
}

#[tokio::test]
async fn ctrl_c_stops_a_clean_up_that_reads_manifests_before_it_deletes() -> Result<()> {
    let shop = Shop::open().await?;
    let index = Index::with_attestation(7, &["linux/amd64", "linux/arm64"])?;
    shop.repository.push_index(&index, "latest").await?;
    shop.repository.push(&Recipe::small(9).build()?, "latest").await?;
    for manifest in index.images.iter().map(|image| &image.manifest).chain([&index.manifest]) {
        shop.practice()?.set_image_age(NAME, &manifest.digest, 30, None).await?;
    }
    // The index is read before, so that the only manifests to read are those for an undo.
    let details = shop.details().await?;
    let unread = details.rows.unread_indexes.iter().map(ToString::to_string).collect();
    let (api, connection) = (&shop.app.api, shop.ecr.connection());
    api.repository_manifests_read(connection, NAME.to_owned(), unread).await.map_err(api_error)?;
    // The first call only asks whether manifests may be read, for the plan.
    let hold = Rule::ecr("BatchGetImage", Fault::HoldResponse { after_bytes: 0 })?.skip(1);
    let proxy = FaultProxy::start(&shop.ecr.api_url(), [hold]).await?;
    let line = format!(
        "cleanup {NAME} --class superseded-indexes --yes --aws-profile {PROFILE} --ecr-endpoint {}",
        proxy.url()
    );
    let output = interrupted_while_held(&shop, &proxy, &line).await?;
    assert!(output.contains("0 of 4 images deleted"), "{output}");
    assert_eq!(shop.details().await?.images.len(), index.images.len() + 2);
    Ok(())
}
