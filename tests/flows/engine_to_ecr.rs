//! Story 2 without a window: a newly built image is pushed from a container engine to ECR, and all witnesses
//! see the same digest.

use anyhow::Result;
use transload_contract::{
    ImageResult, ImageSource, JobEventKind, MigrationOutcome, PlanRemark, PlannedAction, Proof,
    Route,
};
use transload_tests::ecr::Ecr;
use transload_tests::headless_app::{FinishedMigration, HeadlessApp, api_error, request};
use transload_tests::images::{Image, Recipe};
use transload_tests::servers::{DockerCli, TestEngine};

#[tokio::test]
async fn docker_pushes_an_image_to_practice() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let docker = TestEngine::docker().await?;
    let cli = docker.cli()?;
    let (user, token) = ecr.login().await?;
    cli.log_in(&ecr.registry_host(), &user, &token).await?;
    migrates(&cli, &docker.address(), "", &ecr).await
}

#[tokio::test]
async fn docker_pushes_an_image_to_ministack() -> Result<()> {
    let docker = TestEngine::docker().await?;
    migrates(&docker.cli()?, &docker.address(), "", &Ecr::ministack().await?).await
}

#[tokio::test]
async fn podman_pushes_an_image_to_ministack() -> Result<()> {
    let podman = TestEngine::podman().await?;
    migrates(&podman.cli()?, &podman.address(), "localhost/", &Ecr::ministack().await?).await
}

/// `prefix` is what the engine adds to a name without a host.
async fn migrates(engine: &DockerCli, address: &str, prefix: &str, ecr: &Ecr) -> Result<()> {
    let image: Image = Recipe::small(21).layers([4_000, 300_000]).build()?;
    engine.load(&image, "dencold/pgcli:latest").await?;
    let names = engine.image_names().await?;
    let app = HeadlessApp::new(ecr.home()?, Some(address))?;
    let source_name = format!("{prefix}dencold/pgcli");
    let images = [(source_name.as_str(), "latest", "pgcli")];
    let migration_request = request(&ecr.connection(), &ImageSource::DockerEngine, &images);
    let FinishedMigration { plan, report, events, .. } =
        app.migrate(migration_request.clone()).await?;
    assert_eq!(plan.images[0].route, Route::DockerEngine);
    assert!(plan.images[0].remarks.contains(&PlanRemark::DigestChanges));
    assert_eq!(plan.images[0].platforms, ["linux/amd64"]);

    assert_eq!(report.outcome, MigrationOutcome::Succeeded, "{report:#?}");
    let moved = &report.images[0];
    assert_eq!((&moved.result, moved.proof), (&ImageResult::Moved, Proof::SameContent));
    assert_eq!(report.repositories_created, ["pgcli"]);
    // The engine compresses its layers again, so the digest is new. The registry and ECR report the same one.
    let digest = moved.pushed_digest.clone();
    assert!(digest.is_some());
    assert_eq!([&moved.registry_digest, &moved.ecr_digest], [&digest; 2]);
    let sent = moved.sent_bytes.unwrap_or_default();
    assert!(sent > 300_000, "the bytes that ECR received are counted: {sent}");
    // Podman 4.3 reports no layers during a push.
    if prefix.is_empty() {
        let layers =
            events.iter().filter(|event| matches!(event.kind, JobEventKind::LayerState { .. }));
        assert!(layers.count() >= 2, "{events:#?}");
    }

    // The temporary tag is removed. The witnesses are asked after that.
    assert!(report.temporary_tags_left.is_empty());
    assert_eq!(engine.image_names().await?, names);
    // The engine does not remember what it pushed, but the plan recognizes the content.
    let again =
        app.api.migration_plan_with_progress(migration_request, |_| {}).await.map_err(api_error)?;
    assert_eq!(again.images[0].action, PlannedAction::AlreadyThere, "{again:#?}");

    assert_eq!(ecr.aws()?.image_digest("pgcli", "latest").await?, digest);
    let reference = format!("{}/pgcli:latest", ecr.registry_host());
    assert_eq!(Some(engine.pull(&reference).await?), digest);
    Ok(())
}
