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

/// Sends every event of a job from `from_seq` on, until the job is over or the window is gone.
#[tauri::command(rename_all = "snake_case")]
pub async fn job_follow(
    api: State<'_, Api>,
    job: String,
    from_seq: u64,
    on_event: Channel<JobEvent>,
) -> Result<(), ApiError> {
    let mut events = api.job_follow(job, from_seq).await?;
    tauri::async_runtime::spawn(async move {
        while let Some(event) = events.recv().await {
            if on_event.send(event).is_err() {
                break;
            }
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
