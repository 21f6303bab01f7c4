//! The window itself: it opens, and ends without leaving anything running.

use std::time::Duration;

use anyhow::Result;
use transload_tests::wait::wait_until_true;
use transload_tests::window::{Stage, story};

#[tokio::test]
async fn the_window_opens_and_ends_with_everything_it_started() -> Result<()> {
    let stage = Stage::new("opening").await?;
    let mark = format!("TRANSLOAD_DATA_DIR={}", stage.data_folder().display());
    story(stage, async |stage| {
        let window = stage.open().await?;
        window.screenshot("first").await?;
        assert!(running_with(&mark) > 0);
        stage.close().await?;
        wait_until_true(Duration::from_secs(20), "the program to end", async || {
            running_with(&mark) == 0
        })
        .await
    })
    .await
}

/// How many processes have this in their environment.
fn running_with(variable: &str) -> usize {
    let Ok(processes) = std::fs::read_dir("/proc") else { return 0 };
    processes
        .filter_map(|process| std::fs::read(process.ok()?.path().join("environ")).ok())
        .filter(|environment| {
            environment.split(|byte| *byte == 0).any(|one| one == variable.as_bytes())
        })
        .count()
}
