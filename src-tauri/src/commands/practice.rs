use tauri::State;
use transload_api::Api;
use transload_api::contract::{ApiError, PracticeStatus};

#[tauri::command(rename_all = "snake_case")]
pub async fn practice_start(api: State<'_, Api>) -> Result<PracticeStatus, ApiError> {
    api.practice_start().await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn practice_reset(api: State<'_, Api>) -> Result<PracticeStatus, ApiError> {
    api.practice_reset().await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn practice_tag_move(
    api: State<'_, Api>,
    repository: String,
    tag: String,
    to: String,
) -> Result<(), ApiError> {
    api.practice_tag_move(repository, tag, to).await
}
