//! Errors of the stored data.

use std::io;
use std::path::PathBuf;

/// The stored data couldn't be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The state file exists but can't be parsed.
    #[error("the practice data in {} is damaged; resetting practice repairs it", path.display())]
    TornState {
        path: PathBuf,
        #[source]
        source: serde_json::Error,
    },
    #[error("couldn't read {}", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("couldn't write {}", path.display())]
    Write {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}
