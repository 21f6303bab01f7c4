//! Where the program keeps its files.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

use tauri::{Manager, Runtime};
use transload_api::make_private_folder;

/// The variable that names another folder for everything: data, and logs in it.
const OVERRIDE: &str = "TRANSLOAD_DATA_DIR";

/// The folders of this run of the program. Both exist.
pub struct Folders {
    /// Settings, saved profiles, the draft, practice data.
    pub data: PathBuf,
    /// The log files.
    pub logs: PathBuf,
}

impl Folders {
    /// Finds the folders and makes them where they are missing, for this user alone.
    ///
    /// # Errors
    /// A folder that the system does not name, or that cannot be made.
    pub fn find<R: Runtime>(app: &impl Manager<R>) -> tauri::Result<Self> {
        let folders = match Self::overridden() {
            Some(data) => Self { logs: data.join("logs"), data },
            None => Self { data: app.path().app_data_dir()?, logs: app.path().app_log_dir()? },
        };
        make_private_folder(&folders.data)?;
        make_private_folder(&folders.logs)?;
        Ok(folders)
    }

    /// The folder that the environment names, as an absolute path.
    pub fn overridden() -> Option<PathBuf> {
        let named = std::env::var_os(OVERRIDE).filter(|name| !name.is_empty())?;
        std::path::absolute(named).ok()
    }

    /// A name on the session bus that belongs to the folder that the environment names.
    pub fn overridden_bus_id() -> Option<String> {
        Self::overridden().map(|folder| bus_id(&folder))
    }
}

/// The elements of a bus name must not begin with a digit, hence the letter.
fn bus_id(folder: &Path) -> String {
    let mut hasher = DefaultHasher::new();
    folder.hash(&mut hasher);
    format!("io.github.transload.Transload.f{:016x}", hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_folder_has_a_bus_name_of_its_own() {
        assert_eq!(bus_id(Path::new("/a")), bus_id(Path::new("/a")));
        assert_ne!(bus_id(Path::new("/a")), bus_id(Path::new("/b")));
    }
}
