//! The step that creates missing repositories. Each repository is created when the first of its images
//! needs it, and only after the content of that image was found at the source.

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::{StreamExt, stream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;

use crate::concurrency::MAX_CONCURRENT_CREATIONS;
use crate::error::MigrationError;
use crate::events::MigrationEvent;
use crate::journal::intent::{Write, WriteOutcome, is_intended_creation, is_recent_creation};
use crate::plan::PlannedRepository;
use crate::run::context::{Counts, Run};
use crate::run::journal_writes::{intend, settle};
use crate::run::lifecycle_policies::LifecyclePolicies;
use crate::run::record::ImageRecords;
use crate::step::Step;
use transload_aws::AwsError;
use transload_model::{RepositoryName, RepositoryPolicy, now_ms};

/// Time for a call in progress to finish after the migration is cancelled, so that it is known whether
/// the repository was created.
const CANCEL_GRACE_PERIOD: Duration = Duration::from_secs(5);

/// The repositories that the images of a run need. The push of an image requests its repository here.
pub(super) struct Repositories {
    needed: HashMap<RepositoryName, Arc<NeededRepository>>,
    requests: UnboundedSender<Arc<NeededRepository>>,
}

/// A repository that images need.
struct NeededRepository {
    repository: PlannedRepository,
    /// Whether the repository was requested. Locked while the content of the requesting image is
    /// checked.
    is_requested: tokio::sync::Mutex<bool>,
    /// `None` until the repository exists or its creation failed.
    outcome: watch::Sender<Option<Result<(), Arc<MigrationError>>>>,
}

/// Creates repositories when they are requested.
pub(super) struct RepositoryCreator {
    requests: UnboundedReceiver<Arc<NeededRepository>>,
    /// Number of repositories that can be requested.
    needed: usize,
}

/// Returns the repositories that images of the plan still need, and the task that creates them.
pub(super) fn repositories(
    run: &Run<'_>,
    records: &ImageRecords<'_>,
) -> (Repositories, RepositoryCreator) {
    let names: HashSet<_> = records.moving().map(|record| &record.planned.repository).collect();
    let planned = run.plan.repositories.iter();
    let needed: HashMap<_, _> = planned
        .filter(|repository| names.contains(&repository.name))
        .map(|repository| {
            let (is_requested, outcome) = (Default::default(), watch::Sender::default());
            let repository = repository.clone();
            let name = repository.name.clone();
            (name, Arc::new(NeededRepository { repository, is_requested, outcome }))
        })
        .collect();
    let (sender, receiver) = unbounded_channel();
    let creator = RepositoryCreator { requests: receiver, needed: needed.len() };
    (Repositories { needed, requests: sender }, creator)
}

impl Repositories {
    /// Waits until a repository exists. Before the first request for one that has to be created, checks
    /// the content of the image that needs it.
    pub async fn ready<F>(
        &self,
        name: &RepositoryName,
        check_content: impl FnOnce() -> F,
    ) -> Result<(), MigrationError>
    where
        F: Future<Output = Result<(), MigrationError>>,
    {
        let Some(needed) = self.needed.get(name) else { return Ok(()) };
        {
            let mut is_requested = needed.is_requested.lock().await;
            if !*is_requested {
                if !needed.repository.exists {
                    check_content().await?;
                }
                *is_requested = true;
                // The creator receives requests until the last `Repositories` is dropped.
                let _ = self.requests.send(Arc::clone(needed));
            }
        }
        let mut outcome = needed.outcome.subscribe();
        let outcome = outcome.wait_for(Option::is_some).await;
        match outcome.ok().and_then(|outcome| outcome.clone()) {
            Some(Err(source)) => {
                Err(MigrationError::EarlierStepFailed { step: Step::Create, source })
            }
            _ => Ok(()),
        }
    }
}

impl RepositoryCreator {
    /// Creates requested repositories until the last [`Repositories`] is dropped. Returns the created
    /// repositories, sorted by name.
    pub async fn work(self, run: &Run<'_>, policies: &LifecyclePolicies) -> Vec<RepositoryName> {
        let Self { requests, needed } = self;
        let created = &Mutex::new(Vec::new());
        let mut counts = Counts::default();
        let finish = |Counts { succeeded, failed }| {
            run.emit(MigrationEvent::StepFinished { step: Step::Create, succeeded, failed });
        };
        run.emit(MigrationEvent::StepStarted { step: Step::Create });
        let requests = stream::unfold(requests, |mut requests| async move {
            requests.recv().await.map(|needed| (needed, requests))
        });
        let outcomes = requests.map(|needed| async move {
            let outcome = ensure_unless_cancelled(run, policies, &needed.repository, created).await;
            (needed, outcome)
        });
        let mut outcomes = pin!(outcomes.buffer_unordered(MAX_CONCURRENT_CREATIONS));
        let mut remaining = needed;
        while remaining > 0
            && let Some((needed, outcome)) = outcomes.next().await
        {
            remaining -= 1;
            let Some(outcome) = outcome else { continue };
            counts.add(outcome.is_ok());
            let repository = needed.repository.name.clone();
            let outcome = match outcome {
                Ok(created) => {
                    run.emit(MigrationEvent::RepositoryReady { repository, created });
                    Ok(())
                }
                Err(error) => {
                    let error = Arc::new(error);
                    run.emit(MigrationEvent::RepositoryFailed {
                        repository,
                        error: Arc::clone(&error),
                    });
                    Err(error)
                }
            };
            needed.outcome.send_replace(Some(outcome));
        }
        finish(counts);
        let mut created =
            std::mem::take(&mut *created.lock().unwrap_or_else(PoisonError::into_inner));
        created.sort();
        created
    }
}

/// Calls [`ensure_exists`]. Returns `None` if the migration is cancelled before that is done.
async fn ensure_unless_cancelled(
    run: &Run<'_>,
    policies: &LifecyclePolicies,
    repository: &PlannedRepository,
    created: &Mutex<Vec<RepositoryName>>,
) -> Option<Result<bool, MigrationError>> {
    if run.control.is_cancelled() {
        return None;
    }
    let cancelled = async {
        run.control.token().cancelled().await;
        tokio::time::sleep(CANCEL_GRACE_PERIOD).await;
    };
    tokio::select! {
        // A failure that the cancel caused is not reported.
        outcome = ensure_exists(run, policies, repository, created) => {
            Some(outcome).filter(|outcome| outcome.is_ok() || !run.control.is_cancelled())
        }
        () = cancelled => None,
    }
}

/// Creates the repository if it doesn't exist. Returns whether this migration created it. A repository
/// that another client created in the meantime is used unchanged.
async fn ensure_exists(
    run: &Run<'_>,
    policies: &LifecyclePolicies,
    repository: &PlannedRepository,
    created: &Mutex<Vec<RepositoryName>>,
) -> Result<bool, MigrationError> {
    let name = &repository.name;
    if repository.exists {
        if repository.is_own {
            complete_policy(run, repository).await?;
        }
        return Ok(false);
    }
    let earlier_ms = run.journal.and_then(|journal| journal.unanswered_creation(name));
    let now_ms = now_ms();
    let pending = intend(run, name, Write::CreateRepository).await?;
    match run.destination.ecr.create_repository(name, &repository.settings).await {
        Ok(_) => settle(run, pending, WriteOutcome::Done),
        Err(error @ AwsError::RepositoryExists { .. }) => {
            // The response to an earlier call may have been lost: a call before a crash, or a call that
            // the SDK repeated.
            let found = run.destination.ecr.repository(name).await?;
            let created_at_ms = found.ok_or(error)?.created_at_ms;
            let is_own = match earlier_ms {
                Some(earlier_ms) => is_intended_creation(earlier_ms, created_at_ms),
                None => is_recent_creation(now_ms, created_at_ms),
            };
            if !is_own {
                settle(run, pending, WriteOutcome::Refused);
                return Ok(false);
            }
            settle(run, pending, WriteOutcome::Done);
        }
        Err(error) => return Err(error.into()),
    }
    // Before the policy is set: the repository exists even if its policy is refused.
    created.lock().unwrap_or_else(PoisonError::into_inner).push(name.clone());
    if let Some(journal) = run.journal {
        journal.repository_created(name);
    }
    // An earlier attempt may have set its policies too.
    policies.created(repository, earlier_ms.is_some());
    match (earlier_ms, &repository.settings.policy) {
        (Some(_), _) => complete_policy(run, repository).await?,
        (None, Some(policy)) => set_repository_policy(run, name, policy).await?,
        (None, None) => {}
    }
    Ok(true)
}

/// Sets the repository policy if an earlier attempt of the same migration ended before it did, or was
/// refused. An existing policy is kept, because another client may have set it since. A policy that
/// was set and then deleted is not set again.
async fn complete_policy(
    run: &Run<'_>,
    repository: &PlannedRepository,
) -> Result<(), MigrationError> {
    let (ecr, name) = (&run.destination.ecr, &repository.name);
    let write = Write::SetRepositoryPolicy;
    let was_set = run.journal.is_some_and(|journal| journal.has_done(name, &write));
    // Without permission to read the policy, setting it may still be allowed.
    if let Some(policy) = &repository.settings.policy
        && !was_set
        && !matches!(ecr.repository_policy(name).await, Ok(Some(_)))
    {
        set_repository_policy(run, name, policy).await?;
    }
    Ok(())
}

/// Sets a repository policy, and journals the intent and the outcome.
async fn set_repository_policy(
    run: &Run<'_>,
    name: &RepositoryName,
    policy: &RepositoryPolicy,
) -> Result<(), MigrationError> {
    let pending = intend(run, name, Write::SetRepositoryPolicy).await?;
    run.destination.ecr.set_repository_policy(name, policy).await?;
    settle(run, pending, WriteOutcome::Done);
    Ok(())
}
