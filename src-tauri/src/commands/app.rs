//! The program and its window: versions, folders, links, dialogs.

use std::path::{Path, PathBuf};

use tauri::{Manager as _, Runtime, Url};
use tauri_plugin_dialog::{DialogExt as _, FilePath};
use tauri_plugin_opener::OpenerExt as _;
use tokio::sync::oneshot;

use super::shell::Shell;
use crate::chosen_paths::{ChosenPaths, Purpose};
use crate::folders::Folders;
use crate::options::Start;
use crate::{errors, startup_failure};
use transload_contract::AppInfo;
use transload_errors::{ApiError, ErrorCode};

/// The sites that the window links to. A name that begins with a dot matches every host below.
const LINKED_HOSTS: &[&str] =
    &["docs.aws.amazon.com", ".console.aws.amazon.com", "hub.docker.com", "docs.docker.com"];

impl<R: Runtime> Shell<R> {
    /// Describes the program to its window.
    pub async fn app_info(&self) -> Result<AppInfo, ApiError> {
        // The first thing that a page asks: from here on the program is usable.
        startup_failure::page_shown();
        tracing::info!("the window is up");
        let folders = self.state::<Folders>();
        Ok(AppInfo {
            version: self.window.package_info().version.to_string(),
            log_folder: folders.logs.display().to_string(),
            data_folder: folders.data.display().to_string(),
            started_in_practice: self.state::<Start>().practice,
        })
    }

    pub async fn log_folder_open(&self) -> Result<(), ApiError> {
        let folder = self.state::<Folders>().logs.display().to_string();
        self.window.opener().open_path(&folder, None::<&str>).map_err(|error| ApiError {
            code: ErrorCode::StorageFailed,
            message: format!("No file manager could be started to show {folder}."),
            hints: vec!["Open this folder in a program of your own.".to_owned()],
            causes: vec![error.to_string()],
            retryable: true,
            subject: Some(folder),
            policy: None,
        })
    }

    /// Opens a page of a known site.
    pub async fn link_open(&self, url: String) -> Result<(), ApiError> {
        let link = allowed_link(&url)?;
        self.window.opener().open_url(link, None::<&str>).map_err(|error| ApiError {
            hints: vec![format!("Open {url} in a browser.")],
            causes: vec![error.to_string()],
            ..errors::input_invalid("No browser could be started to open the page.", Some(&url))
        })
    }

    /// Asks where to save a file.
    pub async fn save_path_choose(
        &self,
        suggested_name: String,
    ) -> Result<Option<String>, ApiError> {
        let (answer, chosen) = oneshot::channel();
        let dialog = self.window.dialog().file().set_parent(&self.window);
        dialog.set_file_name(suggested_name).save_file(|path| {
            let _ = answer.send(path);
        });
        path_of(chosen.await.ok().flatten(), Purpose::Save, &self.state())
    }

    /// Asks which file to open.
    pub async fn open_path_choose(&self) -> Result<Option<String>, ApiError> {
        let (answer, chosen) = oneshot::channel();
        self.window.dialog().file().set_parent(&self.window).pick_file(|path| {
            let _ = answer.send(path);
        });
        path_of(chosen.await.ok().flatten(), Purpose::Open, &self.state())
    }

    /// Closes the window without asking.
    pub async fn window_close(&self) -> Result<(), ApiError> {
        let closed = self.window.destroy();
        closed.map_err(|error| errors::internal("The window could not be closed.", &error))
    }
}

fn path_of(
    chosen: Option<FilePath>,
    purpose: Purpose,
    paths: &ChosenPaths,
) -> Result<Option<String>, ApiError> {
    let Some(chosen) = chosen else { return Ok(None) };
    let path: PathBuf = chosen
        .into_path()
        .map_err(|_| errors::input_invalid("The chosen place is not a file.", None))?;
    // The window hands the path back as text, so a name that text cannot carry would be another.
    match path.into_os_string().into_string() {
        Ok(path) => {
            paths.remember(purpose, Path::new(&path));
            Ok(Some(path))
        }
        Err(path) => Err(errors::input_invalid(
            "The name of the chosen file is not valid Unicode.",
            Some(&path.to_string_lossy()),
        )),
    }
}

/// The page, if it is one that the window may open in a browser.
fn allowed_link(link: &str) -> Result<Url, ApiError> {
    let refused = || {
        errors::input_invalid("This address is not one of those that Transload opens.", Some(link))
    };
    let url = Url::parse(link).map_err(|_| refused())?;
    let host = url.host_str().ok_or_else(refused)?;
    let known = LINKED_HOSTS.iter().any(|known| match known.strip_prefix('.') {
        Some(parent) => host == parent || host.ends_with(known),
        None => host == *known,
    });
    let plain = url.username().is_empty() && url.password().is_none() && url.port().is_none();
    if url.scheme() == "https" && known && plain { Ok(url) } else { Err(refused()) }
}

#[cfg(test)]
mod tests;
