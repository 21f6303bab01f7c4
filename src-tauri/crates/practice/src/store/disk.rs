//! The state in memory and on the disk.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{BlobFolder, State, Uploads};

/// The stored data could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The state file is there and is not readable as a state file.
    #[error("the practice data in {} is damaged; resetting practice repairs it", path.display())]
    TornState {
        /// The state file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// A file could not be read.
    #[error("{} cannot be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// A file could not be written.
    #[error("{} cannot be written", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
}

/// Locks; a panic of another holder does not matter, since every change is
/// complete before anything that can panic.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Replaces a file as a whole: temporary file, sync, rename, sync of the folder.
pub(crate) fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let write = || -> io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        #[cfg(unix)]
        std::fs::File::open(folder)?.sync_all()?;
        Ok(())
    };
    write().map_err(|source| StoreError::Write { path: path.to_owned(), source })
}

/// The practice ECR's data.
pub(crate) struct Store {
    state_file: PathBuf,
    pub(crate) blobs: BlobFolder,
    pub(crate) manifests: BlobFolder,
    pub(crate) uploads: Uploads,
    state: Mutex<Held>,
    /// The change number that is on the disk.
    saved: Mutex<u64>,
}

struct Held {
    state: State,
    /// Counts changes.
    number: u64,
}

impl Store {
    /// Opens or makes the data in `folder`.
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
            Err(error) if error.kind() == io::ErrorKind::NotFound => (State::fresh(), true),
            Err(source) => return Err(StoreError::Read { path: state_file, source }),
        };
        let store = Self {
            state_file,
            blobs,
            manifests,
            uploads,
            state: Mutex::new(Held { state, number: u64::from(is_new) }),
            saved: Mutex::new(0),
        };
        store.save()?;
        Ok(store)
    }

    /// Looks at the state.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&lock(&self.state).state)
    }

    /// Changes the state; when this returns, the change is on the disk. A
    /// closure that fails must not have changed anything.
    pub(crate) async fn change<T, E: From<StoreError>>(
        self: &Arc<Self>,
        change: impl FnOnce(&mut State) -> Result<T, E>,
    ) -> Result<T, E> {
        let value = {
            let mut held = lock(&self.state);
            let value = change(&mut held.state)?;
            held.number += 1;
            value
        };
        let store = Arc::clone(self);
        match tokio::task::spawn_blocking(move || store.save()).await {
            Ok(saved) => saved?,
            // The runtime is going down; `save` runs once more when practice stops.
            Err(error) => tracing::debug!(%error, "a practice save was given up"),
        }
        Ok(value)
    }

    /// Changes something that may be lost in a crash: written with the next change.
    pub(crate) fn note(&self, change: impl FnOnce(&mut State)) {
        let mut held = lock(&self.state);
        change(&mut held.state);
        held.number += 1;
    }

    /// Brings the disk up to date. Saves that come together become one.
    pub(crate) fn save(&self) -> Result<(), StoreError> {
        let asked_for = lock(&self.state).number;
        let mut saved = lock(&self.saved);
        if *saved >= asked_for {
            return Ok(());
        }
        let (bytes, number) = {
            let held = lock(&self.state);
            let bytes = serde_json::to_vec(&held.state).map_err(|error| StoreError::Write {
                path: self.state_file.clone(),
                source: io::Error::other(error),
            })?;
            (bytes, held.number)
        };
        write_atomically(&self.state_file, &bytes)?;
        *saved = number;
        Ok(())
    }

    /// Forgets everything.
    pub(crate) async fn reset(self: &Arc<Self>) -> Result<(), StoreError> {
        self.uploads.clear();
        self.change(|state| {
            for repository in state.repositories.values() {
                repository.blobs.keys().for_each(|digest| self.blobs.remove(digest));
                repository.images.keys().for_each(|digest| self.manifests.remove(digest));
            }
            *state = State::fresh();
            Ok(())
        })
        .await
    }
}
