//! Many pieces of work, a few at a time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use futures_util::future::join_all;

/// Does the work of each of `count` places, `together` at a time, and gives what came of it in their
/// order. The work of a place is made when its turn comes: thousands that wait take no room.
pub(super) async fn in_turn<T, F>(
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
    async fn answers_come_in_order_and_no_more_run_than_wanted() {
        let (running, most) = (&AtomicU32::new(0), &AtomicU32::new(0));
        let answers = in_turn(20, 3, |place| async move {
            let now = running.fetch_add(1, Ordering::Relaxed) + 1;
            most.fetch_max(now, Ordering::Relaxed);
            // The later ones end sooner.
            for _ in place..20 {
                tokio::task::yield_now().await;
            }
            running.fetch_sub(1, Ordering::Relaxed);
            place
        })
        .await;
        assert_eq!(answers, (0..20).collect::<Vec<_>>());
        assert_eq!(most.load(Ordering::Relaxed), 3);
        assert!(in_turn(0, 3, |place| async move { place }).await.is_empty());
    }
}
