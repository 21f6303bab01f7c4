//! Closing the window during a migration.

use std::time::Duration;

use anyhow::{Result, ensure};
use transload_tests::ecr::{Ecr, SECRET_KEY};
use transload_tests::faults::{Fault, FaultProxy, Rule};
use transload_tests::images::{Recipe, TestRepository};
use transload_tests::secrets::SecretSearch;
use transload_tests::servers::TestRegistry;
use transload_tests::wait::wait_until_true;
use transload_tests::window::{Desktop, Role, run_story};

use crate::wizard::{
    go_to, log_in_and_review, next_step, open_registry_images, select_newest_migration, select_tags,
};

const LIMIT: Duration = Duration::from_secs(30);

#[tokio::test]
async fn a_window_with_a_running_migration_asks_before_it_closes() -> Result<()> {
    let ecr = Ecr::ministack().await?;
    let registry = TestRegistry::start().await?;
    let target = TestRepository::new(&registry.url(), "team/web")?;
    target.push(&Recipe::small(71).layers([2_000, 4_000_000]).build()?, "1.0").await?;
    target.push(&Recipe::small(72).build()?, "1.1").await?;
    // The large layer stops half way to ECR and would never complete.
    let hold = Fault::HoldRequest { after_bytes: 1_500_000 };
    let rules = [Rule::new("PATCH|PUT", "/blobs/uploads/", hold)?];
    let proxy = FaultProxy::start(&ecr.api_url(), rules).await?;
    let home = ecr.home()?;
    let desktop = Desktop::new("running").await?.variables(home.environment());
    run_story(desktop, async |desktop| {
        let window = desktop.open().await?;
        window.click_by_test_id("card-migrate").await?;
        window.click(Role::Radio, "Use story").await?;
        window.expand("advanced-endpoints").await?;
        window.fill_by_test_id("registry-endpoint", &proxy.url()).await?;
        window.find_by_test_id("identity-account").await?;
        open_registry_images(&window, &registry.host()).await?;
        select_tags(&window, "team/web", &["1.0", "1.1"]).await?;
        next_step(&window, "Names").await?;
        log_in_and_review(&window).await?;
        window.click_by_test_id("wizard-start").await?;
        window.find_by_test_id("job").await?;
        wait_until_true(LIMIT, "the layer to be half way", async || proxy.fault_count() > 0)
            .await?;
        wait_until_true(LIMIT, "a layer to be opened", async || {
            window.try_click_with(Role::Button, "Show layers of").await
        })
        .await?;
        window.screenshot("light").await?;
        window.check_accessibility().await?;
        window.click(Role::Button, "Dark theme").await?;
        window.screenshot("dark").await?;
        window.check_accessibility().await?;

        // The migration continues, and shows its progress, while the user is on another page.
        go_to(&window, "Settings").await?;
        window.wait_for_text_in("nav-percent", "%").await?;

        desktop.ask_to_close()?;
        window.find_by_test_id("close-modal").await?;
        window.wait_for_text("Close the window?").await?;
        window.screenshot("asked").await?;
        window.click_by_test_id("close-stay").await?;
        window.click(Role::Link, "Migrate").await?;
        window.find_by_test_id("job").await?;

        desktop.ask_to_close()?;
        window.click_by_test_id("close-anyway").await?;
        wait_until_true(LIMIT, "the program to end", async || desktop.program_ended()).await?;
        ensure!(
            ecr.aws()?.image_digest("web", "1.0").await?.is_none(),
            "an incomplete image has a tag"
        );

        // Later, the migration is resumed.
        proxy.clear();
        desktop.close().await?;
        let window = desktop.open().await?;
        go_to(&window, "History").await?;
        window.wait_for_text_in("history-table", "remaining").await?;
        select_newest_migration(&window).await?;
        window.screenshot("history").await?;
        window.check_accessibility().await?;
        window.click_by_test_id("history-resume").await?;
        window.wait_for_text("copied and verified").await?;
        window.screenshot("resumed").await?;
        let moved = ecr.aws()?.image_digest("web", "1.0").await?;
        let source = target.tag_digest("1.0").await?;
        ensure!(moved.is_some() && moved == source, "{moved:?} is not {source:?}");

        let search = SecretSearch::new().secret("the access key", SECRET_KEY)?;
        search.check_text("what the program printed", desktop.output())?;
        ensure!(!search.check_folder(desktop.folder())?.is_empty());
        Ok(())
    })
    .await
}
