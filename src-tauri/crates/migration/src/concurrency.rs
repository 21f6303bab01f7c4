//! How much happens at a time, in one place: the limits of every step, and the function that keeps them.
//!
//! The limits of a copy nest: images, below them the children of an index, and the blobs of each image. All blobs
//! of one destination then share its upload slots (`copy::upload_slots`), and every request passes the limit of
//! its registry, which adapts to the registry's responses (`transload_registry`, `rate_limit`).

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use futures_util::future::join_all;

/// Maximum number of images that are looked up concurrently: enough to hide the latency of a
/// registry, and below every registry's limit for one client.
pub(crate) const MAX_CONCURRENT_IMAGE_LOOKUPS: usize = 16;
/// Maximum number of children that are requested concurrently.
pub(crate) const MAX_CONCURRENT_CHILD_READS: usize = 4;
/// Maximum number of repositories that are read concurrently.
pub(crate) const MAX_CONCURRENT_REPOSITORY_READS: usize = 4;
/// Maximum number of indexes of one repository that are read concurrently.
pub(crate) const MAX_CONCURRENT_INDEX_READS: usize = 8;
/// Maximum number of repositories that are created concurrently. ECR's quota is far higher, but the
/// account may have other work.
pub(crate) const MAX_CONCURRENT_CREATIONS: usize = 4;
/// Maximum number of tags that the engine creates concurrently; each takes it a few milliseconds.
pub(crate) const MAX_CONCURRENT_TAGS: usize = 4;
/// Maximum number of concurrent pushes of the engine, which sends five layers of each push at a time.
pub(crate) const MAX_CONCURRENT_ENGINE_PUSHES: usize = 2;
/// Maximum number of images whose content is copied concurrently.
pub(crate) const MAX_CONCURRENT_COPIES: usize = 16;
/// Maximum number of images that have started and are not finished. An image whose content is at the
/// destination may wait here for an older image of its repository, without blocking other repositories.
pub(crate) const MAX_STARTED_IMAGES: usize = 512;
/// Maximum number of blobs of a whole migration that are transferred at the same time.
pub(crate) const MAX_CONCURRENT_UPLOADS: usize = 32;
/// Maximum number of children of one index that are copied concurrently.
pub(crate) const MAX_CONCURRENT_CHILD_COPIES: usize = 8;
/// Maximum number of blobs of one image that wait for an upload slot.
pub(crate) const MAX_CONCURRENT_BLOBS: usize = 16;
/// Maximum number of images whose tag is written concurrently.
pub(crate) const MAX_CONCURRENT_TAG_WRITES: usize = 16;
/// Maximum number of blobs that are looked up concurrently.
pub(crate) const MAX_CONCURRENT_LAYER_LOOKUPS: usize = 8;
/// Maximum number of images that are verified concurrently, with two small requests each.
pub(crate) const MAX_CONCURRENT_VERIFICATIONS: usize = 8;
/// Maximum number of repositories that undo reads concurrently.
pub(crate) const MAX_CONCURRENT_UNDO_REQUESTS: usize = 8;
/// Maximum number of repositories that are undone concurrently. ECR's quotas are far higher, but other
/// clients of the account share them.
pub(crate) const MAX_CONCURRENT_UNDOS: usize = 4;

/// Runs the work of each index below `count`, at most `limit` at a time, and returns the results
/// in order. A future is created only when it starts, so thousands of pending ones need no memory.
pub(super) async fn for_each_concurrent<T, F>(
    count: usize,
    limit: usize,
    work: impl Fn(usize) -> F,
) -> Vec<T>
where
    F: Future<Output = T>,
{
    let (next, work) = (&AtomicUsize::new(0), &work);
    let results = &Mutex::new(Vec::with_capacity(count));
    let workers: Vec<_> = (0..limit.clamp(1, count.max(1)))
        .map(|_| async move {
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                if index >= count {
                    break;
                }
                let result = work(index).await;
                results.lock().unwrap_or_else(PoisonError::into_inner).push((index, result));
            }
        })
        .collect();
    join_all(workers).await;
    let mut results = std::mem::take(&mut *results.lock().unwrap_or_else(PoisonError::into_inner));
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;

    use super::*;

    #[tokio::test]
    async fn results_are_in_order_and_concurrency_is_limited() {
        let (running, most) = (&AtomicU32::new(0), &AtomicU32::new(0));
        let results = for_each_concurrent(20, 3, |index| async move {
            let now = running.fetch_add(1, Ordering::Relaxed) + 1;
            most.fetch_max(now, Ordering::Relaxed);
            // Later indexes finish sooner.
            for _ in index..20 {
                tokio::task::yield_now().await;
            }
            running.fetch_sub(1, Ordering::Relaxed);
            index
        })
        .await;
        assert_eq!(results, (0..20).collect::<Vec<_>>());
        assert_eq!(most.load(Ordering::Relaxed), 3);
        assert!(for_each_concurrent(0, 3, |index| async move { index }).await.is_empty());
    }
}
