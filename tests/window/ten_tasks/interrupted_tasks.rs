//! Tasks 4 and 5: an image fails and is retried; a migration is stopped and resumed.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use transload_tests::ecr::{Ecr, PROFILE};
use transload_tests::faults::{Fault, FaultProxy, Rule};
use transload_tests::images::{Image, Recipe, TestRepository};
use transload_tests::servers::TestRegistry;
use transload_tests::wait::wait_until_true;
use transload_tests::window::{Desktop, Role, Window, run_story};

use crate::wizard::{MIGRATION, open_registry_images};

const LIMIT: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_failed_image_is_retried_and_a_stopped_migration_is_resumed() -> Result<()> {
    let (ecr, registry) = (Ecr::practice().await?, TestRegistry::start().await?);
    let images = [("good", image(61)?), ("bad", image(62)?), ("slow", image(63)?)];
    for (name, image) in &images {
        let source = TestRepository::new(&registry.url(), &format!("team/{name}"))?;
        source.push(image, "1").await?;
    }
    let proxy = FaultProxy::start(&registry.url(), []).await?;
    let home = ecr.home()?;
    run_story(Desktop::new("interrupted").await?.variables(home.environment()), async |desktop| {
        let window = desktop.open().await?;
        window.click(Role::Button, "Migrate images").await?;
        window.click(Role::Radio, &format!("Use {PROFILE}")).await?;
        window.wait_for_text("111122223333").await?;
        open_registry_images(&window, proxy.url().trim_start_matches("http://")).await?;
        retry_a_failed_image(&window, &proxy, &images[1].1).await.context("task 4")?;
        stop_and_resume(&window, &proxy, &images[2].1).await.context("task 5")?;
        let (user, token) = ecr.login().await?;
        for (name, image) in &images {
            let in_ecr = TestRepository::new(&format!("http://{}", ecr.registry_host()), name)?
                .login(Some((&user, &token)))
                .tag_digest("1")
                .await?;
            ensure!(in_ecr.as_ref() == Some(&image.manifest.digest), "{name}: {in_ecr:?}");
        }
        Ok(())
    })
    .await
}

fn image(seed: u64) -> Result<Image> {
    Recipe::small(seed).layers([40_000]).build()
}

/// The path of the image's layer at the source.
fn layer_path(name: &str, image: &Image) -> Result<String> {
    let layer = image.blobs().max_by_key(|(_, bytes)| bytes.len()).context("no layer")?.0;
    Ok(format!("/v2/team/{name}/blobs/{layer}"))
}

async fn retry_a_failed_image(window: &Window, proxy: &FaultProxy, bad: &Image) -> Result<()> {
    let gone = Fault::registry_error(404, "BLOB_UNKNOWN", "blob unknown to registry");
    proxy.add(Rule::new("GET|HEAD", &layer_path("bad", bad)?, gone)?);
    for name in ["good", "bad"] {
        select(window, name).await?;
    }
    window.click(Role::Button, "Review").await?;
    window.find_enabled("Start migration").await?;
    window.click(Role::Button, "Start migration").await?;
    // One failed image doesn't stop the others, and says why.
    window.find(Role::Button, "Retry failed images").await?;
    window.wait_for_text("Verified").await?;
    let text = window.page_text().await?;
    ensure!(!text.contains("copied and verified"), "{text}");
    proxy.clear();
    window.click(Role::Button, "Retry failed images").await?;
    window.wait_for_text_within(MIGRATION, "copied and verified").await
}

async fn stop_and_resume(window: &Window, proxy: &FaultProxy, slow: &Image) -> Result<()> {
    window.click(Role::Button, "Start new migration").await?;
    window.click(Role::Button, "Next").await?;
    window.find(Role::Heading, "Images").await?;
    select(window, "slow").await?;
    proxy.add(Rule::new(
        "GET",
        &layer_path("slow", slow)?,
        Fault::HoldResponse { after_bytes: 1000 },
    )?);
    window.click(Role::Button, "Review").await?;
    window.find_enabled("Start migration").await?;
    let held_before = proxy.fault_count();
    window.click(Role::Button, "Start migration").await?;
    wait_until_true(LIMIT, "the layer to be held", async || proxy.fault_count() > held_before)
        .await?;
    window.click(Role::Button, "Stop").await?;
    window.find(Role::Dialog, "Stop migration?").await?;
    window.click(Role::Button, "Stop migration").await?;
    window.find_enabled("Resume").await?;
    window.wait_for_text("Not finished").await?;
    let text = window.page_text().await?;
    ensure!(!text.contains("copied and verified"), "a stopped migration looks complete: {text}");
    proxy.clear();
    window.click(Role::Button, "Resume").await?;
    window.wait_for_text_within(MIGRATION, "copied and verified").await
}

/// Opens a repository of the source, and selects its tag.
async fn select(window: &Window, name: &str) -> Result<()> {
    window.click(Role::Button, &format!("Show tags of team/{name}")).await?;
    window.click(Role::Checkbox, &format!("Select team/{name}:1")).await
}
