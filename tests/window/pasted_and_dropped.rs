//! A reference that is pasted from the clipboard, and files that a file manager drops on the window. Both are
//! real: the keys of the keyboard, and the drag-and-drop protocol of the screen.

use std::time::Duration;

use anyhow::Result;
use transload_tests::wait::wait_until_true;
use transload_tests::window::{Desktop, Role, Window, run_story};

use crate::wizard::{log_in_and_review, next_step, select_tags, start_practice};

/// How long listing the tags of a repository may take.
const LIST: Duration = Duration::from_secs(30);
const COMMAND: &str = "docker pull dencold/pgcli:4.0.1";
const ADDRESS: &str = "https://hub.docker.com/r/dencold/pgcli";

#[tokio::test]
async fn a_pasted_command_or_address_selects_its_image() -> Result<()> {
    run_story(Desktop::new("pasted").await?, async |desktop| {
        let window = desktop.open().await?;
        start_practice(&window).await?;
        next_step(&window, "Images").await?;
        window.wait_for_text_in("images-table", "dencold/pgcli").await?;

        paste_in_filter(&window, "docker ps -a").await?;
        window.wait_for_text_in("source-hint", "names no image").await?;
        window.screenshot("1-not-understood").await?;

        paste_in_filter(&window, COMMAND).await?;
        window.wait_for_text_in("selection-summary", "1 tag selected").await?;
        // The tags of the repository are listed after it is selected.
        wait_until_true(LIST, "the tag to be selected", async || {
            let tags = window.all(Role::Checkbox, "Select dencold/pgcli:4.0.1").await;
            tags.is_ok_and(|tags| tags.iter().any(|tag| tag.checked))
        })
        .await?;
        window.screenshot("2-command").await?;

        // An address without a tag opens its repository, and selects nothing more.
        paste_in_filter(&window, ADDRESS).await?;
        window.wait_for_text_in("images-table", "4.2.0").await?;
        window.wait_for_text_in("selection-summary", "1 tag selected").await
    })
    .await
}

/// Copies a text with the keyboard, and pastes it into the filter of the images.
async fn paste_in_filter(window: &Window, text: &str) -> Result<()> {
    window.click_by_test_id("repository-search").await?;
    window.press_letter_with_control('a').await?;
    window.type_keys(text).await?;
    window.press_letter_with_control('a').await?;
    window.press_letter_with_control('x').await?;
    window.paste().await?;
    Ok(())
}

#[tokio::test]
async fn a_dropped_list_selects_its_images_and_a_dropped_plan_opens_review() -> Result<()> {
    run_story(Desktop::new("dropped").await?, async |desktop| {
        let window = desktop.open().await?;
        let plan = desktop.folder().join("plan.json");
        start_practice(&window).await?;
        next_step(&window, "Images").await?;
        select_tags(&window, "dencold/pgcli", &["4.0.1"]).await?;
        next_step(&window, "Names").await?;
        log_in_and_review(&window).await?;
        window.click(Role::Button, "Download plan").await?;
        window.choose_file(&plan).await?;

        let list = desktop.folder().join("list.txt");
        std::fs::write(
            &list,
            "# ours\nregistry.example/team/app:1.0\nregistry.example/team/app:2.0\n",
        )?;
        window.drop_files(&[&list])?;
        window.wait_for_text("list.txt opened").await?;
        window.find(Role::Heading, "Images").await?;
        window.wait_for_text_in("selection-summary", "2 tags selected").await?;
        window.screenshot("1-list").await?;
        window.click(Role::Button, "Close notification").await?;

        let other = desktop.folder().join("notes.txt");
        std::fs::write(&other, "Dear team,\n")?;
        window.drop_files(&[&other])?;
        window.wait_for_text("neither a plan nor a list of images").await?;
        window.wait_for_text_in("selection-summary", "2 tags selected").await?;
        window.click(Role::Button, "Close notification").await?;

        window.drop_files(&[&plan])?;
        window.wait_for_text("plan.json opened").await?;
        window.find(Role::Heading, "Review").await?;
        window.find_by_test_id("plan-action-0").await?;
        window.find_by_test_id("wizard-start").await?;
        window.screenshot("2-plan").await?;
        Ok(())
    })
    .await
}
