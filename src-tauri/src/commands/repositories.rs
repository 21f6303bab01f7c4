use tauri::State;
use transload_api::Api;
use transload_api::contract::{
    ApiError, AwsConnection, ImageNotDeleted, ImageToDelete, IndexEntry, Repository,
    RepositoryDetails, RepositorySettings, RepositorySummary,
};

#[tauri::command(rename_all = "snake_case")]
pub async fn repositories_list(
    api: State<'_, Api>,
    connection: AwsConnection,
) -> Result<Vec<Repository>, ApiError> {
    api.repositories_list(connection).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn repository_summaries(
    api: State<'_, Api>,
    connection: AwsConnection,
    names: Vec<String>,
) -> Result<Vec<RepositorySummary>, ApiError> {
    api.repository_summaries(connection, names).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn repository_details(
    api: State<'_, Api>,
    connection: AwsConnection,
    name: String,
) -> Result<RepositoryDetails, ApiError> {
    api.repository_details(connection, name).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn repository_index_entries(
    api: State<'_, Api>,
    connection: AwsConnection,
    name: String,
    digest: String,
) -> Result<Vec<IndexEntry>, ApiError> {
    api.repository_index_entries(connection, name, digest).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn repository_images_delete(
    api: State<'_, Api>,
    connection: AwsConnection,
    name: String,
    images: Vec<ImageToDelete>,
) -> Result<Vec<ImageNotDeleted>, ApiError> {
    api.repository_images_delete(connection, name, images).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn repository_delete(
    api: State<'_, Api>,
    connection: AwsConnection,
    name: String,
) -> Result<(), ApiError> {
    api.repository_delete(connection, name).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn repository_elsewhere(
    api: State<'_, Api>,
    connection: AwsConnection,
    name: String,
) -> Result<Vec<String>, ApiError> {
    api.repository_elsewhere(connection, name).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn repository_create(
    api: State<'_, Api>,
    connection: AwsConnection,
    name: String,
    settings: RepositorySettings,
) -> Result<Repository, ApiError> {
    api.repository_create(connection, name, settings).await
}
