use tauri::State;
use transload_api::Api;
use transload_api::contract::{ApiError, CaFile, NetworkStatus};

#[tauri::command(rename_all = "snake_case")]
pub async fn network_status(api: State<'_, Api>) -> Result<NetworkStatus, ApiError> {
    api.network_status().await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn ca_file_check(api: State<'_, Api>, path: String) -> Result<CaFile, ApiError> {
    api.ca_file_check(path).await
}
