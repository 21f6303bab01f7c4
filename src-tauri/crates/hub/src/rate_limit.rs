//! The rate limit of Docker Hub's API: delays requests as the headers of its responses require.
//! Used by `client`.
//!
//! Source: Docker Hub API reference, "Rate limiting": `X-RateLimit-Remaining` and
//! `X-RateLimit-Reset` in every response, `X-Retry-After` with 429; times are seconds since 1970.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::header::{HeaderMap, RETRY_AFTER};

/// The longest wait inside a request. Longer limits are reported as an error. Docker Hub counts
/// requests per minute.
const MAX_WAIT: Duration = Duration::from_secs(90);

/// The shortest wait after a throttled request, even if Docker Hub sends `Retry-After: 0`.
const MIN_WAIT: Duration = Duration::from_millis(500);

/// When the next request is allowed. Shared by the clones of a client.
#[derive(Debug, Default)]
pub(super) struct HubRateLimit {
    /// In milliseconds since 1970; `None` while requests are allowed.
    not_before_ms: Mutex<Option<u64>>,
}

impl HubRateLimit {
    /// Waits until a request is allowed. A request that would have to wait longer than [`MAX_WAIT`]
    /// is not delayed: the error response tells the user more than a long wait.
    pub(super) async fn wait(&self) {
        let until = *self.not_before_ms.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(wait) = until.and_then(short_wait_until) {
            tokio::time::sleep(wait).await;
        }
    }

    /// Reads the rate limit from the headers of a response.
    pub(super) fn update(&self, headers: &HeaderMap) {
        if number(headers, "x-ratelimit-remaining") == Some(0)
            && let Some(reset) = number(headers, "x-ratelimit-reset")
        {
            self.pause_until(reset.saturating_mul(1000));
        }
    }

    /// Delays every request until `time_ms`, in milliseconds since 1970. Returns `false`, and
    /// delays nothing, if that is longer than [`MAX_WAIT`].
    pub(super) fn pause_until(&self, time_ms: u64) -> bool {
        let is_short = short_wait_until(time_ms).is_some();
        if is_short {
            let mut not_before_ms =
                self.not_before_ms.lock().unwrap_or_else(PoisonError::into_inner);
            *not_before_ms = Some(not_before_ms.map_or(time_ms, |time| time.max(time_ms)));
        }
        is_short
    }
}

/// Returns when a throttled request can be retried, in milliseconds since 1970. Never earlier than
/// [`MIN_WAIT`] from now.
pub(super) fn retry_at(headers: &HeaderMap) -> Option<u64> {
    let earliest = u64::try_from((now() + MIN_WAIT).as_millis()).ok()?;
    if let Some(time) = number(headers, "x-retry-after") {
        return Some(time.saturating_mul(1000).max(earliest));
    }
    let wait = Duration::from_secs(number(headers, RETRY_AFTER.as_str())?);
    Some(u64::try_from(now().checked_add(wait)?.as_millis()).ok()?.max(earliest))
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    let text = headers.get(name)?.to_str().ok()?.trim();
    // The number can have a fraction.
    text.split('.').next()?.parse().ok()
}

/// Returns the time until `time_ms`, or `None` if it is longer than [`MAX_WAIT`].
fn short_wait_until(time_ms: u64) -> Option<Duration> {
    let wait = Duration::from_millis(time_ms).saturating_sub(now());
    (wait <= MAX_WAIT).then_some(wait)
}

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_of_hours_are_not_made() {
        let now_ms = u64::try_from(now().as_millis()).unwrap();
        assert!(HubRateLimit::default().pause_until(now_ms + 30_000));
        assert!(!HubRateLimit::default().pause_until(now_ms + 6 * 60 * 60 * 1000));
        assert!(HubRateLimit::default().pause_until(now_ms.saturating_sub(1)));
    }

    #[test]
    fn a_throttled_request_is_never_retried_immediately() {
        for (name, value) in
            [("retry-after", "0"), ("x-retry-after", "0"), ("x-retry-after", "1.5")]
        {
            let headers = HeaderMap::from_iter([(name.parse().unwrap(), value.parse().unwrap())]);
            assert!(retry_at(&headers).unwrap() > u64::try_from(now().as_millis()).unwrap() + 100);
        }
    }

    #[test]
    fn only_an_exhausted_limit_delays_requests() {
        let delay_after = |remaining: &'static str| {
            let reset = (now().as_secs() + 20).to_string();
            let rate_limit = HubRateLimit::default();
            let mut headers = HeaderMap::new();
            headers.insert("x-ratelimit-remaining", remaining.parse().unwrap());
            headers.insert("x-ratelimit-reset", reset.parse().unwrap());
            rate_limit.update(&headers);
            *rate_limit.not_before_ms.lock().unwrap()
        };
        assert_eq!(delay_after("1"), None);
        assert!(delay_after("0").is_some());
    }
}
