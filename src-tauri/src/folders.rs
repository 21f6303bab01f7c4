//! The folders for data and logs. `start` creates them, and the commands read their paths.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

use tauri::{Manager, Runtime};
use transload_files::make_private_folder;

use crate::start_error::StartError;

/// Names another data folder, which then also contains the logs.
const OVERRIDE_VARIABLE: &str = "TRANSLOAD_DATA_DIR";

/// The folders of this process. Both exist.
pub struct Folders {
    /// Settings, saved profiles, the draft, and practice data.
    pub data: PathBuf,
    pub logs: PathBuf,
}

impl Folders {
    /// Finds the folders, and creates them with access for this user only.
    pub fn find<R: Runtime>(app: &impl Manager<R>) -> Result<Self, StartError> {
        let folders = match Self::overridden() {
            Some(data) => Self { logs: data.join("logs"), data },
            None => Self {
                data: app.path().app_data_dir().map_err(StartError::NoDataFolder)?,
                logs: app.path().app_log_dir().map_err(StartError::NoDataFolder)?,
            },
        };
        folders.create()?;
        Ok(folders)
    }

    /// Creates missing folders, and checks that they are writable.
    fn create(&self) -> Result<(), StartError> {
        for folder in [&self.data, &self.logs] {
            make_private_folder(folder)
                .and_then(|()| tempfile::NamedTempFile::new_in(folder))
                .map_err(|source| StartError::DataFolder { folder: folder.clone(), source })?;
        }
        Ok(())
    }

    /// Returns the folder of `TRANSLOAD_DATA_DIR`, as an absolute path.
    pub fn overridden() -> Option<PathBuf> {
        let named = std::env::var_os(OVERRIDE_VARIABLE).filter(|name| !name.is_empty())?;
        std::path::absolute(named).ok()
    }

    /// Returns a session bus name for the folder of `TRANSLOAD_DATA_DIR`.
    pub fn overridden_bus_id() -> Option<String> {
        Self::overridden().map(|folder| bus_id(&folder))
    }
}

/// Elements of a bus name must not begin with a digit, hence the letter.
fn bus_id(folder: &Path) -> String {
    let mut hasher = DefaultHasher::new();
    folder.hash(&mut hasher);
    format!("io.github.transload.Transload.f{:016x}", hasher.finish())
}

#[cfg(test)]
mod tests;
