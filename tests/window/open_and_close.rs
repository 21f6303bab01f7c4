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
        let is_set = |variables: &[String], name: &str| {
            variables.iter().any(|variable| variable.starts_with(&format!("{name}=")))
        };
        for own in desktop.environments_of("transload")? {
            assert!(is_set(&own, "MALLOC_ARENA_MAX"), "the program keeps freed memory");
        }
        for page in desktop.environments_of("WebKitWebProcess")? {
            assert!(is_set(&page, "JSC_forceRAMSize"), "the page collects its garbage late");
            for name in ["MALLOC_ARENA_MAX", "TRANSLOAD_ALLOCATOR_IS_SET"] {
                assert!(!is_set(&page, name), "other programs inherit {name}");
            }
        }
        desktop.close().await?;
        wait_until_true(Duration::from_secs(20), "the program to end", async || {
            desktop.process_count() == 0
        })
        .await
    })
    .await
}
