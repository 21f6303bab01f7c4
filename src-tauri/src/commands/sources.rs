use tauri::State;
use tauri::ipc::Channel;
use transload_api::Api;
use transload_api::contract::{
    ApiError, ChooseProgress, ChosenTags, ImageSource, Selection, SourceLogin, SourceLoginStatus,
    SourceNamespaces, SourceRepositories, SourceTag, SourceTags,
};

#[tauri::command(rename_all = "snake_case")]
pub async fn source_login(
    api: State<'_, Api>,
    login: SourceLogin,
) -> Result<SourceLoginStatus, ApiError> {
    api.source_login(login).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn source_logout(
    api: State<'_, Api>,
    source: ImageSource,
) -> Result<SourceLoginStatus, ApiError> {
    api.source_logout(source).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn source_login_status(
    api: State<'_, Api>,
    source: ImageSource,
) -> Result<SourceLoginStatus, ApiError> {
    api.source_login_status(source).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn source_namespaces(
    api: State<'_, Api>,
    source: ImageSource,
) -> Result<SourceNamespaces, ApiError> {
    api.source_namespaces(source).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn source_repositories(
    api: State<'_, Api>,
    source: ImageSource,
    next: Option<String>,
) -> Result<SourceRepositories, ApiError> {
    api.source_repositories(source, next).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn source_tags(
    api: State<'_, Api>,
    source: ImageSource,
    repository: String,
    next: Option<String>,
) -> Result<SourceTags, ApiError> {
    api.source_tags(source, repository, next).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn source_tag_details(
    api: State<'_, Api>,
    source: ImageSource,
    repository: String,
    tags: Vec<String>,
) -> Result<Vec<SourceTag>, ApiError> {
    api.source_tag_details(source, repository, tags).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn source_choose(
    api: State<'_, Api>,
    source: ImageSource,
    selection: Selection,
    attempt: String,
    on_progress: Channel<ChooseProgress>,
) -> Result<Option<ChosenTags>, ApiError> {
    // A window that is gone needs no progress.
    let tell = move |progress| drop(on_progress.send(progress));
    api.source_choose_watched(source, selection, attempt, tell).await
}

#[tauri::command(rename_all = "snake_case")]
pub async fn source_choose_cancel(api: State<'_, Api>, attempt: String) -> Result<(), ApiError> {
    api.source_choose_cancel(attempt).await
}
