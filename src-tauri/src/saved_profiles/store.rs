//! The list of saved profiles, stored with tauri-plugin-store. The commands call it.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use tauri::{AppHandle, Runtime};
use tauri_plugin_store::{Store, StoreBuilder};
use transload_contract::SavedProfile;
use transload_errors::ApiError;
use transload_files::{StoredList, write_whole};

use crate::saved_profiles::recovery::{self, Paths, VERSION};
use crate::saved_profiles::rules;
use crate::{errors, files};

/// The key of the list in the store.
const PROFILES: &str = "profiles";

/// Maximum size of an imported file in bytes.
const MAX_IMPORT_BYTES: u64 = 5 * 1024 * 1024;

/// The saved profiles of this computer. Only Rust uses the store: no capability gives the window access to it, and
/// the events that the store sends to every window contain no secrets.
pub struct SavedProfiles<R: Runtime> {
    app: AppHandle<R>,
    paths: Paths,
    opened: Mutex<Option<Opened<R>>>,
}

struct Opened<R: Runtime> {
    store: Arc<Store<R>>,
    profiles: StoredList<SavedProfile>,
    /// An error about a damaged file, or profiles in it, that was not shown yet.
    pending_error: Option<ApiError>,
}

impl<R: Runtime> SavedProfiles<R> {
    /// Reads nothing yet: an unreadable folder fails the calls instead of the start, and each call retries.
    pub fn new(app: &AppHandle<R>, folder: &Path) -> Self {
        Self { app: app.clone(), paths: Paths::new(folder), opened: Mutex::new(None) }
    }

    /// Returns the profiles in the order in which they were created. After a damaged file was found, the first call
    /// fails with `store_unreadable` and reports the recovery.
    ///
    /// # Errors
    /// `store_unreadable`, `storage_failed`.
    pub fn list(&self) -> Result<Vec<SavedProfile>, ApiError> {
        self.with(|opened| match opened.pending_error.take() {
            Some(pending_error) => Err(pending_error),
            None => Ok(opened.profiles.elements.clone()),
        })
    }

    /// Stores a profile. An empty ID creates a new one. Returns the stored profile.
    ///
    /// # Errors
    /// `input_invalid`, `storage_failed`.
    pub fn save(&self, profile: SavedProfile) -> Result<SavedProfile, ApiError> {
        self.change(|profiles| rules::put(profiles, profile))
    }

    /// Removes a profile.
    ///
    /// # Errors
    /// `input_invalid`, `storage_failed`.
    pub fn delete(&self, id: &str) -> Result<(), ApiError> {
        self.change(|profiles| rules::remove(profiles, id))
    }

    /// Writes profiles to a file.
    ///
    /// # Errors
    /// `input_invalid`, `storage_failed`.
    pub fn export(&self, ids: &[String], path: &Path) -> Result<(), ApiError> {
        let content = self.with(|opened| rules::export(&opened.profiles.elements, ids))?;
        write_whole(path, &content).map_err(|error| errors::storage_failed("write", path, &error))
    }

    /// Adds the profiles of a file and returns them.
    ///
    /// # Errors
    /// `input_invalid`, `endpoints_not_allowed`, `storage_failed`.
    pub fn import(
        &self,
        path: &Path,
        allow_endpoints: bool,
    ) -> Result<Vec<SavedProfile>, ApiError> {
        let failed = |error: io::Error| errors::storage_failed("read", path, &error);
        if std::fs::metadata(path).map_err(failed)?.len() > MAX_IMPORT_BYTES {
            return Err(errors::input_invalid(
                "The file is too large to be an export of saved profiles.",
                Some(&path.display().to_string()),
            ));
        }
        let content = std::fs::read(path).map_err(failed)?;
        self.change(|profiles| rules::import(profiles, &content, allow_endpoints))
    }

    fn with<T>(
        &self,
        work: impl FnOnce(&mut Opened<R>) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let mut opened = self.lock();
        match opened.as_mut() {
            Some(opened) => work(opened),
            None => work(opened.insert(self.open()?)),
        }
    }

    /// Changes a copy of the list, and uses it once it is on disk.
    fn change<T>(
        &self,
        work: impl FnOnce(&mut Vec<SavedProfile>) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        self.with(|opened| {
            let mut profiles = opened.profiles.clone();
            let answer = work(&mut profiles.elements)?;
            self.save_list(&opened.store, &profiles)?;
            opened.profiles = profiles;
            Ok(answer)
        })
    }

    fn open(&self) -> Result<Opened<R>, ApiError> {
        let pending_error = recovery::prepare(&self.paths)?;
        let store =
            StoreBuilder::new(&self.app, &self.paths.main).disable_auto_save().build().map_err(
                |error| errors::internal("Couldn't open the store of saved profiles.", &error),
            )?;
        let profiles = match store.get(PROFILES) {
            None => StoredList::default(),
            Some(stored) => {
                let profiles = serde_json::from_value(stored).map_err(|error| {
                    errors::internal("The saved profiles have an unknown format.", &error)
                })?;
                StoredList::of_values(profiles)
            }
        };
        let pending_error =
            pending_error.or_else(|| recovery::unreadable(&self.paths, profiles.unreadable()));
        Ok(Opened { store, profiles, pending_error })
    }

    /// Writes the copy, then the store. [`recovery`] explains the order.
    fn save_list(
        &self,
        store: &Store<R>,
        profiles: &StoredList<SavedProfile>,
    ) -> Result<(), ApiError> {
        let not_json =
            |error| errors::internal("Couldn't convert the saved profiles to JSON.", &error);
        let list = Value::Array(profiles.to_values().map_err(not_json)?);
        let whole = json!({ "version": VERSION, PROFILES: list });
        let content = serde_json::to_vec_pretty(&whole).map_err(not_json)?;
        write_whole(&self.paths.copy, &content)
            .map_err(|error| errors::storage_failed("write", &self.paths.copy, &error))?;

        let before = store.get(PROFILES).unwrap_or_else(|| Value::Array(Vec::new()));
        store.set("version", VERSION);
        store.set(PROFILES, list);
        let saved = match store.save() {
            Err(tauri_plugin_store::Error::Io(error)) => Err(error),
            Err(error) => Err(io::Error::other(error)),
            Ok(()) => files::sync(&self.paths.main),
        };
        saved.map_err(|error| {
            // The user sees that nothing was saved, so the store, which saves again when the program exits, must
            // not save the change after all.
            store.set(PROFILES, before);
            errors::storage_failed("write", &self.paths.main, &error)
        })
    }

    fn lock(&self) -> MutexGuard<'_, Option<Opened<R>>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
