//! Events of a run.

use transload_contract::{ImageState, JobEventKind};
use transload_migration as engine;

/// Converts an event. Returns `None` for events of layers and images, which the state of the job
/// throttles.
pub fn event(event: &engine::MigrationEvent) -> Option<JobEventKind> {
    use engine::MigrationEvent as From;
    Some(match event {
        From::StepStarted { step: which } => JobEventKind::StepStarted { step: *which },
        From::StepFinished { step: which, succeeded, failed } => {
            JobEventKind::StepFinished { step: *which, succeeded: *succeeded, failed: *failed }
        }
        From::RepositoryReady { repository, created } => {
            JobEventKind::RepositoryReady { repository: repository.to_string(), created: *created }
        }
        From::RepositoryFailed { repository, error } => JobEventKind::RepositoryFailed {
            repository: repository.to_string(),
            error: error.as_ref().into(),
        },
        From::LoggedIn { registry, expires_at_ms } => {
            JobEventKind::LoggedIn { registry: registry.to_string(), expires_at_ms: *expires_at_ms }
        }
        From::QuotaUsedUp { check_at_ms } => {
            JobEventKind::QuotaUsedUp { check_at_ms: *check_at_ms }
        }
        From::QuotaRenewed => JobEventKind::QuotaRenewed,
        From::SignInNeeded { error } => JobEventKind::SignInNeeded { error: error.as_ref().into() },
        From::SignedIn => JobEventKind::SignedIn,
        From::ImageState { .. } | From::LayerState { .. } => return None,
    })
}

pub fn image_state(state: &engine::ImageState) -> ImageState {
    use engine::ImageState as From;
    match state {
        From::Tagged => ImageState::Tagged,
        From::Pushing => ImageState::Pushing,
        From::Pushed { digest } => ImageState::Pushed { digest: digest.to_string() },
        From::Verifying => ImageState::Verifying,
        From::Done => ImageState::Done,
        From::Unchanged => ImageState::Unchanged,
        From::Failed { error } => ImageState::Failed { error: error.as_ref().into() },
        From::Cancelled => ImageState::Cancelled,
    }
}
