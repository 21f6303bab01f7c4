//! The events of jobs, several in one message.

use std::time::Duration;

use tauri::Runtime;
use tauri::ipc::Channel;
use transload_api::Api;
use transload_contract::JobEvent;
use transload_errors::ApiError;

use super::shell::Shell;

/// How long events are gathered before they are sent together. Each message is a script that the
/// window has to read, and a large migration has thousands of events in a second.
const GATHERED_FOR: Duration = Duration::from_millis(80);
/// The most events of one message.
const MAX_EVENTS: usize = 1024;

impl<R: Runtime> Shell<R> {
    /// Sends every event of a job from `from_seq` on until the job is finished or the window is
    /// closed: the first immediately, later ones in groups.
    pub async fn job_follow(
        &self,
        job: String,
        from_seq: u64,
        on_progress: Channel<Vec<JobEvent>>,
    ) -> Result<(), ApiError> {
        let mut events = self.state::<Api>().job_follow(job, from_seq).await?;
        tauri::async_runtime::spawn(async move {
            let mut group = Vec::new();
            while events.recv_many(&mut group, MAX_EVENTS).await > 0 {
                if on_progress.send(std::mem::take(&mut group)).is_err() {
                    break;
                }
                tokio::time::sleep(GATHERED_FOR).await;
            }
        });
        Ok(())
    }
}
