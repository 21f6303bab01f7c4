//! Planned and running changes in ECR that the user reviewed: undos, deletions and restores.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use transload_aws::EcrManifest;
use transload_contract::{
    AwsConnection, CleanupClass, RepositoryDeletionPlan, RepositoryRestorePlan,
};
use transload_errors::{ApiError, ErrorCode};
use transload_migration::{Control, DestinationIdentity, UndoPlan};
use transload_model::Digest;

use crate::locks::locked;

/// The maximum number of planned changes of a kind. A user reviews one at a time.
const PLANS_KEPT: usize = 4;

pub(crate) struct ReadyUndo {
    pub migration: String,
    pub plan: UndoPlan,
    pub connection: AwsConnection,
}

pub(crate) struct ReadyDeletion {
    pub connection: AwsConnection,
    pub destination: DestinationIdentity,
    pub repositories: Vec<RepositoryDeletionPlan>,
    /// The clean-up that proposed its images.
    pub class: Option<CleanupClass>,
}

/// A planned restore of a deletion.
pub(crate) struct ReadyRestore {
    pub deletion: String,
    pub connection: AwsConnection,
    pub destination: DestinationIdentity,
    pub repositories: Vec<RepositoryRestorePlan>,
    pub manifests: HashMap<Digest, EcrManifest>,
}

/// The newest planned changes of a kind, and the running ones.
pub(crate) struct ReadyChanges<Change> {
    planned: Mutex<VecDeque<(String, Change)>>,
    running: Arc<Mutex<HashMap<String, Control>>>,
}

/// A running change. Its work owns this, so a panic also ends it, and a caller that stops waiting doesn't.
struct Running {
    all: Arc<Mutex<HashMap<String, Control>>>,
    id: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        locked(&self.all).remove(&self.id);
    }
}

impl<Change> Default for ReadyChanges<Change> {
    fn default() -> Self {
        Self { planned: Mutex::default(), running: Arc::default() }
    }
}

impl<Change> ReadyChanges<Change> {
    pub fn add(&self, id: String, change: Change) {
        let mut planned = locked(&self.planned);
        if planned.len() == PLANS_KEPT {
            planned.pop_front();
        }
        planned.push_back((id, change));
    }

    /// Carries out a planned change, which is possible once. `work` runs in its own task: a window that is closed
    /// does not leave it half done.
    pub async fn carry_out<T, F>(
        &self,
        id: &str,
        control: Control,
        work: impl FnOnce(Change, Control) -> F,
    ) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, ApiError>> + Send + 'static,
    {
        let change = self.begin(id, &control)?;
        let running = Running { all: Arc::clone(&self.running), id: id.to_owned() };
        let work = work(change, control);
        let outcome = tokio::spawn(async move {
            let _running = running;
            work.await
        });
        outcome.await.map_err(|crash| ApiError::internal(crash.to_string()))?
    }

    /// Removes a planned change, so that it runs once. `control` stops it.
    fn begin(&self, id: &str, control: &Control) -> Result<Change, ApiError> {
        let mut planned = locked(&self.planned);
        let at = planned.iter().position(|(known, _)| known == id);
        let found = at.and_then(|at| planned.remove(at));
        let (_, change) = found.ok_or_else(|| {
            let message = "This dry run no longer exists, or was already carried out.";
            ApiError::new(ErrorCode::ReviewUnknown, message).about(id)
        })?;
        locked(&self.running).insert(id.to_owned(), control.clone());
        Ok(change)
    }

    /// Cancels a running change. Does nothing if it already finished.
    pub fn stop(&self, id: &str) {
        if let Some(control) = locked(&self.running).get(id) {
            control.cancel();
        }
    }

    pub fn stop_all(&self) {
        locked(&self.running).values().for_each(Control::cancel);
    }

    pub fn any_runs(&self) -> bool {
        !locked(&self.running).is_empty()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::sync::Notify;

    use super::*;

    #[tokio::test]
    async fn a_change_runs_until_its_work_ends_even_if_nobody_waits() {
        for (is_dropped, panics) in [(false, false), (true, false), (false, true), (true, true)] {
            let case = format!("dropped: {is_dropped}, panics: {panics}");
            let changes = ReadyChanges::default();
            changes.add("id".to_owned(), ());
            let (begun, finish) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
            let (begins, finishes) = (Arc::clone(&begun), Arc::clone(&finish));
            let work = move |(), _| async move {
                begins.notify_one();
                finishes.notified().await;
                assert!(!panics, "as wanted");
                Ok(())
            };
            let mut outcome = Box::pin(changes.carry_out("id", Control::default(), work));
            tokio::select! {
                _ = &mut outcome => panic!("{case}: it ended too early"),
                () = begun.notified() => {}
            }
            assert!(changes.any_runs(), "{case}");
            let outcome = if is_dropped {
                drop(outcome);
                assert!(changes.any_runs(), "{case}: its work continues");
                finish.notify_one();
                None
            } else {
                finish.notify_one();
                Some(outcome.await)
            };
            assert_eq!(outcome.is_none_or(|outcome| outcome.is_err()), is_dropped || panics);
            let ended = async {
                while changes.any_runs() {
                    tokio::task::yield_now().await;
                }
            };
            tokio::time::timeout(Duration::from_secs(20), ended).await.expect(&case);
        }
    }
}
