//! Copies one blob: decides whether it has to be transferred, and how (mount, upload, or upload in
//! parts). `image` calls it for every blob that a manifest names.

use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::StreamExt;

use crate::copy::destination_state::Mounting;
use crate::copy::image::Copying;
use crate::endpoints::CopyEndpoints;
use crate::error::MigrationError;
use crate::events::LayerState;
use transload_model::Descriptor;
use transload_registry::{
    BlobStream, Mount, OptionalFeature, RegistryError, Remedy, UploadSession, UploadStart,
};

/// Maximum number of attempts to upload a blob, each from its first byte.
const MAX_ATTEMPTS: u32 = 3;
/// Maximum number of times that a registry may redirect an upload to another address.
const MAX_REDIRECTS: u32 = 3;
/// Pause before the second attempt; doubled before the third.
const RETRY_PAUSE: Duration = Duration::from_millis(500);
/// Progress is reported after this many bytes, and at the end. The UI shows ten updates a second,
/// while a fast connection delivers thousands of chunks.
const REPORT_AFTER_BYTES: u64 = 256 * 1024;

/// How a blob got to the destination.
#[derive(Clone, Copy, PartialEq, Eq)]
enum BlobOutcome {
    Sent,
    AlreadyExists,
    Mounted,
}

impl Copying<'_> {
    /// Ensures that the destination has a blob.
    pub(super) async fn copy_blob(&self, blob: &Descriptor) -> Result<(), MigrationError> {
        let state = &self.copier.state;
        self.copier.control.wait_while_paused().await;
        let _this_blob = state.lock_blob(self.repository, &blob.digest).await;
        let outcome = if state.has_blob(self.repository, &blob.digest) {
            BlobOutcome::AlreadyExists
        } else {
            let outcome = self.ensure_blob(blob).await;
            outcome.inspect_err(|_| self.layer_state(blob, LayerState::Failed))?
        };
        state.add_blob(self.repository, &blob.digest);
        let bytes = blob.size_bytes;
        let (counter, state) = match outcome {
            BlobOutcome::Sent => (&self.sent_bytes, LayerState::Done { sent_bytes: bytes }),
            BlobOutcome::AlreadyExists => {
                (&self.skipped_bytes, LayerState::AlreadyThere { total_bytes: Some(bytes) })
            }
            BlobOutcome::Mounted => (&self.skipped_bytes, LayerState::Mounted),
        };
        counter.fetch_add(bytes, Ordering::Relaxed);
        self.layer_state(blob, state);
        Ok(())
    }

    async fn ensure_blob(&self, blob: &Descriptor) -> Result<BlobOutcome, MigrationError> {
        let state = &self.copier.state;
        if state.mounting() == Mounting::Unknown {
            let _probe = state.mounting_probe.lock().await;
            if state.mounting() == Mounting::Unknown {
                return self.ensure_first_blob(blob).await;
            }
        }
        if state.mounting() == Mounting::Ignored {
            return self.ensure_after_lookup(blob).await;
        }
        // If another task is sending the same bytes to another repository, wait for it and mount
        // them from there.
        let content = match state.holder(&blob.digest) {
            Some(_) => None,
            None => Some(state.lock_content(&blob.digest).await),
        };
        match state.holder(&blob.digest) {
            Some(holder) => {
                drop(content);
                self.mount(blob, &holder).await
            }
            None => {
                let outcome = self.ensure_with_one_request(blob).await?;
                // Recorded before the lock is released, so that the next task finds it.
                state.add_blob(self.repository, &blob.digest);
                Ok(outcome)
            }
        }
    }

    /// Copies the first blob, and finds out how the registry answers a mount from the repository
    /// itself.
    async fn ensure_first_blob(&self, blob: &Descriptor) -> Result<BlobOutcome, MigrationError> {
        let _permit = self.copier.slots.acquire(blob.size_bytes).await;
        let state = &self.copier.state;
        match self.begin(blob, Some(self.repository)).await {
            Ok(UploadStart::Mounted) => {
                state.set_mounting(Mounting::Honored);
                return Ok(BlobOutcome::AlreadyExists);
            }
            Ok(UploadStart::Session(session)) => {
                let CopyEndpoints { destination, layers, .. } = &self.copier.endpoints;
                // ECR ignores mounts until its account enables blob mounting, and may have the blob
                // nevertheless: after an interruption the first blob usually exists.
                let is_ecr = layers.is_some();
                if is_ecr && destination.has_blob(self.repository, &blob.digest).await? {
                    destination.abandon_upload(self.repository, session).await;
                    state.set_mounting(Mounting::Ignored);
                    return Ok(BlobOutcome::AlreadyExists);
                }
                self.send(blob, Some(session)).await?;
            }
            Err(error) if error.allows_fallback(OptionalFeature::Mount) => {
                state.set_mounting(Mounting::Ignored);
                drop(_permit);
                return self.ensure_after_lookup(blob).await;
            }
            Err(error) => return Err(error.into()),
        }
        let mounting = match self.begin(blob, Some(self.repository)).await {
            Ok(UploadStart::Mounted) => Mounting::Honored,
            Ok(UploadStart::Session(session)) => {
                self.copier.endpoints.destination.abandon_upload(self.repository, session).await;
                Mounting::Ignored
            }
            Err(_) => Mounting::Ignored,
        };
        state.set_mounting(mounting);
        Ok(BlobOutcome::Sent)
    }

    /// Copies a blob with one request that either opens an upload or says that the blob exists.
    async fn ensure_with_one_request(
        &self,
        blob: &Descriptor,
    ) -> Result<BlobOutcome, MigrationError> {
        let _permit = self.copier.slots.acquire(blob.size_bytes).await;
        match self.begin_or_plain(blob, Some(self.repository)).await? {
            UploadStart::Mounted => Ok(BlobOutcome::AlreadyExists),
            UploadStart::Session(session) => {
                self.send(blob, Some(session)).await?;
                Ok(BlobOutcome::Sent)
            }
        }
    }

    /// Checks whether the blob exists, and uploads it only if it is missing.
    async fn ensure_after_lookup(&self, blob: &Descriptor) -> Result<BlobOutcome, MigrationError> {
        let copier = self.copier;
        // Before the upload slot is taken, because the image that this waits for needs slots too.
        let planned = copier.planned_mount(self.repository, &blob.digest).await;
        let _permit = copier.slots.acquire(blob.size_bytes).await;
        if copier.endpoints.destination.has_blob(self.repository, &blob.digest).await? {
            return Ok(BlobOutcome::AlreadyExists);
        }
        // A mount costs nothing if an upload has to be opened anyway.
        let holder = match planned {
            Some(planned) => planned,
            None => copier.state.holder(&blob.digest),
        };
        match self.begin_or_plain(blob, holder.as_deref()).await? {
            UploadStart::Mounted => Ok(BlobOutcome::Mounted),
            UploadStart::Session(session) => {
                self.send(blob, Some(session)).await?;
                Ok(BlobOutcome::Sent)
            }
        }
    }

    /// Mounts the blob from another repository. A registry may refuse that for a single repository.
    /// The upload session that it opens instead is used, unless the blob turns out to exist.
    async fn mount(&self, blob: &Descriptor, holder: &str) -> Result<BlobOutcome, MigrationError> {
        let copier = self.copier;
        let _permit = copier.slots.acquire(blob.size_bytes).await;
        match self.begin_or_plain(blob, Some(holder)).await? {
            UploadStart::Mounted => Ok(BlobOutcome::Mounted),
            UploadStart::Session(session) => {
                if copier.endpoints.destination.has_blob(self.repository, &blob.digest).await? {
                    copier.endpoints.destination.abandon_upload(self.repository, session).await;
                    return Ok(BlobOutcome::AlreadyExists);
                }
                self.send(blob, Some(session)).await?;
                Ok(BlobOutcome::Sent)
            }
        }
    }

    async fn begin_or_plain(
        &self,
        blob: &Descriptor,
        from: Option<&str>,
    ) -> Result<UploadStart, RegistryError> {
        match self.begin(blob, from).await {
            // A mount is optional: whatever error a registry returns for it, a plain upload may
            // succeed.
            Err(error) if from.is_some() && error.allows_fallback(OptionalFeature::Mount) => {
                self.begin(blob, None).await
            }
            other => other,
        }
    }

    async fn begin(
        &self,
        blob: &Descriptor,
        from: Option<&str>,
    ) -> Result<UploadStart, RegistryError> {
        let mount = from.map(|from| Mount { digest: &blob.digest, from });
        self.copier.endpoints.destination.begin_upload(self.repository, mount).await
    }

    /// Uploads the bytes, first in the given upload session, if any. After an interruption a large
    /// layer is uploaded in parts, if the destination supports that.
    async fn send(
        &self,
        blob: &Descriptor,
        mut session: Option<UploadSession>,
    ) -> Result<(), MigrationError> {
        let mut pause = RETRY_PAUSE;
        let (mut attempt, mut moves) = (1, 0);
        let mut parts = self.parts_for(blob);
        loop {
            let sent = match parts.take().filter(|_| attempt > 1) {
                Some(parts) => self.send_in_parts(blob, parts).await,
                None => self.send_once(blob, session.take()).await.map_err(Into::into),
            };
            match sent {
                Ok(()) => return Ok(()),
                Err(MigrationError::Registry(RegistryError::UploadMoved {
                    session: moved_session,
                    ..
                })) if moves < MAX_REDIRECTS => {
                    moves += 1;
                    session = Some(moved_session);
                }
                Err(error) if attempt < MAX_ATTEMPTS && is_retryable(&error) => {
                    tracing::info!(
                        blob = %blob.digest, attempt, %error,
                        "retrying the upload of a layer"
                    );
                    // Pause at least this long even if the registry asks for no pause.
                    tokio::time::sleep(requested_pause(&error).unwrap_or(pause).max(pause)).await;
                    pause *= 2;
                    attempt += 1;
                    // If the ECR API itself fails, the next attempt uses the registry protocol.
                    parts = match error {
                        MigrationError::Aws(_) => None,
                        _ => self.parts_for(blob),
                    };
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn send_once(
        &self,
        blob: &Descriptor,
        session: Option<UploadSession>,
    ) -> Result<(), RegistryError> {
        let copier = self.copier;
        let session = match session {
            Some(session) => session,
            None => match self.begin(blob, None).await? {
                UploadStart::Session(session) => session,
                UploadStart::Mounted => return Ok(()),
            },
        };
        let content = match copier.endpoints.source.blob(self.job.source.path(), blob).await {
            Ok(content) => content,
            Err(error) => {
                copier.endpoints.destination.abandon_upload(self.repository, session).await;
                return Err(error);
            }
        };
        let content = self.with_progress(blob, content);
        copier.endpoints.destination.send_blob(self.repository, blob, session, content).await
    }

    /// Returns the same bytes, and emits progress events as they are read.
    pub(super) fn with_progress(&self, blob: &Descriptor, content: BlobStream) -> BlobStream {
        let report = self.progress_reporter(blob);
        let (mut sent_bytes, mut reported_bytes, size_bytes) = (0, 0, blob.size_bytes);
        Box::pin(content.inspect(move |chunk| {
            if let Ok(chunk) = chunk {
                sent_bytes += chunk.len() as u64;
                if sent_bytes - reported_bytes >= REPORT_AFTER_BYTES || sent_bytes == size_bytes {
                    reported_bytes = sent_bytes;
                    report(sent_bytes);
                }
            }
        }))
    }
}

/// Returns whether a retry of the same transfer may succeed.
fn is_retryable(error: &MigrationError) -> bool {
    let error = match error {
        MigrationError::Registry(error) => error,
        // Error of the upload in parts, which is only one of two ways.
        MigrationError::Aws(_) => return true,
        _ => return false,
    };
    match error.remedy() {
        Remedy::Retry => true,
        Remedy::Wait => matches!(error, RegistryError::Throttled { .. }),
        // The client can't replay the stream of an upload; a new one logs in again.
        Remedy::LogIn => matches!(error, RegistryError::TokenExpired { .. }),
        Remedy::Absent | Remedy::Unsupported | Remedy::Refused => false,
    }
}

fn requested_pause(error: &MigrationError) -> Option<Duration> {
    match error {
        MigrationError::Registry(RegistryError::Throttled { retry_after, .. }) => *retry_after,
        _ => None,
    }
}
