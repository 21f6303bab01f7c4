//! Content in files that are named by their digest.

use std::io;
use std::path::{Path, PathBuf};

use crate::hmac::digest_of;

/// A folder with one file for each digest.
#[derive(Clone, Debug)]
pub(crate) struct BlobFolder {
    folder: PathBuf,
}

impl BlobFolder {
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// Where the content of a digest is. The digest was checked by the caller,
    /// so that it cannot name a path.
    pub(crate) fn path(&self, digest: &str) -> PathBuf {
        self.folder.join(digest.trim_start_matches("sha256:"))
    }

    /// Keeps the bytes and returns their digest.
    pub(crate) fn write(&self, bytes: &[u8]) -> io::Result<String> {
        let digest = digest_of(bytes);
        let path = self.path(&digest);
        if !path.exists() {
            let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
            io::Write::write_all(&mut file, bytes)?;
            file.persist(&path)?;
        }
        Ok(digest)
    }

    /// Takes over a file whose digest is known. It is not synced to the disk: a
    /// power cut may cost practice a blob, and waiting for every layer would
    /// make it slower than the registry it stands in for.
    pub(crate) fn adopt(&self, file: &Path, digest: &str) -> io::Result<()> {
        std::fs::rename(file, self.path(digest))
    }

    pub(crate) async fn read(&self, digest: &str) -> io::Result<Vec<u8>> {
        tokio::fs::read(self.path(digest)).await
    }

    pub(crate) fn remove(&self, digest: &str) {
        if let Err(error) = std::fs::remove_file(self.path(digest))
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, digest, "a practice blob could not be removed");
        }
    }
}
