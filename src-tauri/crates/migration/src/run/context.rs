//! What every step of a run shares: the plan, the endpoints, the control and the journal, and how a step works
//! through its images.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use crate::concurrency::for_each_concurrent;
use crate::control::Control;
use crate::endpoints::{Destination, Source};
use crate::error::MigrationError;
use crate::events::{EventSink, ImageState, MigrationEvent};
use crate::journal::log::JournalLog;
use crate::plan::{Action, Plan};
use crate::report::PolicyNotSet;
use crate::run::record::{ImageRecord, ImageRecords};
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
pub(super) struct RunEffects {
    pub repositories_created: Vec<RepositoryName>,
    pub temporary_tags: Vec<ImageReference>,
    pub policies_not_set: Vec<PolicyNotSet>,
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

    pub(super) fn image_state(&self, record: &ImageRecord<'_>, state: ImageState) {
        if let Some(journal) = self.journal {
            journal.image(record, &state);
        }
        self.emit(MigrationEvent::ImageState { image: record.planned.index, state });
    }

    pub(super) fn fail(&self, record: &ImageRecord<'_>, error: Arc<MigrationError>) {
        record.fail(Arc::clone(&error));
        self.image_state(record, ImageState::Failed { error });
    }

    /// Runs `work` for each record, at most `limit` at a time, unless the migration is paused or
    /// cancelled. `work` returns whether the image succeeded.
    pub(super) async fn for_each_concurrent<'r, 'p: 'r, F>(
        &self,
        records: impl Iterator<Item = &'r ImageRecord<'p>>,
        limit: usize,
        work: impl Fn(&'r ImageRecord<'p>) -> F,
    ) -> Counts
    where
        F: Future<Output = Result<(), MigrationError>>,
    {
        let records: Vec<_> = records.collect();
        let (all, work) = (&records, &work);
        let outcomes = for_each_concurrent(all.len(), limit, |index| async move {
            let record = all[index];
            let work = async {
                self.control.wait_while_paused().await;
                work(record).await
            };
            let mut work = std::pin::pin!(work);
            let outcome = match self.control.until_cancelled(work.as_mut()).await {
                // A tag write in progress gets a short time to finish.
                None if record.has_open_write() => timeout(WRITE_GRACE, work).await.ok(),
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
        for is_success in outcomes.into_iter().flatten() {
            counts.add(is_success);
        }
        counts
    }

    /// Finishes images that need no work before the first step: refused images fail with the plan's
    /// reason, and images kept by choice are unchanged.
    pub(super) fn finish_unchanged(&self, records: &ImageRecords<'_>) {
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
    pub(super) fn refuse_other_destination(&self, records: &ImageRecords<'_>) -> bool {
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

    pub(super) fn cancel_unfinished(&self, records: &ImageRecords<'_>) {
        let open: BTreeSet<u32> = records.open().map(|record| record.planned.index).collect();
        for record in records.iter().filter(|record| open.contains(&record.planned.index)) {
            record.cancel();
            self.image_state(record, ImageState::Cancelled);
        }
    }
}
