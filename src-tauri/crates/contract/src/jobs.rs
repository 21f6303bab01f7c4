//! Running migrations: events and snapshots.

use serde::{Deserialize, Serialize};
use transload_errors::ApiError;
pub use transload_migration::Step as MigrationStep;
use ts_rs::TS;

use crate::aws::AwsConnection;
use crate::plan::PlannedImage;
use crate::report::MigrationReport;
use crate::sources::ImageSource;

/// One event of a job. `seq` grows by one from 0; the first event is `started`, and exactly one
/// `finished` comes last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "jobs.ts")]
pub struct JobEvent {
    /// The job.
    pub job: String,
    /// The number of the event in its job, from 0.
    pub seq: u64,
    /// Milliseconds since the job started.
    pub elapsed_ms: u64,
    /// What happened.
    pub kind: JobEventKind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
#[ts(export_to = "jobs.ts")]
pub enum JobEventKind {
    /// The job begins.
    Started {
        /// The images that it works on.
        images: Vec<PlannedImage>,
        /// Bytes of all images, as far as the plan knows: what is sent and what need not be.
        total_bytes: u64,
    },
    /// A step begins.
    StepStarted {
        /// Which.
        step: MigrationStep,
    },
    /// A step is over.
    StepFinished {
        /// Which.
        step: MigrationStep,
        /// How many of its items succeeded.
        succeeded: u32,
        /// How many of its items failed.
        failed: u32,
    },
    /// A repository was created or was there.
    RepositoryReady {
        /// Its name.
        repository: String,
        /// Whether it was created now.
        created: bool,
    },
    /// A repository could not be created.
    RepositoryFailed {
        /// Its name.
        repository: String,
        /// Why.
        error: ApiError,
    },
    /// The registry took the token.
    LoggedIn {
        /// The registry's host.
        registry: String,
        /// When the token ends.
        expires_at_ms: u64,
    },
    /// An image begins or ends a part of its way.
    ImageState {
        /// Its number in the plan.
        image: u32,
        /// Where it is now.
        state: ImageState,
    },
    /// A layer, or the configuration, of an image changed its state. At most ten a second a layer.
    LayerState {
        /// The image's number in the plan.
        image: u32,
        /// The layer: a digest, or the short id that the Docker Engine gives.
        layer: String,
        /// Where it is now.
        state: LayerState,
    },
    /// Where the whole job stands. At most four a second.
    Progress {
        /// The sums so far.
        progress: JobProgress,
    },
    /// The job holds; what is under way is finished first.
    Paused,
    /// The job goes on.
    Resumed,
    /// The source's pull quota is used up; images that need it wait, and go on by themselves.
    QuotaUsedUp {
        /// When it is looked at again.
        look_again_at_ms: u64,
    },
    /// The source gives images again.
    QuotaRenewed,
    /// The session with AWS ended and only a person can renew it. Everything that needs it waits, and
    /// goes on when the person signed in. Told anew after each look that found nobody signed in.
    SignInNeeded {
        /// What the person has to do, or why the last look failed.
        error: ApiError,
    },
    /// The session with AWS is renewed.
    SignedIn,
    /// How many pulls the source still allows.
    PullsLeft {
        /// The numbers.
        pulls: PullsLeft,
    },
    /// The history cannot be written at the moment, or can be again. The job goes on; what could not
    /// be written is kept and tried again.
    JournalState {
        /// Why it cannot be written; nothing when it can.
        error: Option<ApiError>,
    },
    /// The job is over.
    Finished {
        /// The whole result.
        report: Box<MigrationReport>,
    },
}

/// Where an image is on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "jobs.ts")]
pub enum ImageState {
    /// Its turn has not come.
    Waiting,
    /// The engine gave it its ECR name.
    Tagged,
    /// Its content is on the way.
    Pushing,
    /// Its content is there.
    Pushed {
        /// The digest that the push reported.
        digest: String,
    },
    /// The digests are being compared.
    Verifying,
    /// It is there and proved.
    Done,
    /// It was there already and is proved, or stays as it is by choice.
    Unchanged,
    /// It failed.
    Failed {
        /// Why.
        error: ApiError,
    },
    /// It was cancelled.
    Cancelled,
}

/// Where a layer is on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "jobs.ts")]
pub enum LayerState {
    /// Its turn has not come.
    Waiting {
        /// Its size, where it is known.
        total_bytes: Option<u64>,
    },
    /// The destination has it.
    AlreadyThere,
    /// It is on the way.
    Sending {
        /// Bytes sent so far.
        sent_bytes: u64,
        /// Its size, where it is known.
        total_bytes: Option<u64>,
    },
    /// The destination took it over from another of its repositories.
    Mounted,
    /// It is there.
    Done {
        /// Bytes that were sent.
        sent_bytes: u64,
    },
    /// It failed; the image says why.
    Failed,
}

/// Where a whole job stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "jobs.ts")]
pub struct JobProgress {
    /// Images of the job.
    pub images_total: u32,
    /// Images that are through, in whatever way.
    pub images_finished: u32,
    /// Images that failed.
    pub images_failed: u32,
    /// Bytes sent so far.
    pub sent_bytes: u64,
    /// Bytes that need not be sent, because the destination had them.
    pub skipped_bytes: u64,
    /// Bytes of the whole job, as far as they are known.
    pub total_bytes: u64,
}

/// How many pulls a source still allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "jobs.ts")]
pub struct PullsLeft {
    /// Pulls left now.
    pub left: u32,
    /// Pulls in a window.
    pub limit: u32,
    /// Length of the window.
    pub window_seconds: u64,
}

/// A job with everything that a window needs that comes late: it shows this, and asks for events
/// from `next_seq` on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "jobs.ts")]
pub struct JobSnapshot {
    /// The job.
    pub job: String,
    /// The number of the next event.
    pub next_seq: u64,
    /// When it started.
    pub started_at_ms: u64,
    /// Milliseconds since it started, or that it took.
    pub elapsed_ms: u64,
    /// Whether it runs, holds, or is over.
    pub status: JobStatus,
    /// The steps it is in: creating repositories and pushing go along with each other.
    pub steps_under_way: Vec<MigrationStep>,
    /// The steps that are over.
    pub steps_finished: Vec<MigrationStep>,
    /// Every image with where it is.
    pub images: Vec<ImageProgress>,
    /// The sums so far.
    pub progress: JobProgress,
    /// Where the images come from.
    pub source: ImageSource,
    /// As whom they go to ECR: who signs in, where that is needed.
    pub connection: AwsConnection,
    /// How many pulls the source still allows, where it has told.
    pub pulls_left: Option<PullsLeft>,
    /// When the source's used-up pull quota is looked at again, while images wait for it.
    pub quota_look_again_at_ms: Option<u64>,
    /// What a person has to do about the session with AWS, while images wait for that.
    pub sign_in_error: Option<ApiError>,
    /// The result, when it is over.
    pub report: Option<MigrationReport>,
}

/// One image of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "jobs.ts")]
pub struct ImageProgress {
    /// The image as planned.
    pub planned: PlannedImage,
    /// Where it is.
    pub state: ImageState,
    /// Its layers, in the order in which they appeared.
    pub layers: Vec<LayerProgress>,
}

/// One layer of an image of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "jobs.ts")]
pub struct LayerProgress {
    /// A digest, or the short id that the Docker Engine gives.
    pub layer: String,
    /// Where it is.
    pub state: LayerState,
}

/// Whether a job runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "jobs.ts")]
pub enum JobStatus {
    /// It runs.
    Running,
    /// It holds.
    Paused,
    /// It is being cancelled.
    Cancelling,
    /// It is over.
    Finished,
}
