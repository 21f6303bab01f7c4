//! The one throttle of progress events: of a layer, of a job and of a list copy. The steps emit an event for each
//! chunk; a client gets only as many as a user can see.

use std::time::{Duration, Instant};

/// The shortest interval between progress events of a layer. More than ten per second aren't
/// visible.
pub const LAYER_INTERVAL: Duration = Duration::from_millis(100);
/// The shortest interval between progress events of a job.
pub const JOB_INTERVAL: Duration = Duration::from_millis(250);

/// Allows one event in an interval.
#[derive(Clone, Copy, Debug)]
pub struct Throttle {
    interval: Duration,
    last: Option<Instant>,
}

impl Throttle {
    /// Creates a throttle that allows the first event at once.
    pub fn new(interval: Duration) -> Self {
        Self { interval, last: None }
    }

    /// Whether an event may be emitted now. If so, the next interval starts.
    pub fn allows(&mut self, now: Instant) -> bool {
        let is_due = self.last.is_none_or(|last| now.duration_since(last) >= self.interval);
        if is_due {
            self.last = Some(now);
        }
        is_due
    }

    /// Starts an interval, because an event was emitted regardless of the last one.
    pub fn restart(&mut self, now: Instant) {
        self.last = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_event_is_allowed_in_an_interval() {
        let start = Instant::now();
        let at = |milliseconds| start + Duration::from_millis(milliseconds);
        let mut throttle = Throttle::new(LAYER_INTERVAL);
        let allowed = [0, 99, 100, 150, 199, 200].map(|now| throttle.allows(at(now)));
        assert_eq!(allowed, [true, false, true, false, false, true]);
        throttle.restart(at(290));
        assert!(!throttle.allows(at(389)) && throttle.allows(at(390)));
    }
}
