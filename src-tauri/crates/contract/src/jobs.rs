//! Running migrations: events and snapshots.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use transload_errors::ApiError;
pub use transload_migration::{LayerState, Step as MigrationStep};
pub use transload_registry::PullQuota;
use ts_rs::TS;

use crate::aws::AwsConnection;
use crate::plan::PlannedImage;
use crate::report::MigrationReport;
use crate::sources::ImageSource;
use crate::summary::ReportSummary;

/// One event of a job. `seq` grows by one from 0; the first event is `started`, and exactly one
/// `finished` comes last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "jobs.ts")]
pub struct JobEvent {
    pub job: String,
    /// The number of the event in its job, starting at 0.
    pub seq: u64,
    /// Milliseconds since the job started.
    pub elapsed_ms: u64,
    pub kind: JobEventKind,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
#[ts(export_to = "jobs.ts")]
pub enum JobEventKind {
    Started {
        images: Vec<PlannedImage>,
        /// Bytes of all images that the plan knows, to be sent or skipped.
        total_bytes: u64,
    },
    StepStarted {
        step: MigrationStep,
    },
    StepFinished {
        step: MigrationStep,
        /// Number of its items that succeeded.
        succeeded: u32,
        /// Number of its items that failed.
        failed: u32,
    },
    /// A repository was created, or already exists.
    RepositoryReady {
        repository: String,
        created: bool,
    },
    /// A repository couldn't be created.
    RepositoryFailed {
        repository: String,
        error: ApiError,
    },
    /// The registry accepted the authorization token.
    LoggedIn {
        registry: String,
        expires_at_ms: u64,
    },
    /// The state of an image changed.
    ImageState {
        /// Its number in the plan.
        image: u32,
        state: ImageState,
    },
    /// The state of a layer, or of the configuration, changed. At most ten per second and layer.
    LayerState {
        /// The number of the image in the plan.
        image: u32,
        /// The digest, or the short ID of the Docker Engine.
        layer: String,
        state: LayerState,
    },
    /// Progress of the whole job. At most four per second.
    Progress {
        progress: JobProgress,
    },
    /// The job is paused. Transfers that started are finished first.
    Paused,
    /// The job continues.
    Resumed,
    /// The pull quota of the source is used up. Images that need it wait and continue
    /// automatically.
    QuotaUsedUp {
        /// When the quota is checked again.
        check_at_ms: u64,
    },
    /// The pull quota of the source was renewed.
    QuotaRenewed,
    /// The AWS session expired and requires the user to sign in. Everything that needs the session
    /// waits and continues after the sign-in. Emitted again after each check that finds no valid
    /// session.
    SignInNeeded {
        /// What the user has to do, or why the last check failed.
        error: ApiError,
    },
    /// The AWS session was renewed.
    SignedIn,
    /// The remaining pulls of the source.
    PullsLeft {
        pulls: PullQuota,
    },
    /// Writing the history fails, or succeeds again. The job continues; entries that couldn't be
    /// written are kept and retried.
    JournalState {
        /// The reason. `null` if writing succeeds again.
        error: Option<ApiError>,
    },
    /// Something that doesn't stop the job, such as a stored login that can't be read.
    Warning {
        message: String,
    },
    Finished {
        #[ts(as = "MigrationReport")]
        report: Arc<MigrationReport>,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "jobs.ts")]
pub enum ImageState {
    /// Waiting for its turn.
    Waiting,
    /// The engine tagged it with its ECR name.
    Tagged,
    /// Its content is being pushed.
    Pushing,
    /// Its content is in ECR, but not verified.
    Pushed {
        /// The digest that the push reported.
        digest: String,
    },
    /// Its digests are being compared.
    Verifying,
    /// Copied and verified.
    Done,
    /// It already existed and is verified, or the user chose to keep the existing image.
    Unchanged,
    Failed {
        error: ApiError,
    },
    Cancelled,
}

/// Progress of a whole job.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "jobs.ts")]
pub struct JobProgress {
    pub images_total: u32,
    /// Images with a final state.
    pub images_finished: u32,
    pub images_failed: u32,
    pub sent_bytes: u64,
    /// Bytes that already existed at the destination.
    pub skipped_bytes: u64,
    /// Bytes of all images, if known.
    pub total_bytes: u64,
}

/// A job in the list of jobs: without its images, which can be thousands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "jobs.ts")]
pub struct ListedJob {
    pub job: String,
    pub status: JobStatus,
    pub progress: JobProgress,
    /// The source of the images. Of a copy without a plan, the source of its first image.
    pub source: ImageSource,
    /// The headline of its report, if it finished.
    pub summary: Option<ReportSummary>,
}

/// The state of a job. A late listener shows it and follows the events from `next_seq` on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "jobs.ts")]
pub struct JobSnapshot {
    pub job: String,
    /// The number of the next event.
    pub next_seq: u64,
    pub started_at_ms: u64,
    /// Milliseconds since the start; the duration if it finished.
    pub elapsed_ms: u64,
    pub status: JobStatus,
    /// The running steps. Creating repositories and pushing run at the same time.
    pub steps_under_way: Vec<MigrationStep>,
    pub steps_finished: Vec<MigrationStep>,
    pub images: Vec<ImageProgress>,
    pub progress: JobProgress,
    /// The source of the images. Of a copy without a plan, the source of its first image.
    pub source: ImageSource,
    /// The connection to ECR, which may require a sign-in.
    pub connection: AwsConnection,
    /// The remaining pulls, if the source reported them.
    pub pulls_left: Option<PullQuota>,
    /// When the used-up pull quota is checked again, while images wait for it.
    pub quota_check_at_ms: Option<u64>,
    /// What the user has to do about the expired AWS session, while images wait for it.
    pub sign_in_error: Option<ApiError>,
    /// The report, if it finished.
    #[ts(as = "Option<MigrationReport>")]
    pub report: Option<Arc<MigrationReport>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "jobs.ts")]
pub struct ImageProgress {
    /// Shared by all snapshots of a job.
    #[ts(as = "PlannedImage")]
    pub planned: Arc<PlannedImage>,
    pub state: ImageState,
    /// Its layers, in order of their first event.
    pub layers: Vec<LayerProgress>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "jobs.ts")]
pub struct LayerProgress {
    /// The digest, or the short ID of the Docker Engine.
    pub layer: String,
    pub state: LayerState,
}

/// The state of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "jobs.ts")]
pub enum JobStatus {
    Running,
    Paused,
    Cancelling,
    Finished,
}
