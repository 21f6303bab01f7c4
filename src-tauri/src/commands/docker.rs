use tauri::State;
use transload_api::Api;
use transload_api::contract::{ApiError, EngineOriginal, EngineStatus};

#[tauri::command(rename_all = "snake_case")]
pub async fn engine_status(api: State<'_, Api>) -> Result<EngineStatus, ApiError> {
    api.engine_status().await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn engine_originals(
    api: State<'_, Api>,
    repository: String,
    tags: Vec<String>,
) -> Result<Vec<EngineOriginal>, ApiError> {
    api.engine_originals(repository, tags).await
}
