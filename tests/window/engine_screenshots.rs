//! Screenshots of images of a Docker Engine in the window, light and dark, in two sizes, each checked with
//! axe-core.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use transload_tests::images::{Format, Index, LayerCompression, Recipe, TestRepository};
use transload_tests::servers::{EngineKind, TestEngine, TestRegistry};
use transload_tests::wait::wait_until_true;
use transload_tests::window::{Desktop, Role, Window, run_story};

use crate::wizard::{log_in_and_review, next_step, start_and_wait, start_practice};

const SIZES: [(u32, u32); 2] = [(1280, 860), (1024, 700)];
const SHOWN: Duration = Duration::from_secs(30);
const PLATFORMS: [&str; 3] = ["linux/amd64", "linux/arm64", "linux/arm/v7"];

/// Takes the screenshots of one element of a page.
async fn screenshots(window: &Window, name: &str, element: &str) -> Result<()> {
    for (theme, switch) in [("light", "Dark theme"), ("dark", "Light theme")] {
        for (width, height) in SIZES {
            window.resize(width, height).await?;
            window.scroll_to(element).await?;
            window.screenshot(&format!("{name}-{theme}-{width}")).await?;
            let wider = window.sideways_overflow().await?;
            ensure!(wider <= 0, "{name} at {width} is {wider} pixels too wide");
            window.check_accessibility().await.with_context(|| format!("{name}, {theme}"))?;
        }
        window.click(Role::Button, switch).await?;
    }
    Ok(())
}

/// Takes a screenshot of the details of the engine in the top bar.
async fn screenshots_of_engine(window: &Window, name: &str) -> Result<()> {
    let engine = "Engine 2";
    window.click_with(Role::Button, engine).await.context("the top bar names the engine")?;
    window.wait_for_text("API version").await?;
    window.screenshot(name).await?;
    window.click_with(Role::Button, engine).await
}

async fn open_images(window: &Window) -> Result<()> {
    start_practice(window).await?;
    next_step(window, "Images").await?;
    window.choose("Source", "Docker Engine").await
}

async fn select_tags(window: &Window, repository: &str) -> Result<()> {
    let (show, tag) = (format!("Show tags of {repository}"), format!("Select {repository}:1"));
    // The table is redrawn when the registries have responded, which can swallow a click.
    wait_until_true(SHOWN, &tag, async || {
        if window.all(Role::Checkbox, &tag).await.is_ok_and(|found| !found.is_empty()) {
            return true;
        }
        // The next attempt shows whether it opened.
        window.try_click(Role::Button, &show).await;
        false
    })
    .await?;
    window.click(Role::Checkbox, &tag).await
}

/// An engine, and the registry that it pulls from.
struct EngineFixture {
    engine: TestEngine,
    registry: TestRegistry,
}

impl EngineFixture {
    async fn new(kind: EngineKind) -> Result<Self> {
        Ok(Self { engine: kind.start().await?, registry: TestRegistry::start().await? })
    }

    fn repository(&self, path: &str) -> String {
        format!("{}/{path}", self.registry.host())
    }

    async fn index(&self, path: &str, index: &Index, platforms: &[&str]) -> Result<()> {
        TestRepository::new(&self.registry.url(), path)?.push_index(index, "1").await?;
        let reference = format!("{}:1", self.repository(path));
        for platform in platforms {
            let pull = ["pull", "--platform", platform, &reference];
            self.engine.cli()?.run(pull).succeed().await?;
        }
        Ok(())
    }

    /// Pulls an image whose layers have the same content as those of another image in the engine.
    async fn shadowed(&self, path: &str, seed: u64) -> Result<()> {
        let other = TestRegistry::start().await?;
        TestRepository::new(&other.url(), path)?.push(&Recipe::small(seed).build()?, "1").await?;
        let first = format!("{}/{path}:1", other.host());
        self.engine.cli()?.run(["pull", &first]).succeed().await?;
        let image = Recipe::small(seed).compression(LayerCompression::SmallGzip).build()?;
        TestRepository::new(&self.registry.url(), path)?.push(&image, "1").await?;
        let second = format!("{}:1", self.repository(path));
        self.engine.cli()?.run(["pull", &second]).succeed().await?;
        self.engine.cli()?.run(["rmi", &first]).succeed().await?;
        Ok(())
    }
}

#[tokio::test]
async fn screenshots_of_an_engine_that_recompresses_layers() -> Result<()> {
    let fixture = EngineFixture::new(EngineKind::Docker20).await?;
    let index = Index::with_attestation(74, &PLATFORMS)?;
    fixture.index("k/many", &index, &["linux/amd64"]).await?;
    let local = "127.0.0.1:9/built/here";
    let image = Recipe::small(75).format(Format::Docker).build()?;
    fixture.engine.cli()?.load(&image, &format!("{local}:1")).await?;
    let desktop =
        Desktop::new("engine-repacked").await?.variable("DOCKER_HOST", &fixture.engine.address());
    run_story(desktop, async |desktop| {
        let window = desktop.open().await?;
        open_images(&window).await?;
        select_tags(&window, local).await?;
        select_tags(&window, &fixture.repository("k/many")).await?;
        screenshots(&window, "images", "selection-summary").await?;
        screenshots_of_engine(&window, "top-bar").await?;
        next_step(&window, "Names").await?;
        log_in_and_review(&window).await?;
        screenshots(&window, "review", "plan-action-0").await?;
        ensure!(start_and_wait(&window).await? == "succeeded");
        for image in 0..2 {
            let proof = window.attribute_of(SHOWN, &format!("proof-{image}"), "data-proof").await?;
            ensure!(proof == "same_content", "{proof}");
        }
        screenshots(&window, "report", "proof-0").await
    })
    .await
}

/// Runs only with `cargo xtask engines`.
#[tokio::test]
async fn screenshots_of_an_engine_that_reports_its_content() -> Result<()> {
    if !EngineKind::all().contains(&EngineKind::NewestContainerd) {
        return Ok(());
    }
    let fixture = EngineFixture::new(EngineKind::NewestContainerd).await?;
    let many = Index::with_attestation(76, &PLATFORMS)?;
    fixture.index("k/part", &many, &PLATFORMS[..1]).await?;
    let whole = Index::of_platforms(77, Format::Oci, &PLATFORMS)?;
    fixture.index("k/whole", &whole, &PLATFORMS).await?;
    let others = Index::of_platforms(78, Format::Oci, &PLATFORMS)?;
    fixture.index("k/others", &others, &PLATFORMS[1..]).await?;
    fixture.shadowed("k/shadowed", 79).await?;
    let desktop =
        Desktop::new("engine-parts").await?.variable("DOCKER_HOST", &fixture.engine.address());
    run_story(desktop, async |desktop| {
        let window = desktop.open().await?;
        open_images(&window).await?;
        for path in ["k/others", "k/part", "k/shadowed", "k/whole"] {
            select_tags(&window, &fixture.repository(path)).await?;
        }
        screenshots(&window, "images", "selection-summary").await?;
        screenshots_of_engine(&window, "top-bar").await?;
        next_step(&window, "Names").await?;
        log_in_and_review(&window).await?;
        screenshots(&window, "review", "plan-action-0").await?;
        screenshots(&window, "review-layers-not-held", "plan-action-2").await
    })
    .await
}
