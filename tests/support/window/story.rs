//! Runs a window story, and collects the details if it fails.

use anyhow::{Result, anyhow};
use futures_util::FutureExt;

use crate::window::desktop::Desktop;

/// Runs a story on a desktop. If it fails, the message contains the reason, a screenshot, the text of the page
/// and the output of the program, in this order, because a cut log has the first lines.
///
/// # Errors
/// The error of the story.
///
/// # Panics
/// If the story panics, after the screenshot was taken.
pub async fn run_story(
    desktop: Desktop,
    story: impl AsyncFnOnce(&Desktop) -> Result<()>,
) -> Result<()> {
    let outcome = std::panic::AssertUnwindSafe(story(&desktop)).catch_unwind().await;
    match outcome {
        Ok(Ok(())) => desktop.close().await,
        Ok(Err(error)) => {
            let details = desktop.failure().await;
            let _ = desktop.close().await;
            Err(anyhow!("{error:#}\n{details}"))
        }
        Err(panic) => {
            eprintln!("{}", desktop.failure().await);
            let _ = desktop.close().await;
            std::panic::resume_unwind(panic)
        }
    }
}
