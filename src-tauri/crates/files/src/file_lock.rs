//! Private files, and the lock that processes take before they replace a file in the data folder.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long one process waits while another has the lock.
const LOCK_TIMEOUT: Duration = Duration::from_secs(5);

/// How long it waits before it tries again.
const LOCK_WAIT: Duration = Duration::from_millis(20);

/// Opens a file for writing, or creates it for this user only. Keeps its content.
pub fn create_private(path: &Path) -> io::Result<File> {
    let mut file = File::options();
    file.write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        file.mode(0o600);
    }
    file.open(path)
}

/// Locks a file against other processes and threads that lock it too, until the returned file is closed. The lock is on
/// a file beside it, `NAME-lock`, which is never replaced.
///
/// # Errors
/// If the lock file can't be created, or if another process has the lock for more than 5 seconds.
pub fn lock_beside(path: &Path) -> io::Result<File> {
    lock_within(path, LOCK_TIMEOUT)
}

fn lock_within(path: &Path, timeout: Duration) -> io::Result<File> {
    let file = create_private(&with_suffix(path, "-lock"))?;
    let end = Instant::now() + timeout;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if Instant::now() < end => std::thread::sleep(LOCK_WAIT),
            Err(TryLockError::WouldBlock) => return Err(io::ErrorKind::TimedOut.into()),
            // The file system has no locks.
            Err(TryLockError::Error(_)) => return Ok(file),
        }
    }
}

/// Returns the path of a file beside another one: its name with a suffix.
pub fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_excludes_others_until_it_is_closed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lines");
        let at_once = |path: &Path| lock_within(path, Duration::ZERO);
        let lock = lock_beside(&path).unwrap();
        assert_eq!(at_once(&path).unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert!(at_once(&folder.path().join("others")).is_ok());
        drop(lock);
        assert!(at_once(&path).is_ok());
        assert!(!path.exists(), "the lock is on a file of its own");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let lock = std::fs::metadata(folder.path().join("lines-lock")).unwrap();
            assert_eq!(lock.permissions().mode() & 0o777, 0o600);
        }
    }
}
