//! Files that survive a kill at any moment.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Replaces a file as a whole: a reader, and the next start after a kill or a power cut, finds the
/// old content or the new, never a part.
///
/// # Errors
/// A folder that cannot be written; the old content is still there then.
pub fn write_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(content)?;
    // The rename must not reach the disk before the content does.
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    sync_folder(folder)
}

/// Puts the content of a file that was written by someone else onto the disk.
///
/// # Errors
/// A file that cannot be opened or a disk that fails.
pub fn sync(path: &Path) -> io::Result<()> {
    File::options().write(true).open(path)?.sync_all()
}

/// Reads a file; nothing where there is none.
///
/// # Errors
/// A file that is there and cannot be read.
pub fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Removes a file; one that is not there is no failure.
///
/// # Errors
/// A file that cannot be removed.
pub fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Moves a damaged file out of the way, to `NAME.broken-1` or the next number that is free, so
/// that nothing overwrites it. Answers where it is now.
///
/// # Errors
/// A folder that cannot be written.
pub fn set_aside(path: &Path) -> io::Result<PathBuf> {
    let mut number = 1_u32;
    loop {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".broken-{number}"));
        let aside = PathBuf::from(name);
        if !aside.try_exists()? {
            fs::rename(path, &aside)?;
            return Ok(aside);
        }
        number += 1;
    }
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Only Unix opens a folder as a file.
#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_leaves_the_new_content_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        write_whole(&path, b"one, and longer").unwrap();
        write_whole(&path, b"two").unwrap();
        assert_eq!(read(&path).unwrap().unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn every_damaged_file_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        for content in ["first", "second"] {
            fs::write(&path, content).unwrap();
            set_aside(&path).unwrap();
        }
        assert_eq!(fs::read(folder.path().join("a.json.broken-1")).unwrap(), b"first");
        assert_eq!(fs::read(folder.path().join("a.json.broken-2")).unwrap(), b"second");
        assert_eq!(read(&path).unwrap(), None);
    }
}
