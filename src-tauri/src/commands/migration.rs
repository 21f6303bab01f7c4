use std::path::PathBuf;

use tauri::State;
use transload_api::Api;
use transload_api::contract::{ApiError, MigrationPlan, MigrationRequest, ReportFormat};

#[tauri::command(rename_all = "snake_case")]
pub async fn migration_plan(
    api: State<'_, Api>,
    request: MigrationRequest,
) -> Result<MigrationPlan, ApiError> {
    api.migration_plan(request).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn migration_start(api: State<'_, Api>, plan: String) -> Result<String, ApiError> {
    api.migration_start(plan).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn migration_retry_failed(api: State<'_, Api>, job: String) -> Result<String, ApiError> {
    api.migration_retry_failed(job).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn migration_resume(api: State<'_, Api>, migration: String) -> Result<String, ApiError> {
    api.migration_resume(migration).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn migration_report_export(
    api: State<'_, Api>,
    job: String,
    format: ReportFormat,
    path: PathBuf,
) -> Result<(), ApiError> {
    api.migration_report_export(job, format, path).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn migration_plan_export(
    api: State<'_, Api>,
    plan: String,
    path: PathBuf,
) -> Result<(), ApiError> {
    api.migration_plan_export(plan, path).await
}
