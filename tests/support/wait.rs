//! Polling with a limit.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// How long to leave between two looks. Short, because every test waits this long for nothing.
const BETWEEN_LOOKS: Duration = Duration::from_millis(25);

/// Asks `probe` again and again until it gives something, at most for `limit`.
///
/// # Errors
/// When the limit has passed; `what` says in the message what did not come.
pub async fn wait_until<T>(
    limit: Duration,
    what: &str,
    mut probe: impl AsyncFnMut() -> Option<T>,
) -> Result<T> {
    let start = Instant::now();
    loop {
        // A look that never ends is one in vain, too.
        let look = tokio::time::timeout(limit.saturating_sub(start.elapsed()), probe()).await;
        if let Ok(Some(found)) = look {
            return Ok(found);
        }
        if start.elapsed() >= limit {
            bail!("waited {limit:?} in vain: {what}");
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
}

/// [`wait_until`] for something that is either so or not.
///
/// # Errors
/// When the limit has passed.
pub async fn wait_until_true(
    limit: Duration,
    what: &str,
    mut probe: impl AsyncFnMut() -> bool,
) -> Result<()> {
    wait_until(limit, what, async || probe().await.then_some(())).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_probe_is_asked_until_it_gives_something() {
        let mut asked = 0;
        let found = wait_until(Duration::from_secs(10), "the third look", async || {
            asked += 1;
            (asked == 3).then_some("here")
        })
        .await;
        assert_eq!(found.unwrap(), "here");
        assert_eq!(asked, 3);
    }

    #[tokio::test]
    async fn a_wait_in_vain_says_for_what() {
        let error = wait_until_true(Duration::from_millis(30), "the moon", async || false).await;
        assert!(error.unwrap_err().to_string().contains("the moon"));
    }
}
