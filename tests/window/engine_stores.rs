//! Docker 26 with the containerd image store, where `docker pull` leaves a partial index that the engine
//! can't push.

use std::time::Duration;

use anyhow::{Result, ensure};
use transload_tests::images::{Index, Recipe, TestRepository};
use transload_tests::servers::{DockerCli, EngineKind, TestEngine, TestRegistry};
use transload_tests::window::{Desktop, Window, run_story};

use crate::wizard::{
    log_in_and_review, next_step, select_tags, start_and_wait, start_practice, verified_digest,
};

const PLATFORMS: [&str; 3] = ["linux/amd64", "linux/arm64/v8", "linux/s390x"];
/// How long a text of the report may take to appear.
const SHOWN: Duration = Duration::from_secs(30);

/// An engine that pulled an index of three platforms, and the registry of the index.
struct EngineFixture {
    engine: TestEngine,
    registry: TestRegistry,
    index: Index,
}

impl EngineFixture {
    async fn new(seed: u64) -> Result<Self> {
        let (engine, registry) =
            (EngineKind::Docker26Containerd.start().await?, TestRegistry::start().await?);
        let index = Index::with_attestation(seed, &PLATFORMS)?;
        TestRepository::new(&registry.url(), "k/many")?.push_index(&index, "1").await?;
        engine.cli()?.pull(&format!("{}/k/many:1", registry.host())).await?;
        Ok(Self { engine, registry, index })
    }

    fn repository(&self) -> String {
        format!("{}/k/many", self.registry.host())
    }
}

/// Goes from the first page to the review of one image of the engine.
async fn review(window: &Window, repository: &str) -> Result<()> {
    start_practice(window).await?;
    next_step(window, "Images").await?;
    window.choose("Source", "Docker Engine").await?;
    select_tags(window, repository, &["1"]).await?;
    next_step(window, "Names").await?;
    log_in_and_review(window).await
}

#[tokio::test]
async fn a_partial_index_is_copied_from_its_registry_instead() -> Result<()> {
    let fixture = EngineFixture::new(71).await?;
    let desktop = Desktop::new("engine-registry-instead")
        .await?
        .variable("DOCKER_HOST", &fixture.engine.address());
    run_story(desktop, async |desktop| {
        let window = desktop.open().await?;
        review(&window, &fixture.repository()).await?;
        window.wait_for_text_in("plan-prediction-0", "doesn’t report its platforms").await?;
        window.wait_for_text_in("take-counterparts", "all 3 platforms, same digest").await?;
        window.screenshot("engine-review-partial").await?;
        window.check_accessibility().await?;
        window.click_by_test_id("take-counterparts").await?;
        window.wait_for_text_in("plan-images", "Direct copy").await?;
        ensure!(start_and_wait(&window).await? == "succeeded");
        let in_ecr = verified_digest(&window, 0, "equal").await?;
        ensure!(in_ecr == fixture.index.manifest.digest, "{in_ecr}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_partial_index_is_pushed_by_transload_itself() -> Result<()> {
    let fixture = EngineFixture::new(72).await?;
    let cli = fixture.engine.cli()?;
    let names = cli.image_names().await?;
    let desktop =
        Desktop::new("engine-own-push").await?.variable("DOCKER_HOST", &fixture.engine.address());
    run_story(desktop, async |desktop| {
        let window = desktop.open().await?;
        review(&window, &fixture.repository()).await?;
        window.wait_for_text_in("plan-prediction-0", "Transload then reads it").await?;
        ensure!(start_and_wait(&window).await? == "succeeded");
        let in_ecr = verified_digest(&window, 0, "equal_to_part").await?;
        ensure!(in_ecr == fixture.index.images[0].manifest.digest, "{in_ecr}");
        let of = window.attribute_of(SHOWN, "digest-index-0", "data-digest").await?;
        ensure!(of == fixture.index.manifest.digest, "{of}");
        window.screenshot("engine-report-part").await?;
        ensure!(cli.image_names().await? == names, "a tag was left in the engine");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_locally_built_image_is_not_offered_from_a_registry() -> Result<()> {
    let engine = EngineKind::Docker26Containerd.start().await?;
    let cli: DockerCli = engine.cli()?;
    // No registry responds at this host, like at that of an image that was never pushed.
    let repository = "127.0.0.1:9/built/here";
    cli.load(&Recipe::small(73).build()?, &format!("{repository}:1")).await?;
    let desktop =
        Desktop::new("engine-built-here").await?.variable("DOCKER_HOST", &engine.address());
    run_story(desktop, async |desktop| {
        let window = desktop.open().await?;
        review(&window, repository).await?;
        // The offer stands above the rows, and is looked up in the Images step.
        window.wait_for_text_in("plan-action-0", "Copy").await?;
        let offers = window.texts_of("[data-testid=take-counterparts]").await?;
        ensure!(offers.is_empty(), "{offers:?}");
        ensure!(start_and_wait(&window).await? == "succeeded");
        verified_digest(&window, 0, "equal").await?;
        Ok(())
    })
    .await
}
