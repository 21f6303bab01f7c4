//! Long calls that write nothing and that the user can cancel: planning, and reading a whole
//! account.

use std::collections::HashMap;
use std::sync::Mutex;

use tokio_util::sync::CancellationToken;

use crate::locks::locked;

/// The running calls, by the name that the caller chose to cancel them by.
#[derive(Default)]
pub(crate) struct CancellableCalls(Mutex<HashMap<String, CancellationToken>>);

impl CancellableCalls {
    /// Runs `work`. Returns `None` if it was cancelled.
    pub async fn run<T>(&self, name: String, work: impl Future<Output = T>) -> Option<T> {
        let stop = CancellationToken::new();
        let _listed = Listed::new(&self.0, name, stop.clone());
        stop.run_until_cancelled(work).await
    }

    /// Cancels a call. Does nothing if it already finished.
    pub fn stop(&self, name: &str) {
        if let Some(stop) = locked(&self.0).get(name) {
            stop.cancel();
        }
    }
}

/// Removes a call from the list when it finishes or its caller drops it.
struct Listed<'a> {
    all: &'a Mutex<HashMap<String, CancellationToken>>,
    name: String,
}

impl<'a> Listed<'a> {
    fn new(
        all: &'a Mutex<HashMap<String, CancellationToken>>,
        name: String,
        stop: CancellationToken,
    ) -> Self {
        locked(all).insert(name.clone(), stop);
        Self { all, name }
    }
}

impl Drop for Listed<'_> {
    fn drop(&mut self) {
        locked(self.all).remove(&self.name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_attempt_ends_with_its_work_or_when_it_is_stopped() {
        let attempts = CancellableCalls::default();
        assert_eq!(attempts.run("one".to_owned(), async { 1 }).await, Some(1));
        let stopped = attempts.run("two".to_owned(), async {
            attempts.stop("two");
            std::future::pending::<()>().await;
        });
        assert_eq!(stopped.await, None);
        assert!(locked(&attempts.0).is_empty(), "neither is listed any more");
        attempts.stop("two");
    }
}
