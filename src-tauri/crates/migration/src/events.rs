//! Events of a running migration. Steps emit them to an [`EventSink`] and never wait for it; the
//! sink (`api::jobs`) numbers, throttles and records them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::error::MigrationError;
use crate::step::Step;
use transload_model::{Digest, RegistryHost, RepositoryName};

#[derive(Clone, Debug)]
pub enum MigrationEvent {
    StepStarted {
        step: Step,
    },
    StepFinished {
        step: Step,
        /// Number of items that succeeded.
        succeeded: u32,
        /// Number of items that failed.
        failed: u32,
    },
    /// A repository was created or already existed.
    RepositoryReady {
        repository: RepositoryName,
        /// Whether this run created it.
        created: bool,
    },
    RepositoryFailed {
        repository: RepositoryName,
        error: Arc<MigrationError>,
    },
    /// The registry accepted the token.
    LoggedIn {
        registry: RegistryHost,
        /// When the token expires, in milliseconds since 1970.
        expires_at_ms: u64,
    },
    /// The source's pull quota is used up; images that need it wait.
    QuotaUsedUp {
        /// Time of the next check, in milliseconds since 1970.
        check_at_ms: u64,
    },
    /// The source's pull quota is renewed.
    QuotaRenewed,
    /// The AWS session expired and only a user can renew it; everything that needs it waits.
    /// Emitted again after each check that finds no new session.
    SignInNeeded {
        /// What the user has to do, or why the last check failed.
        error: Arc<MigrationError>,
    },
    /// The session is renewed.
    SignedIn,
    /// The state of an image changed.
    ImageState {
        /// Its number in the plan.
        image: u32,
        state: ImageState,
    },
    /// The state of a layer changed.
    LayerState {
        /// The image's number in the plan.
        image: u32,
        /// A digest, or the short ID that the Docker Engine reports.
        layer: String,
        state: LayerState,
    },
}

/// State of an image in a run.
#[derive(Clone, Debug)]
pub enum ImageState {
    /// The engine has tagged it with its ECR name.
    Tagged,
    /// Its content is being copied.
    Pushing,
    /// Its content is copied.
    Pushed {
        /// The digest that the push reported.
        digest: Digest,
    },
    /// Its digests are being compared.
    Verifying,
    /// It is in ECR and verified.
    Done,
    /// It already existed and is verified, or the existing image is kept by choice.
    Unchanged,
    Failed {
        error: Arc<MigrationError>,
    },
    Cancelled,
}

/// State of a layer in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "jobs.ts")]
pub enum LayerState {
    /// It waits for a free upload slot.
    Waiting {
        /// Its size in bytes, if known.
        total_bytes: Option<u64>,
    },
    /// It already exists at the destination.
    AlreadyThere {
        /// Its size in bytes, if known. Clients get it with the totals of the job.
        #[serde(skip)]
        total_bytes: Option<u64>,
    },
    /// It is being uploaded.
    Sending {
        sent_bytes: u64,
        /// Its size in bytes, if known.
        total_bytes: Option<u64>,
    },
    /// The destination mounted it from another repository.
    Mounted,
    /// It is uploaded.
    Done {
        /// Bytes sent in total.
        sent_bytes: u64,
    },
    /// It failed. The reason is in the image's state.
    Failed,
}

/// Receives the events of a migration. It is called for every chunk of every layer, so it must
/// return quickly.
pub trait EventSink: Send + Sync {
    fn emit(&self, event: MigrationEvent);
}
