//! What a running migration tells. Whoever listens numbers, thins out and keeps the events; the
//! migration only says what happened, and never waits for a listener.

use std::sync::Arc;

use super::MigrationError;
use transload_model::{Digest, RegistryHost, RepositoryName};

/// The steps of a migration, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// Create the missing repositories. It goes along with [`Step::Push`]: it starts after that and
    /// is over when the last repository is there that an image still needs.
    Create,
    /// Get the registry token and try it.
    LogIn,
    /// Give the engine's images their ECR names.
    Tag,
    /// Move the content.
    Push,
    /// Ask the registry and ECR what they hold, and compare.
    Verify,
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub enum MigrationEvent {
    /// A step begins.
    StepStarted {
        /// Which.
        step: Step,
    },
    /// A step is over.
    StepFinished {
        /// Which.
        step: Step,
        /// How many of its items succeeded.
        succeeded: u32,
        /// How many failed.
        failed: u32,
    },
    /// A repository was created or was there.
    RepositoryReady {
        /// Its name.
        repository: RepositoryName,
        /// Whether it was created now.
        created: bool,
    },
    /// A repository could not be created.
    RepositoryFailed {
        /// Its name.
        repository: RepositoryName,
        /// Why.
        error: Arc<MigrationError>,
    },
    /// The registry took the token.
    LoggedIn {
        /// The registry.
        registry: RegistryHost,
        /// When the token ends, in milliseconds since 1970.
        expires_at_ms: u64,
    },
    /// The source's pull quota is used up; images that need it wait.
    QuotaUsedUp {
        /// When it is looked at again, in milliseconds since 1970.
        look_again_at_ms: u64,
    },
    /// The source gives images again.
    QuotaRenewed,
    /// The session with AWS ended and only a person can renew it; everything that needs it waits.
    /// Told anew after each look that found nobody signed in.
    SignInNeeded {
        /// What the person has to do, or why the last look failed.
        error: Arc<MigrationError>,
    },
    /// The session is renewed.
    SignedIn,
    /// An image begins or ends a part of its way.
    ImageState {
        /// Its number in the plan.
        image: u32,
        /// Where it is now.
        state: ImageState,
    },
    /// A layer of an image changed its state.
    LayerState {
        /// The image's number in the plan.
        image: u32,
        /// A digest, or the short id that the Docker Engine gives.
        layer: String,
        /// Where it is now.
        state: LayerState,
    },
}

/// Where an image is on its way.
#[derive(Clone, Debug)]
pub enum ImageState {
    /// The engine gave it its ECR name.
    Tagged,
    /// Its content is on the way.
    Pushing,
    /// Its content is there.
    Pushed {
        /// The digest that the push reported.
        digest: Digest,
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
        error: Arc<MigrationError>,
    },
    /// It was cancelled.
    Cancelled,
}

/// Where a layer is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayerState {
    /// Its turn has not come.
    Waiting {
        /// Its size, where it is known.
        total_bytes: Option<u64>,
    },
    /// The destination has it.
    AlreadyThere {
        /// Its size, where it is known.
        total_bytes: Option<u64>,
    },
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

/// Who listens to a migration. It is called for every chunk of every layer, so it must be quick.
pub trait EventSink: Send + Sync {
    /// Takes one event.
    fn emit(&self, event: MigrationEvent);
}
