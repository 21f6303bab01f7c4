//! The repository pages: one row for an index, a lifecycle policy from the form to *Set*, and a clean-up.

use anyhow::{Result, ensure};
use transload_tests::window::{Desktop, Role, Window, run_story};

use crate::wizard::{log_in_and_review, next_step, select_tags, start_and_wait, start_practice};

#[tokio::test]
async fn an_index_is_one_row_and_a_policy_goes_from_the_form_to_ecr() -> Result<()> {
    run_story(Desktop::new("repository-pages").await?, async |desktop| {
        let window = desktop.open().await?;
        start_practice(&window).await?;
        next_step(&window, "Images").await?;
        select_tags(&window, "dencold/pgcli", &["4.0.1", "4.2.0"]).await?;
        next_step(&window, "Names").await?;
        log_in_and_review(&window).await?;
        ensure!(start_and_wait(&window).await? == "succeeded");

        window.click_by_test_id("show-repositories").await?;
        window.wait_for_text_in("repositories-table", "pgcli").await?;
        look(&window, "repositories").await?;
        find_by_digest(&window).await?;
        window.click_by_test_id("repository-open-pgcli").await?;
        window.wait_for_text_in("images-table", "2 platforms").await?;
        let images = window.text_of("images-table").await?;
        ensure!(images.matches("2 platforms").count() == 1, "{images}");
        look(&window, "repository-images").await?;

        window.click_by_test_id("lifecycle").await?;
        window.click_by_test_id("lifecycle-add-rule").await?;
        window.wait_for_text("Delete untagged images 14 days after they were pushed.").await?;
        window.click_by_test_id("lifecycle-preview").await?;
        window.wait_for_text_in("lifecycle-preview-result", "0 images would be deleted").await?;
        look(&window, "repository-lifecycle").await?;
        window.click_by_test_id("lifecycle-set").await?;
        window.wait_for_text("Never ran").await?;

        window.click_by_test_id("access").await?;
        window.wait_for_text("No repository policy").await?;
        window.click_by_test_id("access-edit").await?;
        window.fill_by_test_id("access-add-id", "444455556666").await?;
        window.click_by_test_id("access-add").await?;
        window.wait_for_text("Allow account 444455556666 to pull images.").await?;
        window.click_by_test_id("access-review").await?;
        look(&window, "repository-access").await?;
        window.click_by_test_id("access-set-confirm").await?;
        window.wait_for_text("Policy of pgcli set").await?;
        window.wait_for_text_in("access-statements", "Another account").await?;

        window.click_by_test_id("cleanup").await?;
        window.wait_for_text_in("cleanup-table", "Orphaned referrers").await?;
        look(&window, "repository-cleanup").await?;

        // An index goes with its platforms, and the repository with the rest.
        window.click_by_test_id("images").await?;
        window.click(Role::Checkbox, "Select 4.0.1").await?;
        window.click_by_test_id("images-delete").await?;
        window.wait_for_text_in("deletion-summary", "This deletes").await?;
        look(&window, "deletion-plan").await?;
        window.fill_by_test_id("deletion-confirmation", "pgcli").await?;
        window.click_by_test_id("deletion-confirm").await?;
        window.wait_for_text("deleted from pgcli").await?;
        window.click_by_test_id("repository-delete").await?;
        window.wait_for_text_in("deletion-summary", "pgcli and").await?;
        window.fill_by_test_id("deletion-confirmation", "pgcli").await?;
        window.click_by_test_id("deletion-confirm").await?;
        window.wait_for_text("Repository pgcli deleted").await?;
        window.find_by_test_id("repositories-table").await?;
        Ok(())
    })
    .await
}

/// Lists all images, finds one by its digest, and shows the pages about all repositories.
async fn find_by_digest(window: &Window) -> Result<()> {
    window.click_by_test_id("registry-find").await?;
    window.wait_for_text_in("contents-status", "1 of 1 repository listed").await?;
    window.click_by_test_id("contents-read").await?;
    window.wait_for_text_in("contents-status", "Oldest list").await?;
    window.fill_by_test_id("find-text", "4.2").await?;
    window.wait_for_text_in("find-table", "pgcli").await?;
    let table = window.text_of("find-table").await?;
    // The digest is shown in two parts, so that its end stays visible.
    let digest = table.split("sha256:").nth(1).unwrap_or_default().trim_start();
    let digest: String = digest.chars().take_while(char::is_ascii_hexdigit).take(7).collect();
    ensure!(digest.len() == 7, "{table}");
    window.fill_by_test_id("find-text", &digest).await?;
    window.wait_for_text_in("find-table", "(1)").await?;
    window.wait_for_text_in("find-table", "4.2.0").await?;
    look(window, "registry-find").await?;
    window.click_by_test_id("registry-storage").await?;
    window.wait_for_text_in("treemap-table", "pgcli").await?;
    look(window, "registry-storage").await?;
    window.click_by_test_id("registry-activity").await?;
    window.wait_for_text_in("heat", "pgcli").await?;
    look(window, "registry-activity").await?;
    window.click_by_test_id("registry-settings").await?;
    window.wait_for_text_in("registry-scanning", "Basic scanning").await?;
    look(window, "registry-settings").await?;
    window.click_by_test_id("registry-list").await
}

/// Saves a picture and checks the accessibility of the page.
async fn look(window: &Window, name: &str) -> Result<()> {
    window.screenshot(name).await?;
    window.check_accessibility().await
}
