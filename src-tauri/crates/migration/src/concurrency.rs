//! Runs many futures with limited concurrency. Gathering facts, the steps of a run, undo and
//! list copies use it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use futures_util::future::join_all;

/// Runs the work of each index below `count`, at most `together` at a time, and returns the results
/// in order. A future is created only when it starts, so thousands of pending ones need no memory.
pub(super) async fn for_each_concurrent<T, F>(
    count: usize,
    together: usize,
    work: impl Fn(usize) -> F,
) -> Vec<T>
where
    F: Future<Output = T>,
{
    let (next, work) = (&AtomicUsize::new(0), &work);
    let done = &Mutex::new(Vec::with_capacity(count));
    let workers: Vec<_> = (0..together.clamp(1, count.max(1)))
        .map(|_| async move {
            loop {
                let place = next.fetch_add(1, Ordering::Relaxed);
                if place >= count {
                    break;
                }
                let outcome = work(place).await;
                done.lock().unwrap_or_else(PoisonError::into_inner).push((place, outcome));
            }
        })
        .collect();
    join_all(workers).await;
    let mut done = std::mem::take(&mut *done.lock().unwrap_or_else(PoisonError::into_inner));
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, outcome)| outcome).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;

    use super::*;

    #[tokio::test]
    async fn results_are_in_order_and_concurrency_is_limited() {
        let (running, most) = (&AtomicU32::new(0), &AtomicU32::new(0));
        let answers = for_each_concurrent(20, 3, |place| async move {
            let now = running.fetch_add(1, Ordering::Relaxed) + 1;
            most.fetch_max(now, Ordering::Relaxed);
            // Later indexes finish sooner.
            for _ in place..20 {
                tokio::task::yield_now().await;
            }
            running.fetch_sub(1, Ordering::Relaxed);
            place
        })
        .await;
        assert_eq!(answers, (0..20).collect::<Vec<_>>());
        assert_eq!(most.load(Ordering::Relaxed), 3);
        assert!(for_each_concurrent(0, 3, |place| async move { place }).await.is_empty());
    }
}
