//! A list copy as a job: its events are numbered, throttled and kept as those of a migration. It has no repositories
//! and no journal.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::watch;
use transload_contract::{CopyEvent, CopyEventKind, CopyOutcome, CopySummary};
use transload_errors::ApiError;
use transload_migration::{EventSink, MigrationEvent};

use crate::convert;
use crate::jobs::event_log::EventLog;
use crate::jobs::follow::{EventPage, Followed, Follower};
use crate::jobs::layers::Layers;
use crate::jobs::throttle::{LAYER_INTERVAL, Throttle};

/// The events of a list copy, for one listener.
pub type CopyEvents = Follower<CopyJob>;

/// A list copy.
pub struct CopyJob {
    began: Instant,
    state: Mutex<CopyState>,
}

struct CopyState {
    /// All events: there is no snapshot for a listener that missed some.
    log: EventLog<CopyEvent>,
    summary: CopySummary,
    sent_bytes: u64,
    /// The layers of each image that is being copied.
    layers: HashMap<u32, Layers>,
    throttle: Throttle,
    is_over: bool,
}

impl CopyJob {
    pub(super) fn new() -> Self {
        let state = CopyState {
            log: EventLog::new(usize::MAX),
            summary: CopySummary::default(),
            sent_bytes: 0,
            layers: HashMap::new(),
            throttle: Throttle::new(LAYER_INTERVAL),
            is_over: false,
        };
        Self { began: Instant::now(), state: Mutex::new(state) }
    }

    pub(super) fn emit_event(&self, kind: CopyEventKind) {
        self.push(&mut self.state(), kind);
    }

    /// Emits the outcome of an image.
    pub(super) fn finish_image(&self, index: u32, outcome: &transload_migration::CopyOutcome) {
        let mut state = self.state();
        state.layers.remove(&index);
        self.push_outcome(&mut state, index as usize, convert(outcome));
    }

    /// Emits the failure of an image that wasn't started, because its pair is invalid.
    pub(super) fn fail_image(&self, image: usize, error: ApiError) {
        self.push_outcome(&mut self.state(), image, CopyOutcome::Failed { error });
    }

    /// Emits the last event.
    pub(super) fn finish(&self) {
        let mut state = self.state();
        let summary = state.summary;
        state.is_over = true;
        self.push(&mut state, CopyEventKind::Finished(summary));
    }

    /// Ends the events of a copy that crashed, without a summary.
    pub(super) fn abandon(&self) {
        let mut state = self.state();
        state.is_over = true;
        state.log.close();
    }

    fn push_outcome(&self, state: &mut CopyState, image: usize, outcome: CopyOutcome) {
        let summary = &mut state.summary;
        match &outcome {
            CopyOutcome::Copied { sent_bytes, skipped_bytes, left_behind, .. } => {
                summary.copied += 1;
                summary.left_behind += left_behind.len();
                summary.sent_bytes += sent_bytes;
                summary.skipped_bytes += skipped_bytes;
            }
            CopyOutcome::AlreadyThere { .. } => summary.already_there += 1,
            CopyOutcome::Failed { .. } => summary.failed += 1,
            CopyOutcome::Cancelled => summary.cancelled += 1,
        }
        self.push(state, CopyEventKind::ImageFinished { image, outcome });
    }

    /// Under the lock, so that events are in the order of their numbers.
    fn push(&self, state: &mut CopyState, kind: CopyEventKind) {
        let elapsed_ms = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let seq = state.log.next_seq();
        state.log.push(CopyEvent { seq, elapsed_ms, kind });
    }

    fn state(&self) -> MutexGuard<'_, CopyState> {
        // The state is plain data, which a panic in another thread doesn't make invalid.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Followed for CopyJob {
    type Event = CopyEvent;

    fn changes(&self) -> watch::Receiver<u64> {
        self.state().log.changes()
    }

    fn events_from(&self, seq: u64, limit: usize) -> EventPage<CopyEvent> {
        let state = self.state();
        let (events, first) = state.log.events_from(seq);
        let events: Vec<_> = events.take(limit).cloned().collect();
        let next_seq = first.saturating_add(events.len() as u64);
        EventPage { events, next_seq, is_over: state.is_over }
    }
}

impl EventSink for CopyJob {
    fn emit(&self, event: MigrationEvent) {
        let MigrationEvent::LayerState { image, layer, state: layer_state } = event else { return };
        let mut state = self.state();
        let now = Instant::now();
        let layers = state.layers.entry(image).or_default();
        let change = layers.take(&layer, &layer_state, now);
        state.sent_bytes = state.sent_bytes.saturating_add_signed(change.sent_bytes);
        if change.sent_bytes != 0 && state.throttle.allows(now) {
            let sent_bytes = state.sent_bytes;
            self.push(&mut state, CopyEventKind::Progress { sent_bytes });
        }
    }
}

fn convert(outcome: &transload_migration::CopyOutcome) -> CopyOutcome {
    use transload_migration::CopyOutcome as Engine;
    match outcome {
        Engine::Copied { digest, sent_bytes, skipped_bytes, left_behind } => CopyOutcome::Copied {
            digest: digest.to_string(),
            sent_bytes: *sent_bytes,
            skipped_bytes: *skipped_bytes,
            left_behind: convert::left_behind(left_behind),
        },
        Engine::AlreadyThere { digest } => CopyOutcome::AlreadyThere { digest: digest.to_string() },
        Engine::Failed(error) => CopyOutcome::Failed { error: ApiError::from(error.as_ref()) },
        Engine::Cancelled => CopyOutcome::Cancelled,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use transload_migration::{LayerState, MigrationError};

    use super::*;

    fn sending(job: &CopyJob, image: u32, sent_bytes: u64) {
        let state = LayerState::Sending { sent_bytes, total_bytes: Some(100) };
        job.emit(MigrationEvent::LayerState { image, layer: "a".to_owned(), state });
    }

    #[tokio::test]
    async fn a_listener_gets_every_outcome_throttled_progress_and_the_sums() {
        let job = Arc::new(CopyJob::new());
        let mut events = CopyEvents::new(Arc::clone(&job), 0);
        job.emit_event(CopyEventKind::Started { images: Vec::new() });
        sending(&job, 0, 10);
        sending(&job, 0, 20);
        let digest = transload_model::Digest::of(b"image");
        let copied = transload_migration::CopyOutcome::Copied {
            digest: digest.clone(),
            sent_bytes: 20,
            skipped_bytes: 5,
            left_behind: Vec::new(),
        };
        let failed = Arc::new(MigrationError::Recorded(Box::new(
            transload_migration::RecordedError::new("internal", "It failed."),
        )));
        for (index, outcome) in (0u32..).zip([
            copied,
            transload_migration::CopyOutcome::AlreadyThere { digest },
            transload_migration::CopyOutcome::Failed(failed),
            transload_migration::CopyOutcome::Cancelled,
        ]) {
            job.finish_image(index, &outcome);
        }
        job.fail_image(4, ApiError::internal("an invalid pair"));
        job.finish();
        let mut kinds = Vec::new();
        while let Some(event) = events.recv().await {
            assert_eq!(event.seq, kinds.len() as u64);
            kinds.push(event.kind);
        }
        let progress = kinds.iter().filter(|kind| matches!(kind, CopyEventKind::Progress { .. }));
        assert_eq!(progress.count(), 1, "{kinds:?}");
        let outcomes =
            kinds.iter().filter(|kind| matches!(kind, CopyEventKind::ImageFinished { .. }));
        assert_eq!(outcomes.count(), 5);
        let Some(CopyEventKind::Finished(summary)) = kinds.last() else { panic!("{kinds:?}") };
        let expected = CopySummary {
            copied: 1,
            already_there: 1,
            failed: 2,
            cancelled: 1,
            left_behind: 0,
            sent_bytes: 20,
            skipped_bytes: 5,
        };
        assert_eq!(*summary, expected);
        // A late listener misses nothing.
        let mut late = Vec::new();
        let mut follower = CopyEvents::new(job, 0);
        while follower.recv_many(&mut late, 3).await > 0 {}
        assert_eq!(late.len(), kinds.len());
    }

    #[tokio::test]
    async fn the_events_of_a_crashed_copy_end_without_a_summary() {
        let job = Arc::new(CopyJob::new());
        let mut events = CopyEvents::new(Arc::clone(&job), 0);
        let waiting = tokio::spawn(async move { events.recv().await.is_none() });
        tokio::task::yield_now().await;
        job.abandon();
        assert!(waiting.await.unwrap());
    }
}
