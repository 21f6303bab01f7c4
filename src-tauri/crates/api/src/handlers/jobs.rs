//! Commands for running migrations.

use transload_contract::JobSnapshot;
use transload_errors::ApiError;

use crate::api::Api;
use crate::jobs::follow::JobEvents;

impl Api {
    /// The jobs of this run of the program, newest first.
    pub async fn jobs_list(&self) -> Result<Vec<JobSnapshot>, ApiError> {
        Ok(self.inner.jobs.newest_first().iter().map(|job| job.snapshot()).collect())
    }

    /// Everything about a job.
    pub async fn job_snapshot(&self, job: String) -> Result<JobSnapshot, ApiError> {
        Ok(self.inner.jobs.get(&job)?.snapshot())
    }

    /// The events of a job from a number on. They end when the job does.
    pub async fn job_follow(&self, job: String, from_seq: u64) -> Result<JobEvents, ApiError> {
        Ok(JobEvents::new(self.inner.jobs.get(&job)?, from_seq))
    }

    /// Holds a job: what is under way is finished, nothing new begins.
    pub async fn job_pause(&self, job: String) -> Result<(), ApiError> {
        self.inner.jobs.get(&job)?.pause();
        Ok(())
    }

    /// Lets a job go on.
    pub async fn job_resume(&self, job: String) -> Result<(), ApiError> {
        self.inner.jobs.get(&job)?.resume();
        Ok(())
    }

    /// Lets a job that waits for a sign-in, or for a pull quota, look again at once.
    pub async fn job_look_again(&self, job: String) -> Result<(), ApiError> {
        self.inner.jobs.get(&job)?.control().wake();
        Ok(())
    }

    /// Stops a job.
    pub async fn job_cancel(&self, job: String) -> Result<(), ApiError> {
        self.inner.jobs.get(&job)?.cancel();
        Ok(())
    }
}
