use std::path::PathBuf;

use tauri::{Runtime, State, WebviewWindow};
use transload_api::contract::{ApiError, SavedProfile};

use crate::chosen_paths::{ChosenPaths, Purpose};
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
    paths: State<'_, ChosenPaths>,
    ids: Vec<String>,
    path: PathBuf,
) -> Result<(), ApiError> {
    paths.check(Purpose::Save, &path)?;
    saved.export(&ids, &path)
}

#[tauri::command(async, rename_all = "snake_case")]
pub fn saved_profiles_import<R: Runtime>(
    _window: WebviewWindow<R>,
    saved: State<'_, SavedProfiles<R>>,
    paths: State<'_, ChosenPaths>,
    path: PathBuf,
    allow_endpoints: bool,
) -> Result<Vec<SavedProfile>, ApiError> {
    paths.check(Purpose::Open, &path)?;
    saved.import(&path, allow_endpoints)
}
