//! Which process runs a migration: a lock on a small file beside the journal. The operating system
//! releases it when the process ends, in whatever way.
//!
//! The file is removed with the claim, so its path may name another file a moment later. A lock
//! counts only while the path still names the file that is locked; otherwise a process that opened
//! the removed file and one that created a new file would each hold a lock of their own.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use same_file::Handle;

use crate::journal::error::JournalError;

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
            if let Some(claim) = Self::of(file, &path).map_err(unusable)? {
                return Ok(claim);
            }
            std::thread::sleep(PAUSE);
        }
        Err(JournalError::RunsElsewhere { id: id.to_owned() })
    }

    /// Locks a file that was opened under a path. Returns `None` where another process has the lock,
    /// or the path does not name this file any more.
    fn of(file: File, path: &Path) -> io::Result<Option<Self>> {
        match file.try_lock() {
            Ok(()) if is_at(&file, path)? => Ok(Some(Self { path: path.to_owned(), _file: file })),
            Ok(()) | Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(source),
        }
    }

    /// Whether some process, this one too, runs a migration.
    pub fn is_taken(journal: &Path, id: &str) -> bool {
        let path = path(journal, id);
        for _ in 0..TRIES {
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
        // Only tidiness: a file that stays behind is locked by nobody. The lock is released after
        // this, so nobody else can hold a claim on the file that is removed.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Whether a path names an open file: the same inode on the same device, or on Windows the same file
/// index.
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    let open = Handle::from_file(file.try_clone()?)?;
    match Handle::from_path(path) {
        Ok(named) => Ok(named == open),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn path(journal: &Path, id: &str) -> PathBuf {
    // Names of migrations are made by the program, but one may be typed.
    let id: String = id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    journal.with_file_name(format!("{id}.running"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_processes_at_once_hold_one_claim() {
        let folder = tempfile::tempdir().unwrap();
        let journal = folder.path().join("journal.sqlite");
        let at = path(&journal, "m-1");
        // The first runs and the second has opened its file. The first ends and removes the file;
        // the third creates a new one before the second tries the lock.
        let first = Claim::take(&journal, "m-1").unwrap();
        let opened_by_second = File::create(&at).unwrap();
        drop(first);
        let third = Claim::take(&journal, "m-1").unwrap();
        let second = Claim::of(opened_by_second, &at).unwrap();
        assert!(second.is_none(), "two claims at once");
        assert!(Claim::is_taken(&journal, "m-1"));
        assert!(matches!(Claim::take(&journal, "m-1"), Err(JournalError::RunsElsewhere { .. })));
        drop(third);
        assert!(!Claim::is_taken(&journal, "m-1"));
    }

    #[test]
    fn a_claim_on_a_removed_file_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let journal = folder.path().join("journal.sqlite");
        let at = path(&journal, "m-1");
        let opened = File::create(&at).unwrap();
        std::fs::remove_file(&at).unwrap();
        assert!(Claim::of(opened, &at).unwrap().is_none());
        assert!(Claim::take(&journal, "m-1").is_ok());
    }
}
