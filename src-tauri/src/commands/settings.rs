use serde_json::Value;
use tauri::State;
use transload_api::Api;
use transload_api::contract::{ApiError, Settings};

use crate::draft::Draft;
use crate::settings::SettingsFile;

#[tauri::command(async, rename_all = "snake_case")]
pub fn settings_get(file: State<'_, SettingsFile>) -> Settings {
    file.get()
}

#[tauri::command(rename_all = "snake_case")]
pub async fn settings_set(
    file: State<'_, SettingsFile>,
    api: State<'_, Api>,
    settings: Settings,
) -> Result<(), ApiError> {
    let large = settings.practice_large_account;
    let (address, ca_file) = (settings.engine_address.clone(), settings.ca_file.clone());
    let ca_file_before = file.get().ca_file;
    file.set(settings)?;
    api.engine_address_set(address);
    api.practice_large_set(large);
    // Another network begins new connections, so only where it is another one.
    if ca_file != ca_file_before {
        api.ca_file_set(ca_file.as_deref());
    }
    Ok(())
}

#[tauri::command(async, rename_all = "snake_case")]
pub fn draft_get(draft: State<'_, Draft>) -> Result<Option<Value>, ApiError> {
    draft.get()
}

#[tauri::command(async, rename_all = "snake_case")]
pub fn draft_set(kept: State<'_, Draft>, draft: Option<Value>) -> Result<(), ApiError> {
    kept.set(draft.as_ref())
}
