//! The data of the practice ECR: blobs and manifests as files, everything else as one JSON file. The
//! registry and the control plane read and change it through [`Store`].
//!
//! - `state`: the content of the JSON file
//! - `blob_folder`, `uploads`: content, and content that is still uploaded
//! - `manifest`: what a registry reads from a manifest
//! - `image_changes`: pushing and deleting images, for the registry and the control plane
//! - `atomic_file`, `error`: writing files, and what can fail

pub(crate) mod atomic_file;
pub(crate) mod blob_folder;
pub(crate) mod error;
pub(crate) mod image_changes;
pub(crate) mod manifest;
pub(crate) mod state;
pub(crate) mod uploads;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use crate::lock::lock;
use crate::store::atomic_file::write_atomically;
use crate::store::blob_folder::BlobFolder;
use crate::store::error::StoreError;
use crate::store::state::State;
use crate::store::uploads::Uploads;

pub(crate) struct Store {
    state_file: PathBuf,
    pub(crate) blobs: BlobFolder,
    pub(crate) manifests: BlobFolder,
    pub(crate) uploads: Uploads,
    state: Mutex<NumberedState>,
    /// The number of the last change on disk.
    saved: Mutex<u64>,
}

struct NumberedState {
    state: State,
    /// The number of the last change.
    number: u64,
}

impl Store {
    /// Opens the data in `folder`, or creates it.
    pub(crate) fn open(folder: &Path) -> Result<Self, StoreError> {
        let made = |source| StoreError::Write { path: folder.to_owned(), source };
        std::fs::create_dir_all(folder).map_err(made)?;
        let blobs = BlobFolder::open(&folder.join("blobs")).map_err(made)?;
        let manifests = BlobFolder::open(&folder.join("manifests")).map_err(made)?;
        let uploads = Uploads::open(&folder.join("uploads")).map_err(made)?;
        let state_file = folder.join("state.json");
        let (state, is_new) = match std::fs::read(&state_file) {
            Ok(bytes) => {
                let torn = |source| StoreError::TornState { path: state_file.clone(), source };
                (serde_json::from_slice(&bytes).map_err(torn)?, false)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => (State::new(), true),
            Err(source) => return Err(StoreError::Read { path: state_file, source }),
        };
        let store = Self {
            state_file,
            blobs,
            manifests,
            uploads,
            state: Mutex::new(NumberedState { state, number: u64::from(is_new) }),
            saved: Mutex::new(0),
        };
        store.save()?;
        Ok(store)
    }

    pub(crate) fn read<T>(&self, read: impl FnOnce(&State) -> T) -> T {
        read(&lock(&self.state).state)
    }

    /// Changes the state. The change is on disk when this returns. A closure that fails must not have
    /// changed anything.
    pub(crate) async fn change<T, E: From<StoreError>>(
        self: &Arc<Self>,
        change: impl FnOnce(&mut State) -> Result<T, E>,
    ) -> Result<T, E> {
        let value = {
            let mut current = lock(&self.state);
            let value = change(&mut current.state)?;
            current.number += 1;
            value
        };
        let store = Arc::clone(self);
        match tokio::task::spawn_blocking(move || store.save()).await {
            Ok(saved) => saved?,
            // The runtime is shutting down. `Practice::stop` saves again.
            Err(error) => tracing::debug!(%error, "practice data was not saved during shutdown"),
        }
        Ok(value)
    }

    /// Changes something that may be lost in a crash. The next change writes it.
    pub(crate) fn change_unsaved(&self, change: impl FnOnce(&mut State)) {
        let mut current = lock(&self.state);
        change(&mut current.state);
        current.number += 1;
    }

    /// Writes the last change to disk. Concurrent calls write once.
    pub(crate) fn save(&self) -> Result<(), StoreError> {
        let wanted = lock(&self.state).number;
        let mut saved = lock(&self.saved);
        if *saved >= wanted {
            return Ok(());
        }
        let (bytes, number) = {
            let current = lock(&self.state);
            let bytes = serde_json::to_vec(&current.state).map_err(|error| StoreError::Write {
                path: self.state_file.clone(),
                source: io::Error::other(error),
            })?;
            (bytes, current.number)
        };
        write_atomically(&self.state_file, &bytes)?;
        *saved = number;
        Ok(())
    }

    /// Deletes all data.
    pub(crate) async fn reset(self: &Arc<Self>) -> Result<(), StoreError> {
        self.uploads.clear();
        self.change(|state| {
            for repository in state.repositories.values() {
                repository.blobs.keys().for_each(|digest| self.blobs.remove(digest));
                repository.images.keys().for_each(|digest| self.manifests.remove(digest));
            }
            *state = State::new();
            Ok(())
        })
        .await
    }
}
