use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::{Job, JobNews};
use crate::contract::{ApiError, ErrorCode};

/// The jobs of this run of the program, oldest first.
#[derive(Default)]
pub struct JobBook {
    jobs: Mutex<Vec<Arc<Job>>>,
    /// Who wants to hear the news of them.
    news: Mutex<Option<UnboundedSender<JobNews>>>,
}

impl JobBook {
    /// The news of all jobs from now on, for one listener: a later one takes the place of an earlier.
    pub fn news(&self) -> UnboundedReceiver<JobNews> {
        let (sender, receiver) = unbounded_channel();
        *self.news.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
        receiver
    }

    /// Enters a job.
    pub fn add(&self, job: Arc<Job>) {
        if let Some(news) = self.news.lock().unwrap_or_else(PoisonError::into_inner).clone() {
            job.tell_to(news);
        }
        let mut jobs = self.jobs();
        // One that is taken up again has the name that it had.
        jobs.retain(|known| known.id() != job.id());
        jobs.push(job);
    }

    /// Forgets a job.
    pub fn remove(&self, id: &str) {
        self.jobs().retain(|known| known.id() != id);
    }

    /// Finds a job.
    pub fn get(&self, id: &str) -> Result<Arc<Job>, ApiError> {
        let found = self.jobs().iter().find(|job| job.id() == id).cloned();
        found.ok_or_else(|| {
            ApiError::new(ErrorCode::JobUnknown, "This migration is not known any more.")
                .about(id)
                .hint("Transload was started anew since. Look for it in the history, and resume it there.")
        })
    }

    /// Every job, newest first.
    pub fn newest_first(&self) -> Vec<Arc<Job>> {
        self.jobs().iter().rev().cloned().collect()
    }

    /// Whether one of them is not over.
    pub fn any_runs(&self) -> bool {
        self.jobs().iter().any(|job| !job.is_finished())
    }

    /// Lets those that wait for a sign-in or a pull quota look again: a person signed in.
    pub fn wake_all(&self) {
        for job in self.jobs().iter() {
            job.control().wake();
        }
    }

    /// Stops all of them.
    pub fn cancel_all(&self) {
        for job in self.jobs().iter() {
            job.cancel();
        }
    }

    fn jobs(&self) -> std::sync::MutexGuard<'_, Vec<Arc<Job>>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
