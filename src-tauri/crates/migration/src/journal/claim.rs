//! The exclusive right of one process to run a migration: a lock on a small file beside the journal.
//! The operating system releases the lock when the process ends, also after a crash.
//!
//! The file is removed with the claim, so its path may name another file a moment later. A lock
//! counts only while the path still names the locked file. Otherwise a process that opened the
//! removed file and a process that created a new file would each hold a valid lock.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use same_file::Handle;

use crate::journal::error::JournalError;

/// Number of attempts to take a claim, and the pause between two attempts.
const MAX_ATTEMPTS: usize = 5;
const PAUSE: Duration = Duration::from_millis(20);

/// The right to run one migration, for as long as it lives.
pub(super) struct Claim {
    path: PathBuf,
    _file: File,
}

impl Claim {
    /// Takes the exclusive right to run a migration. [`Claim::is_taken`] in another process holds the
    /// lock for a moment, so a failed attempt is repeated a few times.
    pub fn take(journal: &Path, id: &str) -> Result<Self, JournalError> {
        let path = claim_path(journal, id);
        let unusable = |source| JournalError::Unusable { path: path.clone(), source };
        for _ in 0..MAX_ATTEMPTS {
            let file = File::create(&path).map_err(unusable)?;
            if let Some(claim) = Self::lock(file, &path).map_err(unusable)? {
                return Ok(claim);
            }
            std::thread::sleep(PAUSE);
        }
        Err(JournalError::RunsElsewhere { id: id.to_owned() })
    }

    /// Locks a file that was opened at `path`. Returns `None` if another process holds the lock, or if
    /// the path no longer names this file.
    fn lock(file: File, path: &Path) -> io::Result<Option<Self>> {
        match file.try_lock() {
            Ok(()) if is_at(&file, path)? => Ok(Some(Self { path: path.to_owned(), _file: file })),
            Ok(()) | Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(source),
        }
    }

    /// Whether a process, possibly this one, runs a migration.
    pub fn is_taken(journal: &Path, id: &str) -> bool {
        let path = claim_path(journal, id);
        for _ in 0..MAX_ATTEMPTS {
            let Ok(file) = File::open(&path) else { return false };
            match file.try_lock() {
                Err(TryLockError::WouldBlock) => return true,
                Ok(()) if !is_at(&file, &path).unwrap_or(true) => {}
                Ok(()) | Err(TryLockError::Error(_)) => return false,
            }
        }
        false
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        // A file that remains is harmless, because no process holds a lock on it. The lock is released
        // after the removal, so no other process can hold a claim on the removed file.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Whether `path` names the open file: the same inode on the same device, or on Windows the same file
/// index.
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    let open = Handle::from_file(file.try_clone()?)?;
    match Handle::from_path(path) {
        Ok(named) => Ok(named == open),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn claim_path(journal: &Path, id: &str) -> PathBuf {
    // The program generates the IDs of migrations, but a user can type one on the command line.
    let id: String = id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    journal.with_file_name(format!("{id}.running"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_of_three_concurrent_processes_holds_the_claim() {
        let folder = tempfile::tempdir().unwrap();
        let journal = folder.path().join("journal.sqlite");
        let lock_path = claim_path(&journal, "m-1");
        // The first runs and the second has opened its file. The first ends and removes the file;
        // the third creates a new one before the second tries the lock.
        let first = Claim::take(&journal, "m-1").unwrap();
        let opened_by_second = File::create(&lock_path).unwrap();
        drop(first);
        let third = Claim::take(&journal, "m-1").unwrap();
        let second = Claim::lock(opened_by_second, &lock_path).unwrap();
        assert!(second.is_none(), "two claims at once");
        assert!(Claim::is_taken(&journal, "m-1"));
        assert!(matches!(Claim::take(&journal, "m-1"), Err(JournalError::RunsElsewhere { .. })));
        drop(third);
        assert!(!Claim::is_taken(&journal, "m-1"));
    }

    #[test]
    fn a_lock_on_a_removed_file_is_no_claim() {
        let folder = tempfile::tempdir().unwrap();
        let journal = folder.path().join("journal.sqlite");
        let lock_path = claim_path(&journal, "m-1");
        let opened = File::create(&lock_path).unwrap();
        std::fs::remove_file(&lock_path).unwrap();
        assert!(Claim::lock(opened, &lock_path).unwrap().is_none());
        assert!(Claim::take(&journal, "m-1").is_ok());
    }
}
