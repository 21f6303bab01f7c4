//! How much one registry is asked at a time: as much as it takes without complaint.
//!
//! Additive increase, multiplicative decrease, as TCP does it (RFC 5681): each answer makes a little
//! room, each complaint halves it.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use crate::error::RegistryError;

/// Requests at the same time, to begin with and at most: no registry is known to mind so many from
/// one client, and more would not hide a longer way, since blobs have a limit of their own.
const MOST: f64 = 64.0;
/// Requests at the same time that every registry has to take: a long one and one that passes it.
const FEWEST: f64 = 2.0;
/// Minimum size of a large upload, which takes a second or more on a fast line. Small uploads never wait
/// behind large ones.
pub const LARGE_UPLOAD_BYTES: u64 = 16 * 1024 * 1024;
/// Complaints that come within this time are about the same crowd, and halve it once.
const SAME_COMPLAINT: Duration = Duration::from_secs(1);
/// How long a registry that throttles without a `Retry-After`, or with one of nothing, is left alone
/// by everybody; the request that met it waits longer, as the table in `retry` says. It doubles with
/// each complaint until a request of the kind that was throttled succeeds.
const BREATH: Duration = Duration::from_millis(100);
/// The longest of these pauses.
const LONGEST_OWN_BREATH: Duration = Duration::from_secs(10);
/// Complaints in a row from which on a single request is not tried again: the registry takes nothing
/// now, and each further image is a try by itself.
const PATIENCE: u32 = 8;
/// The longest time that all requests are held back; a single one that was asked to wait longer is
/// told so instead.
const LONGEST_BREATH: Duration = Duration::from_secs(60);

/// The pace of one registry, shared by all requests to it.
pub(super) struct RateLimit {
    state: Mutex<RateLimitState>,
    freed: Notify,
}

/// How long a request is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RequestPriority {
    /// A question, a manifest, a small blob.
    Short,
    /// A big blob. One turn is always kept for what is short, so that it can pass.
    Long,
}

impl RequestPriority {
    /// That of an upload of so many bytes.
    pub(super) fn of(bytes: u64) -> Self {
        if bytes >= LARGE_UPLOAD_BYTES { Self::Long } else { Self::Short }
    }
}

struct RateLimitState {
    limit: f64,
    under_way: u32,
    /// Those of them that are long.
    long: u32,
    not_before: Option<Instant>,
    halved: Option<Instant>,
    /// Complaints since the last success, counted once for each crowd.
    complaints: u32,
    /// Whether the success of a request that gives no content counts: some registries answer every
    /// HEAD, and throttle what is read.
    head_was_throttled: bool,
}

/// A request that may be under way; the next one's turn comes when it is dropped.
pub(super) struct RequestPermit<'a>(&'a RateLimit, RequestPriority);

impl Drop for RequestPermit<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.under_way -= 1;
        state.long -= u32::from(self.1 == RequestPriority::Long);
        drop(state);
        // Whoever is woken may be a long one that still has to wait, so all look.
        self.0.freed.notify_waiters();
    }
}

impl Default for RateLimit {
    fn default() -> Self {
        let state = RateLimitState {
            limit: MOST,
            under_way: 0,
            long: 0,
            not_before: None,
            halved: None,
            complaints: 0,
            head_was_throttled: false,
        };
        Self { state: Mutex::new(state), freed: Notify::new() }
    }
}

impl RateLimit {
    /// Waits until the registry may be asked once more.
    pub(super) async fn turn(&self, way: RequestPriority) -> RequestPermit<'_> {
        loop {
            let mut freed = std::pin::pin!(self.freed.notified());
            // It counts from now on, not from the first time that it is waited for.
            freed.as_mut().enable();
            let wait_until = {
                let mut state = self.state();
                match state.not_before.filter(|until| *until > Instant::now()) {
                    Some(until) => Some(until),
                    None if state.has_room(way) => {
                        state.under_way += 1;
                        state.long += u32::from(way == RequestPriority::Long);
                        return RequestPermit(self, way);
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

    /// Whether a request that was throttled is worth another try.
    pub(super) fn is_patient(&self) -> bool {
        self.state().complaints < PATIENCE
    }

    /// Takes in how a request went. `is_head` is whether it asks for nothing but headers.
    pub(super) fn learn<T>(&self, outcome: &Result<T, RegistryError>, is_head: bool) {
        let error = match outcome {
            Ok(_) => {
                if !self.state().succeeded(is_head) {
                    return;
                }
                // There may be room for one more than was freed.
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
            | RegistryError::Failed { status: 500..=599, .. } => self.state().complain(now, None),
            // Whatever else goes wrong is not about how much is asked.
            _ => {}
        }
    }

    fn state(&self) -> MutexGuard<'_, RateLimitState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RateLimitState {
    fn has_room(&self, way: RequestPriority) -> bool {
        let passes = way == RequestPriority::Short || f64::from(self.long) < self.limit - 1.0;
        passes && f64::from(self.under_way) < self.limit
    }

    /// A request succeeded. Whether that makes room for more.
    fn succeeded(&mut self, is_head: bool) -> bool {
        if !is_head || self.head_was_throttled {
            self.complaints = 0;
            self.head_was_throttled = false;
        }
        if self.complaints > 0 {
            return false;
        }
        self.limit = (self.limit + 1.0 / self.limit).min(MOST);
        true
    }

    fn throttled(&mut self, now: Instant, retry_after: Option<Duration>, is_head: bool) {
        self.head_was_throttled |= is_head;
        let own = BREATH.saturating_mul(1 << self.complaints.min(16)).min(LONGEST_OWN_BREATH);
        let asked = retry_after.unwrap_or_default();
        self.complain(now, Some(own.max(asked).min(LONGEST_BREATH)));
    }

    fn complain(&mut self, now: Instant, breath: Option<Duration>) {
        if let Some(breath) = breath.filter(|_| !cfg!(fuzzing)) {
            let until = now + breath;
            self.not_before = Some(self.not_before.map_or(until, |other| other.max(until)));
        }
        if self.halved.is_none_or(|halved| now - halved >= SAME_COMPLAINT) {
            self.halved = Some(now);
            self.complaints += u32::from(breath.is_some());
            self.limit = (self.limit / 2.0).max(FEWEST);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures_util::FutureExt;

    use super::*;
    use transload_model::RegistryHost;

    fn throttled(seconds: u64) -> Result<(), RegistryError> {
        Err(RegistryError::Throttled {
            registry: RegistryHost::parse("r.example").unwrap(),
            retry_after: Some(Duration::from_secs(seconds)),
            message: None,
        })
    }

    #[tokio::test]
    async fn a_registry_that_throttles_without_a_word_is_asked_less_and_less() {
        for retry_after in [None, Some(Duration::ZERO)] {
            let pace = RateLimit::default();
            let began = Instant::now();
            let (mut now, mut asked) = (began, 0);
            while now < began + Duration::from_secs(120) {
                pace.state().throttled(now, retry_after, false);
                asked += 1;
                // Every HEAD is answered, which says nothing of what is read.
                assert!(!pace.state().succeeded(true));
                now = pace.state().not_before.unwrap();
            }
            assert!(asked < 60, "{asked} requests in two minutes");
            assert!(!pace.is_patient());
            assert!(pace.state().succeeded(false) && pace.is_patient());
            pace.state().throttled(now, retry_after, true);
            assert!(pace.state().succeeded(true), "where HEAD is throttled its success counts");
        }
    }

    #[tokio::test]
    async fn a_complaint_halves_the_crowd_once_and_answers_let_it_grow_again() {
        let pace = RateLimit::default();
        for _ in 0..10 {
            pace.learn(&throttled(0), false);
        }
        pace.state().not_before = None;
        let turns: Vec<_> =
            std::iter::from_fn(|| pace.turn(RequestPriority::Short).now_or_never()).collect();
        assert_eq!(turns.len(), 32);
        drop(turns);
        for _ in 0..40 {
            pace.learn(&Ok(()), false);
        }
        let turns: Vec<_> =
            std::iter::from_fn(|| pace.turn(RequestPriority::Short).now_or_never()).collect();
        assert_eq!(turns.len(), 34);
    }

    #[tokio::test]
    async fn what_is_short_passes_what_is_long() {
        let pace = RateLimit::default();
        let long: Vec<_> =
            std::iter::from_fn(|| pace.turn(RequestPriority::Long).now_or_never()).collect();
        assert_eq!(long.len(), 63);
        assert!(pace.turn(RequestPriority::Short).now_or_never().is_some());
        drop(long);
        assert!(pace.turn(RequestPriority::Long).now_or_never().is_some());
    }

    #[tokio::test]
    async fn everybody_waits_as_long_as_the_registry_asked() {
        let pace = RateLimit::default();
        pace.learn(&throttled(3600), false);
        assert!(pace.turn(RequestPriority::Short).now_or_never().is_none());
        let until = pace.state().not_before.unwrap();
        assert!(until <= Instant::now() + LONGEST_BREATH);
        pace.learn(&throttled(1), false);
        assert_eq!(pace.state().not_before, Some(until), "a shorter pause takes nothing back");
    }

    #[tokio::test]
    async fn it_never_stands_still_and_everybody_has_a_turn() {
        let pace = Arc::new(RateLimit::default());
        let now = Instant::now();
        for seconds in 0..20 {
            pace.state().complain(now + Duration::from_secs(2 * seconds), None);
        }
        let waiting: Vec<_> = (0..100)
            .map(|_| {
                let pace = Arc::clone(&pace);
                tokio::spawn(async move {
                    let _turn = pace.turn(RequestPriority::Short).await;
                    tokio::task::yield_now().await;
                })
            })
            .collect();
        for one in waiting {
            one.await.unwrap();
        }
    }
}
