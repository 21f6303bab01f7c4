//! Runs a plan step by step and returns the report. The api starts it as a job, for the
//! window and for the command line.

mod create_repositories;
mod engine_push;
mod lifecycle_policies;
pub(crate) mod log_in;
pub(crate) mod open_writes;
pub(crate) mod push;
mod push_queue;
mod quota;
pub(crate) mod record;
pub(crate) mod tag;
pub(crate) mod tag_guard;
pub(crate) mod verify;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use crate::concurrency::for_each_concurrent;
use crate::control::Control;
use crate::endpoints::{Destination, Source};
use crate::error::MigrationError;
use crate::events::{EventSink, ImageState, MigrationEvent, Step};
use crate::journal::log::JournalLog;
use crate::plan::{Action, Plan};
use crate::report::{ImageReport, PlatformProof, PolicyNotSet, Report};
use crate::run::log_in::log_in;
use crate::run::open_writes::find_open_writes;
use crate::run::push::push;
use crate::run::record::{Record, Records};
use crate::run::tag::{remove_temporary_tags, tag};
use crate::run::verify::verify;
use transload_docker::DockerError;
use transload_model::{ImageReference, RepositoryName};
use transload_registry::RegistryError;

/// How long a cancel waits for the response to a tag write in progress. Together with the read that
/// follows, the user waits for less than two seconds.
const WRITE_GRACE: Duration = Duration::from_millis(700);

/// Shared state of the steps.
pub(super) struct Run<'a> {
    pub plan: &'a Plan,
    pub source: &'a Source,
    pub destination: &'a Destination,
    pub control: &'a Control,
    pub events: &'a Arc<dyn EventSink>,
    pub journal: Option<&'a JournalLog>,
}

/// Results of the steps other than the image records.
#[derive(Default)]
pub(super) struct Traces {
    pub repositories_created: Vec<RepositoryName>,
    pub temporary_tags: Vec<ImageReference>,
    pub policies_not_set: Vec<PolicyNotSet>,
}

/// Runs a plan.
///
/// A failed image is recorded and doesn't stop the others. A cancel is an outcome: unfinished
/// images are reported as cancelled, and temporary tags are removed as after a success.
///
/// With a `journal`, every commit point is written to it, and work that an earlier run of the same
/// migration finished is not repeated.
pub async fn run(
    plan: &Plan,
    source: &Source,
    destination: &Destination,
    control: &Control,
    events: &Arc<dyn EventSink>,
    journal: Option<&JournalLog>,
) -> Report {
    let run = Run { plan, source, destination, control, events, journal };
    let records = Records::of(plan, journal.map(JournalLog::earlier).unwrap_or_default());
    let mut traces = Traces::default();
    run.finish_unchanged(&records);
    // The create step runs concurrently with the push step, which emits its events.
    let steps: &[Step] = match run.refuse_other_destination(&records) {
        true => &[],
        false => &[Step::LogIn, Step::Tag, Step::Push, Step::Verify],
    };
    for &step in steps {
        control.until_cancelled(control.wait_while_paused()).await;
        if control.is_cancelled() {
            break;
        }
        run.emit(MigrationEvent::StepStarted { step });
        let counts = match step {
            Step::LogIn => log_in(&run, &records).await,
            Step::Tag => tag(&run, &records, &mut traces).await,
            Step::Create | Step::Push => push(&run, &records, &mut traces).await,
            Step::Verify => verify(&run, &records).await,
        };
        let (succeeded, failed) = (counts.succeeded, counts.failed);
        run.emit(MigrationEvent::StepFinished { step, succeeded, failed });
    }
    if control.is_cancelled() {
        find_open_writes(&run, &records).await;
    }
    run.cancel_unfinished(&records);
    let temporary_tags_left = remove_temporary_tags(&run, traces.temporary_tags).await;
    let images = records.into_reports();
    let repositories_created = created(plan, traces.repositories_created);
    let report = Report {
        repositories_empty: without_images(&repositories_created, &images),
        repositories_created,
        images,
        temporary_tags_left,
        policies_not_set: traces.policies_not_set,
        cancelled: control.is_cancelled(),
    };
    if let Some(journal) = journal {
        journal.end(&report);
    }
    report
}

/// Returns the repositories that the migration created, in earlier runs and in this one.
fn created(plan: &Plan, now: Vec<RepositoryName>) -> Vec<RepositoryName> {
    let earlier = plan.repositories.iter().filter(|repository| repository.is_own);
    let mut created: Vec<_> = earlier.map(|repository| repository.name.clone()).collect();
    for name in now {
        // A repository that was deleted in between was created twice.
        if !created.contains(&name) {
            created.push(name);
        }
    }
    created
}

/// Returns the created repositories that no image was pushed to.
fn without_images(created: &[RepositoryName], images: &[ImageReport]) -> Vec<RepositoryName> {
    let is_used = |name: &&RepositoryName| {
        images.iter().any(|image| image.planned.repository == **name && image.is_in_ecr())
    };
    created.iter().filter(|name| !is_used(name)).cloned().collect()
}

/// Verifies again what the registry and ECR have for images that were copied some time ago, against
/// the recorded digests. `platforms` holds those of each image of the plan, in its order.
pub async fn verify_again(
    plan: &Plan,
    platforms: &[Vec<PlatformProof>],
    source: &Source,
    destination: &Destination,
    control: &Control,
    events: &Arc<dyn EventSink>,
) -> Report {
    let run = Run { plan, source, destination, control, events, journal: None };
    let records = Records::of(plan, &[]);
    for (record, platforms) in records.iter().zip(platforms) {
        record.consists_of(platforms.clone());
    }
    run.finish_unchanged(&records);
    if !run.refuse_other_destination(&records) {
        verify(&run, &records).await;
    }
    run.cancel_unfinished(&records);
    Report {
        repositories_created: Vec::new(),
        repositories_empty: Vec::new(),
        images: records.into_reports(),
        temporary_tags_left: Vec::new(),
        policies_not_set: Vec::new(),
        cancelled: control.is_cancelled(),
    }
}

/// Number of items of a step that succeeded and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub succeeded: u32,
    pub failed: u32,
}

impl Counts {
    pub(super) fn add(&mut self, success: bool) {
        if success {
            self.succeeded += 1;
        } else {
            self.failed += 1;
        }
    }
}

impl Run<'_> {
    pub(super) fn emit(&self, event: MigrationEvent) {
        self.events.emit(event);
    }

    pub(super) fn image_state(&self, record: &Record<'_>, state: ImageState) {
        if let Some(journal) = self.journal {
            journal.image(record, &state);
        }
        self.emit(MigrationEvent::ImageState { image: record.planned.index, state });
    }

    pub(super) fn fail(&self, record: &Record<'_>, error: Arc<MigrationError>) {
        record.fail(Arc::clone(&error));
        self.image_state(record, ImageState::Failed { error });
    }

    /// Runs `work` for each record, at most `together` at a time, unless the migration is paused or
    /// cancelled. `work` returns whether the image succeeded.
    pub(super) async fn for_each_concurrent<'r, 'p: 'r, F>(
        &self,
        records: impl Iterator<Item = &'r Record<'p>>,
        together: usize,
        work: impl Fn(&'r Record<'p>) -> F,
    ) -> Counts
    where
        F: Future<Output = Result<(), MigrationError>>,
    {
        let records: Vec<_> = records.collect();
        let (all, work) = (&records, &work);
        let outcomes = for_each_concurrent(all.len(), together, |place| async move {
            let record = all[place];
            let held = async {
                self.control.wait_while_paused().await;
                work(record).await
            };
            let mut held = std::pin::pin!(held);
            let outcome = match self.control.until_cancelled(held.as_mut()).await {
                // A tag write in progress gets a short time to finish.
                None if record.has_open_write() => timeout(WRITE_GRACE, held).await.ok(),
                outcome => outcome,
            };
            match outcome {
                Some(Ok(())) => Some(true),
                Some(Err(error)) if self.is_cancel(&error) => None,
                Some(Err(error)) => {
                    self.fail(record, Arc::new(error));
                    Some(false)
                }
                None => None,
            }
        })
        .await;
        let mut counts = Counts::default();
        for well in outcomes.into_iter().flatten() {
            counts.add(well);
        }
        counts
    }

    /// Finishes images that need no work before the first step: refused images fail with the plan's
    /// reason, and images kept by choice are unchanged.
    fn finish_unchanged(&self, records: &Records<'_>) {
        for record in records.open() {
            match &record.planned.action {
                Action::Refused { error } => self.fail(record, Arc::clone(error)),
                Action::Conflict { .. } | Action::KeepExisting => {
                    record.keep();
                    self.image_state(record, ImageState::Unchanged);
                }
                Action::Move | Action::Overwrite | Action::AlreadyThere => {}
            }
        }
    }

    /// Fails every open image if the destination is not the planned one. Returns whether it did.
    fn refuse_other_destination(&self, records: &Records<'_>) -> bool {
        match self.plan.destination.ensure_same(&self.destination.identity) {
            Ok(()) => false,
            Err(error) => {
                let error = Arc::new(error);
                records.open().for_each(|record| self.fail(record, Arc::clone(&error)));
                true
            }
        }
    }

    /// Returns whether an error is the cancellation itself, of a push or of a call that waited for
    /// a sign-in.
    pub(super) fn is_cancel(&self, error: &MigrationError) -> bool {
        match error {
            MigrationError::Docker(DockerError::Cancelled) => true,
            MigrationError::Aws(error) => error.requires_user() && self.control.is_cancelled(),
            MigrationError::Registry(RegistryError::LoginNotRenewed { .. }) => {
                self.control.is_cancelled()
            }
            _ => false,
        }
    }

    fn cancel_unfinished(&self, records: &Records<'_>) {
        let open: BTreeSet<u32> = records.open().map(|record| record.planned.index).collect();
        for record in records.iter().filter(|record| open.contains(&record.planned.index)) {
            record.cancel();
            self.image_state(record, ImageState::Cancelled);
        }
    }
}
