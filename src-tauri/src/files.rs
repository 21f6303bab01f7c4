//! Files that may not exist. `settings`, `draft`, `recent_sources` and `saved_profiles` read and delete theirs with it,
//! and write them with [`transload_files::write_whole`].

use std::fs::{self, File};
use std::io;
use std::path::Path;

/// Syncs a file that a library wrote to disk.
pub fn sync(path: &Path) -> io::Result<()> {
    File::options().write(true).open(path)?.sync_all()
}

/// Reads a file. Returns `None` if it does not exist.
///
/// # Errors
/// If the file exists but can't be read.
pub fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Deletes a file, if it exists.
pub fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
