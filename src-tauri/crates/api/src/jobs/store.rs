//! The jobs since the program started. Old ones are forgotten.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{Receiver, Sender, channel};
use transload_errors::{ApiError, ErrorCode};

use crate::jobs::job::Job;
use crate::jobs::state::JobUpdate;

/// The maximum number of finished jobs in memory. All of them are in the history.
const FINISHED_KEPT: usize = 16;
/// How long a finished job stays in memory. The newest one stays longer, because its page may be
/// open.
pub const FINISHED_KEPT_FOR: Duration = Duration::from_secs(24 * 60 * 60);
/// The maximum number of unread updates. A job has a handful.
const MAX_QUEUED_UPDATES: usize = 256;

/// The jobs since the program started, oldest first.
#[derive(Default)]
pub struct JobStore {
    jobs: Mutex<Vec<Arc<Job>>>,
    /// The listener of their updates.
    updates: Mutex<Option<Sender<JobUpdate>>>,
}

impl JobStore {
    /// Returns a channel with the updates of all jobs from now on. It replaces the previous channel.
    pub fn updates(&self) -> Receiver<JobUpdate> {
        let (sender, receiver) = channel(MAX_QUEUED_UPDATES);
        *self.updates.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
        receiver
    }

    pub fn add(&self, job: Arc<Job>) {
        if let Some(updates) = self.updates.lock().unwrap_or_else(PoisonError::into_inner).clone() {
            job.subscribe(updates);
        }
        let mut jobs = self.jobs();
        // A resumed migration keeps its ID.
        jobs.retain(|known| known.id() != job.id());
        jobs.push(job);
    }

    /// Forgets finished jobs that are old or too many.
    pub fn forget_old(&self, now: Instant) {
        let mut jobs = self.jobs();
        let mut finished = 0;
        let newest_first = jobs.iter().rev().map(|job| match job.finished_for(now) {
            None => true,
            Some(finished_for) => {
                finished += 1;
                finished == 1 || (finished <= FINISHED_KEPT && finished_for < FINISHED_KEPT_FOR)
            }
        });
        let mut keep: Vec<bool> = newest_first.collect();
        jobs.retain(|_| keep.pop().unwrap_or(true));
    }

    /// Whether a job is known.
    pub fn knows(&self, id: &str) -> bool {
        self.jobs().iter().any(|job| job.id() == id)
    }

    pub fn remove(&self, id: &str) {
        self.jobs().retain(|known| known.id() != id);
    }

    pub fn get(&self, id: &str) -> Result<Arc<Job>, ApiError> {
        let found = self.jobs().iter().find(|job| job.id() == id).cloned();
        found.ok_or_else(|| {
            ApiError::new(ErrorCode::JobUnknown, "The migration is no longer in memory.")
                .about(id)
                .hint("Open the migration in the history to see its report or to resume it.")
        })
    }

    /// Returns every job, newest first.
    pub fn newest_first(&self) -> Vec<Arc<Job>> {
        self.jobs().iter().rev().cloned().collect()
    }

    /// Whether a job is running.
    pub fn any_runs(&self) -> bool {
        self.jobs().iter().any(|job| !job.is_finished())
    }

    /// Makes jobs that wait for a sign-in or a pull quota check again, because the user signed in.
    pub fn wake_all(&self) {
        for job in self.jobs().iter() {
            job.control().wake();
        }
    }

    pub fn cancel_all(&self) {
        for job in self.jobs().iter() {
            job.cancel();
        }
    }

    fn jobs(&self) -> std::sync::MutexGuard<'_, Vec<Arc<Job>>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use transload_contract::{AwsEndpoints, AwsIdentity, MigrationReport};
    use transload_migration::Control;

    use super::*;
    use crate::jobs::job::JobEvents;
    use crate::jobs::state::JobEndpoints;
    use transload_contract::{AwsConnection, ImageSource, JobEventKind, JobStatus};

    fn report() -> MigrationReport {
        let identity = AwsIdentity {
            account_id: "111122223333".to_owned(),
            arn: "arn".to_owned(),
            region: "eu-west-1".to_owned(),
            expires_at_ms: None,
            practice: true,
            partition: "aws".to_owned(),
            endpoints: AwsEndpoints::default(),
        };
        transload_report::blank_report(
            "job".to_owned(),
            Some(identity),
            "registry".to_owned(),
            (0, 0),
        )
    }

    fn job(id: &str) -> Arc<Job> {
        let endpoints =
            JobEndpoints { source: ImageSource::DockerEngine, connection: AwsConnection::Practice };
        Job::new(id.to_owned(), endpoints, 0, Vec::new(), Control::default())
    }

    fn finished(id: &str) -> Arc<Job> {
        let job = job(id);
        job.finish(report());
        job
    }

    fn ids(store: &JobStore) -> Vec<String> {
        store.newest_first().iter().map(|job| job.id().to_owned()).collect()
    }

    #[test]
    fn finished_jobs_are_forgotten_by_number_and_by_age_and_running_ones_never() {
        let store = JobStore::default();
        store.add(job("runs"));
        for number in 0..FINISHED_KEPT + 3 {
            store.add(finished(&format!("finished-{number}")));
        }
        store.forget_old(Instant::now());
        let kept = ids(&store);
        assert_eq!(kept.len(), FINISHED_KEPT + 1);
        assert_eq!(
            (kept.first().unwrap().as_str(), kept.last().unwrap().as_str()),
            ("finished-18", "runs")
        );
        assert!(!store.knows("finished-0") && store.knows("finished-3"));
        store.forget_old(Instant::now() + FINISHED_KEPT_FOR + Duration::from_secs(60));
        assert_eq!(ids(&store), ["finished-18", "runs"]);
    }

    #[tokio::test]
    async fn a_listener_that_never_reads_costs_nothing_and_sees_a_gap_and_the_end() {
        let job = job("busy");
        let mut slow = JobEvents::new(Arc::clone(&job), 0);
        assert!(matches!(slow.recv().await.unwrap().kind, JobEventKind::Started { .. }));
        for _ in 0..10_000 {
            job.pause();
            job.resume();
        }
        job.finish(report());
        let mut events = Vec::new();
        while slow.recv_many(&mut events, 1_000).await > 0 {}
        assert!(events.len() < 10_000 && events[0].seq > 10_000, "{}", events.len());
        assert!(events.is_sorted_by_key(|event| event.seq));
        assert!(matches!(events.last().unwrap().kind, JobEventKind::Finished { .. }));
        assert_eq!(job.snapshot().status, JobStatus::Finished);
        // A late listener gets the last event and doesn't wait for more.
        let mut late = JobEvents::new(Arc::clone(&job), events.last().unwrap().seq);
        assert!(late.recv().await.is_some() && late.recv().await.is_none());
        assert!(JobEvents::new(job, u64::MAX).recv().await.is_none());
    }
}
