//! One listener of a job. It reads the events that the job keeps, so a slow listener uses no
//! memory. A listener that is too slow sees a gap in the numbers and requests a snapshot.

use std::sync::Arc;

use tokio::sync::watch;
use transload_contract::{JobEvent, JobEventKind};

use crate::jobs::job::Job;

/// The events of a job from a number on, for one listener.
pub struct JobEvents {
    job: Arc<Job>,
    next: u64,
    /// The number of the job's next event, which changes with each event.
    next_seq_changes: watch::Receiver<u64>,
    is_over: bool,
}

impl JobEvents {
    /// Follows a job from an event on. If older events are no longer kept, the listener sees a gap
    /// in the numbers and requests a snapshot.
    pub fn new(job: Arc<Job>, from_seq: u64) -> Self {
        let next_seq_changes = job.next_seq_changes();
        Self { job, next: from_seq, next_seq_changes, is_over: false }
    }

    /// Returns the next event. Returns `None` after the last one.
    pub async fn recv(&mut self) -> Option<JobEvent> {
        let mut one = Vec::with_capacity(1);
        self.recv_many(&mut one, 1).await;
        one.pop()
    }

    /// Waits for at least one event and appends up to `limit` events. Returns their number, which
    /// is 0 after the last one.
    pub async fn recv_many(&mut self, events: &mut Vec<JobEvent>, limit: usize) -> usize {
        while !self.is_over {
            // Marked before the look, so that an event that comes after it is noticed.
            self.next_seq_changes.borrow_and_update();
            let (found, is_finished) = self.job.events_from(self.next, limit);
            if let Some(last) = found.last() {
                self.next = last.seq + 1;
                self.is_over = matches!(last.kind, JobEventKind::Finished { .. });
                let count = found.len();
                events.extend(found);
                return count;
            }
            self.is_over = is_finished || self.next_seq_changes.changed().await.is_err();
        }
        0
    }
}
