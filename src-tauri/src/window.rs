//! The one window.

use std::sync::atomic::{AtomicBool, Ordering};

use tauri::{
    App, AppHandle, Emitter as _, Manager as _, Runtime, Url, WebviewWindowBuilder, Window,
    WindowEvent,
};
use transload_api::Api;

use crate::folders::Folders;

/// The window's label, in the configuration and the capability.
const LABEL: &str = "main";

/// What the window hears when it is asked to close while a job runs.
pub const CLOSE_REQUESTED: &str = "close-requested";

/// Opens the window. It is made here, not by the configuration, so that what the web view keeps
/// lies in the program's own folder, and so that it never leaves the program's own pages.
///
/// # Errors
/// What Tauri says when a window cannot be made.
pub fn open<R: Runtime>(app: &App<R>) -> tauri::Result<()> {
    let config = app.config().app.windows.iter().find(|window| window.label == LABEL);
    let config = config.ok_or(tauri::Error::WindowNotFound)?.clone();
    WebviewWindowBuilder::from_config(app.handle(), &config)?
        .data_directory(app.state::<Folders>().data.join("webview"))
        .on_navigation(is_own_page)
        .build()?;
    Ok(())
}

/// Whether a page was shown since the program started.
static IS_UP: AtomicBool = AtomicBool::new(false);

/// A page is shown: the start is over.
pub fn is_up() {
    IS_UP.store(true, Ordering::Relaxed);
}

/// Whether a page was shown since the program started.
pub fn was_up() -> bool {
    IS_UP.load(Ordering::Relaxed)
}

/// Brings the window forward, as when the program is started a second time.
pub fn show<R: Runtime>(app: &AppHandle<R>) {
    if let Some(window) = app.get_webview_window(LABEL) {
        let _ = window.unminimize();
        let _ = window.show();
        let _ = window.set_focus();
    }
}

/// Whether a person has the window before them.
pub fn is_looked_at<R: Runtime>(app: &AppHandle<R>) -> bool {
    let window = app.get_webview_window(LABEL);
    window.is_some_and(|window| window.is_focused().unwrap_or(false))
}

/// While a job runs, a request to close only asks: the window shows what it would mean, and closes
/// by `window_close`.
pub fn on_event<R: Runtime>(window: &Window<R>, event: &WindowEvent) {
    let WindowEvent::CloseRequested { api: request, .. } = event else { return };
    if !window.state::<Api>().jobs_running() {
        return;
    }
    // A window that cannot be told cannot ask either, and must not become one that never closes.
    match window.emit(CLOSE_REQUESTED, ()) {
        Ok(()) => request.prevent_close(),
        Err(error) => tracing::warn!(%error, "the window was not told that it is asked to close"),
    }
}

/// The pages that are compiled in, under the addresses that Tauri gives them on each system, and
/// the blank page that a web view starts with.
fn is_own_page(url: &Url) -> bool {
    match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        "http" | "https" => url.host_str() == Some("tauri.localhost"),
        "about" => url.path() == "blank",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_stays_on_its_own_pages() {
        let own = |url: &str| is_own_page(&Url::parse(url).unwrap());
        assert!(own("tauri://localhost/#/settings"));
        assert!(own("about:blank"));
        assert!(!own("tauri://example.com/"));
        assert!(!own("https://example.com/"));
        assert!(!own("file:///etc/passwd"));
        assert!(!own("data:text/html,x"));
    }
}
