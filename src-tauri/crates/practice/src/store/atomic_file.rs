//! Files that are replaced as a whole.

use std::io::{self, Write as _};
use std::path::Path;

use crate::store::error::StoreError;

/// Replaces a file atomically: temporary file, sync, rename, sync of the folder.
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
