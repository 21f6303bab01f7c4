use std::path::PathBuf;

use tauri::{Runtime, State, WebviewWindow};
use transload_api::contract::{ApiError, SavedProfile};

use crate::saved_profiles::SavedProfiles;

// The window is an argument only because Tauri needs to see the runtime in one.

#[tauri::command(async, rename_all = "snake_case")]
pub fn saved_profiles_list<R: Runtime>(
    _window: WebviewWindow<R>,
    saved: State<'_, SavedProfiles<R>>,
) -> Result<Vec<SavedProfile>, ApiError> {
    saved.list()
}

#[tauri::command(async, rename_all = "snake_case")]
pub fn saved_profile_save<R: Runtime>(
    _window: WebviewWindow<R>,
    saved: State<'_, SavedProfiles<R>>,
    profile: SavedProfile,
) -> Result<SavedProfile, ApiError> {
    saved.save(profile)
}

#[tauri::command(async, rename_all = "snake_case")]
pub fn saved_profile_delete<R: Runtime>(
    _window: WebviewWindow<R>,
    saved: State<'_, SavedProfiles<R>>,
    id: String,
) -> Result<(), ApiError> {
    saved.delete(&id)
}

#[tauri::command(async, rename_all = "snake_case")]
pub fn saved_profiles_export<R: Runtime>(
    _window: WebviewWindow<R>,
    saved: State<'_, SavedProfiles<R>>,
    ids: Vec<String>,
    path: PathBuf,
) -> Result<(), ApiError> {
    saved.export(&ids, &path)
}

#[tauri::command(async, rename_all = "snake_case")]
pub fn saved_profiles_import<R: Runtime>(
    _window: WebviewWindow<R>,
    saved: State<'_, SavedProfiles<R>>,
    path: PathBuf,
    allow_endpoints: bool,
) -> Result<Vec<SavedProfile>, ApiError> {
    saved.import(&path, allow_endpoints)
}
