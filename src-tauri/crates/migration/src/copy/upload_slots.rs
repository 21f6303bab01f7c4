//! Limits the number of blobs that are uploaded to one destination concurrently.

use tokio::sync::{Semaphore, SemaphorePermit};
use transload_registry::LARGE_UPLOAD_BYTES;

/// Upload slots of one destination. One slot of four is reserved for small blobs, so that they
/// don't wait for large ones.
pub(crate) struct UploadSlots {
    all: Semaphore,
    large: Semaphore,
}

/// An upload slot, released when it is dropped.
pub(super) struct UploadSlot<'a> {
    _one: Option<SemaphorePermit<'a>>,
    _large: Option<SemaphorePermit<'a>>,
}

impl UploadSlots {
    /// Creates `count` slots, at least one.
    pub(crate) fn new(count: usize) -> Self {
        let count = count.max(1);
        let large = (count - count / 4).max(1);
        Self { all: Semaphore::new(count), large: Semaphore::new(large) }
    }

    /// Waits for an upload slot for a blob.
    pub(super) async fn acquire(&self, size_bytes: u64) -> UploadSlot<'_> {
        // The semaphores are never closed. Large blobs wait for each other first; every task takes
        // the semaphores in this order.
        let large = match size_bytes >= LARGE_UPLOAD_BYTES {
            true => self.large.acquire().await.ok(),
            false => None,
        };
        UploadSlot { _one: self.all.acquire().await.ok(), _large: large }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn large_blobs_leave_a_slot_to_small_ones() {
        let slots = UploadSlots::new(8);
        let large: Vec<_> =
            std::iter::from_fn(|| slots.acquire(LARGE_UPLOAD_BYTES).now_or_never()).collect();
        assert_eq!(large.len(), 6);
        let small: Vec<_> = std::iter::from_fn(|| slots.acquire(1).now_or_never()).collect();
        assert_eq!(small.len(), 2);
        drop(large);
        assert!(slots.acquire(LARGE_UPLOAD_BYTES).now_or_never().is_some());
    }

    #[tokio::test]
    async fn a_single_slot_serves_both_kinds() {
        let slots = UploadSlots::new(1);
        assert!(slots.acquire(LARGE_UPLOAD_BYTES).now_or_never().is_some());
        assert!(slots.acquire(1).now_or_never().is_some());
    }
}
