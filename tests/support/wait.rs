//! Polling with a limit.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// The time between two probes. Short, because every wait takes this much longer than needed.
const POLL_INTERVAL: Duration = Duration::from_millis(25);

/// Calls `probe` until it returns a value, at most for `limit`.
///
/// # Errors
/// If the limit passes. `what` says in the message what was waited for.
pub async fn wait_until<T>(
    limit: Duration,
    what: &str,
    mut probe: impl AsyncFnMut() -> Option<T>,
) -> Result<T> {
    let start = Instant::now();
    loop {
        // A probe that hangs counts as a failed one.
        let probed = tokio::time::timeout(limit.saturating_sub(start.elapsed()), probe()).await;
        if let Ok(Some(found)) = probed {
            return Ok(found);
        }
        if start.elapsed() >= limit {
            bail!("waited {limit:?} for {what}");
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
}

/// [`wait_until`] for a condition.
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
    async fn the_probe_is_called_until_it_returns_a_value() {
        let mut calls = 0;
        let found = wait_until(Duration::from_secs(10), "the third call", async || {
            calls += 1;
            (calls == 3).then_some("here")
        })
        .await;
        assert_eq!(found.unwrap(), "here");
        assert_eq!(calls, 3);
    }

    #[tokio::test]
    async fn the_error_says_what_was_waited_for() {
        let error = wait_until_true(Duration::from_millis(30), "the moon", async || false).await;
        assert!(error.unwrap_err().to_string().contains("the moon"));
    }
}
