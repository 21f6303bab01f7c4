//! A notification at the end of a migration, only if the window is in the background.

use std::time::Duration;

use anyhow::{Result, ensure};
use transload_tests::wait::wait_until;
use transload_tests::window::{Role, Stage, story};

use crate::wizard::{begin_practice, log_in_and_review, next, select, start};

const LIMIT: Duration = Duration::from_secs(30);

#[tokio::test]
async fn a_notification_tells_of_the_end_to_who_looks_elsewhere() -> Result<()> {
    story(Stage::new("notification").await?.with_notifications().await?, async |stage| {
        let window = stage.open().await?;
        begin_practice(&window).await?;
        next(&window, "Images").await?;
        select(&window, "dencold/pgcli", &["4.0.1"]).await?;
        next(&window, "Repositories").await?;
        log_in_and_review(&window).await?;
        // The last click gave the keyboard to the window.
        ensure!(start(&window).await? == "succeeded");
        let told = stage.notifications().await?;
        ensure!(told.is_empty(), "who looks on is told: {told:?}");

        window.click_by_test_id("start-another").await?;
        window.find_by_test_id("identity-account").await?;
        next(&window, "Images").await?;
        select(&window, "dencold/pgcli", &["4.2.0"]).await?;
        next(&window, "Repositories").await?;
        log_in_and_review(&window).await?;
        let begin = window.find(Role::Button, "Start").await?;
        window.click_element(&begin).await?;
        stage.look_away()?;
        let told = wait_until(LIMIT, "a notification", async || {
            stage.notifications().await.ok().filter(|told| !told.is_empty())
        })
        .await?;
        let title = "All images are in ECR, verified by digest".to_owned();
        let expected = (title, "1 image: 1 verified equal.".to_owned());
        ensure!(told == [expected], "{told:?}");
        Ok(())
    })
    .await
}
