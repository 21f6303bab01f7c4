//! The page of an image: its tabs, hidden values, and the comparison with another tag. With pictures of every tab in
//! light and dark, at two sizes of the window.

use anyhow::{Result, ensure};
use transload_tests::window::{Desktop, Role, Window, run_story};

use crate::wizard::{
    go_to, log_in_and_review, next_step, select_tags, start_and_wait, start_practice,
};

/// Every picture is taken in these sizes.
const SIZES: [(u32, u32); 2] = [(1280, 860), (1024, 700)];

#[tokio::test]
async fn an_image_is_inspected_and_compared_with_another_tag() -> Result<()> {
    run_story(Desktop::new("images").await?, async |desktop| {
        let window = desktop.open().await?;
        start_practice(&window).await?;
        next_step(&window, "Images").await?;
        select_tags(&window, "dencold/pgcli", &["4.0.1", "4.2.0"]).await?;
        next_step(&window, "Names").await?;
        window.wait_for_text_in("repository-state-dencold/pgcli", "Will be created").await?;
        log_in_and_review(&window).await?;
        ensure!(start_and_wait(&window).await? == "succeeded");
        go_to(&window, "Repositories").await?;
        window.click_by_test_id("repository-open-pgcli").await?;
        // After the index was read, no row moves.
        window.wait_for_text_in("images-table", "2 platforms").await?;
        window.click_by_test_id("image-open-4.2.0").await?;
        window.wait_for_text_in("image-facts", "4.2.0").await?;
        window.wait_for_text_in("image-platforms", "linux/arm64").await?;
        look(&window, "overview").await?;
        for (tab, test_id, text) in [
            ("Layers", "image-layers", "COPY"),
            ("Configuration", "image-tabs", "Environment variables"),
            ("Supply chain", "attachments-table", "Provenance"),
            ("Raw", "raw-config", "rootfs"),
        ] {
            window.click(Role::Tab, tab).await?;
            window.wait_for_text_in(test_id, text).await?;
            look(&window, &tab.to_lowercase().replace(' ', "-")).await?;
        }
        window.click_by_test_id("image-compare").await?;
        window.fill_by_test_id("compare-tag", "4.0.1").await?;
        window.click_by_test_id("compare-start").await?;
        window.wait_for_text_in("compare-platforms", "Different").await?;
        look(&window, "compare").await?;
        window.click_by_test_id("compare-close").await?;
        window.click_by_test_id("image-close").await?;
        window.wait_for_text_in("images-table", "4.2.0").await
    })
    .await
}

/// Takes pictures of a page, and checks it with axe-core.
async fn look(window: &Window, page: &str) -> Result<()> {
    for (theme, other) in [("light", "Dark theme"), ("dark", "Light theme")] {
        for (width, height) in SIZES {
            window.resize(width, height).await?;
            window.scroll_to_top().await?;
            window.screenshot(&format!("image-{page}-{theme}-{width}")).await?;
            let over = window.sideways_overflow().await?;
            ensure!(over <= 0, "{page}: {over} pixels wider than the window");
        }
        window.check_accessibility().await?;
        window.click(Role::Button, other).await?;
    }
    Ok(())
}
