use tauri::State;
use transload_api::Api;
use transload_api::contract::{ApiError, HistoryEntry, MigrationReport, MigrationRequest};

#[tauri::command(rename_all = "snake_case")]
pub async fn history_list(api: State<'_, Api>) -> Result<Vec<HistoryEntry>, ApiError> {
    api.history_list().await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn history_report(
    api: State<'_, Api>,
    migration: String,
) -> Result<MigrationReport, ApiError> {
    api.history_report(migration).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn history_request(
    api: State<'_, Api>,
    migration: String,
) -> Result<MigrationRequest, ApiError> {
    api.history_request(migration).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn history_delete(api: State<'_, Api>, migration: String) -> Result<(), ApiError> {
    api.history_delete(migration).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn history_verify(
    api: State<'_, Api>,
    migration: String,
) -> Result<MigrationReport, ApiError> {
    api.history_verify(migration).await
}
