//! What other clocks say about the one of this computer.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

/// Nothing was told yet.
const UNKNOWN: i64 = i64::MIN;

/// How far this computer's clock is off, as answers say in their `Date`. Clones share what they
/// know.
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
    /// Seconds that this computer's clock is behind the servers', negative where it is ahead;
    /// nothing where no server said a time yet.
    pub fn behind_seconds(&self) -> Option<i64> {
        let seconds = self.behind_seconds.load(Ordering::Relaxed);
        (seconds != UNKNOWN).then_some(seconds)
    }

    /// Takes note of the `Date` of an answer.
    pub fn told(&self, date: &str) {
        if let Some(seconds) = behind(date, OffsetDateTime::now_utc()) {
            self.behind_seconds.store(seconds, Ordering::Relaxed);
        }
    }
}

/// Seconds that `now` is behind a date of HTTP.
pub fn behind(date: &str, now: OffsetDateTime) -> Option<i64> {
    let told = OffsetDateTime::parse(date.trim(), &Rfc2822).ok()?;
    Some((told - now).whole_seconds())
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn the_difference_has_a_sign() {
        let now = datetime!(2026-11-25 9:00 UTC);
        assert_eq!(behind("Wed, 25 Nov 2026 09:14:00 GMT", now), Some(840));
        assert_eq!(behind("Wed, 25 Nov 2026 08:59:30 GMT", now), Some(-30));
        assert_eq!(behind("today", now), None);
    }

    #[test]
    fn nothing_is_known_before_something_was_told() {
        let clock = Clock::default();
        assert_eq!(clock.behind_seconds(), None);
        clock.told("never");
        assert_eq!(clock.behind_seconds(), None);
        clock.clone().told("Thu, 01 Jan 1970 00:00:00 GMT");
        assert!(clock.behind_seconds().is_some_and(|seconds| seconds < -1_000_000_000));
    }
}
