//! Which process runs a migration: a lock on a small file beside the journal. The operating system
//! lets go of it when the process ends, in whatever way.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::JournalError;

/// How often a claim is tried, and the pause between.
const TRIES: usize = 5;
const PAUSE: Duration = Duration::from_millis(20);

/// The right to run one migration, for as long as it lives.
pub(super) struct Claim {
    path: PathBuf,
    _file: File,
}

impl Claim {
    /// Takes the right to run a migration. Who only looks whether it is taken holds it for a moment,
    /// so it is tried a few times.
    pub fn take(journal: &Path, id: &str) -> Result<Self, JournalError> {
        let path = path(journal, id);
        let unusable = |source| JournalError::Unusable { path: path.clone(), source };
        for _ in 0..TRIES {
            let file = File::create(&path).map_err(unusable)?;
            match file.try_lock() {
                // Who ended just now took the file away under us.
                Ok(()) if !path.exists() => {}
                Ok(()) => return Ok(Self { path, _file: file }),
                Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
                Err(TryLockError::Error(source)) => return Err(unusable(source)),
            }
        }
        Err(JournalError::RunsElsewhere { id: id.to_owned() })
    }

    /// Whether some process, this one too, runs a migration.
    pub fn is_taken(journal: &Path, id: &str) -> bool {
        let Ok(file) = File::open(path(journal, id)) else { return false };
        matches!(file.try_lock(), Err(TryLockError::WouldBlock))
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        // Only tidiness: a file that stays behind is locked by nobody.
        let _ = std::fs::remove_file(&self.path);
    }
}

fn path(journal: &Path, id: &str) -> PathBuf {
    // Names of migrations are made by the program, but one may be typed.
    let id: String = id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    journal.with_file_name(format!("{id}.running"))
}
