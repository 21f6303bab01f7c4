use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use tauri::{AppHandle, Runtime};
use tauri_plugin_store::{Store, StoreBuilder};
use transload_api::contract::{ApiError, SavedProfile};

use super::recovery::{self, Paths, VERSION};
use super::rules;
use crate::{errors, files};

/// The store's key for the list.
const PROFILES: &str = "profiles";

/// The largest file that is imported, in bytes.
const IMPORT_LIMIT: u64 = 5 * 1024 * 1024;

/// The saved profiles of this computer. They are used from Rust alone: no capability lets the
/// window reach the store, and what the store announces to every window holds no secret.
pub struct SavedProfiles<R: Runtime> {
    app: AppHandle<R>,
    paths: Paths,
    opened: Mutex<Option<Opened<R>>>,
}

struct Opened<R: Runtime> {
    store: Arc<Store<R>>,
    profiles: Vec<SavedProfile>,
    /// What a person has yet to hear about a damaged file.
    unsaid: Option<ApiError>,
}

impl<R: Runtime> SavedProfiles<R> {
    /// The saved profiles of a folder. Nothing is read yet: a folder that cannot be read fails the
    /// calls, not the start of the program, and is tried again by the next call.
    pub fn new(app: &AppHandle<R>, folder: &Path) -> Self {
        Self { app: app.clone(), paths: Paths::new(folder), opened: Mutex::new(None) }
    }

    /// Every profile, in the order in which they were made. After a damaged file the first call
    /// fails with `store_unreadable` and says what became of it; the next one answers.
    ///
    /// # Errors
    /// `store_unreadable`, `storage_failed`.
    pub fn list(&self) -> Result<Vec<SavedProfile>, ApiError> {
        self.with(|opened| match opened.unsaid.take() {
            Some(unsaid) => Err(unsaid),
            None => Ok(opened.profiles.clone()),
        })
    }

    /// Keeps a profile; an empty id makes a new one. Answers it as it is kept.
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

    /// Writes the chosen profiles to a file.
    ///
    /// # Errors
    /// `input_invalid`, `storage_failed`.
    pub fn export(&self, ids: &[String], path: &Path) -> Result<(), ApiError> {
        let content = self.with(|opened| rules::export(&opened.profiles, ids))?;
        files::write_whole(path, &content)
            .map_err(|error| errors::storage_failed("write", path, &error))
    }

    /// Adds the profiles of a file. Answers those that were added.
    ///
    /// # Errors
    /// `input_invalid`, `endpoints_not_allowed`, `storage_failed`.
    pub fn import(
        &self,
        path: &Path,
        allow_endpoints: bool,
    ) -> Result<Vec<SavedProfile>, ApiError> {
        let failed = |error: io::Error| errors::storage_failed("read", path, &error);
        if std::fs::metadata(path).map_err(failed)?.len() > IMPORT_LIMIT {
            return Err(errors::input_invalid(
                "The file is too large for an export of saved profiles.",
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

    /// Changes a draft of the list, and takes it over when it is on the disk.
    fn change<T>(
        &self,
        work: impl FnOnce(&mut Vec<SavedProfile>) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        self.with(|opened| {
            let mut profiles = opened.profiles.clone();
            let answer = work(&mut profiles)?;
            self.keep(&opened.store, &profiles)?;
            opened.profiles = profiles;
            Ok(answer)
        })
    }

    fn open(&self) -> Result<Opened<R>, ApiError> {
        let unsaid = recovery::prepare(&self.paths)?;
        let store = StoreBuilder::new(&self.app, &self.paths.main)
            .disable_auto_save()
            .build()
            .map_err(|error| errors::internal("The store of saved profiles failed.", &error))?;
        let profiles = match store.get(PROFILES) {
            None => Vec::new(),
            Some(stored) => serde_json::from_value(stored)
                .map_err(|error| errors::internal("The saved profiles changed form.", &error))?,
        };
        Ok(Opened { store, profiles, unsaid })
    }

    /// The copy first, then the store: see [`recovery`] for why that order survives a kill.
    fn keep(&self, store: &Store<R>, profiles: &[SavedProfile]) -> Result<(), ApiError> {
        let no_form = |error| errors::internal("The saved profiles have no JSON form.", &error);
        let list = serde_json::to_value(profiles).map_err(no_form)?;
        let whole = json!({ "version": VERSION, PROFILES: list });
        let content = serde_json::to_vec_pretty(&whole).map_err(no_form)?;
        files::write_whole(&self.paths.copy, &content)
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
            // The person hears that nothing was kept, so the store, which saves once more when the
            // program ends, must not keep it after all.
            store.set(PROFILES, before);
            errors::storage_failed("write", &self.paths.main, &error)
        })
    }

    fn lock(&self) -> MutexGuard<'_, Option<Opened<R>>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
