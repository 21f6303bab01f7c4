//! A file that is locked while something runs, so that every process can see whether it still does. The system releases
//! the lock of a process that was killed.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::file_lock::create_private;
use crate::private_folder::make_private_folder;

/// How long a mark that is being looked at waits until it is set.
const LOOK_WAIT: Duration = Duration::from_millis(1);

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
    /// [`io::ErrorKind::WouldBlock`] if the mark is set, another error if the file can't be created, or if the file system
    /// has no locks.
    pub fn set(path: PathBuf) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            make_private_folder(folder)?;
        }
        loop {
            let file = create_private(&path)?;
            match file.try_lock() {
                Ok(()) if is_at(&file, &path)? => return Ok(Self { path, _locked: file }),
                // A mark that was dropped since the file was opened removed it.
                Ok(()) => {}
                Err(TryLockError::WouldBlock) if !is_marked(&file)? => {
                    std::thread::sleep(LOOK_WAIT);
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Returns whether a mark is set, by this process or another one.
    pub fn is_set(path: &Path) -> bool {
        File::open(path).and_then(|file| is_marked(&file)).unwrap_or(false)
    }
}

/// Whether a file has the lock of a mark. Looking takes a shared lock for a moment, which other looks allow.
fn is_marked(file: &File) -> io::Result<bool> {
    match file.try_lock_shared() {
        Ok(()) => file.unlock().map(|()| false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Whether a file is still the one at its path.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let (own, found) = (file.metadata()?, std::fs::metadata(path));
    match found {
        Ok(found) => Ok((own.dev(), own.ino()) == (found.dev(), found.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Windows doesn't say which file is at a path.
#[cfg(not(unix))]
fn is_at(_: &File, path: &Path) -> io::Result<bool> {
    Ok(path.exists())
}

impl Drop for RunningMark {
    fn drop(&mut self) {
        // One that stays is no mark, as soon as its lock is released.
        let _ = std::fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

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

    #[test]
    fn looking_at_a_mark_keeps_nobody_from_setting_it_and_is_no_mark() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("one");
        std::fs::write(&path, "").unwrap();
        let (is_over, looks, seen) = (AtomicBool::new(false), AtomicU32::new(0), AtomicU32::new(0));
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    while !is_over.load(Ordering::Relaxed) {
                        seen.fetch_add(u32::from(RunningMark::is_set(&path)), Ordering::Relaxed);
                        looks.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
            while looks.load(Ordering::Relaxed) < 5_000 {
                std::thread::yield_now();
            }
            let seen_without_mark = seen.load(Ordering::Relaxed);
            let set: Vec<bool> = (0..300)
                .map(|_| {
                    // As after a kill, so that it is looked at before it is locked.
                    std::fs::write(&path, "").unwrap();
                    RunningMark::set(path.clone()).is_ok()
                })
                .collect();
            is_over.store(true, Ordering::Relaxed);
            assert_eq!(seen_without_mark, 0);
            assert!(set.iter().all(|is_set| *is_set));
        });
    }

    /// One that drops the mark removes the file that the other one has just opened.
    #[test]
    fn a_mark_is_set_once_and_seen_while_others_set_and_drop_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("one");
        let (holders, wrong, total) = (AtomicU32::new(0), AtomicU32::new(0), AtomicU32::new(0));
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    for _ in 0..2_000 {
                        let Ok(mark) = RunningMark::set(path.clone()) else { continue };
                        let is_first = holders.fetch_add(1, Ordering::SeqCst) == 0;
                        let is_wrong = !is_first || !RunningMark::is_set(&path);
                        wrong.fetch_add(u32::from(is_wrong), Ordering::SeqCst);
                        total.fetch_add(1, Ordering::SeqCst);
                        holders.fetch_sub(1, Ordering::SeqCst);
                        drop(mark);
                    }
                });
            }
        });
        assert!(total.load(Ordering::SeqCst) > 0);
        assert_eq!(wrong.load(Ordering::SeqCst), 0);
    }
}
