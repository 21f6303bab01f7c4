//! A notification at the end of a migration, only if the window is in the background.

use std::time::Duration;

use anyhow::{Result, ensure};
use transload_tests::wait::wait_until;
use transload_tests::window::{Desktop, run_story};

use crate::wizard::{log_in_and_review, next_step, select_tags, start_and_wait, start_practice};

const LIMIT: Duration = Duration::from_secs(30);

#[tokio::test]
async fn a_notification_is_shown_if_the_window_is_in_the_background() -> Result<()> {
    run_story(Desktop::new("notification").await?.with_notifications().await?, async |desktop| {
        let window = desktop.open().await?;
        start_practice(&window).await?;
        next_step(&window, "Images").await?;
        select_tags(&window, "dencold/pgcli", &["4.0.1"]).await?;
        next_step(&window, "Names").await?;
        log_in_and_review(&window).await?;
        // The last click gave the keyboard focus to the window.
        ensure!(start_and_wait(&window).await? == "succeeded");
        let shown = desktop.notifications().await?;
        ensure!(shown.is_empty(), "a notification with the window in front: {shown:?}");

        window.click_by_test_id("start-another").await?;
        window.find_by_test_id("identity-account").await?;
        next_step(&window, "Images").await?;
        select_tags(&window, "dencold/pgcli", &["4.2.0"]).await?;
        next_step(&window, "Names").await?;
        log_in_and_review(&window).await?;
        window.find_enabled("Start migration").await?;
        // Before the start: a small migration ends sooner than the focus moves.
        desktop.take_focus_away()?;
        window.click_without_focus("Start migration").await?;
        let shown = wait_until(LIMIT, "a notification", async || {
            desktop.notifications().await.ok().filter(|shown| !shown.is_empty())
        })
        .await?;
        let title = "1 of 1 image copied and verified".to_owned();
        let expected = (title, "1 image: 1 verified equal.".to_owned());
        ensure!(shown == [expected], "{shown:?}");
        Ok(())
    })
    .await
}
