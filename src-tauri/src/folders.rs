//! Where the program keeps its files.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

use tauri::{Manager, Runtime};
use transload_api::make_private_folder;

use crate::start::StartError;

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
    pub fn find<R: Runtime>(app: &impl Manager<R>) -> Result<Self, StartError> {
        let folders = match Self::overridden() {
            Some(data) => Self { logs: data.join("logs"), data },
            None => Self {
                data: app.path().app_data_dir().map_err(StartError::NoFolder)?,
                logs: app.path().app_log_dir().map_err(StartError::NoFolder)?,
            },
        };
        folders.make()?;
        Ok(folders)
    }

    /// Makes the folders where they are missing, and checks that files can be written to them.
    fn make(&self) -> Result<(), StartError> {
        for folder in [&self.data, &self.logs] {
            make_private_folder(folder)
                .and_then(|()| tempfile::NamedTempFile::new_in(folder))
                .map_err(|source| StartError::Folder { folder: folder.clone(), source })?;
        }
        Ok(())
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
    fn a_folder_that_cannot_be_used_is_named_with_a_way_on() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("file");
        std::fs::write(&file, "").unwrap();
        for data in [file.clone(), file.join("below")] {
            let folders = Folders { logs: data.join("logs"), data: data.clone() };
            let error = folders.make().expect_err("it is made").to_string();
            assert!(error.contains(&data.display().to_string()), "{error}");
            assert!(error.contains("TRANSLOAD_DATA_DIR"), "{error}");
        }
        let data = place.path().join("new");
        Folders { logs: data.join("logs"), data: data.clone() }.make().unwrap();
        assert_eq!(std::fs::read_dir(&data).unwrap().count(), 1, "nothing is left of the check");
    }

    #[test]
    fn each_folder_has_a_bus_name_of_its_own() {
        assert_eq!(bus_id(Path::new("/a")), bus_id(Path::new("/a")));
        assert_ne!(bus_id(Path::new("/a")), bus_id(Path::new("/b")));
    }
}
