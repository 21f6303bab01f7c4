//! The clock skew between this computer and the servers, measured from the `Date` header of responses.
//! [`crate::NetworkFailure`] uses it to tell an expired certificate from a wrong clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

/// Marks that no server time has been received.
const UNKNOWN: i64 = i64::MIN;

/// The last measured clock skew. Clones share it.
#[derive(Clone, Debug)]
pub struct Clock {
    behind_seconds: Arc<AtomicI64>,
}

impl Default for Clock {
    fn default() -> Self {
        Self { behind_seconds: Arc::new(AtomicI64::new(UNKNOWN)) }
    }
}

impl Clock {
    /// Returns how many seconds this computer's clock is behind the servers' clocks, negative if it is
    /// ahead. Returns `None` if no server time has been received.
    pub fn behind_seconds(&self) -> Option<i64> {
        let seconds = self.behind_seconds.load(Ordering::Relaxed);
        (seconds != UNKNOWN).then_some(seconds)
    }

    /// Records the `Date` header of a response. A value that is not a date is ignored.
    pub fn observe(&self, date: &str) {
        if let Some(seconds) = seconds_behind(date, OffsetDateTime::now_utc()) {
            self.behind_seconds.store(seconds, Ordering::Relaxed);
        }
    }
}

/// Returns how many seconds `now` is behind an HTTP date, or `None` if the text is not a date.
pub fn seconds_behind(date: &str, now: OffsetDateTime) -> Option<i64> {
    let server_time = OffsetDateTime::parse(date.trim(), &Rfc2822).ok()?;
    Some((server_time - now).whole_seconds())
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn the_skew_is_positive_if_this_computer_is_behind() {
        let now = datetime!(2026-11-25 9:00 UTC);
        assert_eq!(seconds_behind("Wed, 25 Nov 2026 09:14:00 GMT", now), Some(840));
        assert_eq!(seconds_behind("Wed, 25 Nov 2026 08:59:30 GMT", now), Some(-30));
        assert_eq!(seconds_behind("today", now), None);
    }

    #[test]
    fn the_skew_is_unknown_until_a_date_is_received() {
        let clock = Clock::default();
        assert_eq!(clock.behind_seconds(), None);
        clock.observe("never");
        assert_eq!(clock.behind_seconds(), None);
        clock.clone().observe("Thu, 01 Jan 1970 00:00:00 GMT");
        assert!(clock.behind_seconds().is_some_and(|seconds| seconds < -1_000_000_000));
    }
}
