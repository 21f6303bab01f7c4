//! Limits the number of concurrent requests to one registry to what it accepts without throttling. `client`
//! acquires a permit for each request.
//!
//! The limit adapts by additive increase and multiplicative decrease, as in TCP (RFC 5681): each success
//! raises it a little, throttling and failures halve it.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use crate::error::RegistryError;

/// The initial and maximum number of concurrent requests. No registry is known to reject this number from one
/// client, and more wouldn't reduce the effect of latency, because blob transfers are limited separately.
const MAX_CONCURRENT_REQUESTS: f64 = 64.0;
/// The minimum number of concurrent requests: a long one and a short one that doesn't wait for it.
const MIN_CONCURRENT_REQUESTS: f64 = 2.0;
/// The minimum size of a large upload, in bytes. It takes a second or more over a fast connection. Small uploads
/// never wait for large ones.
pub const LARGE_UPLOAD_BYTES: u64 = 16 * 1024 * 1024;
/// Errors within this time belong to the same burst of requests and halve the limit only once.
const HALVING_INTERVAL: Duration = Duration::from_secs(1);
/// The pause of all requests after a throttled one without a `Retry-After`, or with 0. The throttled request
/// itself waits longer; see `retry`. The pause doubles with each throttled burst until a request of the
/// throttled kind succeeds.
const MIN_PAUSE: Duration = Duration::from_millis(100);
/// The longest of these pauses.
const MAX_BACKOFF: Duration = Duration::from_secs(10);
/// The number of consecutive throttled bursts after which single requests are not retried. The registry
/// accepts nothing at the moment, and the requests of further images serve as retries.
const MAX_CONSECUTIVE_THROTTLES: u32 = 8;
/// The longest pause of all requests. If the registry asks for a longer one, the single request fails with
/// that information.
const MAX_PAUSE: Duration = Duration::from_secs(60);

/// The limit of one registry, shared by all requests to it.
pub(super) struct RateLimit {
    state: Mutex<RateLimitState>,
    freed: Notify,
}

/// Whether a request is short or long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RequestPriority {
    /// A read, a manifest or a small blob.
    Short,
    /// A large blob. One permit is reserved for short requests, so that they don't wait for long ones.
    Long,
}

impl RequestPriority {
    /// Returns the priority of an upload by its size.
    pub(super) fn for_size(bytes: u64) -> Self {
        if bytes >= LARGE_UPLOAD_BYTES { Self::Long } else { Self::Short }
    }
}

struct RateLimitState {
    limit: f64,
    active: u32,
    /// The number of active requests that are long.
    active_long: u32,
    paused_until: Option<Instant>,
    last_halved: Option<Instant>,
    /// The number of throttled bursts since the last success.
    consecutive_throttles: u32,
    /// Whether a HEAD was throttled. If not, the success of a HEAD doesn't count, because some registries
    /// throttle only requests with content.
    head_was_throttled: bool,
}

/// The permit for one request. Dropping it lets the next request start.
pub(super) struct RequestPermit<'a>(&'a RateLimit, RequestPriority);

impl Drop for RequestPermit<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.active -= 1;
        state.active_long -= u32::from(self.1 == RequestPriority::Long);
        drop(state);
        // A woken request may be a long one that has to keep waiting, so wake all of them.
        self.0.freed.notify_waiters();
    }
}

impl Default for RateLimit {
    fn default() -> Self {
        let state = RateLimitState {
            limit: MAX_CONCURRENT_REQUESTS,
            active: 0,
            active_long: 0,
            paused_until: None,
            last_halved: None,
            consecutive_throttles: 0,
            head_was_throttled: false,
        };
        Self { state: Mutex::new(state), freed: Notify::new() }
    }
}

impl RateLimit {
    /// Waits until another request may be sent.
    pub(super) async fn acquire(&self, priority: RequestPriority) -> RequestPermit<'_> {
        loop {
            let mut freed = std::pin::pin!(self.freed.notified());
            // Registers for notifications now instead of at the first poll, so that none is missed.
            freed.as_mut().enable();
            let wait_until = {
                let mut state = self.state();
                match state.paused_until.filter(|until| *until > Instant::now()) {
                    Some(until) => Some(until),
                    None if state.has_capacity(priority) => {
                        state.active += 1;
                        state.active_long += u32::from(priority == RequestPriority::Long);
                        return RequestPermit(self, priority);
                    }
                    None => None,
                }
            };
            match wait_until {
                Some(until) => sleep_until(until).await,
                None => freed.await,
            }
        }
    }

    /// Returns whether throttled requests should be retried.
    pub(super) fn allows_retries(&self) -> bool {
        self.state().consecutive_throttles < MAX_CONSECUTIVE_THROTTLES
    }

    /// Adapts the limit to the outcome of a request.
    pub(super) fn record_outcome<T>(&self, outcome: &Result<T, RegistryError>, is_head: bool) {
        let error = match outcome {
            Ok(_) => {
                if !self.state().succeeded(is_head) {
                    return;
                }
                // The limit may have grown, so that more requests than the finished one can be replaced.
                self.freed.notify_waiters();
                return;
            }
            Err(error) => error,
        };
        let now = Instant::now();
        match error {
            RegistryError::Throttled { retry_after, .. } => {
                self.state().throttled(now, *retry_after, is_head);
            }
            RegistryError::ConnectionLost { .. }
            | RegistryError::Failed { status: 500..=599, .. } => self.state().reduce(now, None),
            // Other errors are not related to the number of requests.
            _ => {}
        }
    }

    fn state(&self) -> MutexGuard<'_, RateLimitState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RateLimitState {
    fn has_capacity(&self, priority: RequestPriority) -> bool {
        let may_start =
            priority == RequestPriority::Short || f64::from(self.active_long) < self.limit - 1.0;
        may_start && f64::from(self.active) < self.limit
    }

    /// Records a success. Returns whether the limit was raised.
    fn succeeded(&mut self, is_head: bool) -> bool {
        if !is_head || self.head_was_throttled {
            self.consecutive_throttles = 0;
            self.head_was_throttled = false;
        }
        if self.consecutive_throttles > 0 {
            return false;
        }
        self.limit = (self.limit + 1.0 / self.limit).min(MAX_CONCURRENT_REQUESTS);
        true
    }

    fn throttled(&mut self, now: Instant, retry_after: Option<Duration>, is_head: bool) {
        self.head_was_throttled |= is_head;
        let backoff =
            MIN_PAUSE.saturating_mul(1 << self.consecutive_throttles.min(16)).min(MAX_BACKOFF);
        let requested = retry_after.unwrap_or_default();
        self.reduce(now, Some(backoff.max(requested).min(MAX_PAUSE)));
    }

    fn reduce(&mut self, now: Instant, pause: Option<Duration>) {
        if let Some(pause) = pause.filter(|_| !cfg!(fuzzing)) {
            let until = now + pause;
            self.paused_until = Some(self.paused_until.map_or(until, |other| other.max(until)));
        }
        if self.last_halved.is_none_or(|last_halved| now - last_halved >= HALVING_INTERVAL) {
            self.last_halved = Some(now);
            self.consecutive_throttles += u32::from(pause.is_some());
            self.limit = (self.limit / 2.0).max(MIN_CONCURRENT_REQUESTS);
        }
    }
}

#[cfg(test)]
mod tests;
