use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// How a running migration is held, let go and stopped from outside.
#[derive(Clone, Debug)]
pub struct Control {
    cancel: CancellationToken,
    paused: watch::Sender<bool>,
    /// How often it was woken.
    wakes: watch::Sender<u64>,
    look_again: Duration,
}

/// How often a used-up pull quota is looked at again where the registry does not say when it is
/// renewed, and a session that ended. Looking at a quota is a HEAD, which Docker Hub does not count.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

impl Default for Control {
    fn default() -> Self {
        Self::looking_again_every(LOOK_AGAIN)
    }
}

impl Control {
    /// One that looks at a used-up pull quota, or a session that ended, again after another time.
    pub fn looking_again_every(look_again: Duration) -> Self {
        let (cancel, paused, wakes) = Default::default();
        Self { cancel, paused, wakes, look_again }
    }

    /// Ends a wait for a pull quota or a sign-in early: a person may have signed in.
    pub fn wake(&self) {
        self.wakes.send_modify(|wakes| *wakes += 1);
    }

    /// How often it was woken so far. Asked for before a look, so that no call to wake is missed
    /// that comes while it looks.
    pub(super) fn wakes(&self) -> u64 {
        *self.wakes.borrow()
    }

    /// Waits for a time, or until it was woken more often than `seen`.
    pub(super) async fn doze(&self, seen: u64, time: Duration) {
        let mut wakes = self.wakes.subscribe();
        // Either is as good, and the sender lives in `self`.
        let _ = tokio::time::timeout(time, wakes.wait_for(|wakes| *wakes > seen)).await;
    }

    /// How long a wait for a pull quota is where the registry does not say, and for a sign-in.
    pub(super) fn look_again(&self) -> Duration {
        self.look_again
    }

    /// Lets no new image or layer begin; what is under way goes on to its end.
    pub fn pause(&self) {
        self.paused.send_replace(true);
    }

    /// Goes on.
    pub fn resume(&self) {
        self.paused.send_replace(false);
    }

    /// Whether it holds.
    pub fn is_paused(&self) -> bool {
        *self.paused.borrow()
    }

    /// Stops everything that is under way.
    pub fn cancel(&self) {
        self.cancel.cancel();
    }

    /// Whether it was stopped.
    pub fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }

    /// What a part watches to stop by itself.
    pub(super) fn token(&self) -> &CancellationToken {
        &self.cancel
    }

    /// Waits while the migration holds.
    pub(super) async fn go(&self) {
        let mut paused = self.paused.subscribe();
        // The sender lives in `self`, so waiting cannot fail.
        let _ = paused.wait_for(|paused| !paused).await;
    }

    /// Runs a part until it ends or the migration is stopped; nothing when it was stopped.
    pub(super) async fn until_cancelled<T>(&self, part: impl Future<Output = T>) -> Option<T> {
        self.cancel.run_until_cancelled(part).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_paused_part_waits_until_it_may_go() {
        let control = Control::default();
        control.pause();
        let mut part = tokio_test_future(&control);
        assert!(futures_util::poll!(&mut part).is_pending());
        control.resume();
        part.await;
    }

    fn tokio_test_future(control: &Control) -> std::pin::Pin<Box<dyn Future<Output = ()> + '_>> {
        Box::pin(control.go())
    }

    #[tokio::test]
    async fn who_is_woken_while_it_looks_does_not_doze() {
        let control = Control::default();
        let seen = control.wakes();
        control.wake();
        let dozing = control.doze(seen, Duration::from_secs(3600));
        tokio::time::timeout(Duration::from_secs(60), dozing).await.unwrap();
    }

    #[tokio::test]
    async fn a_cancelled_part_ends_without_a_result() {
        let control = Control::default();
        control.cancel();
        assert_eq!(control.until_cancelled(std::future::pending::<()>()).await, None);
        assert!(control.is_cancelled());
    }
}
