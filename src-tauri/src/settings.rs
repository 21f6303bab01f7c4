//! The settings, in a small JSON file. `start` opens it, and the commands read and change it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use transload_api::SETTINGS_FILE;
use transload_contract::Settings;
use transload_errors::ApiError;

use crate::{errors, files};

pub struct SettingsFile {
    path: PathBuf,
    current: Mutex<Settings>,
}

impl SettingsFile {
    /// Reads the settings of a folder. A damaged file is moved aside and the defaults are used: there are only a few
    /// settings, which are easy to set again.
    ///
    /// # Errors
    /// If the file exists but can't be read or moved.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let path = folder.join(SETTINGS_FILE);
        let settings = match files::read(&path)? {
            None => Settings::default(),
            Some(content) => match serde_json::from_slice(&content) {
                Ok(settings) => settings,
                Err(error) => {
                    let aside = files::move_aside(&path)?;
                    tracing::warn!(%error, aside = %aside.display(), "the settings were damaged");
                    Settings::default()
                }
            },
        };
        Ok(Self { path, current: Mutex::new(settings) })
    }

    /// Returns the current settings.
    pub fn get(&self) -> Settings {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Stores and applies settings. If they can't be written, they don't apply.
    ///
    /// # Errors
    /// `storage_failed`.
    pub fn set(&self, settings: Settings) -> Result<(), ApiError> {
        let content = serde_json::to_vec_pretty(&settings)
            .map_err(|error| errors::internal("Couldn't convert the settings to JSON.", &error))?;
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        files::write_whole(&self.path, &content)
            .map_err(|error| errors::storage_failed("write", &self.path, &error))?;
        *current = settings;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
