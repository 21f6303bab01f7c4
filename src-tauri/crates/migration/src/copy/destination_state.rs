//! What is known about the destination while a migration runs, so that no request or upload is
//! repeated. All copiers with one destination share it.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OwnedMutexGuard;

use transload_model::{Digest, PackedDigest};

/// What the destination is known to have, with locks for the tasks that change it.
///
/// Locks are always taken in the same order, which prevents deadlocks: first the blob in one
/// repository, then, if it may be mounted, the blob in any repository.
#[derive(Default)]
pub(crate) struct DestinationState {
    state: Mutex<DestinationContents>,
    locks: Mutex<HashMap<ContentKey, Arc<tokio::sync::Mutex<()>>>>,
    /// Locked by the one blob that determines [`Mounting`].
    pub(super) mounting_probe: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct DestinationContents {
    mounting: Mounting,
    /// By repository. A layer that all images share is in all of their repositories, so this isn't
    /// indexed by blob.
    blobs: HashMap<Arc<str>, HashSet<PackedDigest>>,
    /// The first repository that has a blob.
    holders: HashMap<PackedDigest, Arc<str>>,
    /// By repository. A run of thousands of images has tens of thousands, nearly all in one repository.
    manifests: HashMap<Arc<str>, HashSet<PackedDigest>>,
    lists_referrers: bool,
}

/// A blob in one repository, or in any (`None`).
type ContentKey = (Option<Arc<str>>, Digest);

/// Whether the registry, asked to mount an existing blob from the repository itself, answers that
/// it is mounted. If so, one request both opens an upload and finds out whether it is needed. If
/// not (Amazon ECR answers every mount with a new upload unless the account enables blob mounting,
/// and never mounts a blob that no manifest refers to yet), the blob is looked up first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Mounting {
    /// Unknown until the first blob is sent.
    #[default]
    Unknown,
    Honoured,
    Ignored,
}

impl DestinationState {
    pub(super) fn mounting(&self) -> Mounting {
        self.state().mounting
    }

    pub(super) fn set_mounting(&self, mounting: Mounting) {
        self.state().mounting = mounting;
    }

    pub(crate) fn has_blob(&self, repository: &Arc<str>, digest: &Digest) -> bool {
        let digest = PackedDigest::from(digest);
        self.state().blobs.get(repository).is_some_and(|digests| digests.contains(&digest))
    }

    /// Returns a repository that has the blob.
    pub(super) fn holder(&self, digest: &Digest) -> Option<Arc<str>> {
        self.state().holders.get(&PackedDigest::from(digest)).cloned()
    }

    pub(crate) fn add_blob(&self, repository: &Arc<str>, digest: &Digest) {
        let digest = PackedDigest::from(digest);
        let mut state = self.state();
        state.holders.entry(digest.clone()).or_insert_with(|| Arc::clone(repository));
        state.blobs.entry(Arc::clone(repository)).or_default().insert(digest);
    }

    pub(super) fn has_manifest(&self, repository: &Arc<str>, digest: &Digest) -> bool {
        let digest = PackedDigest::from(digest);
        self.state().manifests.get(repository).is_some_and(|digests| digests.contains(&digest))
    }

    pub(super) fn add_manifest(&self, repository: &Arc<str>, digest: &Digest) {
        let (repository, digest) = (Arc::clone(repository), PackedDigest::from(digest));
        self.state().manifests.entry(repository).or_default().insert(digest);
    }

    /// Returns whether the registry confirmed that it records the subjects of manifests.
    pub(super) fn lists_referrers(&self) -> bool {
        self.state().lists_referrers
    }

    pub(super) fn set_lists_referrers(&self) {
        self.state().lists_referrers = true;
    }

    /// Waits until no other task copies the same blob to the same repository.
    pub(super) async fn lock_blob(
        &self,
        repository: &Arc<str>,
        digest: &Digest,
    ) -> ContentLock<'_> {
        self.lock((Some(Arc::clone(repository)), digest.clone())).await
    }

    /// Waits until no other task copies the same blob to any repository, so that it can be mounted
    /// afterwards.
    pub(super) async fn lock_content(&self, digest: &Digest) -> ContentLock<'_> {
        self.lock((None, digest.clone())).await
    }

    async fn lock(&self, key: ContentKey) -> ContentLock<'_> {
        let lock = Arc::clone(self.locks().entry(key.clone()).or_default());
        // Created before the wait, so that the lock is released even if the wait is cancelled.
        let mut content_lock = ContentLock { state: self, key, guard: None };
        content_lock.guard = Some(lock.lock_owned().await);
        content_lock
    }

    fn locks(&self) -> MutexGuard<'_, HashMap<ContentKey, Arc<tokio::sync::Mutex<()>>>> {
        self.locks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> MutexGuard<'_, DestinationContents> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An exclusive lock of a blob, until it is dropped.
pub(super) struct ContentLock<'a> {
    state: &'a DestinationState,
    key: ContentKey,
    guard: Option<OwnedMutexGuard<()>>,
}

impl Drop for ContentLock<'_> {
    fn drop(&mut self) {
        self.guard = None;
        let mut locks = self.state.locks();
        // Waiting tasks hold a reference too. Without any, the lock is removed to free memory.
        if locks.get(&self.key).is_some_and(|lock| Arc::strong_count(lock) == 1) {
            locks.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn contents_are_of_their_repository() {
        let state = DestinationState::default();
        let [app, web] = ["app", "web"].map(Arc::<str>::from);
        let [blob, manifest] = [b"blob".as_slice(), b"manifest"].map(Digest::of);
        state.add_blob(&app, &blob);
        state.add_blob(&web, &blob);
        state.add_manifest(&web, &manifest);
        assert_eq!(state.holder(&blob), Some(Arc::clone(&app)), "the first repository");
        assert_eq!(state.holder(&manifest), None);
        for (repository, digest, blobs, manifests) in [
            (&app, &blob, true, false),
            (&web, &blob, true, false),
            (&app, &manifest, false, false),
            (&web, &manifest, false, true),
        ] {
            assert_eq!(state.has_blob(repository, digest), blobs, "{repository} {digest}");
            assert_eq!(state.has_manifest(repository, digest), manifests, "{repository} {digest}");
        }
    }

    #[tokio::test]
    async fn an_unused_lock_is_removed() {
        let state = DestinationState::default();
        let digest = Digest::of(b"x");
        let first = state.lock_content(&digest).await;
        let mut second = Box::pin(state.lock_content(&digest));
        assert!((&mut second).now_or_never().is_none());
        drop(first);
        assert_eq!(state.locks().len(), 1, "another task waits for it");
        drop(second.await);
        let cancelled = Box::pin(state.lock_content(&digest));
        drop(cancelled);
        assert!(state.locks().is_empty());
    }
}
