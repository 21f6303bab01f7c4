//! One migration that runs, or ran, since the program started.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::Sender;
use tokio::sync::watch;
use transload_contract::{
    ImageState, JobEvent, JobEventKind, JobSnapshot, JobStatus, ListedJob, MigrationReport,
    PlannedImage,
};
use transload_errors::ApiError;
use transload_migration::journal::JournalRecord;
use transload_migration::{Control, EventSink, MigrationEvent};
use transload_registry::PullQuota;

use super::follow::{EventPage, Followed, Follower};
use super::state::{EarlierRun, JobEndpoints, JobState, JobUpdate};
use crate::convert;

/// The events of a migration, for one listener.
pub type JobEvents = Follower<Job>;

/// One migration that runs, or ran, since the program started.
pub struct Job {
    id: String,
    control: Control,
    state: Mutex<JobState>,
}

impl Job {
    pub fn new(
        id: String,
        endpoints: JobEndpoints,
        started_at_ms: u64,
        images: Vec<PlannedImage>,
        control: Control,
    ) -> Arc<Self> {
        let state = Mutex::new(JobState::new(id.clone(), endpoints, started_at_ms, images));
        Arc::new(Self { id, control, state })
    }

    /// Creates the job of a resumed migration.
    pub fn resumed(
        record: &JournalRecord,
        endpoints: JobEndpoints,
        images: Vec<PlannedImage>,
        control: Control,
    ) -> Arc<Self> {
        let summary = &record.summary;
        let states = record.images.iter().map(convert::earlier_state).collect();
        let earlier = EarlierRun {
            elapsed_ms: summary.elapsed_ms,
            // The progress of a job counts what was reported.
            sent_bytes: summary.counts.sent_bytes.unwrap_or(0),
            skipped_bytes: summary.counts.skipped_bytes,
            states,
        };
        let id = summary.id.clone();
        let started_at_ms = summary.started_at_ms;
        let state = JobState::resumed(id.clone(), endpoints, started_at_ms, images, earlier);
        Arc::new(Self { id, control, state: Mutex::new(state) })
    }

    pub fn id(&self) -> &str {
        &self.id
    }

    /// Pauses, resumes and cancels the run.
    pub fn control(&self) -> &Control {
        &self.control
    }

    /// Sends its updates from now on.
    pub fn subscribe(&self, updates: Sender<JobUpdate>) {
        self.state().subscribe(updates);
    }

    pub fn pause(&self) {
        let mut state = self.state();
        if state.status() == JobStatus::Running {
            self.control.pause();
            state.emit_event(JobEventKind::Paused);
        }
    }

    pub fn resume(&self) {
        let mut state = self.state();
        if state.status() == JobStatus::Paused {
            self.control.resume();
            state.emit_event(JobEventKind::Resumed);
        }
    }

    /// Cancels the job. It finishes a moment later, with its report.
    pub fn cancel(&self) {
        let mut state = self.state();
        if state.status() != JobStatus::Finished {
            state.set_cancelling();
            self.control.cancel();
        }
    }

    /// Emits whether the history can be written, if it changed.
    pub fn journal_state(&self, error: Option<ApiError>) {
        self.state().journal_state(error);
    }

    /// Emits the pull quota of the source, if it changed.
    pub fn pull_quota(&self, quota: PullQuota) {
        self.state().pull_quota(quota);
    }

    /// Emits something that doesn't stop the job.
    pub fn warn(&self, message: String) {
        self.state().emit_event(JobEventKind::Warning { message });
    }

    /// Emits the failure of an image that can't be started.
    pub fn fail_image(&self, image: u32, error: ApiError) {
        self.state().image(image, ImageState::Failed { error });
    }

    pub fn finish(&self, report: MigrationReport) {
        self.state().finish(report);
    }

    pub fn is_finished(&self) -> bool {
        self.state().status() == JobStatus::Finished
    }

    pub fn report(&self) -> Option<Arc<MigrationReport>> {
        self.state().report()
    }

    /// Its start and its duration, in milliseconds.
    pub fn times_ms(&self) -> (u64, u64) {
        let state = self.state();
        (state.started_at_ms(), state.elapsed_ms())
    }

    /// Returns the job for the list of jobs.
    pub fn listed(&self) -> ListedJob {
        self.state().listed()
    }

    /// Returns the state for a late listener.
    pub fn snapshot(&self) -> JobSnapshot {
        self.state().snapshot()
    }

    /// Returns how long ago it finished. Returns `None` while it runs.
    pub(super) fn finished_for(&self, now: Instant) -> Option<Duration> {
        self.state().finished_for(now)
    }

    fn state(&self) -> MutexGuard<'_, JobState> {
        // The state is plain data, which a panic in another thread doesn't make invalid.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Followed for Job {
    type Event = JobEvent;

    fn changes(&self) -> watch::Receiver<u64> {
        self.state().changes()
    }

    fn events_from(&self, seq: u64, limit: usize) -> EventPage<JobEvent> {
        self.state().events_from(seq, limit)
    }
}

impl EventSink for Job {
    fn emit(&self, event: MigrationEvent) {
        let mut state = self.state();
        match event {
            MigrationEvent::LayerState { image, layer, state: layer_state } => {
                state.layer(image, layer, layer_state);
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
