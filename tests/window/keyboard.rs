//! Tasks 1, 7 and 3 of `ten_tasks` with the keyboard only: one image from launch to proof, its digest in the
//! repository, and a tag that points to another image.

use anyhow::{Result, ensure};
use fantoccini::key::Key;
use transload_tests::window::{Desktop, Role, Window, run_story};

use crate::wizard::{MIGRATION, verified_digest};

/// More rows and columns than the tables of the story have.
const MOST_CELLS: usize = 15;

/// The name of the repository in ECR.
const NAME: &str = "pgcli-by-keyboard";

#[tokio::test]
async fn the_wizard_can_be_used_with_the_keyboard_only() -> Result<()> {
    run_story(Desktop::new("keyboard").await?, async |desktop| {
        let window = desktop.open().await?;
        enter(&window, "Start practice mode").await?;
        window.find_by_test_id("identity-account").await?;
        enter(&window, "Next").await?;
        select_tag(&window, "dencold/pgcli", "latest").await?;
        enter(&window, "Next").await?;
        rename(&window, "dencold/pgcli").await?;
        enter(&window, "Next").await?;
        window.find_by_test_id("plan-action-0").await?;
        start(&window).await?;
        let digest = verified_digest(&window, 0, "equal").await?;
        copy_digest(&window, &digest).await?;
        overwrite_a_conflict(&window).await?;
        let other = verified_digest(&window, 0, "equal").await?;
        ensure!(other != digest, "the tag still points to {digest}");
        Ok(())
    })
    .await
}

/// Task 7: from the result to the repository, where the copy button of the digest copies all of it.
async fn copy_digest(window: &Window, digest: &str) -> Result<()> {
    enter(window, "View repositories").await?;
    window.find_by_test_id(&format!("repository-open-{NAME}")).await?;
    enter(window, NAME).await?;
    window.find(Role::Heading, NAME).await?;
    window.find(Role::Checkbox, "Select latest").await?;
    // The table is one tab stop; arrow keys move between its cells.
    window.tab_to("Select all images on this page").await?;
    window.press(Key::Down).await?;
    let copy = format!("Copy digest {}", &digest[..19]);
    window.press_until(Key::Right, MOST_CELLS, &copy).await?;
    window.press(Key::Enter).await?;
    window.wait_for_text("Copied").await?;
    window.press(Key::Escape).await?;
    window.type_keys("/").await?;
    let pasted = window.paste().await?;
    ensure!(pasted == digest, "{pasted:?} was copied");
    window.wait_for_text("1 match").await
}

/// Task 3: another image is copied to the same tag, and replaces the existing one.
async fn overwrite_a_conflict(window: &Window) -> Result<()> {
    window.press(Key::Escape).await?;
    window.press_letter_with_control('1').await?;
    enter(window, "Start new migration").await?;
    window.find_by_test_id("identity-account").await?;
    enter(window, "Next").await?;
    select_tag(window, "dencold/storefront", "latest").await?;
    enter(window, "Next").await?;
    window.wait_for_text_in("repository-state-dencold/storefront", "Will be created").await?;
    window.tab_to("ECR repository for dencold/storefront").await?;
    // Tab selects the content of a field, so the keys replace it.
    window.type_keys(NAME).await?;
    window.press(Key::Tab).await?;
    window.wait_for_text_in("repository-state-dencold/storefront", "Exists").await?;
    enter(window, "Next").await?;
    window.wait_for_text("Choose an action for 1 conflict").await?;
    window.tab_to_part("Action for ").await?;
    window.press(Key::Enter).await?;
    window.wait_for_text("Overwrite").await?;
    // The first choice, Keep existing, is highlighted when the list opens.
    window.press(Key::Down).await?;
    window.press(Key::Enter).await?;
    start(window).await
}

/// Opens a repository of the images table, and selects one of its tags.
async fn select_tag(window: &Window, repository: &str, tag: &str) -> Result<()> {
    let (show, select) = (format!("Show tags of {repository}"), format!("Select {repository}"));
    window.find(Role::Button, &show).await?;
    window.tab_to("Select all").await?;
    window.press_until(Key::Down, MOST_CELLS, &select).await?;
    window.press_until(Key::Right, 2, &show).await?;
    window.press(Key::Enter).await?;
    window.find(Role::Checkbox, &format!("{select}:{tag}")).await?;
    window.press_until(Key::Left, 2, &select).await?;
    window.press_until(Key::Down, MOST_CELLS, &format!("{select}:{tag}")).await?;
    window.type_keys(" ").await?;
    window.wait_for_text_in("selection-summary", "1 tag selected").await
}

async fn rename(window: &Window, repository: &str) -> Result<()> {
    let state = format!("repository-state-{repository}");
    window.wait_for_text_in(&state, "Will be created").await?;
    window.tab_to(&format!("ECR repository for {repository}")).await?;
    // Tab selects the content of a field; End keeps the name.
    window.press(Key::End).await?;
    window.type_keys("-by-keyboard").await
}

/// Starts the migration with the shortcut of the primary button, and waits for its result.
async fn start(window: &Window) -> Result<()> {
    window.find_enabled("Start migration").await?;
    window.press_holding(Key::Control, Key::Enter).await?;
    let outcome = window.attribute_of(MIGRATION, "result", "data-outcome").await?;
    ensure!(outcome == "succeeded", "{outcome}");
    Ok(())
}

/// Goes to a button or link with Tab and presses Enter.
async fn enter(window: &Window, name: &str) -> Result<()> {
    window.find_enabled(name).await?;
    window.tab_to(name).await?;
    window.press(Key::Enter).await
}
