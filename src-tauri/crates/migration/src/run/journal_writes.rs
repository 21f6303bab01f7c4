//! Records in the journal that a write at the destination is about to happen, and its result.

use crate::error::MigrationError;
use crate::journal::intent::{Write, WriteOutcome};
use crate::journal::log::PendingWrite;
use crate::run::context::Run;
use transload_model::RepositoryName;

/// Journals an intent, if the migration has a journal, and returns once it is on disk.
pub(super) async fn intend(
    run: &Run<'_>,
    name: &RepositoryName,
    write: Write,
) -> Result<Option<PendingWrite>, MigrationError> {
    match run.journal {
        Some(journal) => journal.intend(name, write).await.map(Some),
        None => Ok(None),
    }
}

pub(super) fn settle(run: &Run<'_>, pending: Option<PendingWrite>, outcome: WriteOutcome) {
    if let (Some(journal), Some(pending)) = (run.journal, pending) {
        journal.settle(pending, outcome, None);
    }
}
