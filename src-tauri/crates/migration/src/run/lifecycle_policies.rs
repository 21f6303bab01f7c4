//! The lifecycle policies of new repositories. Each is set after the last image of its repository is
//! written, so that ECR never evaluates it against half of a migration.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::MigrationError;
use crate::journal::intent::{Write, WriteOutcome};
use crate::plan::PlannedRepository;
use crate::report::PolicyNotSet;
use crate::run::context::Run;
use crate::run::journal_writes::{intend, settle};
use crate::run::push_queue::QueuePosition;
use crate::run::record::Record;
use transload_model::RepositoryName;

/// The lifecycle policies that a run still has to set.
#[derive(Default)]
pub(super) struct LifecyclePolicies(Mutex<BTreeMap<RepositoryName, Pending>>);

/// A policy that is not set yet.
struct Pending {
    text: String,
    /// Whether an earlier run created the repository: it may have a policy.
    is_earlier: bool,
    error: Option<Arc<MigrationError>>,
}

impl LifecyclePolicies {
    /// The policies of repositories that an earlier run of the same migration created: it may have
    /// ended before it set them.
    pub fn new(run: &Run<'_>) -> Self {
        let policies = Self::default();
        for repository in run.plan.repositories.iter().filter(|repository| repository.is_own) {
            policies.add(repository, true);
        }
        policies
    }

    /// A repository was created by this run, or by an earlier one that did not learn of it.
    pub fn created(&self, repository: &PlannedRepository, is_earlier: bool) {
        self.add(repository, is_earlier);
    }

    fn add(&self, repository: &PlannedRepository, is_earlier: bool) {
        if let Some(text) = repository.settings.lifecycle.policy_text() {
            let pending = Pending { text, is_earlier, error: None };
            self.pending().insert(repository.name.clone(), pending);
        }
    }

    /// An image is written or has failed. After the last one of a repository its policy is set.
    pub async fn image_finished(
        &self,
        run: &Run<'_>,
        record: &Record<'_>,
        turn: QueuePosition<'_>,
    ) {
        if turn.finish() {
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
        let set = run.control.until_cancelled(set(run, name, &text, is_earlier)).await;
        match set {
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

    /// The repositories whose policy was neither set nor refused.
    fn open(&self) -> Vec<RepositoryName> {
        let pending = self.pending();
        let open = pending.iter().filter(|(_, pending)| pending.error.is_none());
        open.map(|(name, _)| name.clone()).collect()
    }

    /// The text of a policy that is to be set, and whether an earlier run may have set it.
    fn policy(&self, name: &RepositoryName) -> Option<(String, bool)> {
        let pending = self.pending();
        pending.get(name).map(|pending| (pending.text.clone(), pending.is_earlier))
    }

    /// The policies that are not set, with the reason. `None` as the error means that the run was
    /// cancelled before.
    pub fn not_set(&self) -> Vec<PolicyNotSet> {
        let not_set = |(name, pending): (&RepositoryName, &Pending)| PolicyNotSet {
            repository: name.clone(),
            error: pending.error.clone(),
        };
        self.pending().iter().map(not_set).collect()
    }

    fn pending(&self) -> MutexGuard<'_, BTreeMap<RepositoryName, Pending>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sets a policy. In a repository of an earlier run a policy that exists may be somebody else's since,
/// and stays.
async fn set(
    run: &Run<'_>,
    name: &RepositoryName,
    text: &str,
    is_earlier: bool,
) -> Result<(), MigrationError> {
    let ecr = &run.destination.ecr;
    // One that an earlier run set and somebody deleted since stays deleted.
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
