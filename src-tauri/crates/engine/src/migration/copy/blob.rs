use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;

use super::image::Copying;
use crate::migration::{LayerState, MigrationError};
use crate::model::{Descriptor, Digest};
use crate::registry::{BlobStream, RegistryError};

/// A blob whose transfer broke is sent anew, from its first byte, this often in all.
const ATTEMPTS: u32 = 3;
/// The pause before the second attempt; doubled before the third.
const PAUSE: Duration = Duration::from_millis(500);

/// One lock for each blob of each repository, so that images that share a layer and run at the same
/// moment send it once: the second waits, and then finds it there.
#[derive(Default)]
pub(super) struct BlobLocks(Mutex<HashMap<(String, Digest), BlobLock>>);

type BlobLock = Arc<tokio::sync::Mutex<bool>>;

impl BlobLocks {
    /// The lock of a blob; what it guards tells whether the blob is known to be there.
    fn of(&self, repository: &str, digest: &Digest) -> BlobLock {
        let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(locks.entry((repository.to_owned(), digest.clone())).or_default())
    }
}

impl Copying<'_> {
    /// Makes sure that the destination holds a blob.
    pub(super) async fn copy_blob(&self, blob: &Descriptor) -> Result<(), MigrationError> {
        let copier = self.copier;
        copier.control.go().await;
        let lock = copier.locks.of(self.repository(), &blob.digest);
        let mut is_there = lock.lock().await;
        if !*is_there {
            // The semaphore is never closed.
            let _permit = copier.on_the_way.acquire().await;
            *is_there = copier.destination.has_blob(self.repository(), &blob.digest).await?;
            if !*is_there {
                self.send(blob)
                    .await
                    .inspect_err(|_| self.layer_state(blob, LayerState::Failed))?;
                *is_there = true;
                return Ok(());
            }
        }
        self.skipped_bytes.fetch_add(blob.size_bytes, Ordering::Relaxed);
        let total_bytes = Some(blob.size_bytes);
        self.layer_state(blob, LayerState::AlreadyThere { total_bytes });
        Ok(())
    }

    async fn send(&self, blob: &Descriptor) -> Result<(), MigrationError> {
        let mut pause = PAUSE;
        for attempt in 1..=ATTEMPTS {
            match self.send_once(blob).await {
                Ok(()) => break,
                Err(error) if attempt < ATTEMPTS && may_pass(&error) => {
                    tracing::info!(blob = %blob.digest, attempt, %error, "a layer is sent anew");
                    tokio::time::sleep(asked_pause(&error).unwrap_or(pause)).await;
                    pause *= 2;
                }
                Err(error) => return Err(error.into()),
            }
        }
        self.sent_bytes.fetch_add(blob.size_bytes, Ordering::Relaxed);
        self.layer_state(blob, LayerState::Done { sent_bytes: blob.size_bytes });
        Ok(())
    }

    async fn send_once(&self, blob: &Descriptor) -> Result<(), RegistryError> {
        let copier = self.copier;
        let content = copier.source.blob(self.image.source.path(), blob).await?;
        let content = self.told(blob, content);
        copier.destination.upload_blob(self.repository(), blob, content).await
    }

    /// The same bytes, with an event for each chunk that goes by.
    fn told(&self, blob: &Descriptor, content: BlobStream) -> BlobStream {
        let teller = self.teller(blob);
        let mut sent_bytes = 0;
        Box::pin(content.inspect(move |chunk| {
            if let Ok(chunk) = chunk {
                sent_bytes += chunk.len() as u64;
                teller(sent_bytes);
            }
        }))
    }
}

/// Whether the same transfer may succeed when it is made again.
fn may_pass(error: &RegistryError) -> bool {
    matches!(
        error,
        RegistryError::ConnectionLost { .. }
            | RegistryError::Unreachable { .. }
            | RegistryError::Failed { .. }
            | RegistryError::Throttled { .. }
            // The upload's stream cannot be replayed by the client; a new one logs in anew.
            | RegistryError::TokenExpired { .. }
    )
}

fn asked_pause(error: &RegistryError) -> Option<Duration> {
    match error {
        RegistryError::Throttled { retry_after, .. } => *retry_after,
        _ => None,
    }
}
