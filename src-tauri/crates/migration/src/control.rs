//! Pauses, resumes, wakes and cancels a running migration. The api holds one [`Control`] for each
//! job; the steps of the run wait on it.

use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Controls a running migration from outside. Clones control the same migration.
#[derive(Clone, Debug)]
pub struct Control {
    cancel: CancellationToken,
    paused: watch::Sender<bool>,
    /// Number of calls to [`Control::wake`].
    wakes: watch::Sender<u64>,
    check_interval: Duration,
}

/// Default interval of checks for a renewed pull quota (if the registry doesn't report when it
/// renews) or a renewed session. The check of a quota is a HEAD request, which Docker Hub doesn't
/// count.
const CHECK_INTERVAL: Duration = Duration::from_secs(60);

impl Default for Control {
    fn default() -> Self {
        Self::with_check_interval(CHECK_INTERVAL)
    }
}

impl Control {
    /// Creates a control with another interval of checks for a renewed pull quota or session.
    pub fn with_check_interval(check_interval: Duration) -> Self {
        let (cancel, paused, wakes) = Default::default();
        Self { cancel, paused, wakes, check_interval }
    }

    /// Ends a wait for a pull quota or a sign-in early, for example because a user has signed in.
    pub fn wake(&self) {
        self.wakes.send_modify(|wakes| *wakes += 1);
    }

    /// Returns the number of wake-ups so far. Callers read it before they check, so that a wake-up
    /// during the check isn't missed.
    pub(super) fn wake_count(&self) -> u64 {
        *self.wakes.borrow()
    }

    /// Sleeps for `time`, or until there are more than `seen` wake-ups.
    pub(super) async fn sleep_until_woken(&self, seen: u64, time: Duration) {
        let mut wakes = self.wakes.subscribe();
        // A timeout and a wake-up have the same effect. The sender is in `self`, so it can't be
        // dropped.
        let _ = tokio::time::timeout(time, wakes.wait_for(|wakes| *wakes > seen)).await;
    }

    /// Returns how long to wait between checks for a pull quota without a reported renewal time, or
    /// for a sign-in.
    pub(super) fn check_interval(&self) -> Duration {
        self.check_interval
    }

    /// Starts no new images or layers. Those in progress are finished.
    pub fn pause(&self) {
        self.paused.send_replace(true);
    }

    /// Resumes after [`Control::pause`].
    pub fn resume(&self) {
        self.paused.send_replace(false);
    }

    /// Cancels everything in progress.
    pub fn cancel(&self) {
        self.cancel.cancel();
    }

    /// Returns whether the migration was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }

    /// Returns the token that parts of the run watch to cancel themselves.
    pub(super) fn token(&self) -> &CancellationToken {
        &self.cancel
    }

    /// Waits while the migration is paused.
    pub(super) async fn wait_while_paused(&self) {
        let mut paused = self.paused.subscribe();
        // The sender is in `self`, so the wait can't fail.
        let _ = paused.wait_for(|paused| !paused).await;
    }

    /// Runs a future until it completes or the migration is cancelled. Returns `None` if it was
    /// cancelled.
    pub(super) async fn until_cancelled<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        self.cancel.run_until_cancelled(future).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_paused_task_waits_until_resume() {
        let control = Control::default();
        control.pause();
        let mut wait = wait_future(&control);
        assert!(futures_util::poll!(&mut wait).is_pending());
        control.resume();
        wait.await;
    }

    fn wait_future(control: &Control) -> std::pin::Pin<Box<dyn Future<Output = ()> + '_>> {
        Box::pin(control.wait_while_paused())
    }

    #[tokio::test]
    async fn a_wake_up_during_a_check_is_not_missed() {
        let control = Control::default();
        let seen = control.wake_count();
        control.wake();
        let sleep = control.sleep_until_woken(seen, Duration::from_secs(3600));
        tokio::time::timeout(Duration::from_secs(60), sleep).await.unwrap();
    }

    #[tokio::test]
    async fn a_cancelled_future_returns_none() {
        let control = Control::default();
        control.cancel();
        assert_eq!(control.until_cancelled(std::future::pending::<()>()).await, None);
        assert!(control.is_cancelled());
    }
}
