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
    /// The repositories with a blob, by position in [`Self::repositories`].
    blobs: HashMap<PackedDigest, Holders>,
    /// Every repository with a blob, once.
    repositories: Vec<Arc<str>>,
    positions: HashMap<Arc<str>, u32>,
    /// By repository. A run of thousands of images has tens of thousands, nearly all in one repository.
    manifests: HashMap<Arc<str>, HashSet<PackedDigest>>,
    lists_referrers: bool,
}

/// The repositories with a blob. Nearly every blob is in one; a layer that all images share is in all of them.
#[expect(clippy::box_collection, reason = "one pointer for each blob instead of 48 bytes")]
struct Holders {
    first: u32,
    others: Option<Box<HashSet<u32>>>,
}

impl Holders {
    fn has(&self, repository: u32) -> bool {
        self.first == repository
            || self.others.as_ref().is_some_and(|others| others.contains(&repository))
    }

    fn add(&mut self, repository: u32) {
        if self.first != repository {
            self.others.get_or_insert_default().insert(repository);
        }
    }
}

impl DestinationContents {
    /// Returns the position of a repository, which is added if it is new.
    fn position(&mut self, repository: &Arc<str>) -> u32 {
        if let Some(position) = self.positions.get(repository) {
            return *position;
        }
        // ECR allows 100,000 repositories in a Region.
        let position = u32::try_from(self.repositories.len()).unwrap_or(u32::MAX);
        self.repositories.push(Arc::clone(repository));
        self.positions.insert(Arc::clone(repository), position);
        position
    }
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
    Honored,
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
        let state = self.state();
        let Some(position) = state.positions.get(repository) else { return false };
        let holders = state.blobs.get(&PackedDigest::from(digest));
        holders.is_some_and(|holders| holders.has(*position))
    }

    /// Returns the first repository that had the blob.
    pub(super) fn holder(&self, digest: &Digest) -> Option<Arc<str>> {
        let state = self.state();
        let holders = state.blobs.get(&PackedDigest::from(digest))?;
        state.repositories.get(holders.first as usize).cloned()
    }

    pub(crate) fn add_blob(&self, repository: &Arc<str>, digest: &Digest) {
        let mut state = self.state();
        let position = state.position(repository);
        let holders = state.blobs.entry(PackedDigest::from(digest));
        holders
            .and_modify(|holders| holders.add(position))
            .or_insert(Holders { first: position, others: None });
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
        state.add_blob(&app, &blob);
        state.add_blob(&web, &blob);
        assert_eq!(state.holder(&blob), Some(Arc::clone(&app)));
        let other: Arc<str> = Arc::from("other");
        assert!(!state.has_blob(&other, &blob) && !state.has_manifest(&other, &manifest));
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
