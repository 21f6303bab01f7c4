//! Converts events and outcomes to the events of a copy.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use transload_contract::{CopyEvent, CopyEventKind, CopyOutcome, CopySummary};
use transload_errors::ApiError;
use transload_migration::{EventSink, LayerState, MigrationEvent};

use crate::convert;

/// The shortest interval between progress events.
const PROGRESS_EVERY: Duration = Duration::from_millis(100);

/// Numbers the events and sums the totals.
pub(super) struct CopyEvents {
    began: Instant,
    listener: Box<dyn Fn(CopyEvent) + Send + Sync>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    seq: u64,
    summary: CopySummary,
    /// Bytes of blobs that are being sent.
    sending: HashMap<(u32, String), u64>,
    /// Bytes of blobs that were sent.
    sent_blob_bytes: u64,
    last_progress: Option<Instant>,
}

impl CopyEvents {
    pub(super) fn new(listener: Box<dyn Fn(CopyEvent) + Send + Sync>) -> Self {
        Self { began: Instant::now(), listener, state: Mutex::default() }
    }

    pub(super) fn emit(&self, kind: CopyEventKind) {
        let mut state = self.state();
        self.emit_locked(&mut state, kind);
    }

    pub(super) fn summary(&self) -> CopySummary {
        self.state().summary
    }

    pub(super) fn finished(&self, index: u32, outcome: &transload_migration::CopyOutcome) {
        let outcome = convert(outcome);
        let mut state = self.state();
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
        let image = index as usize;
        self.emit_locked(&mut state, CopyEventKind::ImageFinished { image, outcome });
    }

    /// Reports an image that wasn't started, because its pair is invalid.
    pub(super) fn failed(&self, image: usize, error: &ApiError) {
        let mut state = self.state();
        state.summary.failed += 1;
        let outcome = CopyOutcome::Failed { error: error.clone() };
        self.emit_locked(&mut state, CopyEventKind::ImageFinished { image, outcome });
    }

    /// Under the lock, so that events are in the order of their numbers.
    fn emit_locked(&self, state: &mut State, kind: CopyEventKind) {
        let elapsed_ms = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        (self.listener)(CopyEvent { seq: state.seq, elapsed_ms, kind });
        state.seq += 1;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl EventSink for CopyEvents {
    fn emit(&self, event: MigrationEvent) {
        let MigrationEvent::LayerState { image, layer, state: layer_state } = event else { return };
        let mut state = self.state();
        match layer_state {
            LayerState::Sending { sent_bytes, .. } => {
                state.sending.insert((image, layer), sent_bytes);
            }
            LayerState::Done { sent_bytes } => {
                state.sending.remove(&(image, layer));
                state.sent_blob_bytes += sent_bytes;
            }
            LayerState::Failed => {
                state.sending.remove(&(image, layer));
            }
            LayerState::Waiting { .. } | LayerState::AlreadyThere { .. } | LayerState::Mounted => {
                return;
            }
        }
        if state.last_progress.is_some_and(|last_progress| last_progress.elapsed() < PROGRESS_EVERY)
        {
            return;
        }
        state.last_progress = Some(Instant::now());
        let sent_bytes = state.sent_blob_bytes + state.sending.values().sum::<u64>();
        self.emit_locked(&mut state, CopyEventKind::Progress { sent_bytes });
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
