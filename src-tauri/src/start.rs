//! Puts the program together: plugins, state, handlers, the window.

use std::path::PathBuf;
use std::time::Duration;

use tauri::{App, Manager as _, RunEvent, Runtime};
use transload_api::{Api, ApiOptions};

use crate::chosen_paths::ChosenPaths;
use crate::draft::Draft;
use crate::folders::Folders;
use crate::options::Start;
use crate::saved_profiles::SavedProfiles;
use crate::settings::SettingsFile;
use crate::startup_failure::{self, remedy};
use crate::{commands, desktop, log, window};

/// What the shell waits longer than the api may take to stop.
const MARGIN: Duration = Duration::from_secs(1);

/// Why the program cannot start, as a sentence with a way on.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The folder that everything is kept in cannot be used.
    #[error(
        "the data folder {} cannot be used: {source}. Check that you may write to it and that the \
         disk has room, or name another folder with TRANSLOAD_DATA_DIR.",
        folder.display()
    )]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The system names no folder for data.
    #[error("this system names no folder for data ({0}). Name one with TRANSLOAD_DATA_DIR.")]
    NoFolder(#[source] tauri::Error),
    /// The log cannot be written.
    #[error(
        "the log in {} cannot be written: {source}. Check that you may write to this folder and that \
         the disk has room, or name another data folder with TRANSLOAD_DATA_DIR.",
        folder.display()
    )]
    Log {
        /// The folder of the log.
        folder: PathBuf,
        /// What is wrong.
        #[source]
        source: log::LogError,
    },
    /// The window, or the web view in it, cannot be made.
    #[error("the window could not be opened: {0}. {remedy}", remedy = remedy())]
    Window(#[source] tauri::Error),
}

/// Opens the window and stays until it is closed. A start that fails is said, and ends the program.
///
/// # Errors
/// What Tauri says when it cannot be set up.
pub fn run(start: Start) -> Result<(), StartError> {
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
            // Tauri panics on an error of its set-up, which a person cannot read.
            if let Err(error) = open(app, start) {
                tracing::error!(%error, "Transload cannot start");
                startup_failure::fail(&format!("Transload cannot start: {error}"));
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
            let limit = transload_api::SHUTDOWN_LIMIT + MARGIN;
            tauri::async_runtime::block_on(async move {
                if tokio::time::timeout(limit, api.shutdown()).await.is_err() {
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

/// Finds the folders, makes the state and opens the window.
fn open<R: Runtime>(app: &App<R>, start: Start) -> Result<(), StartError> {
    let folders = Folders::find(app)?;
    log::start(&folders.logs)
        .map_err(|source| StartError::Log { folder: folders.logs.clone(), source })?;
    let folder = folders.data.clone();
    prepare(app, folders, start).map_err(|source| StartError::Folder { folder, source })?;
    window::open(app).map_err(StartError::Window)
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
    app.manage(ChosenPaths::default());
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
