use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// How a running migration is held, let go and stopped from outside.
#[derive(Clone, Debug)]
pub struct Control {
    cancel: CancellationToken,
    paused: watch::Sender<bool>,
}

impl Default for Control {
    fn default() -> Self {
        Self { cancel: CancellationToken::new(), paused: watch::Sender::new(false) }
    }
}

impl Control {
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
    async fn a_cancelled_part_ends_without_a_result() {
        let control = Control::default();
        control.cancel();
        assert_eq!(control.until_cancelled(std::future::pending::<()>()).await, None);
        assert!(control.is_cancelled());
    }
}
