//! Story 5: a migration is cancelled during the upload of a layer.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use transload_contract::{ImageResult, JobEventKind, MigrationOutcome};
use transload_tests::ecr::{Ecr, PROFILE};
use transload_tests::faults::{Fault, FaultProxy, Rule};
use transload_tests::headless_app::{HeadlessApp, api_error, registry_source, request};
use transload_tests::images::{Recipe, TestRepository};
use transload_tests::process::Process;
use transload_tests::program::Program;
use transload_tests::servers::TestRegistry;
use transload_tests::tools::{command_line, system_tool};
use transload_tests::wait::{wait_until, wait_until_true};

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
