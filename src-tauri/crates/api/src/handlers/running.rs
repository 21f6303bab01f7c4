//! Runs migrations in the background until their report.

use std::sync::{Arc, Weak};
use std::time::Duration;

use async_trait::async_trait;
use transload_aws::EcrApi;
use transload_contract::{AwsConnection, ImageSource, MigrationReport, MigrationRequest};
use transload_errors::ApiError;
use transload_migration::journal::{About, JournalLog, NewMigration, RecordError};
use transload_migration::{
    Control, DestinationIdentity, EventSink, MigrationError, Plan, Reopen, RunEnd, SignInGate,
    Source,
};
use transload_model::now_ms;
use transload_plan_file::shown_plan;
use transload_report::summarize;

use crate::api::{Api, Inner, JobRequest};
use crate::connected::Connected;
use crate::convert;
use crate::jobs::job::Job;
use crate::jobs::state::JobEndpoints;
use crate::jobs::store::FINISHED_KEPT_FOR;
use crate::locks::locked;
use crate::stores::plans::{PlanEndpoints, ReadyPlan};

/// How often the state of the journal and the pull quota of the source are checked.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);

impl Api {
    /// Records a plan in the journal, starts it, and returns the job.
    pub(super) async fn start(&self, ready: ReadyPlan) -> Result<String, ApiError> {
        let ReadyPlan { mut plan, request, shown, endpoints, part } = ready;
        Arc::make_mut(&mut plan).drop_unused_blobs();
        plan.destination.ensure_same(&endpoints.connected.destination.identity)?;
        let (id, started_at_ms) = (self.new_id("migration"), now_ms());
        let identity = endpoints.connected.identity.clone();
        let about =
            About { identity: identity.clone(), source: shown.source.clone(), part: part.clone() };
        let new = NewMigration {
            id: id.clone(),
            started_at_ms,
            plan: Arc::clone(&plan),
            request: Arc::clone(&shown),
            about,
        };
        let log = self.journal().await?.begin(new, record_error()).await?;
        let images = shown_plan(String::new(), &plan, identity, Vec::new()).images;
        let job =
            Job::new(id.clone(), job_endpoints(&shown), started_at_ms, images, self.new_control());
        self.run_job(job, plan, JobRequest { request, shown, endpoints, part }, log);
        Ok(id)
    }

    /// Returns the report of a migration from the journal, after its task ended.
    async fn recorded(&self, id: &str) -> Result<MigrationReport, ApiError> {
        let journal = self.journal().await?;
        journal.flush().await.map_err(|error| ApiError::from(error.as_ref()))?;
        convert::history_report(&journal.record(id).await?)
    }

    fn again(&self, connection: &AwsConnection, open: &Connected) -> ConnectAgain {
        ConnectAgain {
            api: Arc::downgrade(&self.inner),
            connection: connection.clone(),
            planned: open.destination.identity.clone(),
        }
    }

    pub(super) fn new_control(&self) -> Control {
        match self.inner.options.quota_check_interval {
            Some(time) => Control::with_check_interval(time),
            None => Control::default(),
        }
    }

    /// Runs a job in the background.
    pub(super) fn run_job(
        &self,
        job: Arc<Job>,
        plan: Arc<Plan>,
        asked: JobRequest,
        log: JournalLog,
    ) {
        let endpoints = asked.endpoints.clone();
        let again = self.again(&asked.shown.connection, &endpoints.connected);
        let source_again = match (&asked.shown.source, &endpoints.source_ecr) {
            (ImageSource::Ecr { connection }, Some(open)) => Some(self.again(connection, open)),
            _ => None,
        };
        let again = Again { destination: again, source: source_again };
        let identity = endpoints.connected.identity.clone();
        let (api, part) = (self.clone(), asked.part.clone());
        self.inner.jobs.add(Arc::clone(&job));
        self.keep_request(job.id(), asked);
        tracing::info!(job = %job.id(), images = plan.images.len(), "a migration starts");
        tokio::spawn(async move {
            let running =
                tokio::spawn(run(Arc::clone(&plan), endpoints, again, Arc::clone(&job), log));
            let id = job.id().to_owned();
            let report = match running.await {
                Ok((done, journal_error)) => {
                    let registry = plan.registry().to_string();
                    let mut report = convert::report(id, &done, identity, registry, job.times_ms());
                    report.journal_error = journal_error;
                    report.part = part;
                    summarize(&mut report, convert::run_end(&done));
                    report
                }
                Err(crash) => {
                    tracing::error!(job = %id, %crash, "a migration crashed");
                    let known = match api.recorded(&id).await {
                        Ok(known) => known,
                        Err(error) => {
                            let times_ms = job.times_ms();
                            let mut report = convert::crashed_report(id, &plan, identity, times_ms);
                            report.journal_error = Some(error);
                            report.part = part;
                            report
                        }
                    };
                    let run_error = Some(ApiError::internal(crash.to_string()));
                    let mut report = MigrationReport { run_error, ..known };
                    summarize(&mut report, RunEnd::Interrupted);
                    report
                }
            };
            tracing::info!(job = %report.job, outcome = ?report.outcome, "a migration ends");
            job.finish(report);
            // In a task of its own, which holds nothing of this one.
            let program = Arc::downgrade(&api.inner);
            tokio::spawn(async move {
                tokio::time::sleep(FINISHED_KEPT_FOR).await;
                if let Some(inner) = program.upgrade() {
                    Api { inner }.forget_old_jobs();
                }
            });
        });
    }

    /// Forgets finished jobs that are old or too many, with their requests.
    fn forget_old_jobs(&self) {
        self.inner.jobs.forget_old(std::time::Instant::now());
        locked(&self.inner.requests).retain(|job, _| self.inner.jobs.knows(job));
    }

    fn keep_request(&self, job: &str, asked: JobRequest) {
        self.forget_old_jobs();
        locked(&self.inner.requests).insert(job.to_owned(), asked);
    }
}

/// Returns the function that converts errors to records for the journal.
pub(super) fn record_error() -> RecordError {
    Arc::new(|error: &MigrationError| ApiError::from(error).recorded())
}

/// How the connections of a running migration are opened again.
struct Again {
    destination: ConnectAgain,
    /// For a source that is an ECR.
    source: Option<ConnectAgain>,
}

/// Runs a migration, in a separate task so that a panic is reported. Returns the report, and why
/// the journal is incomplete.
async fn run(
    plan: Arc<Plan>,
    endpoints: PlanEndpoints,
    again: Again,
    job: Arc<Job>,
    log: JournalLog,
) -> (transload_migration::Report, Option<ApiError>) {
    let events: Arc<dyn EventSink> = Arc::clone(&job) as _;
    let waiting = async |connected: &Connected, again: ConnectAgain| {
        let destination = &connected.destination;
        let (ecr, control) = (Arc::clone(&destination.ecr), job.control().clone());
        let gate = SignInGate::new(ecr, Arc::new(again), control, Arc::clone(&events));
        destination.waiting_at(gate).await
    };
    let destination = &waiting(&endpoints.connected, again.destination).await;
    let source = &match (&endpoints.source_ecr, again.source) {
        (Some(open), Some(again)) => Source::Registry(waiting(open, again).await.registry),
        _ => endpoints.source.clone(),
    };
    let report = {
        let run = transload_migration::run(
            &plan,
            source,
            destination,
            job.control(),
            &events,
            Some(&log),
        );
        tokio::pin!(run);
        loop {
            tokio::select! {
                report = &mut run => break report,
                () = tokio::time::sleep(CHECK_INTERVAL) => {
                    job.journal_state(log.write_failure().map(|error| error.as_ref().into()));
                    if let Source::Registry(source) = source
                        && let Some(quota) = source.pull_quota()
                    {
                        job.pull_quota(quota);
                    }
                }
            }
        }
    };
    let written = log.flush().await;
    (report, written.err().map(|error| error.as_ref().into()))
}

/// Returns the source and connection of a job, to show them.
pub(super) fn job_endpoints(shown: &MigrationRequest) -> JobEndpoints {
    JobEndpoints { source: shown.source.clone(), connection: shown.connection.clone() }
}

/// Opens the connection of a running migration again, after the user signed in.
struct ConnectAgain {
    api: Weak<Inner>,
    connection: AwsConnection,
    /// The destination of the run. Any other destination is refused.
    planned: DestinationIdentity,
}

#[async_trait]
impl Reopen for ConnectAgain {
    async fn reopen(&self) -> Result<Arc<dyn EcrApi>, MigrationError> {
        let recorded = |error: ApiError| MigrationError::Recorded(Box::new(error.recorded()));
        let inner = self.api.upgrade();
        let api =
            Api { inner: inner.ok_or_else(|| recorded(ApiError::internal("the program ends")))? };
        api.disconnect(&self.connection).await;
        let connected = api.connect_planned(&self.connection, &self.planned).await;
        let connected = connected.map_err(recorded)?;
        Ok(Arc::clone(&connected.destination.ecr))
    }
}

#[cfg(test)]
mod tests;
