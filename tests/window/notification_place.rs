//! A notification lies beside side panels, the help panel, and the footer of the wizard, whose buttons stay in view.

use anyhow::{Result, ensure};
use transload_tests::window::{Desktop, Role, Window, run_story};

use crate::wizard::{go_to, next_step, start_practice};

/// The size of a new window, and of a small laptop.
const SIZES: [(u32, u32); 2] = [(1280, 860), (1024, 700)];

#[tokio::test]
async fn a_notification_covers_no_panel_and_no_footer() -> Result<()> {
    run_story(Desktop::new("notice-place").await?, async |desktop| {
        let window = desktop.open().await?;
        start_practice(&window).await?;
        next_step(&window, "Images").await?;
        window.wait_for_text_in("images-table", "dencold/pgcli").await?;
        // Its notification stays until the user closes it.
        let file = desktop.folder().join("notes.txt");
        std::fs::write(&file, "Dear team,\n")?;
        window.drop_files(&[&file])?;
        window.wait_for_text("neither a plan nor a list of images").await?;
        check(&window, "footer").await?;
        window.expand("rules").await?;
        window.find_by_test_id("rules-apply").await?;
        check(&window, "rules").await?;
        window.click(Role::Button, "Help").await?;
        window.find(Role::Heading, "Learn more").await?;
        check(&window, "rules-and-help").await?;
        window.click(Role::Button, "Close: Select by rules").await?;
        check(&window, "help").await?;
        // There, the help panel covers the page, and a panel takes the place of its table.
        reach_in_zoom(&window, "help at 200 %").await?;
        window.click(Role::Button, "Help").await?;
        window.expand("rules").await?;
        window.find_by_test_id("rules-apply").await?;
        reach_in_zoom(&window, "rules at 200 %").await?;
        // The panel is hidden with its page.
        go_to(&window, "History").await?;
        check(&window, "another-page").await
    })
    .await
}

/// Checks that nothing is covered, and takes a picture.
async fn check(window: &Window, name: &str) -> Result<()> {
    for (width, height) in SIZES.into_iter().rev() {
        window.resize_page(width, height).await?;
        window.layout().await?;
        let covered = window.notice_faults().await?;
        window.screenshot(&format!("{name}-{width}")).await?;
        ensure!(covered.is_empty(), "{name}, {width}×{height}: a notification covers {covered:?}");
        reach(window, &format!("{name}, {width}×{height}")).await?;
    }
    Ok(())
}

/// Checks the controls at 200 %, at which the pointer of the stories can't click.
async fn reach_in_zoom(window: &Window, name: &str) -> Result<()> {
    window.resize_page(SIZES[0].0, SIZES[0].1).await?;
    window.zoom_to_double(SIZES[0]).await?;
    reach(window, name).await?;
    window.reset_zoom(SIZES[0]).await
}

/// Checks that every control can be scrolled into view.
async fn reach(window: &Window, name: &str) -> Result<()> {
    window.layout().await?;
    let faults = window.control_faults().await?;
    ensure!(faults.is_empty(), "{name}: {}", faults.join("; "));
    Ok(())
}
