//! The state of a job behind its lock: events, snapshot, throttled progress.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::Sender;
use tokio::sync::watch;
use transload_contract::{
    AwsConnection, ImageProgress, ImageSource, ImageState, JobEvent, JobEventKind, JobProgress,
    JobSnapshot, JobStatus, LayerState, ListedJob, MigrationReport, PlannedImage, PullQuota,
};
use transload_errors::ApiError;

use super::event_log::EventLog;
use super::follow::EventPage;
use super::layers::Layers;
use super::throttle::{JOB_INTERVAL, Throttle};

/// The maximum number of events for late or slow listeners. Older ones are part of the snapshot.
const EVENTS_KEPT: usize = 8192;

pub(super) struct JobState {
    /// The fold of its events, with the current totals and bytes of layers, whose events are
    /// throttled.
    snapshot: JobSnapshot,
    started: Instant,
    finished_after: Option<Duration>,
    log: EventLog<JobEvent>,
    /// The layers of each image, by the number of the image.
    layers: HashMap<u32, (u64, Layers)>,
    progress_throttle: Throttle,
    /// The duration of earlier runs of the same migration.
    earlier_ms: u64,
    journal_error: Option<ApiError>,
    updates: Option<Sender<JobUpdate>>,
    moves: bool,
}

/// An update of a job for a listener that doesn't follow its events.
#[derive(Clone, Debug)]
pub struct JobUpdate {
    pub job: String,
    /// Whether it copies images now. It doesn't while it is paused, while it waits for the user or
    /// a quota, and after it finished.
    pub moves: bool,
    pub report: Option<Arc<MigrationReport>>,
}

/// Source and destination of the job.
pub struct JobEndpoints {
    pub source: ImageSource,
    pub connection: AwsConnection,
}

/// What earlier runs of the same migration did.
#[derive(Default)]
pub(super) struct EarlierRun {
    pub elapsed_ms: u64,
    pub sent_bytes: u64,
    pub skipped_bytes: u64,
    /// The state of each image, in the order of the images. Empty for the first run.
    pub states: Vec<ImageState>,
}

impl JobState {
    pub fn new(
        job: String,
        endpoints: JobEndpoints,
        started_at_ms: u64,
        images: Vec<PlannedImage>,
    ) -> Self {
        Self::resumed(job, endpoints, started_at_ms, images, EarlierRun::default())
    }

    pub fn resumed(
        job: String,
        endpoints: JobEndpoints,
        started_at_ms: u64,
        images: Vec<PlannedImage>,
        earlier: EarlierRun,
    ) -> Self {
        let total_bytes = images.iter().filter_map(|image| image.size_bytes).sum();
        let images_total = u32::try_from(images.len()).unwrap_or(u32::MAX);
        let layers = images
            .iter()
            .map(|image| (image.image, (image.size_bytes.unwrap_or_default(), Layers::default())));
        let layers = layers.collect();
        let mut states = earlier.states.into_iter();
        let listed = images.into_iter().map(|planned| {
            let state = states.next().unwrap_or(ImageState::Waiting);
            ImageProgress { planned: Arc::new(planned), state, layers: Vec::new() }
        });
        let mut listed: Vec<_> = listed.collect();
        // They took the place of the planned images, which are larger.
        listed.shrink_to_fit();
        let settled = listed.iter().filter(|image| image.state.is_final()).count();
        let progress = JobProgress {
            images_total,
            images_finished: u32::try_from(settled).unwrap_or(u32::MAX),
            images_failed: 0,
            sent_bytes: earlier.sent_bytes,
            skipped_bytes: earlier.skipped_bytes,
            total_bytes,
        };
        let mut progress_throttle = Throttle::new(JOB_INTERVAL);
        progress_throttle.restart(Instant::now());
        let snapshot = JobSnapshot {
            job,
            next_seq: 0,
            started_at_ms,
            elapsed_ms: earlier.elapsed_ms,
            status: JobStatus::Running,
            steps_under_way: Vec::new(),
            steps_finished: Vec::new(),
            images: listed,
            progress,
            source: endpoints.source,
            connection: endpoints.connection,
            pulls_left: None,
            quota_check_at_ms: None,
            sign_in_error: None,
            report: None,
        };
        let mut state = Self {
            snapshot,
            started: Instant::now(),
            finished_after: None,
            log: EventLog::new(EVENTS_KEPT),
            layers,
            progress_throttle,
            earlier_ms: earlier.elapsed_ms,
            journal_error: None,
            updates: None,
            moves: false,
        };
        // Its images are in the snapshot, with what earlier runs did; thousands are not kept twice.
        // A reader that follows from the beginning gets them with the event.
        let event = state.event(JobEventKind::Started { images: Vec::new(), total_bytes });
        state.snapshot.next_seq = 1;
        state.keep(event);
        state
    }

    /// Numbers an event, applies it to the snapshot, keeps it, and notifies every listener.
    pub fn emit_event(&mut self, kind: JobEventKind) {
        let event = self.event(kind);
        self.snapshot.apply(&event);
        self.keep(event);
    }

    fn event(&self, kind: JobEventKind) -> JobEvent {
        let (job, seq) = (self.snapshot.job.clone(), self.log.next_seq());
        JobEvent { job, seq, elapsed_ms: self.elapsed_ms(), kind }
    }

    fn keep(&mut self, event: JobEvent) {
        self.log.push(event);
        self.send_update(None);
    }

    pub fn status(&self) -> JobStatus {
        self.snapshot.status
    }

    /// Marks the job as being cancelled. There is no event for it; the last event follows.
    pub fn set_cancelling(&mut self) {
        self.snapshot.status = JobStatus::Cancelling;
    }

    /// Sends the updates from now on.
    pub fn subscribe(&mut self, updates: Sender<JobUpdate>) {
        self.updates = Some(updates);
        self.send_update(None);
    }

    fn send_update(&mut self, report: Option<Arc<MigrationReport>>) {
        let now = &self.snapshot;
        let waits = now.quota_check_at_ms.is_some() || now.sign_in_error.is_some();
        let moves = now.status == JobStatus::Running && !waits;
        let Some(updates) =
            self.updates.as_ref().filter(|_| moves != self.moves || report.is_some())
        else {
            return;
        };
        self.moves = moves;
        // A receiver is optional, and a slow one doesn't delay the job.
        let _ = updates.try_send(JobUpdate { job: self.snapshot.job.clone(), moves, report });
    }

    pub fn layer(&mut self, image: u32, layer: String, state: LayerState) {
        let Some((_, layers)) = self.layers.get_mut(&image) else { return };
        let change = layers.take(&layer, &state, Instant::now());
        let sums = &mut self.snapshot.progress;
        sums.sent_bytes = sums.sent_bytes.saturating_add_signed(change.sent_bytes);
        sums.skipped_bytes = sums.skipped_bytes.saturating_add_signed(change.skipped_bytes);
        if change.emit {
            self.emit_event(JobEventKind::LayerState { image, layer, state });
        } else if change.is_new {
            self.snapshot.set_layer(image, &layer, &state);
        }
        if self.progress_throttle.allows(Instant::now()) {
            self.emit_progress();
        }
    }

    pub fn image(&mut self, image: u32, state: ImageState) {
        let Some((size_bytes, layers)) = self.layers.get_mut(&image) else { return };
        let (through, sums) = (state.is_final(), &mut self.snapshot.progress);
        if matches!(state, ImageState::Done | ImageState::Unchanged) {
            // Bytes without progress events were not sent: the destination had them.
            sums.skipped_bytes += size_bytes.saturating_sub(layers.accounted_bytes());
        }
        if through {
            *layers = Layers::default();
        }
        sums.images_finished += u32::from(through);
        sums.images_failed += u32::from(matches!(state, ImageState::Failed { .. }));
        self.emit_event(JobEventKind::ImageState { image, state });
        if through {
            self.emit_progress();
        }
    }

    fn emit_progress(&mut self) {
        self.progress_throttle.restart(Instant::now());
        self.emit_event(JobEventKind::Progress { progress: self.snapshot.progress.clone() });
    }

    pub fn pull_quota(&mut self, pulls: PullQuota) {
        if self.snapshot.pulls_left != Some(pulls) {
            self.emit_event(JobEventKind::PullsLeft { pulls });
        }
    }

    pub fn journal_state(&mut self, error: Option<ApiError>) {
        if self.journal_error != error {
            self.journal_error.clone_from(&error);
            self.emit_event(JobEventKind::JournalState { error });
        }
    }

    pub fn finish(&mut self, report: MigrationReport) {
        self.finished_after = Some(self.started.elapsed());
        self.emit_progress();
        let report = Arc::new(report);
        self.emit_event(JobEventKind::Finished { report: Arc::clone(&report) });
        self.send_update(Some(report));
    }

    /// Returns the number of the next event, for listeners that wait for it.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.log.changes()
    }

    /// Returns up to `limit` events from a number on.
    pub fn events_from(&self, seq: u64, limit: usize) -> EventPage<JobEvent> {
        let (events, first) = self.log.events_from(seq);
        let events = events.take(limit).map(|event| {
            let mut event = event.clone();
            if let JobEventKind::Started { images, .. } = &mut event.kind {
                images.extend(
                    self.snapshot.images.iter().map(|image| image.planned.as_ref().clone()),
                );
            }
            event
        });
        let events: Vec<_> = events.collect();
        let next_seq = first.saturating_add(events.len() as u64);
        EventPage { events, next_seq, is_over: self.status() == JobStatus::Finished }
    }

    /// Returns how long ago the job finished. Returns `None` while it runs.
    pub fn finished_for(&self, now: Instant) -> Option<Duration> {
        Some(now.saturating_duration_since(self.started + self.finished_after?))
    }

    pub fn elapsed_ms(&self) -> u64 {
        let elapsed = self.finished_after.unwrap_or_else(|| self.started.elapsed());
        u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX).saturating_add(self.earlier_ms)
    }

    pub fn started_at_ms(&self) -> u64 {
        self.snapshot.started_at_ms
    }

    pub fn report(&self) -> Option<Arc<MigrationReport>> {
        self.snapshot.report.clone()
    }

    pub fn listed(&self) -> ListedJob {
        let JobSnapshot { job, status, progress, source, report, .. } = &self.snapshot;
        ListedJob {
            job: job.clone(),
            status: *status,
            progress: progress.clone(),
            source: source.clone(),
            summary: report.as_ref().map(|report| report.summary.clone()),
        }
    }

    pub fn snapshot(&self) -> JobSnapshot {
        JobSnapshot { elapsed_ms: self.elapsed_ms(), ..self.snapshot.clone() }
    }
}
