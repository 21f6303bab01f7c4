//! Puts the program together: plugins, state, handlers, the window.

use std::time::Duration;

use tauri::{App, Manager as _, RunEvent, Runtime};
use transload_api::{Api, ApiOptions};

use crate::draft::Draft;
use crate::folders::Folders;
use crate::options::Start;
use crate::saved_profiles::SavedProfiles;
use crate::settings::SettingsFile;
use crate::{commands, desktop, log, window};

/// How long the api may take to stop its servers and jobs when the program ends.
const SHUTDOWN_LIMIT: Duration = Duration::from_secs(2);

/// Opens the window and stays until it is closed.
///
/// # Errors
/// What Tauri says when a window cannot be made or a folder cannot be used.
pub fn run(start: Start) -> tauri::Result<()> {
    let app = tauri::Builder::default()
        // First, so that a second start ends before it touches anything that the first one holds.
        // Where there is no session bus the plugin lets the program start all the same.
        .plugin(single_instance())
        .plugin(window_state())
        .plugin(tauri_plugin_store::Builder::new().build())
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_opener::init())
        .plugin(tauri_plugin_notification::init())
        .invoke_handler(commands::handler())
        .on_window_event(window::on_event)
        .setup(move |app| {
            let folders = Folders::find(app)?;
            log::start(&folders.logs)?;
            prepare(app, folders, start)?;
            window::open(app)?;
            desktop::follow(app.handle());
            Ok(())
        })
        .build(context())?;
    app.run(|app, event| {
        if let RunEvent::Exit = event {
            let api = app.state::<Api>().inner().clone();
            tauri::async_runtime::block_on(async move {
                if tokio::time::timeout(SHUTDOWN_LIMIT, api.shutdown()).await.is_err() {
                    tracing::warn!("not everything had stopped when the program ended");
                }
            });
        }
    });
    Ok(())
}

/// The configuration, the permissions and the built front end, as compiled in.
pub(crate) fn context<R: Runtime>() -> tauri::Context<R> {
    tauri::generate_context!()
}

/// Makes the state that the commands work on.
fn prepare<R: Runtime>(app: &App<R>, folders: Folders, start: Start) -> std::io::Result<()> {
    let version = app.package_info().version.to_string();
    tracing::info!(version, practice = start.practice, "Transload starts");
    let settings = SettingsFile::open(&folders.data)?;
    let api = Api::new(ApiOptions::from_process(folders.data.clone()));
    api.engine_address_set(settings.get().engine_address);
    api.practice_large_set(settings.get().practice_large_account);
    api.ca_file_set(settings.get().ca_file.as_deref());
    app.manage(api);
    app.manage(start);
    app.manage(Draft::new(&folders.data));
    app.manage(SavedProfiles::new(app.handle(), &folders.data));
    app.manage(settings);
    app.manage(folders);
    Ok(())
}

fn single_instance<R: Runtime>() -> tauri::plugin::TauriPlugin<R> {
    let mut plugin = tauri_plugin_single_instance::Builder::new()
        .callback(|app, _arguments, _folder| window::show(app));
    // Two programs get in each other's way only when they share a folder.
    if let Some(id) = Folders::overridden_bus_id() {
        plugin = plugin.dbus_id(id);
    }
    plugin.build()
}

fn window_state<R: Runtime>() -> tauri::plugin::TauriPlugin<R> {
    let mut plugin = tauri_plugin_window_state::Builder::new();
    // The plugin joins its file name to the usual folder, and joining an absolute path replaces it.
    if let Some(folder) = Folders::overridden() {
        plugin = plugin.with_filename(folder.join("window.json").to_string_lossy());
    }
    plugin.build()
}
