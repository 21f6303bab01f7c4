//! Assembles the program: plugins, state, command handlers and the window. `main` calls [`run`].

use std::time::Duration;

use tauri::{App, Manager as _, RunEvent, Runtime};
use transload_api::{Api, ApiOptions};

use crate::chosen_paths::ChosenPaths;
use crate::draft::Draft;
use crate::folders::Folders;
use crate::options::Start;
use crate::recent_sources::RecentSources;
use crate::saved_profiles::store::SavedProfiles;
use crate::settings::SettingsFile;
use crate::start_error::StartError;
use crate::{commands, desktop, log, startup_failure, window};

/// How much longer than the API limit the shell waits at exit.
const SHUTDOWN_MARGIN: Duration = Duration::from_secs(1);

/// Opens the window and returns when it was closed.
///
/// # Errors
/// If Tauri can't be initialized. Later errors are reported here and end the program.
pub fn run(start: Start) -> Result<(), StartError> {
    let app = tauri::Builder::default()
        // First, so that a second instance exits before it touches files of the first one. Without a session
        // bus, the plugin allows a second instance.
        .plugin(single_instance())
        .plugin(window_state())
        .plugin(tauri_plugin_store::Builder::new().build())
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_opener::init())
        .plugin(tauri_plugin_notification::init())
        .invoke_handler(commands::handler())
        .on_window_event(window::on_event)
        .setup(move |app| {
            // Tauri would panic on an error here, with a message that users can't read.
            if let Err(error) = open(app, start) {
                tracing::error!(%error, "Transload can't start");
                startup_failure::report(&error.to_string());
                std::process::exit(1);
            }
            desktop::follow(app.handle());
            Ok(())
        })
        .build(context())
        .map_err(StartError::Window)?;
    app.run(|app, event| {
        if let RunEvent::Exit = event {
            let api = app.state::<Api>().inner().clone();
            let limit = transload_api::SHUTDOWN_LIMIT + SHUTDOWN_MARGIN;
            tauri::async_runtime::block_on(async move {
                if tokio::time::timeout(limit, api.shutdown()).await.is_err() {
                    tracing::warn!("jobs were still running when the program exited");
                }
            });
        }
    });
    Ok(())
}

/// Returns the configuration, permissions and pages that are compiled in.
pub(crate) fn context<R: Runtime>() -> tauri::Context<R> {
    tauri::generate_context!()
}

/// Finds the folders, creates the state and opens the window.
fn open<R: Runtime>(app: &App<R>, start: Start) -> Result<(), StartError> {
    let folders = Folders::find(app)?;
    log::start(&folders.logs)
        .map_err(|source| StartError::Log { folder: folders.logs.clone(), source })?;
    let folder = folders.data.clone();
    prepare(app, folders, start).map_err(|source| StartError::DataFolder { folder, source })?;
    window::open(app).map_err(StartError::Window)
}

/// Creates the state that the commands use.
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
    app.manage(ChosenPaths::default());
    app.manage(Draft::new(&folders.data));
    app.manage(RecentSources::new(&folders.data));
    app.manage(SavedProfiles::new(app.handle(), &folders.data));
    app.manage(settings);
    app.manage(folders);
    Ok(())
}

fn single_instance<R: Runtime>() -> tauri::plugin::TauriPlugin<R> {
    let mut plugin = tauri_plugin_single_instance::Builder::new()
        .callback(|app, _arguments, _folder| window::show(app));
    // Instances with different data folders can run at the same time.
    if let Some(id) = Folders::overridden_bus_id() {
        plugin = plugin.dbus_id(id);
    }
    plugin.build()
}

fn window_state<R: Runtime>() -> tauri::plugin::TauriPlugin<R> {
    let mut plugin = tauri_plugin_window_state::Builder::new();
    // The plugin joins the file name to its default folder. Joining an absolute path replaces that folder.
    if let Some(folder) = Folders::overridden() {
        plugin = plugin.with_filename(folder.join("window.json").to_string_lossy());
    }
    plugin.build()
}
