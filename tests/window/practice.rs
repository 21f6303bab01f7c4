//! Story 1: from the first start to verified images, without an AWS account.

use anyhow::{Result, ensure};
use transload_tests::secrets::SecretSearch;
use transload_tests::window::{Desktop, Role, run_story};

use crate::wizard::{
    go_to, log_in_and_review, next_step, select_tags, start_and_wait, start_practice,
    verified_digest,
};

#[tokio::test]
async fn a_first_start_leads_through_practice_to_equal_digests_and_a_saved_profile() -> Result<()> {
    run_story(Desktop::new("practice").await?, async |desktop| {
        let window = desktop.open().await?;
        start_practice(&window).await?;
        window.fill_by_test_id("save-profile-name", "Try-out").await?;
        window.click_by_test_id("save-profile").await?;
        window.find(Role::Radio, "Use saved profile Try-out").await?;

        next_step(&window, "Images").await?;
        select_tags(&window, "dencold/pgcli", &["4.0.1", "4.2.0"]).await?;
        window.wait_for_text_in("images-table", "arm64").await?;
        next_step(&window, "Names").await?;
        window.wait_for_text_in("repository-state-dencold/pgcli", "Will be created").await?;
        log_in_and_review(&window).await?;

        ensure!(start_and_wait(&window).await? == "succeeded");
        let digests = [
            verified_digest(&window, 0, "equal").await?,
            verified_digest(&window, 1, "equal").await?,
        ];
        ensure!(digests[0] != digests[1], "two tags with the same digest do not prove anything");

        window.click_by_test_id("show-repositories").await?;
        window.click_by_test_id("repository-open-pgcli").await?;
        for digest in &digests {
            window.find_css(&format!("[data-testid=images-table] [title=\"{digest}\"]")).await?;
        }
        let repository = window.page_text().await?;
        ensure!(repository.contains("4.0.1") && repository.contains("4.2.0"));

        let first_run = desktop.output();
        let window = desktop.open().await?;
        go_to(&window, "Saved profiles").await?;
        window.wait_for_text_in("profiles-table", "Try-out").await?;

        // The practice secrets are known. They represent all secrets that the program creates.
        let search = SecretSearch::new()
            .secret("practice's access key", "practice-only-secret-access-key-00000000")?
            .secret("practice's access token", "practice-hub-access-token")?;
        search.check_text("what the program printed", first_run)?;
        search.check_text("what the program printed", desktop.output())?;
        let files = search.check_folder(desktop.folder())?;
        for kept in ["saved-profiles.json", "settings.json", "draft.json"] {
            ensure!(
                files.contains(&desktop.data_folder().join(kept)),
                "{kept} is not in {files:?}"
            );
        }
        Ok(())
    })
    .await
}
