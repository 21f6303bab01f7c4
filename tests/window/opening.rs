//! The window opens, and leaves nothing running when it is closed.

use std::time::Duration;

use anyhow::Result;
use transload_tests::wait::wait_until_true;
use transload_tests::window::{Stage, story};

#[tokio::test]
async fn the_window_opens_and_ends_with_everything_it_started() -> Result<()> {
    story(Stage::new("opening").await?, async |stage| {
        stage.open().await?;
        assert!(stage.running() > 0);
        stage.close().await?;
        wait_until_true(Duration::from_secs(20), "the program to end", async || {
            stage.running() == 0
        })
        .await
    })
    .await
}
