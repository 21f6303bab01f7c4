//! The window opens, and leaves no process running when it is closed.

use std::time::Duration;

use anyhow::Result;
use transload_tests::wait::wait_until_true;
use transload_tests::window::{Desktop, run_story};

#[tokio::test]
async fn the_window_opens_and_ends_with_everything_it_started() -> Result<()> {
    run_story(Desktop::new("opening").await?, async |desktop| {
        desktop.open().await?;
        assert!(desktop.process_count() > 0);
        assert!(desktop.page_heap_is_limited()?, "the page collects its garbage late");
        desktop.close().await?;
        wait_until_true(Duration::from_secs(20), "the program to end", async || {
            desktop.process_count() == 0
        })
        .await
    })
    .await
}
