//! A file that is locked while something runs, so that every process can see whether it still does. The system releases
//! the lock of a process that was killed.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::file_lock::create_private;
use crate::private_folder::make_private_folder;

/// Marks that something runs, until it is dropped.
#[derive(Debug)]
pub struct RunningMark {
    path: PathBuf,
    /// Its lock is the mark, without which a file that is left behind means nothing.
    _locked: File,
}

impl RunningMark {
    /// Creates and locks the file of a mark. Nothing else sets the same mark meanwhile.
    ///
    /// # Errors
    /// If the file can't be created, or if the file system has no locks.
    pub fn set(path: PathBuf) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            make_private_folder(folder)?;
        }
        let file = create_private(&path)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { path, _locked: file }),
            Err(TryLockError::WouldBlock) => Err(io::ErrorKind::WouldBlock.into()),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Returns whether a mark is set, by this process or another one.
    pub fn is_set(path: &Path) -> bool {
        let locked = File::open(path).map(|file| file.try_lock());
        matches!(locked, Ok(Err(TryLockError::WouldBlock)))
    }
}

impl Drop for RunningMark {
    fn drop(&mut self) {
        // One that stays is no mark, as soon as its lock is released.
        let _ = std::fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_set_until_it_is_dropped_and_a_file_that_is_left_behind_means_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("running/one");
        assert!(!RunningMark::is_set(&path));
        let mark = RunningMark::set(path.clone()).unwrap();
        assert!(RunningMark::is_set(&path));
        let second = RunningMark::set(path.clone()).unwrap_err();
        assert_eq!(second.kind(), io::ErrorKind::WouldBlock);
        drop(mark);
        assert!(!RunningMark::is_set(&path) && !path.exists());
        // As after a kill.
        std::fs::write(&path, "").unwrap();
        assert!(!RunningMark::is_set(&path));
        let _again = RunningMark::set(path.clone()).unwrap();
        assert!(RunningMark::is_set(&path));
    }
}
