//! Content in files that are named by their digest. The practice ECR and the practice Docker Hub both
//! store blobs and manifests this way.

use std::io;
use std::path::{Path, PathBuf};

use crate::hash::digest_of;

/// A folder with one file per digest.
#[derive(Clone, Debug)]
pub(crate) struct BlobFolder {
    folder: PathBuf,
}

impl BlobFolder {
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// Returns the path of a digest. Callers check the digest first, so that it can't contain a path.
    pub(crate) fn path(&self, digest: &str) -> PathBuf {
        self.folder.join(digest.trim_start_matches("sha256:"))
    }

    /// Stores bytes and returns their digest.
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

    /// Moves a file with a known digest into the folder. It is not synced to disk: practice mode may
    /// lose a blob in a power cut, and a sync per layer would make it slower than ECR.
    pub(crate) fn adopt(&self, file: &Path, digest: &str) -> io::Result<()> {
        std::fs::rename(file, self.path(digest))
    }

    /// Reads small content. Called while the state is locked, so that nothing can delete the file between
    /// its entry and this call.
    pub(crate) fn read_now(&self, digest: &str) -> io::Result<Vec<u8>> {
        std::fs::read(self.path(digest))
    }

    pub(crate) async fn read(&self, digest: &str) -> io::Result<Vec<u8>> {
        tokio::fs::read(self.path(digest)).await
    }

    pub(crate) fn remove(&self, digest: &str) {
        if let Err(error) = std::fs::remove_file(self.path(digest))
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, digest, "couldn't remove a practice blob");
        }
    }
}
