//! The lifecycle policies of new repositories. Each policy is set after the last image of its repository
//! is written, so that ECR never evaluates it against a partial migration.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::MigrationError;
use crate::journal::intent::{Write, WriteOutcome};
use crate::plan::PlannedRepository;
use crate::report::PolicyNotSet;
use crate::run::context::Run;
use crate::run::journal_writes::{intend, settle};
use crate::run::push_queue::QueuePosition;
use crate::run::record::ImageRecord;
use transload_model::RepositoryName;

/// The lifecycle policies that a run still has to set.
#[derive(Default)]
pub(super) struct LifecyclePolicies(Mutex<BTreeMap<RepositoryName, PendingPolicy>>);

/// A policy that is not set yet.
struct PendingPolicy {
    text: String,
    /// Whether an earlier attempt created the repository. It may already have a policy.
    is_earlier: bool,
    error: Option<Arc<MigrationError>>,
}

impl LifecyclePolicies {
    /// Returns the policies of repositories that an earlier attempt of the same migration created. That
    /// attempt may have ended before it set them.
    pub fn new(run: &Run<'_>) -> Self {
        let policies = Self::default();
        for repository in run.plan.repositories.iter().filter(|repository| repository.is_own) {
            policies.add(repository, true);
        }
        policies
    }

    /// Adds the policy of a repository that this run created, or an earlier attempt that did not receive
    /// the response (`is_earlier`).
    pub fn created(&self, repository: &PlannedRepository, is_earlier: bool) {
        self.add(repository, is_earlier);
    }

    fn add(&self, repository: &PlannedRepository, is_earlier: bool) {
        if let Some(text) = repository.settings.lifecycle.policy_text() {
            let pending = PendingPolicy { text, is_earlier, error: None };
            self.pending().insert(repository.name.clone(), pending);
        }
    }

    /// Notes that an image was written or failed. Sets the policy after the last image of a repository.
    pub async fn image_finished(
        &self,
        run: &Run<'_>,
        record: &ImageRecord<'_>,
        position: QueuePosition<'_>,
    ) {
        if position.finish() {
            self.set(run, &record.planned.repository).await;
        }
    }

    /// Sets every policy that was neither set nor refused, unless the run was cancelled.
    pub async fn set_all(&self, run: &Run<'_>) {
        let names = self.open();
        for name in names {
            self.set(run, &name).await;
        }
    }

    async fn set(&self, run: &Run<'_>, name: &RepositoryName) {
        let Some((text, is_earlier)) = self.policy(name) else { return };
        let outcome = run.control.until_cancelled(set(run, name, &text, is_earlier)).await;
        match outcome {
            Some(Ok(())) => drop(self.pending().remove(name)),
            Some(Err(error)) => {
                tracing::warn!(%name, %error, "couldn't set the lifecycle policy of a new repository");
                if let Some(pending) = self.pending().get_mut(name) {
                    pending.error = Some(Arc::new(error));
                }
            }
            None => {}
        }
    }

    /// Returns the repositories whose policy was neither set nor refused.
    fn open(&self) -> Vec<RepositoryName> {
        let pending = self.pending();
        let open = pending.iter().filter(|(_, pending)| pending.error.is_none());
        open.map(|(name, _)| name.clone()).collect()
    }

    /// Returns the text of a policy to set, and whether an earlier attempt may have set it.
    fn policy(&self, name: &RepositoryName) -> Option<(String, bool)> {
        let pending = self.pending();
        pending.get(name).map(|pending| (pending.text.clone(), pending.is_earlier))
    }

    /// Returns the policies that are not set, with the reason. `None` as the error means that the run
    /// was cancelled before.
    pub fn not_set(&self) -> Vec<PolicyNotSet> {
        let not_set = |(name, pending): (&RepositoryName, &PendingPolicy)| PolicyNotSet {
            repository: name.clone(),
            error: pending.error.clone(),
        };
        self.pending().iter().map(not_set).collect()
    }

    fn pending(&self) -> MutexGuard<'_, BTreeMap<RepositoryName, PendingPolicy>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sets a policy. In a repository of an earlier attempt an existing policy is kept, because another
/// client may have set it since.
async fn set(
    run: &Run<'_>,
    name: &RepositoryName,
    text: &str,
    is_earlier: bool,
) -> Result<(), MigrationError> {
    let ecr = &run.destination.ecr;
    // A policy that an earlier attempt set and another client deleted since is not set again.
    let write = Write::SetLifecyclePolicy;
    if is_earlier && run.journal.is_some_and(|journal| journal.has_done(name, &write)) {
        return Ok(());
    }
    // Without permission to read the policy, setting it may still be allowed.
    if is_earlier && matches!(ecr.lifecycle_policy(name).await, Ok(Some(_))) {
        return Ok(());
    }
    let pending = intend(run, name, write).await?;
    ecr.put_lifecycle_policy(name, text).await?;
    settle(run, pending, WriteOutcome::Done);
    Ok(())
}
