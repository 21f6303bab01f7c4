use tauri::State;
use transload_api::Api;
use transload_api::contract::{ApiError, EngineStatus};

#[tauri::command(rename_all = "snake_case")]
pub async fn engine_status(api: State<'_, Api>) -> Result<EngineStatus, ApiError> {
    api.engine_status().await
}
