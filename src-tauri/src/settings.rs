//! What a person set for the program, in one small JSON file.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use transload_api::SETTINGS_FILE;
use transload_api::contract::{ApiError, Settings};

use crate::{errors, files};

/// The settings, in memory and in their file.
pub struct SettingsFile {
    path: PathBuf,
    current: Mutex<Settings>,
}

impl SettingsFile {
    /// Reads the settings of a folder. A damaged file is set aside, and the program goes on with
    /// what it has when it is new: settings are few and quickly made again.
    ///
    /// # Errors
    /// A file that is there and cannot be read or set aside.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let path = folder.join(SETTINGS_FILE);
        let settings = match files::read(&path)? {
            None => Settings::default(),
            Some(content) => match serde_json::from_slice(&content) {
                Ok(settings) => settings,
                Err(error) => {
                    let aside = files::set_aside(&path)?;
                    tracing::warn!(%error, aside = %aside.display(), "the settings are damaged");
                    Settings::default()
                }
            },
        };
        Ok(Self { path, current: Mutex::new(settings) })
    }

    /// The settings in force.
    pub fn get(&self) -> Settings {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Keeps other settings. What cannot be written is not in force either.
    ///
    /// # Errors
    /// `storage_failed`.
    pub fn set(&self, settings: Settings) -> Result<(), ApiError> {
        let content = serde_json::to_vec_pretty(&settings)
            .map_err(|error| errors::internal("The settings have no JSON form.", &error))?;
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        files::write_whole(&self.path, &content)
            .map_err(|error| errors::storage_failed("write", &self.path, &error))?;
        *current = settings;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use transload_api::contract::{ErrorCode, Theme};

    use super::*;

    #[test]
    fn settings_are_there_again_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let dark = Settings { theme: Theme::Dark, ..Settings::default() };
        SettingsFile::open(folder.path()).unwrap().set(dark.clone()).unwrap();
        assert_eq!(SettingsFile::open(folder.path()).unwrap().get(), dark);
    }

    #[test]
    fn damaged_settings_are_set_aside() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("settings.json"), "{\"theme\": \"da").unwrap();
        assert_eq!(SettingsFile::open(folder.path()).unwrap().get(), Settings::default());
        assert!(folder.path().join("settings.json.broken-1").exists());
    }

    #[test]
    fn what_cannot_be_written_is_not_in_force() {
        let folder = tempfile::tempdir().unwrap();
        let file = SettingsFile::open(&folder.path().join("gone")).unwrap();
        let error = file.set(Settings { welcomed: true, ..Settings::default() }).unwrap_err();
        assert_eq!(error.code, ErrorCode::StorageFailed);
        assert!(!file.get().welcomed);
    }
}
