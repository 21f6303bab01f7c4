//! One listener of a job. It reads the events that the job keeps, so a slow listener uses no
//! memory. A listener that is too slow sees a gap in the numbers and requests a snapshot.

use std::sync::Arc;

use tokio::sync::watch;

/// A job whose events a listener reads.
pub trait Followed {
    type Event;

    /// Returns the number of the next event, which changes with each event and with the end.
    fn changes(&self) -> watch::Receiver<u64>;

    /// Returns up to `limit` events from a number on.
    fn events_from(&self, seq: u64, limit: usize) -> EventPage<Self::Event>;
}

/// Some events in a row.
pub struct EventPage<E> {
    pub events: Vec<E>,
    /// The number of the event after them.
    pub next_seq: u64,
    /// Whether the job emits no more events.
    pub is_over: bool,
}

/// The events of a job from a number on, for one listener.
pub struct Follower<J> {
    job: Arc<J>,
    next: u64,
    changes: watch::Receiver<u64>,
}

impl<J: Followed> Follower<J> {
    /// Follows a job from an event on. If older events are no longer kept, the listener sees a gap
    /// in the numbers and requests a snapshot.
    pub fn new(job: Arc<J>, from_seq: u64) -> Self {
        let changes = job.changes();
        Self { job, next: from_seq, changes }
    }

    /// Returns the next event. Returns `None` after the last one.
    pub async fn recv(&mut self) -> Option<J::Event> {
        let mut one = Vec::with_capacity(1);
        self.recv_many(&mut one, 1).await;
        one.pop()
    }

    /// Waits for at least one event and appends up to `limit` events. Returns their number, which
    /// is 0 after the last one.
    pub async fn recv_many(&mut self, events: &mut Vec<J::Event>, limit: usize) -> usize {
        loop {
            // Marked before the look, so that an event that comes after it is noticed.
            self.changes.borrow_and_update();
            let page = self.job.events_from(self.next, limit);
            self.next = page.next_seq;
            let count = page.events.len();
            events.extend(page.events);
            if count > 0 || page.is_over || self.changes.changed().await.is_err() {
                return count;
            }
        }
    }
}
