//! The repositories that are missing. Each is created when the first of its images needs it, and only
//! after the source was found to have the content of that image.

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
use crate::run::record::Records;
use crate::step::Step;
use transload_aws::AwsError;
use transload_model::{RepositoryName, RepositoryPolicy, now_ms};

/// A call that is under way when the migration is stopped may end by itself for so long, so that it
/// is known whether there is a repository now.
const ENDS_WITHIN: Duration = Duration::from_secs(5);

/// The repositories that images of a run need, as the images ask for them.
pub(super) struct Repositories {
    needed: HashMap<RepositoryName, Arc<Needed>>,
    asked: UnboundedSender<Arc<Needed>>,
}

/// A repository that an image may ask for.
struct Needed {
    repository: PlannedRepository,
    /// Whether it was requested. Locked while the content of an image is checked first.
    is_asked_for: tokio::sync::Mutex<bool>,
    /// What came of it; nothing as long as it is not there.
    outcome: watch::Sender<Option<Result<(), Arc<MigrationError>>>>,
}

/// Makes repositories as they are asked for.
pub(super) struct Maker {
    asked: UnboundedReceiver<Arc<Needed>>,
    needed: usize,
}

/// The repositories that images of a plan may still need, and who makes them.
pub(super) fn repositories(run: &Run<'_>, records: &Records<'_>) -> (Repositories, Maker) {
    let names: HashSet<_> = records.moving().map(|record| &record.planned.repository).collect();
    let planned = run.plan.repositories.iter();
    let needed: HashMap<_, _> = planned
        .filter(|repository| names.contains(&repository.name))
        .map(|repository| {
            let (is_asked_for, outcome) = (Default::default(), watch::Sender::default());
            let repository = repository.clone();
            (repository.name.clone(), Arc::new(Needed { repository, is_asked_for, outcome }))
        })
        .collect();
    let (sender, receiver) = unbounded_channel();
    let maker = Maker { asked: receiver, needed: needed.len() };
    (Repositories { needed, asked: sender }, maker)
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
            let mut is_asked_for = needed.is_asked_for.lock().await;
            if !*is_asked_for {
                if !needed.repository.exists {
                    check_content().await?;
                }
                *is_asked_for = true;
                // The maker listens as long as somebody may ask.
                let _ = self.asked.send(Arc::clone(needed));
            }
        }
        let mut outcome = needed.outcome.subscribe();
        let known = outcome.wait_for(Option::is_some).await;
        match known.ok().and_then(|known| known.clone()) {
            Some(Err(source)) => {
                Err(MigrationError::EarlierStepFailed { step: Step::Create, source })
            }
            _ => Ok(()),
        }
    }
}

impl Maker {
    /// Makes what is asked for until nobody can ask any more; gives what it created.
    pub async fn work(self, run: &Run<'_>, policies: &LifecyclePolicies) -> Vec<RepositoryName> {
        let Self { asked, needed } = self;
        let created = &Mutex::new(Vec::new());
        let mut counts = Counts::default();
        let finish = |Counts { succeeded, failed }| {
            run.emit(MigrationEvent::StepFinished { step: Step::Create, succeeded, failed });
        };
        run.emit(MigrationEvent::StepStarted { step: Step::Create });
        let asked = stream::unfold(asked, |mut asked| async move {
            asked.recv().await.map(|needed| (needed, asked))
        });
        let made = asked.map(|needed| async move {
            let outcome = make_unless_cancelled(run, policies, &needed.repository, created).await;
            (needed, outcome)
        });
        let mut made = pin!(made.buffer_unordered(MAX_CONCURRENT_CREATIONS));
        let mut left = needed;
        while left > 0
            && let Some((needed, outcome)) = made.next().await
        {
            left -= 1;
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
                    let told = Arc::clone(&error);
                    run.emit(MigrationEvent::RepositoryFailed { repository, error: told });
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

/// Makes a repository; nothing where the migration is stopped before that is done.
async fn make_unless_cancelled(
    run: &Run<'_>,
    policies: &LifecyclePolicies,
    repository: &PlannedRepository,
    created: &Mutex<Vec<RepositoryName>>,
) -> Option<Result<bool, MigrationError>> {
    if run.control.is_cancelled() {
        return None;
    }
    let too_late = async {
        run.control.token().cancelled().await;
        tokio::time::sleep(ENDS_WITHIN).await;
    };
    tokio::select! {
        // What a stop made fail is no failure.
        made = make(run, policies, repository, created) => {
            Some(made).filter(|made| made.is_ok() || !run.control.is_cancelled())
        }
        () = too_late => None,
    }
}

/// Tells whether the repository was created by this migration. Somebody else may have been quicker:
/// then it exists, which is what was wanted, and it is left as it is.
async fn make(
    run: &Run<'_>,
    policies: &LifecyclePolicies,
    repository: &PlannedRepository,
    created: &Mutex<Vec<RepositoryName>>,
) -> Result<bool, MigrationError> {
    let name = &repository.name;
    if repository.exists {
        if repository.is_own {
            complete(run, repository).await?;
        }
        return Ok(false);
    }
    let earlier_ms = run.journal.and_then(|journal| journal.unanswered_creation(name));
    let now_ms = now_ms();
    let pending = intend(run, name, Write::CreateRepository).await?;
    match run.destination.ecr.create_repository(name, &repository.settings).await {
        Ok(_) => settle(run, pending, WriteOutcome::Done),
        Err(error @ AwsError::RepositoryExists { .. }) => {
            // The answer to an earlier call may have been lost: to one before a crash, or to one that
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
    // At once: it exists from now on, also where its policy is refused.
    created.lock().unwrap_or_else(PoisonError::into_inner).push(name.clone());
    if let Some(journal) = run.journal {
        journal.repository_created(name);
    }
    // An earlier try may have set its policies too.
    policies.created(repository, earlier_ms.is_some());
    match (earlier_ms, &repository.settings.policy) {
        (Some(_), _) => complete(run, repository).await?,
        (None, Some(policy)) => set_repository_policy(run, name, policy).await?,
        (None, None) => {}
    }
    Ok(true)
}

/// Sets the repository policy where an earlier try of the same migration ended before it did, or was
/// refused. A policy that exists may be somebody else's since, and stays; so does the absence of one
/// that was set.
async fn complete(run: &Run<'_>, repository: &PlannedRepository) -> Result<(), MigrationError> {
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

/// Sets a repository policy, and journals it before and after.
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
