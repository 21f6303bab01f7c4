//! One migration that runs, or ran, since the program started.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::Sender;
use tokio::sync::watch;
use transload_contract::{
    JobEvent, JobEventKind, JobSnapshot, JobStatus, MigrationReport, PlannedImage,
};
use transload_errors::ApiError;
use transload_migration::journal::JournalRecord;
use transload_migration::{Control, EventSink, LayerState as EngineLayerState, MigrationEvent};
use transload_registry::PullQuota;

use super::state::{Earlier, JobEndpoints, JobNews, JobState};
use crate::convert;

/// One migration that runs, or ran, in this run of the program.
pub struct Job {
    id: String,
    control: Control,
    state: Mutex<JobState>,
}

impl Job {
    /// A job that begins now.
    pub fn new(
        id: String,
        ends: JobEndpoints,
        started_at_ms: u64,
        images: Vec<PlannedImage>,
        control: Control,
    ) -> Arc<Self> {
        let state = Mutex::new(JobState::new(id.clone(), ends, started_at_ms, images));
        Arc::new(Self { id, control, state })
    }

    /// A job of the history that goes on.
    pub fn resumed(
        record: &JournalRecord,
        ends: JobEndpoints,
        images: Vec<PlannedImage>,
        control: Control,
    ) -> Arc<Self> {
        let summary = &record.summary;
        let states = record.images.iter().map(convert::earlier_state).collect();
        let earlier = Earlier {
            elapsed_ms: summary.elapsed_ms,
            // The progress of a job counts what was reported.
            sent_bytes: summary.counts.sent_bytes.unwrap_or(0),
            skipped_bytes: summary.counts.skipped_bytes,
            states,
        };
        let id = summary.id.clone();
        let started_at_ms = summary.started_at_ms;
        let state = JobState::resumed(id.clone(), ends, started_at_ms, images, earlier);
        Arc::new(Self { id, control, state: Mutex::new(state) })
    }

    /// What it is known by.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What the engine obeys.
    pub fn control(&self) -> &Control {
        &self.control
    }

    /// Tells the news of it from now on.
    pub fn subscribe(&self, news: Sender<JobNews>) {
        self.state().subscribe(news);
    }

    /// Holds it.
    pub fn pause(&self) {
        let mut state = self.state();
        if state.status() == JobStatus::Running {
            self.control.pause();
            state.emit_event(JobEventKind::Paused);
        }
    }

    /// Lets it go on.
    pub fn resume(&self) {
        let mut state = self.state();
        if state.status() == JobStatus::Paused {
            self.control.resume();
            state.emit_event(JobEventKind::Resumed);
        }
    }

    /// Stops it. It ends by itself a moment later, with its report.
    pub fn cancel(&self) {
        let mut state = self.state();
        if state.status() != JobStatus::Finished {
            state.set_cancelling();
            self.control.cancel();
        }
    }

    /// Tells whether the history can be written, where that changed.
    pub fn journal_state(&self, error: Option<ApiError>) {
        self.state().journal_state(error);
    }

    /// Tells what the source still allows, where that changed.
    pub fn pull_quota(&self, quota: PullQuota) {
        self.state().pull_quota(quota);
    }

    /// Ends it with its report.
    pub fn finish(&self, report: MigrationReport) {
        self.state().finish(report);
    }

    /// Whether it is over.
    pub fn is_finished(&self) -> bool {
        self.state().status() == JobStatus::Finished
    }

    /// Its report, once it is over.
    pub fn report(&self) -> Option<MigrationReport> {
        self.state().report().cloned()
    }

    /// When it started, and how long it has taken, in milliseconds.
    pub fn times_ms(&self) -> (u64, u64) {
        let state = self.state();
        (state.started_at_ms(), state.elapsed_ms())
    }

    /// Everything that a late listener needs.
    pub fn snapshot(&self) -> JobSnapshot {
        self.state().snapshot()
    }

    /// The number of the next event, which changes with each event.
    pub(super) fn next_seq_changes(&self) -> watch::Receiver<u64> {
        self.state().next_seq_changes()
    }

    /// What is kept from a number on, at most so much, and whether nothing more comes.
    pub(super) fn events_from(&self, from_seq: u64, limit: usize) -> (Vec<JobEvent>, bool) {
        let state = self.state();
        (state.events_from(from_seq, limit), state.status() == JobStatus::Finished)
    }

    /// How long ago it ended. Returns `None` while it runs.
    pub(super) fn over_for(&self, now: Instant) -> Option<Duration> {
        self.state().over_for(now)
    }

    fn state(&self) -> MutexGuard<'_, JobState> {
        // The state is plain data; a panic elsewhere leaves it as good as it was.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl EventSink for Job {
    fn emit(&self, event: MigrationEvent) {
        let mut state = self.state();
        match event {
            MigrationEvent::LayerState { image, layer, state: layer_state } => {
                let skipped_bytes = match layer_state {
                    EngineLayerState::AlreadyThere { total_bytes } => total_bytes.unwrap_or(0),
                    _ => 0,
                };
                state.layer(image, layer, convert::layer_state(layer_state), skipped_bytes);
            }
            MigrationEvent::ImageState { image, state: image_state } => {
                state.image(image, convert::image_state(&image_state));
            }
            other => {
                if let Some(kind) = convert::event(&other) {
                    state.emit_event(kind);
                }
            }
        }
    }
}
