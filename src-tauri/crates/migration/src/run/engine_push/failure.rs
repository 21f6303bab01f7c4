//! What follows a failed push of the Docker Engine.

use crate::engine_route::predict::EngineOutcome;
use crate::error::MigrationError;
use transload_docker::DockerError;
use transload_docker::PushFailure;

/// The containerd store gives up at the first answer that may pass, so the push is repeated here.
pub(super) const ATTEMPTS: u32 = 3;

/// What follows a push that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    Retry,
    RenewLogin,
    /// Read the image from the engine and send it ourselves.
    OwnPush,
    Fail,
}

/// Graph drivers and Podman repeat by themselves what may pass, for a minute or two, and their
/// archives are not what they push.
pub(super) fn after(cause: PushFailure, outcome: EngineOutcome, tried: u32, renewed: bool) -> Next {
    use PushFailure as Cause;
    let keeps_digests = outcome != EngineOutcome::Repacked;
    let is_held = outcome != EngineOutcome::Mounted;
    let is_transient = matches!(
        cause,
        Cause::Throttled | Cause::RegistryFailed | Cause::Unreachable | Cause::LayersNotFound
    );
    match cause {
        Cause::TokenExpired if !renewed => Next::RenewLogin,
        // The containerd store does not say that a token expired; it only passes the status on.
        Cause::Unauthorized | Cause::Forbidden if keeps_digests && !renewed => Next::RenewLogin,
        Cause::LayersNotFound if !keeps_digests && tried == 1 => Next::Retry,
        _ if !keeps_digests => Next::Fail,
        _ if is_transient && tried < ATTEMPTS => Next::Retry,
        // The archive doesn't contain the layers either.
        _ if !is_held => Next::Fail,
        _ if is_transient => Next::OwnPush,
        // Docker 25 and 26 refuse an index that they hold in part.
        Cause::ContentMissing if outcome == EngineOutcome::SeenWhileSending => Next::OwnPush,
        Cause::TokenExpired | Cause::ManifestRejected | Cause::PlatformAmbiguous | Cause::Other => {
            Next::OwnPush
        }
        _ => Next::Fail,
    }
}

pub(super) fn cause_of(error: &MigrationError) -> Option<PushFailure> {
    match error {
        MigrationError::Docker(DockerError::PushFailed { cause, .. }) => Some(*cause),
        _ => None,
    }
}

pub(super) fn immutable(error: MigrationError) -> MigrationError {
    match error {
        MigrationError::Docker(DockerError::PushFailed { reference, message, .. }) => {
            let cause = PushFailure::TagImmutable;
            DockerError::PushFailed { reference, cause, message }.into()
        }
        other => other,
    }
}
