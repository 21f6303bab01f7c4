//! Story 8: the wizard with the keyboard only.

use anyhow::{Result, ensure};
use fantoccini::key::Key;
use transload_tests::window::{Desktop, Role, Window, run_story};

use crate::wizard::{MIGRATION, verified_digest};

/// More rows and columns than the tables of the story have.
const MOST_CELLS: usize = 15;

#[tokio::test]
async fn the_wizard_can_be_used_with_the_keyboard_only() -> Result<()> {
    run_story(Desktop::new("keyboard").await?, async |desktop| {
        let window = desktop.open().await?;
        enter(&window, "Start practice mode").await?;
        window.find_by_test_id("identity-account").await?;
        enter(&window, "Next").await?;

        // The table is one tab stop; arrow keys move between its cells.
        window.find(Role::Button, "Show tags of dencold/pgcli").await?;
        window.tab_to("Select all").await?;
        window.press_until(Key::Down, MOST_CELLS, "Select dencold/pgcli").await?;
        window.press_until(Key::Right, 2, "Show tags of dencold/pgcli").await?;
        window.press(Key::Enter).await?;
        window.find(Role::Checkbox, "Select dencold/pgcli:4.2.0").await?;
        window.press_until(Key::Left, 2, "Select dencold/pgcli").await?;
        window.press_until(Key::Down, MOST_CELLS, "Select dencold/pgcli:4.2.0").await?;
        window.type_keys(" ").await?;
        window.wait_for_text_in("selection-summary", "1 tag selected").await?;
        enter(&window, "Next").await?;

        window.wait_for_text_in("repository-state-dencold/pgcli", "Will be created").await?;
        window.tab_to("ECR repository for dencold/pgcli").await?;
        // Tab selects the content of a field; End keeps the name.
        window.press(Key::End).await?;
        window.type_keys("-by-keyboard").await?;
        enter(&window, "Next").await?;
        window.find_by_test_id("plan-action-0").await?;
        enter(&window, "Start migration").await?;
        let outcome = window.attribute_of(MIGRATION, "result", "data-outcome").await?;
        ensure!(outcome == "succeeded", "{outcome}");
        verified_digest(&window, 0, "equal").await?;

        enter(&window, "View repositories").await?;
        window.find_by_test_id("repository-open-pgcli-by-keyboard").await?;
        enter(&window, "pgcli-by-keyboard").await?;
        window.find(Role::Heading, "pgcli-by-keyboard").await?;
        Ok(())
    })
    .await
}

/// Goes to a button or link with Tab and presses Enter.
async fn enter(window: &Window, name: &str) -> Result<()> {
    window.find_enabled(name).await?;
    window.tab_to(name).await?;
    window.press(Key::Enter).await
}
