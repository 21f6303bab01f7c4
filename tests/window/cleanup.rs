//! A clean-up from the proposal to History: dry run, named confirmation, result, and what Undo can restore.

use anyhow::{Result, ensure};
use transload_tests::wait::wait_until_true;
use transload_tests::window::{Desktop, Role, Window, run_story};

use crate::wizard::{MIGRATION, go_to, start_practice};

/// Among the example repositories: a signed image, and a signature whose image is gone.
const REPOSITORY: &str = "shop/signed";

#[tokio::test]
async fn an_orphaned_signature_is_proposed_deleted_after_a_dry_run_and_kept_in_history()
-> Result<()> {
    run_story(Desktop::new("cleanup").await?, async |desktop| {
        let window = &desktop.open().await?;
        start_practice(window).await?;
        go_to(window, "Settings").await?;
        window.click_by_test_id("settings-practice-examples").await?;
        window.wait_for_text("5 example repositories added").await?;
        go_to(window, "Repositories").await?;
        window.click_by_test_id(&format!("repository-open-{REPOSITORY}")).await?;

        window.click(Role::Tab, "Clean-up").await?;
        window.wait_for_text_in("cleanup-table", "Orphaned referrers").await?;
        look(window, "proposals").await?;
        window.click_by_test_id("cleanup-review-orphans").await?;
        window.wait_for_text_in("deletion-summary", "This deletes 1 image").await?;
        ensure!(
            !window.is_enabled("deletion-confirm").await?,
            "nothing is deleted without the name"
        );
        look(window, "dry-run").await?;
        window.fill_by_test_id("deletion-confirmation", REPOSITORY).await?;
        window.click_by_test_id("deletion-confirm").await?;
        window.wait_for_text(&format!("1 image deleted from {REPOSITORY}")).await?;
        wait_until_true(MIGRATION, "the proposal to go", async || {
            let review = window.all(Role::Button, "Review orphaned referrers").await;
            review.is_ok_and(|found| found.iter().all(|button| !button.enabled))
        })
        .await?;

        go_to(window, "History").await?;
        window.click(Role::Tab, "Changes").await?;
        window.wait_for_text_in("change-history", "Clean-up: orphaned referrers").await?;
        look(window, "history").await?;
        window.click_with(Role::Button, "Undo the deletion").await?;
        // The practice ECR deletes a layer with the last image that has it.
        window.wait_for_text_in("restore-summary", "Nothing can be restored.").await?;
        window.wait_for_text_in("restore-modal", "of its layers").await?;
        look(window, "undo").await?;
        window.click_by_test_id("restore-close").await
    })
    .await
}

/// Saves a picture and checks the accessibility of the page.
async fn look(window: &Window, name: &str) -> Result<()> {
    window.screenshot(name).await?;
    window.check_accessibility().await
}
