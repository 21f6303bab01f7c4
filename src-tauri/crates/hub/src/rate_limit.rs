//! How many requests Docker Hub's API takes: its headers are read, and kept.
//!
//! Source: Docker Hub API reference, "Rate limiting": `X-RateLimit-Remaining` and
//! `X-RateLimit-Reset` with every answer, `X-Retry-After` with 429; times are seconds since 1970.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::header::{HeaderMap, RETRY_AFTER};

/// The longest wait that nobody is told of. Docker Hub counts by the minute.
const LONGEST_WAIT: Duration = Duration::from_secs(90);

/// The shortest wait after a refusal, also where Docker Hub says `Retry-After: 0`.
const SHORTEST_WAIT: Duration = Duration::from_millis(500);

/// When requests are welcome, for everybody who shares a client.
#[derive(Debug, Default)]
pub(super) struct RateLimit {
    /// In milliseconds since 1970; nothing while there is room.
    not_before_ms: Mutex<Option<u64>>,
}

impl RateLimit {
    /// Waits until a request is welcome. One that would wait for very long goes out at once: the
    /// refusal says more than silence.
    pub(super) async fn wait(&self) {
        let until = *self.not_before_ms.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pause) = until.and_then(pause_until) {
            tokio::time::sleep(pause).await;
        }
    }

    /// Takes note of what an answer says of the next one.
    pub(super) fn learn(&self, headers: &HeaderMap) {
        if number(headers, "x-ratelimit-remaining") == Some(0)
            && let Some(reset) = number(headers, "x-ratelimit-reset")
        {
            self.hold_until(reset.saturating_mul(1000));
        }
    }

    /// Holds every request back until then. Tells whether the wait is one that is made.
    pub(super) fn hold_until(&self, time_ms: u64) -> bool {
        let is_short = pause_until(time_ms).is_some();
        if is_short {
            let mut held = self.not_before_ms.lock().unwrap_or_else(PoisonError::into_inner);
            *held = Some(held.map_or(time_ms, |known| known.max(time_ms)));
        }
        is_short
    }
}

/// When a refused request may be tried again, in milliseconds since 1970: never at once, whatever the
/// answer says.
pub(super) fn retry_at(headers: &HeaderMap) -> Option<u64> {
    let soonest = u64::try_from((now() + SHORTEST_WAIT).as_millis()).ok()?;
    if let Some(time) = number(headers, "x-retry-after") {
        return Some(time.saturating_mul(1000).max(soonest));
    }
    let wait = Duration::from_secs(number(headers, RETRY_AFTER.as_str())?);
    Some(u64::try_from(now().checked_add(wait)?.as_millis()).ok()?.max(soonest))
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    let text = headers.get(name)?.to_str().ok()?.trim();
    // A time may have a fraction.
    text.split('.').next()?.parse().ok()
}

/// How long it is until then; nothing where that is too long.
fn pause_until(time_ms: u64) -> Option<Duration> {
    let pause = Duration::from_millis(time_ms).saturating_sub(now());
    (pause <= LONGEST_WAIT).then_some(pause)
}

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_of_hours_is_none() {
        let now_ms = u64::try_from(now().as_millis()).unwrap();
        assert!(RateLimit::default().hold_until(now_ms + 30_000));
        assert!(!RateLimit::default().hold_until(now_ms + 6 * 60 * 60 * 1000));
        assert!(RateLimit::default().hold_until(now_ms.saturating_sub(1)));
    }

    #[test]
    fn a_refusal_is_never_followed_by_a_try_at_once() {
        for (name, value) in
            [("retry-after", "0"), ("x-retry-after", "0"), ("x-retry-after", "1.5")]
        {
            let headers = HeaderMap::from_iter([(name.parse().unwrap(), value.parse().unwrap())]);
            assert!(retry_at(&headers).unwrap() > u64::try_from(now().as_millis()).unwrap() + 100);
        }
    }

    #[test]
    fn only_a_limit_that_is_used_up_holds_requests_back() {
        let told = |remaining: &'static str| {
            let reset = (now().as_secs() + 20).to_string();
            let pace = RateLimit::default();
            let mut headers = HeaderMap::new();
            headers.insert("x-ratelimit-remaining", remaining.parse().unwrap());
            headers.insert("x-ratelimit-reset", reset.parse().unwrap());
            pace.learn(&headers);
            *pace.not_before_ms.lock().unwrap()
        };
        assert_eq!(told("1"), None);
        assert!(told("0").is_some());
    }
}
