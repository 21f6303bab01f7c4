//! Commands for earlier migrations.

use std::path::PathBuf;
use std::sync::Arc;

use transload_contract::{
    AwsConnection, HistoryEntry, HistoryMatch, MigrationReport, MigrationRequest, ReportFormat,
};
use transload_errors::ApiError;
use transload_migration::journal::{JournalMatch, JournalRecord};
use transload_migration::{EventSink, MigrationEvent, verify_again};
use transload_model::now_ms;
use transload_plan_file::shown_plan;
use transload_report::report_text;

use super::running::{job_endpoints, record_error};
use crate::api::{Api, JobRequest};
use crate::convert;
use crate::exported_file::write_exported;
use crate::jobs::job::Job;
use crate::stores::plans::PlanEndpoints;

impl Api {
    /// Returns every migration that this computer ran, newest first. One that can't be read has its error.
    pub async fn history_list(&self) -> Result<Vec<HistoryEntry>, ApiError> {
        let known = self.journal().await?.list().await?;
        Ok(known.iter().map(convert::history_entry).collect())
    }

    /// Returns the migrations with images whose name or tag contains a text, or whose digest starts with it.
    pub async fn history_search(&self, text: String) -> Result<Vec<HistoryMatch>, ApiError> {
        let found = self.journal().await?.search(&text).await?;
        let found = found.into_iter().map(|JournalMatch { id, images, source, destination }| {
            HistoryMatch { migration: id, images, source, destination }
        });
        Ok(found.collect())
    }

    /// Returns the report of a migration, which may not be finished.
    pub async fn history_report(&self, migration: String) -> Result<MigrationReport, ApiError> {
        let record = self.journal().await?.record(&migration).await?;
        convert::history_report(&record)
    }

    /// Returns the request of a migration, to run it again. If rules selected its images, they are
    /// applied to the current tags of the source.
    pub async fn history_request(&self, migration: String) -> Result<MigrationRequest, ApiError> {
        let record = self.journal().await?.record(&migration).await?;
        let mut request = record.request.read()?;
        if let Some(selection) = &request.selection {
            let chosen = self
                .source_choose_with_progress(request.source.clone(), selection.clone(), |_| {})
                .await?;
            request.images = chosen.images;
        }
        Ok(request)
    }

    pub async fn history_connection(&self, migration: &str) -> Result<AwsConnection, ApiError> {
        let record = self.journal().await?.record(migration).await?;
        Ok(record.request.read()?.connection)
    }

    /// Deletes the record of a migration. Its images stay in ECR.
    pub async fn history_delete(&self, migration: String) -> Result<(), ApiError> {
        self.journal().await?.delete(&migration).await?;
        self.inner.jobs.remove(&migration);
        Ok(())
    }

    /// Resumes a migration that was interrupted or cancelled, retries its failed images, and
    /// returns the job. Finished images are skipped.
    pub async fn migration_resume(&self, migration: String) -> Result<String, ApiError> {
        let journal = self.journal().await?;
        let known = journal.record(&migration).await?;
        let shown = known.request.read()?;
        // Before the journal reopens the migration.
        let part = convert::about(&known.summary)?.part;
        let (request, endpoints) = self.reopen(&known, &shown).await?;
        let (record, log) = journal.resume(&migration, record_error()).await?;
        let mut plan = record.plan(&request)?;
        // Of this session, if it was stopped in it.
        plan.manifests = self.inner.plans.manifests();
        let plan = Arc::new(plan);
        let identity = endpoints.connected.identity.clone();
        let images = shown_plan(String::new(), &plan, identity, Vec::new()).images;
        let job = Job::resumed(&record, job_endpoints(&shown), images, self.new_control());
        let (request, shown) = (Arc::new(request), Arc::new(shown));
        let asked = JobRequest { request, shown, endpoints, part };
        self.run_job(job, plan, asked, log);
        Ok(migration)
    }

    /// Compares the digests of a migration with the registry and ECR as they are now. Returns its
    /// report with the new proofs.
    pub async fn history_verify(&self, migration: String) -> Result<MigrationReport, ApiError> {
        let record = self.journal().await?.record(&migration).await?;
        let shown = record.request.read()?;
        let (request, endpoints) = self.reopen(&record, &shown).await?;
        let (plan, platforms) = record.proof_plan(&request)?;
        let verified_at_ms = now_ms();
        let events: Arc<dyn EventSink> = Arc::new(NobodyListens);
        let destination = &endpoints.connected.destination;
        let control = self.new_control();
        let source = &endpoints.source;
        let report = verify_again(&plan, &platforms, source, destination, &control, &events).await;
        convert::verified_again(&record, &report, verified_at_ms)
    }

    /// Opens source and destination of a migration again, at the planned destination.
    async fn reopen(
        &self,
        record: &JournalRecord,
        shown: &MigrationRequest,
    ) -> Result<(transload_migration::MigrationRequest, PlanEndpoints), ApiError> {
        let connected = self.connect_planned(&shown.connection, record.destination()?).await?;
        let source = self.open_source(&shown.source).await?;
        let request = source.read_request(shown)?;
        let endpoints = PlanEndpoints::new(source, connected);
        Ok((request, endpoints))
    }

    /// Writes the report of a migration to a file.
    pub async fn migration_report_export(
        &self,
        job: String,
        format: ReportFormat,
        path: PathBuf,
    ) -> Result<(), ApiError> {
        // A report that the journal could not keep is still with its job.
        let kept = self.inner.jobs.get(&job).ok().and_then(|job| job.report());
        let report = match kept {
            Some(report) => report,
            None => Arc::new(self.history_report(job).await?),
        };
        let text = report_text(&report, format)?;
        write_exported(path, text).await
    }
}

/// Ignores the events of a verification.
struct NobodyListens;

impl EventSink for NobodyListens {
    fn emit(&self, _: MigrationEvent) {}
}
