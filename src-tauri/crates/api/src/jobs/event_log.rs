//! The numbered events of a job, kept for its listeners.

use std::collections::VecDeque;

use tokio::sync::watch;

/// Events with the numbers from 0 on, of which the newest are kept.
pub(crate) struct EventLog<E> {
    kept: VecDeque<E>,
    limit: usize,
    next_seq: watch::Sender<u64>,
}

impl<E> EventLog<E> {
    /// Creates a log that keeps at most `limit` events.
    pub fn new(limit: usize) -> Self {
        Self { kept: VecDeque::new(), limit, next_seq: watch::Sender::new(0) }
    }

    pub fn next_seq(&self) -> u64 {
        *self.next_seq.borrow()
    }

    /// Adds the event with the number [`Self::next_seq`], and wakes the listeners.
    pub fn push(&mut self, event: E) {
        if self.kept.len() == self.limit {
            self.kept.pop_front();
        }
        self.kept.push_back(event);
        self.next_seq.send_modify(|next| *next += 1);
    }

    /// Returns the kept events from a number on, and the number of the first one.
    pub fn events_from(&self, seq: u64) -> (impl Iterator<Item = &E>, u64) {
        let first = self.next_seq() - self.kept.len() as u64;
        let passed = usize::try_from(seq.saturating_sub(first)).unwrap_or(usize::MAX);
        (self.kept.iter().skip(passed), seq.max(first))
    }

    /// Returns the number of the next event, which changes with each event.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.next_seq.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_events_are_kept_with_their_numbers() {
        let mut log = EventLog::new(2);
        for event in ["a", "b", "c"] {
            log.push(event);
        }
        assert_eq!(log.next_seq(), 3);
        for (seq, expected, first) in [
            (0, &["b", "c"][..], 1),
            (1, &["b", "c"], 1),
            (2, &["c"], 2),
            (3, &[], 3),
            (u64::MAX, &[], u64::MAX),
        ] {
            let (events, from) = log.events_from(seq);
            assert_eq!(events.copied().collect::<Vec<_>>(), expected, "{seq}");
            assert_eq!(from, first, "{seq}");
        }
    }
}
