//! Commands for running migrations.

use transload_contract::{JobSnapshot, ListedJob};
use transload_errors::ApiError;

use crate::api::Api;
use crate::jobs::job::JobEvents;

impl Api {
    /// Returns the jobs since the program started, newest first.
    pub async fn jobs_list(&self) -> Result<Vec<ListedJob>, ApiError> {
        Ok(self.inner.jobs.newest_first().iter().map(|job| job.listed()).collect())
    }

    /// Returns the state of a job.
    pub async fn job_snapshot(&self, job: String) -> Result<JobSnapshot, ApiError> {
        Ok(self.inner.jobs.get(&job)?.snapshot())
    }

    /// Follows the events of a job from a number on. They end with the job.
    pub async fn job_follow(&self, job: String, from_seq: u64) -> Result<JobEvents, ApiError> {
        Ok(JobEvents::new(self.inner.jobs.get(&job)?, from_seq))
    }

    /// Pauses a job. Transfers that started are finished first.
    pub async fn job_pause(&self, job: String) -> Result<(), ApiError> {
        self.inner.jobs.get(&job)?.pause();
        Ok(())
    }

    pub async fn job_resume(&self, job: String) -> Result<(), ApiError> {
        self.inner.jobs.get(&job)?.resume();
        Ok(())
    }

    /// Makes a job that waits for a sign-in or a pull quota check again immediately.
    pub async fn job_check_now(&self, job: String) -> Result<(), ApiError> {
        self.inner.jobs.get(&job)?.control().wake();
        Ok(())
    }

    pub async fn job_cancel(&self, job: String) -> Result<(), ApiError> {
        self.inner.jobs.get(&job)?.cancel();
        Ok(())
    }
}
