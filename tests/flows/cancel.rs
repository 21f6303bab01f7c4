//! Story 5: a migration is cancelled during the upload of a layer.

use std::time::{Duration, Instant};

use anyhow::Result;
use transload_contract::{ImageResult, JobEventKind, MigrationOutcome};
use transload_tests::computer::{Computer, api_error, registry_source, request};
use transload_tests::ecr::Ecr;
use transload_tests::faults::{Fault, FaultProxy, Rule};
use transload_tests::images::{Recipe, Target};
use transload_tests::labs::RegistryLab;
use transload_tests::wait::wait_until_true;

/// The promise: a cancel ends the job within two seconds. The only time that a story holds anything
/// to, because a person stands before it.
const PROMISED: Duration = Duration::from_secs(2);

const LIMIT: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_cancel_in_the_middle_of_a_layer_ends_soon_and_leaves_no_tag() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let registry = RegistryLab::start().await?;
    let image = Recipe::small(51).layers([2_000, 6_000_000]).build()?;
    Target::new(&registry.url(), "big")?.push(&image, "1").await?;
    // The layer stops half way and would never go on.
    let layer = &image.layers[1].packed_digest;
    let held = Fault::HoldResponse { after_bytes: 3_000_000 };
    let proxy = FaultProxy::start(
        &registry.url(),
        [Rule::new("GET", &format!("/v2/big/blobs/{layer}"), held)?],
    )
    .await?;

    let computer = Computer::new(ecr.home()?, None)?;
    let wanted =
        request(&ecr.connection(), &registry_source(&proxy.host()), &[("big", "1", "big")]);
    let plan = computer.plan(wanted).await?;
    let job = computer.api.migration_start(plan.plan.clone()).await.map_err(api_error)?;
    wait_until_true(LIMIT, "the layer to be half way", async || {
        let snapshot = computer.api.job_snapshot(job.clone()).await;
        proxy.faults() > 0 && snapshot.is_ok_and(|job| job.progress.sent_bytes > 1_000_000)
    })
    .await?;

    let start = Instant::now();
    computer.api.job_cancel(job.clone()).await.map_err(api_error)?;
    let migrated = computer.follow(job, plan).await?;
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

    // What the cancel left behind is in nobody's way.
    proxy.clear();
    let again = request(&ecr.connection(), &registry_source(&proxy.host()), &[("big", "1", "big")]);
    let again = computer.migrate(again).await?;
    assert_eq!(again.report.outcome, MigrationOutcome::Succeeded);
    assert_eq!(ecr.aws()?.image_digest("big", "1").await?, Some(image.manifest.digest));
    Ok(())
}

#[tokio::test]
async fn a_cancel_of_a_push_through_the_engine_ends_soon_and_leaves_no_tag() -> Result<()> {
    use transload_contract::{AwsConnection, ImageSource};
    use transload_tests::labs::EngineLab;
    let ecr = Ecr::ministack().await?;
    let docker = EngineLab::docker().await?;
    let image = Recipe::small(52).layers([2_000, 6_000_000]).build()?;
    docker.cli()?.load(&image, "big:1").await?;
    // The upload of the large layer stops half way.
    let held = Fault::HoldRequest { after_bytes: 1_500_000 };
    let rules = [Rule::new("PATCH|PUT", "/blobs/uploads/", held)?];
    let proxy = FaultProxy::start(&ecr.api_url(), rules).await?;
    let AwsConnection::Profile { .. } = ecr.connection_through(&proxy) else { unreachable!() };

    let computer = Computer::new(ecr.home()?, Some(&docker.address()))?;
    let connection = ecr.connection_through(&proxy);
    let wanted = request(&connection, &ImageSource::DockerEngine, &[("big", "1", "big")]);
    let plan = computer.plan(wanted).await?;
    let job = computer.api.migration_start(plan.plan.clone()).await.map_err(api_error)?;
    wait_until_true(LIMIT, "the layer to be half way", async || {
        proxy.requests().iter().any(|request| request.body_bytes >= 1_500_000)
    })
    .await?;
    let start = Instant::now();
    computer.api.job_cancel(job.clone()).await.map_err(api_error)?;
    let migrated = computer.follow(job, plan).await?;
    assert!(start.elapsed() < PROMISED, "it took {:?}", start.elapsed());
    assert_eq!(migrated.report.outcome, MigrationOutcome::Cancelled);
    assert_eq!(ecr.aws()?.image_digest("big", "1").await?, None);
    // The name that the push needed is taken away again.
    assert_eq!(docker.cli()?.image_names().await?, ["big:1"]);
    Ok(())
}
