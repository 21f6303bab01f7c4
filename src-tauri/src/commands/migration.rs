use std::path::PathBuf;

use tauri::State;
use tauri::ipc::Channel;
use transload_api::Api;
use transload_api::contract::{
    ApiError, CopyTool, MigrationPlan, MigrationRequest, PlanPermissions, PlanProgress,
    ProposedNames, RenameRule, ReportFormat, UndoPlan, UndoProgress, UndoReport,
};

use crate::chosen_paths::{ChosenPaths, Purpose};

#[tauri::command(rename_all = "snake_case")]
pub async fn repository_names_propose(
    api: State<'_, Api>,
    source_repositories: Vec<String>,
    rules: Vec<RenameRule>,
) -> Result<ProposedNames, ApiError> {
    api.repository_names_propose(source_repositories, rules).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn migration_plan(
    api: State<'_, Api>,
    request: MigrationRequest,
    attempt: String,
    on_progress: Channel<PlanProgress>,
) -> Result<Option<MigrationPlan>, ApiError> {
    // A window that is gone needs no progress.
    let tell = move |progress| drop(on_progress.send(progress));
    api.migration_plan_watched(request, attempt, tell).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn migration_plan_cancel(api: State<'_, Api>, attempt: String) -> Result<(), ApiError> {
    api.migration_plan_cancel(attempt).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn migration_commands(
    api: State<'_, Api>,
    plan: String,
    tool: CopyTool,
) -> Result<Vec<String>, ApiError> {
    api.migration_commands(plan, tool).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn migration_permissions(
    api: State<'_, Api>,
    plan: String,
) -> Result<PlanPermissions, ApiError> {
    api.migration_permissions(plan).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn migration_expiry_confirm(
    api: State<'_, Api>,
    plan: String,
    repositories: Vec<String>,
) -> Result<(), ApiError> {
    api.migration_expiry_confirm(plan, repositories).await
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
    paths: State<'_, ChosenPaths>,
    job: String,
    format: ReportFormat,
    path: PathBuf,
) -> Result<(), ApiError> {
    paths.check(Purpose::Save, &path)?;
    api.migration_report_export(job, format, path).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn migration_plan_export(
    api: State<'_, Api>,
    paths: State<'_, ChosenPaths>,
    plan: String,
    path: PathBuf,
) -> Result<(), ApiError> {
    paths.check(Purpose::Save, &path)?;
    api.migration_plan_export(plan, path).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn migration_undo_plan(
    api: State<'_, Api>,
    migration: String,
) -> Result<UndoPlan, ApiError> {
    api.migration_undo_plan(migration).await
}

/// Sends how far the undo is, and answers when it is over.
#[tauri::command(rename_all = "snake_case")]
pub async fn migration_undo(
    api: State<'_, Api>,
    undo: String,
    on_progress: Channel<UndoProgress>,
) -> Result<UndoReport, ApiError> {
    // A window that is gone needs no progress; the undo goes on.
    let tell = move |progress| drop(on_progress.send(progress));
    api.migration_undo(undo, tell).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn migration_undo_stop(api: State<'_, Api>, undo: String) -> Result<(), ApiError> {
    api.migration_undo_stop(undo).await
}
