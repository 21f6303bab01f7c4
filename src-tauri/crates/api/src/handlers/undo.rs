//! Commands that undo a migration.

use std::sync::atomic::{AtomicU32, Ordering};

use transload_contract::{UndoPlan, UndoProgress, UndoReport};
use transload_errors::ApiError;
use transload_migration::journal::{JournalError, JournalState, Undone};
use transload_migration::{Control, undo, undo_facts, undo_plan};
use transload_model::now_ms;

use crate::api::Api;
use crate::convert;
use crate::stores::ready_changes::ReadyUndo;

impl Api {
    /// Returns what an undo of a migration would delete now. Writes nothing.
    pub async fn migration_undo_plan(&self, migration: String) -> Result<UndoPlan, ApiError> {
        let record = self.journal().await?.record(&migration).await?;
        if record.summary.state == JournalState::Running {
            return Err(JournalError::RunsElsewhere { id: migration }.into());
        }
        let connection = record.request.read()?.connection;
        let connected = self.connect_planned(&connection, record.destination()?).await?;
        let facts = undo_facts(&record, &connected.destination).await?;
        let plan = undo_plan(&record, &facts);
        let id = self.new_id("undo");
        let shown = convert::undo_plan(id.clone(), migration.clone(), &plan);
        let ready = ReadyUndo { migration, plan, connection };
        self.inner.undos.add(id, ready);
        Ok(shown)
    }

    /// Carries out a planned undo, which is possible once, and reports progress.
    pub async fn migration_undo(
        &self,
        undo: String,
        progress: impl Fn(UndoProgress) + Send + Sync + 'static,
    ) -> Result<UndoReport, ApiError> {
        let api = self.clone();
        let work = move |ready, control| async move { api.undo(&ready, &control, &progress).await };
        self.inner.undos.carry_out(&undo, self.new_control(), work).await
    }

    /// Cancels a running undo. What it deleted stays deleted.
    pub async fn migration_undo_stop(&self, undo: String) -> Result<(), ApiError> {
        self.inner.undos.stop(&undo);
        Ok(())
    }

    async fn undo(
        &self,
        ready: &ReadyUndo,
        control: &Control,
        progress: &(impl Fn(UndoProgress) + Sync),
    ) -> Result<UndoReport, ApiError> {
        let ReadyUndo { migration, plan, connection } = ready;
        let connected = self.connect_planned(connection, &plan.destination).await?;
        let journal = self.journal().await?;
        // The migration can't be resumed during the undo.
        let held = journal.claim(migration).await?;
        let (total, most) = (plan.steps(), AtomicU32::new(0));
        let report_done = |done: u32| {
            // Repositories are undone concurrently; the reported count only grows.
            if most.fetch_max(done, Ordering::Relaxed) < done {
                progress(UndoProgress { done, total });
            }
        };
        tracing::info!(migration = %migration, steps = total, "an undo starts");
        let report = undo(plan, &connected.destination, control, &report_done).await;
        let undone =
            Undone { at_ms: now_ms(), totals: report.totals(), cancelled: report.cancelled };
        let mut report = convert::undo_report(migration.clone(), &report);
        tracing::info!(migration = %migration, totals = ?report.totals, "an undo ends");
        let noted = journal.record_undo(held, undone).await;
        report.journal_error = noted.err().map(Into::into);
        Ok(report)
    }
}
