use std::time::Duration;

use tauri::State;
use tauri::ipc::Channel;
use transload_api::Api;
use transload_api::contract::{ApiError, JobEvent, JobSnapshot};

#[tauri::command(rename_all = "snake_case")]
pub async fn jobs_list(api: State<'_, Api>) -> Result<Vec<JobSnapshot>, ApiError> {
    api.jobs_list().await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn job_snapshot(api: State<'_, Api>, job: String) -> Result<JobSnapshot, ApiError> {
    api.job_snapshot(job).await
}

/// How long events are gathered before they are sent together. Each message is a script that the
/// window has to read, and a large migration has thousands of events in a second.
const GATHERED_FOR: Duration = Duration::from_millis(80);
/// Events of one message.
const EVENTS_TOGETHER: usize = 1024;

/// Sends every event of a job from `from_seq` on, until the job is over or the window is gone: the
/// first at once, what comes soon after it together.
#[tauri::command(rename_all = "snake_case")]
pub async fn job_follow(
    api: State<'_, Api>,
    job: String,
    from_seq: u64,
    on_events: Channel<Vec<JobEvent>>,
) -> Result<(), ApiError> {
    let mut events = api.job_follow(job, from_seq).await?;
    tauri::async_runtime::spawn(async move {
        let mut together = Vec::new();
        while events.recv_many(&mut together, EVENTS_TOGETHER).await > 0 {
            if on_events.send(std::mem::take(&mut together)).is_err() {
                break;
            }
            tokio::time::sleep(GATHERED_FOR).await;
        }
    });
    Ok(())
}

#[tauri::command(rename_all = "snake_case")]
pub async fn job_pause(api: State<'_, Api>, job: String) -> Result<(), ApiError> {
    api.job_pause(job).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn job_resume(api: State<'_, Api>, job: String) -> Result<(), ApiError> {
    api.job_resume(job).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn job_look_again(api: State<'_, Api>, job: String) -> Result<(), ApiError> {
    api.job_look_again(job).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn job_cancel(api: State<'_, Api>, job: String) -> Result<(), ApiError> {
    api.job_cancel(job).await
}
