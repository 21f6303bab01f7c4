//! Work that takes a while and writes nothing, and that a person may stop: the making of a plan, the
//! reading of a whole account.

use std::collections::HashMap;
use std::sync::Mutex;

use tokio_util::sync::CancellationToken;

use crate::locks::locked;

/// What is under way, by the name that its caller made up to stop it.
#[derive(Default)]
pub(crate) struct CancellableCalls(Mutex<HashMap<String, CancellationToken>>);

impl CancellableCalls {
    /// Does `work`; nothing where it was stopped before its end.
    pub async fn run<T>(&self, name: String, work: impl Future<Output = T>) -> Option<T> {
        let stop = CancellationToken::new();
        let _listed = Listed::new(&self.0, name, stop.clone());
        stop.run_until_cancelled(work).await
    }

    /// Stops an attempt. One that is over already is left.
    pub fn stop(&self, name: &str) {
        if let Some(stop) = locked(&self.0).get(name) {
            stop.cancel();
        }
    }
}

/// An attempt in the list, for as long as it is under way, also where its caller drops it.
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
