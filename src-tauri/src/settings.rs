//! The settings, in a small JSON file. `start` opens it, and the commands read and change it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use transload_api::{SETTINGS_FILE, read_settings};
use transload_contract::Settings;
use transload_errors::ApiError;
use transload_files::{copy_aside, move_aside, write_whole};

use crate::{errors, files};

pub struct SettingsFile {
    path: PathBuf,
    current: Mutex<Settings>,
}

impl SettingsFile {
    /// Reads the settings of a folder. A damaged file is moved aside, and a setting that can't be read is its default
    /// from now on: there are only a few settings, which are easy to set again. A copy keeps what can't be read.
    ///
    /// # Errors
    /// If the file exists but can't be read or moved.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let path = folder.join(SETTINGS_FILE);
        let settings = match files::read(&path)? {
            None => Settings::default(),
            Some(content) => match read_settings(&content) {
                Ok((settings, unreadable)) => {
                    if !unreadable.is_empty() {
                        let aside = copy_aside(&path)?;
                        tracing::warn!(?unreadable, aside = %aside.display(), "settings can't be read");
                        // So that the next start doesn't copy it again.
                        write_whole(&path, &to_json(&settings)?)?;
                    }
                    settings
                }
                Err(error) => {
                    let aside = move_aside(&path)?;
                    tracing::warn!(%error, aside = %aside.display(), "the settings were damaged");
                    Settings::default()
                }
            },
        };
        Ok(Self { path, current: Mutex::new(settings) })
    }

    pub fn get(&self) -> Settings {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Stores and applies settings. If they can't be written, they don't apply.
    ///
    /// # Errors
    /// `storage_failed`.
    pub fn set(&self, settings: Settings) -> Result<(), ApiError> {
        let content = to_json(&settings)
            .map_err(|error| errors::internal("Couldn't convert the settings to JSON.", &error))?;
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        write_whole(&self.path, &content)
            .map_err(|error| errors::storage_failed("write", &self.path, &error))?;
        *current = settings;
        Ok(())
    }
}

fn to_json(settings: &Settings) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec_pretty(settings)
}

#[cfg(test)]
mod tests;
