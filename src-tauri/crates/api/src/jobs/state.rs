use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::Sender;
use tokio::sync::watch;

use transload_engine::registry::PullQuota;

use super::layers::Layers;
use crate::contract::{
    ApiError, AwsConnection, ImageProgress, ImageSource, ImageState, JobEvent, JobEventKind,
    JobProgress, JobSnapshot, JobStatus, LayerState, MigrationReport, MigrationStep, PlannedImage,
    PullsLeft,
};

/// The sums are told at most this often.
const PROGRESS_EVERY: Duration = Duration::from_millis(250);
/// Events that are kept for listeners that come late or read slowly; older ones are in the snapshot.
const EVENTS_KEPT: usize = 8192;

/// A job of more images forgets the layers of those that are through: nobody reads a hundred
/// thousand of them.
const IMAGES_WITH_LAYERS: usize = 500;

/// Everything that is known of a job.
pub(super) struct JobState {
    job: String,
    started: Instant,
    started_at_ms: u64,
    finished_after: Option<Duration>,
    next_seq: u64,
    kept: VecDeque<JobEvent>,
    told: watch::Sender<u64>,
    pub status: JobStatus,
    steps_under_way: Vec<MigrationStep>,
    steps_finished: Vec<MigrationStep>,
    images: Vec<Image>,
    places: HashMap<u32, usize>,
    progress: JobProgress,
    progress_told: Instant,
    report: Option<MigrationReport>,
    /// How long earlier tries of the same migration took.
    earlier_ms: u64,
    journal_error: Option<ApiError>,
    quota_look_again_at_ms: Option<u64>,
    sign_in_error: Option<ApiError>,
    pulls_left: Option<PullsLeft>,
    ends: JobEnds,
    news: Option<Sender<JobNews>>,
    moves: bool,
}

/// What somebody wants to know who does not follow a job event by event.
#[derive(Clone, Debug)]
pub struct JobNews {
    /// The job.
    pub job: String,
    /// Whether it moves images now: it does not while it holds, while it waits for a person or a
    /// quota, and when it is over.
    pub moves: bool,
    /// Its report, when it is over.
    pub report: Option<Box<MigrationReport>>,
}

/// Between what a job moves images.
pub struct JobEnds {
    pub source: ImageSource,
    pub connection: AwsConnection,
}

/// What earlier tries of the same migration left.
#[derive(Default)]
pub(super) struct Earlier {
    pub elapsed_ms: u64,
    pub sent_bytes: u64,
    pub skipped_bytes: u64,
    /// Where each image stands, in the order of the images; nothing at the first try.
    pub states: Vec<ImageState>,
}

struct Image {
    planned: PlannedImage,
    state: ImageState,
    layers: Layers,
}

impl JobState {
    pub fn new(job: String, ends: JobEnds, started_at_ms: u64, images: Vec<PlannedImage>) -> Self {
        Self::taken_up(job, ends, started_at_ms, images, Earlier::default())
    }

    pub fn taken_up(
        job: String,
        ends: JobEnds,
        started_at_ms: u64,
        images: Vec<PlannedImage>,
        earlier: Earlier,
    ) -> Self {
        let places = images.iter().zip(0..).map(|(image, at)| (image.image, at)).collect();
        let total_bytes = images.iter().map(|image| image.size_bytes).sum();
        let images_total = u32::try_from(images.len()).unwrap_or(u32::MAX);
        let mut states = earlier.states.into_iter();
        let listed = images.into_iter().map(|planned| {
            let state = states.next().unwrap_or(ImageState::Waiting);
            Image { planned, state, layers: Layers::default() }
        });
        let listed: Vec<_> = listed.collect();
        let settled = listed.iter().filter(|image| is_through(&image.state)).count();
        let progress = JobProgress {
            images_total,
            images_finished: u32::try_from(settled).unwrap_or(u32::MAX),
            images_failed: 0,
            sent_bytes: earlier.sent_bytes,
            skipped_bytes: earlier.skipped_bytes,
            total_bytes,
        };
        let mut state = Self {
            job,
            started: Instant::now(),
            started_at_ms,
            finished_after: None,
            next_seq: 0,
            kept: VecDeque::new(),
            told: watch::Sender::new(0),
            status: JobStatus::Running,
            steps_under_way: Vec::new(),
            steps_finished: Vec::new(),
            images: listed,
            places,
            progress,
            progress_told: Instant::now(),
            report: None,
            earlier_ms: earlier.elapsed_ms,
            journal_error: None,
            quota_look_again_at_ms: None,
            sign_in_error: None,
            pulls_left: None,
            ends,
            news: None,
            moves: false,
        };
        // Thousands of images are not kept twice: whoever follows from the beginning is told them.
        state.tell(JobEventKind::Started { images: Vec::new(), total_bytes });
        state
    }

    /// Numbers an event, keeps it, and hands it to everyone who follows.
    pub fn tell(&mut self, kind: JobEventKind) {
        match &kind {
            JobEventKind::StepStarted { step } => self.steps_under_way.push(*step),
            JobEventKind::StepFinished { step, .. } => {
                self.steps_finished.push(*step);
                self.steps_under_way.retain(|under_way| under_way != step);
            }
            JobEventKind::QuotaUsedUp { look_again_at_ms } => {
                self.quota_look_again_at_ms = Some(*look_again_at_ms);
            }
            JobEventKind::QuotaRenewed => self.quota_look_again_at_ms = None,
            JobEventKind::SignInNeeded { error } => self.sign_in_error = Some(error.clone()),
            JobEventKind::SignedIn => self.sign_in_error = None,
            _ => {}
        }
        let elapsed_ms = self.elapsed_ms();
        let event = JobEvent { job: self.job.clone(), seq: self.next_seq, elapsed_ms, kind };
        self.next_seq += 1;
        if self.kept.len() == EVENTS_KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back(event);
        self.told.send_replace(self.next_seq);
        self.tell_news(None);
    }

    /// Tells the news from now on.
    pub fn tell_to(&mut self, news: Sender<JobNews>) {
        self.news = Some(news);
        self.tell_news(None);
    }

    fn tell_news(&mut self, report: Option<&MigrationReport>) {
        let waits = self.quota_look_again_at_ms.is_some() || self.sign_in_error.is_some();
        let moves = self.status == JobStatus::Running && !waits;
        let Some(news) = self.news.as_ref().filter(|_| moves != self.moves || report.is_some())
        else {
            return;
        };
        self.moves = moves;
        let report = report.cloned().map(Box::new);
        // Nobody has to be interested, and who does not listen is not waited for.
        let _ = news.try_send(JobNews { job: self.job.clone(), moves, report });
    }

    pub fn layer(&mut self, image: u32, layer: String, state: LayerState, skipped_bytes: u64) {
        let Some(held) = self.places.get(&image).and_then(|at| self.images.get_mut(*at)) else {
            return;
        };
        let change = held.layers.take(&layer, &state, skipped_bytes, Instant::now());
        self.progress.sent_bytes =
            self.progress.sent_bytes.saturating_add_signed(change.sent_bytes);
        self.progress.skipped_bytes =
            self.progress.skipped_bytes.saturating_add_signed(change.skipped_bytes);
        if change.tell {
            self.tell(JobEventKind::LayerState { image, layer, state });
        }
        if self.progress_told.elapsed() >= PROGRESS_EVERY {
            self.tell_progress();
        }
    }

    pub fn image(&mut self, image: u32, state: ImageState) {
        let Some(held) = self.places.get(&image).and_then(|at| self.images.get_mut(*at)) else {
            return;
        };
        held.state = state.clone();
        let through = is_through(&state);
        if matches!(state, ImageState::Done | ImageState::Unchanged) {
            // What nobody spoke of byte by byte was not sent: the destination had it.
            let size_bytes = held.planned.size_bytes;
            self.progress.skipped_bytes += size_bytes.saturating_sub(held.layers.accounted_bytes());
        }
        if through && self.places.len() > IMAGES_WITH_LAYERS {
            held.layers = Layers::default();
        }
        self.progress.images_finished += u32::from(through);
        self.progress.images_failed += u32::from(matches!(state, ImageState::Failed { .. }));
        self.tell(JobEventKind::ImageState { image, state });
        if through {
            self.tell_progress();
        }
    }

    fn tell_progress(&mut self) {
        self.progress_told = Instant::now();
        self.tell(JobEventKind::Progress { progress: self.progress.clone() });
    }

    pub fn pull_quota(&mut self, quota: PullQuota) {
        let PullQuota { limit, remaining: left, window_seconds } = quota;
        let pulls = PullsLeft { left, limit, window_seconds };
        if self.pulls_left != Some(pulls) {
            self.pulls_left = Some(pulls);
            self.tell(JobEventKind::PullsLeft { pulls });
        }
    }

    pub fn journal_state(&mut self, error: Option<ApiError>) {
        if self.journal_error != error {
            self.journal_error.clone_from(&error);
            self.tell(JobEventKind::JournalState { error });
        }
    }

    pub fn finish(&mut self, report: MigrationReport) {
        self.finished_after = Some(self.started.elapsed());
        self.status = JobStatus::Finished;
        self.steps_under_way.clear();
        self.tell_progress();
        self.report = Some(report.clone());
        self.tell_news(Some(&report));
        self.tell(JobEventKind::Finished { report: Box::new(report) });
    }

    /// The number of the next event, for whoever waits for it.
    pub fn told(&self) -> watch::Receiver<u64> {
        self.told.subscribe()
    }

    /// What is kept from a number on, at most so much.
    pub fn events_from(&self, from_seq: u64, limit: usize) -> Vec<JobEvent> {
        let first = self.next_seq - self.kept.len() as u64;
        let passed = usize::try_from(from_seq.saturating_sub(first)).unwrap_or(usize::MAX);
        let found = self.kept.iter().skip(passed).take(limit).map(|event| {
            let mut event = event.clone();
            if let JobEventKind::Started { images, .. } = &mut event.kind {
                images.extend(self.images.iter().map(|image| image.planned.clone()));
            }
            event
        });
        found.collect()
    }

    /// How long ago the job ended. Returns `None` while it runs.
    pub fn over_for(&self, now: Instant) -> Option<Duration> {
        Some(now.saturating_duration_since(self.started + self.finished_after?))
    }

    pub fn elapsed_ms(&self) -> u64 {
        let elapsed = self.finished_after.unwrap_or_else(|| self.started.elapsed());
        u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX).saturating_add(self.earlier_ms)
    }

    pub fn started_at_ms(&self) -> u64 {
        self.started_at_ms
    }

    pub fn report(&self) -> Option<&MigrationReport> {
        self.report.as_ref()
    }

    pub fn snapshot(&self) -> JobSnapshot {
        let images = self.images.iter().map(|image| ImageProgress {
            planned: image.planned.clone(),
            state: image.state.clone(),
            layers: image.layers.list().to_vec(),
        });
        JobSnapshot {
            job: self.job.clone(),
            next_seq: self.next_seq,
            started_at_ms: self.started_at_ms,
            elapsed_ms: self.elapsed_ms(),
            status: self.status,
            steps_under_way: self.steps_under_way.clone(),
            steps_finished: self.steps_finished.clone(),
            images: images.collect(),
            progress: self.progress.clone(),
            source: self.ends.source.clone(),
            connection: self.ends.connection.clone(),
            pulls_left: self.pulls_left,
            quota_look_again_at_ms: self.quota_look_again_at_ms,
            sign_in_error: self.sign_in_error.clone(),
            report: self.report.clone(),
        }
    }
}

/// Whether nothing more happens to an image.
fn is_through(state: &ImageState) -> bool {
    use ImageState::{Cancelled, Done, Failed, Unchanged};
    matches!(state, Done | Unchanged | Failed { .. } | Cancelled)
}
