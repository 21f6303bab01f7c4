//! The window: how it is created, and what happens when it is asked to close.

use std::path::PathBuf;

use serde::Serialize;
use tauri::{
    App, AppHandle, DragDropEvent, Emitter as _, Manager as _, Runtime, Url, WebviewWindowBuilder,
    Window, WindowEvent,
};
use transload_api::Api;

use crate::chosen_paths::{ChosenPaths, Purpose};
use crate::folders::Folders;

/// The label of the window in the configuration and the capability.
const LABEL: &str = "main";

/// The event that the window receives if it is asked to close while a job is running.
pub const CLOSE_REQUESTED: &str = "close-requested";

/// Opens the window. It is created here instead of by the configuration, so that the data of the web view is in
/// the data folder, and so that it never navigates to other pages.
pub fn open<R: Runtime>(app: &App<R>) -> tauri::Result<()> {
    let config = app.config().app.windows.iter().find(|window| window.label == LABEL);
    let config = config.ok_or(tauri::Error::WindowNotFound)?.clone();
    WebviewWindowBuilder::from_config(app.handle(), &config)?
        .data_directory(app.state::<Folders>().data.join("webview"))
        .on_navigation(is_own_page)
        .build()?;
    Ok(())
}

/// Shows and focuses the window, for example when the program is started a second time.
pub fn show<R: Runtime>(app: &AppHandle<R>) {
    if let Some(window) = app.get_webview_window(LABEL) {
        let _ = window.unminimize();
        let _ = window.show();
        let _ = window.set_focus();
    }
}

/// Returns whether the window has the focus.
pub fn is_focused<R: Runtime>(app: &AppHandle<R>) -> bool {
    let window = app.get_webview_window(LABEL);
    window.is_some_and(|window| window.is_focused().unwrap_or(false))
}

/// The event that the window receives while files are dragged over it, and when they are dropped.
pub const FILE_DRAG: &str = "file-drag";

/// What happens to files over the window.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum FileDrag {
    Entered,
    Left,
    Dropped { paths: Vec<PathBuf> },
}

/// Tells the pages about files over the window. A dropped file may be read from then on.
fn on_drag<R: Runtime>(window: &Window<R>, event: &DragDropEvent) {
    let Some(drag) = file_drag(event) else { return };
    if let FileDrag::Dropped { paths } = &drag {
        for path in paths {
            window.state::<ChosenPaths>().remember(Purpose::Drop, path);
        }
    }
    if let Err(error) = window.emit(FILE_DRAG, drag) {
        tracing::warn!(%error, "couldn't report a dropped file");
    }
}

/// Returns what the pages need to know. Nothing for moves within the window.
fn file_drag(event: &DragDropEvent) -> Option<FileDrag> {
    match event {
        DragDropEvent::Enter { .. } => Some(FileDrag::Entered),
        DragDropEvent::Leave => Some(FileDrag::Left),
        DragDropEvent::Drop { paths, .. } => Some(FileDrag::Dropped { paths: paths.clone() }),
        _ => None,
    }
}

/// Passes dragged files on, and prevents closing while a job is running. The window then asks for confirmation and closes itself with
/// `window_close`.
pub fn on_event<R: Runtime>(window: &Window<R>, event: &WindowEvent) {
    let request = match event {
        WindowEvent::CloseRequested { api, .. } => api,
        WindowEvent::DragDrop(drag) => return on_drag(window, drag),
        _ => return,
    };
    if !window.state::<Api>().jobs_running() {
        return;
    }
    // If the event fails, the window can't ask for confirmation, and has to close.
    match window.emit(CLOSE_REQUESTED, ()) {
        Ok(()) => request.prevent_close(),
        Err(error) => tracing::warn!(%error, "couldn't ask for confirmation before closing"),
    }
}

/// Returns whether a page is compiled in (with the addresses that Tauri uses on each system), or is the blank page
/// that a web view starts with.
fn is_own_page(url: &Url) -> bool {
    match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        "http" | "https" => url.host_str() == Some("tauri.localhost"),
        "about" => url.path() == "blank",
        _ => false,
    }
}

#[cfg(test)]
mod tests;
