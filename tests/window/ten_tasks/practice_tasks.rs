//! Tasks 1, 6, 7, 8, 9 and 10, in practice mode and in one window.

use anyhow::{Context, Result, ensure};
use transload_tests::wait::wait_until_true;
use transload_tests::window::{Desktop, Role, Window, run_story};

use crate::wizard::{MIGRATION, go_to, select_newest_migration};

/// From the first start to a verified image: practice mode, Next, the repository, the tag, Review, Start.
const MOST_CLICKS: usize = 6;

#[tokio::test]
async fn one_image_from_launch_to_proof_and_what_people_do_with_it_afterwards() -> Result<()> {
    run_story(Desktop::new("tasks").await?, async |desktop| {
        let window = desktop.open().await?;
        copy_one_image(&window).await.context("task 1")?;
        let clicks = window.clicks();
        ensure!(clicks <= MOST_CLICKS, "one image takes {clicks} clicks");
        copy_a_digest(&window).await.context("task 7")?;
        verify_again(&window).await.context("task 10")?;
        undo(&window).await.context("task 6")?;
        save_and_use_a_profile(&window).await.context("task 9")?;
        delete_image_and_repository(&window).await.context("task 8")
    })
    .await
}

async fn copy_one_image(window: &Window) -> Result<()> {
    window.click(Role::Button, "Start practice mode").await?;
    window.find(Role::Heading, "Destination").await?;
    window.wait_for_text("111122223333").await?;
    window.click(Role::Button, "Next").await?;
    window.click(Role::Button, "Show tags of dencold/pgcli").await?;
    window.click(Role::Checkbox, "Select dencold/pgcli:4.2.0").await?;
    window.wait_for_text("1 tag selected").await?;
    // The names are proposed. Who agrees goes straight to the plan.
    window.click(Role::Button, "Review").await?;
    window.find(Role::Heading, "Review").await?;
    start_and_wait(window).await
}

async fn start_and_wait(window: &Window) -> Result<()> {
    window.find_enabled("Start migration").await?;
    window.click(Role::Button, "Start migration").await?;
    window.wait_for_text_within(MIGRATION, "copied and verified").await?;
    window.wait_for_text("Verified").await
}

/// Copies the digest, and pastes it where the table is searched: only this image is left.
async fn copy_a_digest(window: &Window) -> Result<()> {
    window.click(Role::Button, "View repositories").await?;
    window.click(Role::Button, "pgcli").await?;
    window.find(Role::Checkbox, "Select 4.2.0").await?;
    let label = window.find_with(Role::Button, "Copy digest").await?.name;
    let start = label.trim_start_matches("Copy digest ").to_owned();
    window.click(Role::Button, &label).await?;
    window.wait_for_text("Copied").await?;
    window.click(Role::Textbox, "Find images by tag, digest, type, or platform").await?;
    let pasted = window.paste().await?;
    ensure!(pasted.starts_with(&start) && pasted.len() == 71, "{pasted:?} was copied");
    window.wait_for_text("1 match").await?;
    window.find(Role::Checkbox, "Select 4.2.0").await?;
    Ok(())
}

async fn verify_again(window: &Window) -> Result<()> {
    go_to(window, "History").await?;
    select_newest_migration(window).await?;
    window.click(Role::Button, "View report").await?;
    window.click(Role::Button, "Verify again").await?;
    window.wait_for_text("all digests match").await
}

async fn undo(window: &Window) -> Result<()> {
    window.click(Role::Button, "Undo").await?;
    window.find(Role::Dialog, "Undo migration").await?;
    window.click_with(Role::Button, "Delete 1 ").await?;
    window.wait_for_text("Deleted: 1 tag").await?;
    window.click(Role::Button, "Close").await?;
    // The status of the run is replaced.
    window.wait_for_text("Undone").await?;
    ensure!(!window.page_text().await?.contains("copied and verified"), "two statuses");
    go_to(window, "Repositories").await?;
    window.wait_for_text("No repositories").await
}

async fn save_and_use_a_profile(window: &Window) -> Result<()> {
    go_to(window, "Saved profiles").await?;
    window.click(Role::Button, "Create profile").await?;
    window.fill("Name", "Team").await?;
    window.click_with(Role::Radio, "Practice").await?;
    window.fill("ECR prefix", "team/").await?;
    window.click(Role::Button, "Save").await?;
    window.click(Role::Checkbox, "Select Team").await?;
    window.click(Role::Button, "Use").await?;
    window.find(Role::Heading, "Destination").await?;
    window.wait_for_text("111122223333").await?;
    window.click(Role::Button, "Next").await?;
    window.find(Role::Heading, "Images").await?;
    if window.all(Role::Button, "Show tags of dencold/pgcli").await?.is_empty() {
        window.choose("Source", "Practice account").await?;
    }
    window.click(Role::Button, "Show tags of dencold/pgcli").await?;
    for tag in ["4.0.1", "4.2.0"] {
        let name = format!("Select dencold/pgcli:{tag}");
        // The selection of the first task may still be there.
        if !window.find(Role::Checkbox, &name).await?.checked {
            window.click(Role::Checkbox, &name).await?;
        }
    }
    window.wait_for_text("2 tags selected").await?;
    window.click(Role::Button, "Review").await?;
    window.wait_for_text("team/pgcli:4.0.1").await?;
    start_and_wait(window).await
}

async fn delete_image_and_repository(window: &Window) -> Result<()> {
    window.click(Role::Button, "View repositories").await?;
    window.click(Role::Button, "team/pgcli").await?;
    window.click(Role::Checkbox, "Select 4.0.1").await?;
    window.click(Role::Button, "Delete").await?;
    window.find(Role::Dialog, "Delete from team/pgcli").await?;
    window.fill("To confirm, enter team/pgcli", "team/pgcli").await?;
    window.click(Role::Button, "Delete 1 image with 1 tag").await?;
    window.wait_for_text("1 image deleted from team/pgcli").await?;
    wait_until_true(MIGRATION, "the image to leave the list", async || {
        window.all(Role::Checkbox, "Select 4.0.1").await.is_ok_and(|found| found.is_empty())
    })
    .await?;
    window.click(Role::Button, "Delete repository").await?;
    window.find(Role::Dialog, "Delete team/pgcli").await?;
    window.fill("To confirm, enter team/pgcli", "team/pgcli").await?;
    window.click(Role::Button, "Delete team/pgcli").await?;
    window.wait_for_text("Repository team/pgcli deleted").await?;
    window.wait_for_text("No repositories").await
}
