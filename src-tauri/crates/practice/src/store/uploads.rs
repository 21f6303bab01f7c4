//! Uploads that are under way: streamed into a file and hashed on the way.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use axum::body::BodyDataStream;
use futures_util::StreamExt as _;
use sha2::{Digest as _, Sha256};
use tokio::io::AsyncWriteExt as _;

use super::lock;
use crate::clock::uuid;
use crate::hmac::hex;

/// Why bytes of an upload were not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UploadError {
    /// The client went away or sent something that is not HTTP.
    #[error("the body of the upload broke off")]
    Body(#[source] axum::Error),
    #[error("the upload's file cannot be written")]
    File(#[from] io::Error),
    /// It would not end before the disk is full.
    #[error("an upload has at most {limit} bytes")]
    TooLarge { limit: u64 },
}

/// The most bytes of one blob. ECR takes 52,000 MiB; practice keeps its blobs on a person's disk.
/// Source: <https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html>
const MAX_UPLOAD_BYTES: u64 = 10 * 1024 * 1024 * 1024;

/// The uploads of all repositories. They do not survive a restart, and need not:
/// clients start over.
pub(crate) struct Uploads {
    folder: PathBuf,
    open: Mutex<HashMap<String, Arc<tokio::sync::Mutex<Upload>>>>,
}

impl Uploads {
    /// Makes the folder, and clears what a previous run left in it.
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        match fs::remove_dir_all(folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => fs::create_dir_all(folder)?,
        }
        Ok(Self { folder: folder.to_owned(), open: Mutex::default() })
    }

    /// Begins an upload and returns its id.
    pub(crate) fn begin(&self, repository: &str) -> io::Result<String> {
        let id = uuid();
        let path = self.folder.join(&id);
        fs::File::create(&path)?;
        let upload = Upload {
            repository: repository.to_owned(),
            path,
            hash: Sha256::new(),
            size: 0,
            chunks: Vec::new(),
            limit: MAX_UPLOAD_BYTES,
        };
        lock(&self.open).insert(id.clone(), Arc::new(tokio::sync::Mutex::new(upload)));
        Ok(id)
    }

    pub(crate) fn find(&self, id: &str) -> Option<Arc<tokio::sync::Mutex<Upload>>> {
        lock(&self.open).get(id).cloned()
    }

    /// Forgets an upload and removes what is left of its file.
    pub(crate) fn end(&self, id: &str) {
        if lock(&self.open).remove(id).is_some() {
            remove(&self.folder.join(id));
        }
    }

    pub(crate) fn clear(&self) {
        for (id, _) in lock(&self.open).drain() {
            remove(&self.folder.join(id));
        }
    }
}

fn remove(path: &Path) {
    if let Err(error) = fs::remove_file(path)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(%error, "the file of a practice upload could not be removed");
    }
}

/// One upload.
pub(crate) struct Upload {
    pub(crate) repository: String,
    pub(crate) path: PathBuf,
    hash: Sha256,
    /// Bytes so far.
    pub(crate) size: u64,
    /// Bytes of each chunk so far.
    pub(crate) chunks: Vec<u64>,
    /// The most bytes that it may have.
    limit: u64,
}

impl Upload {
    /// Appends a body. A body that breaks off or is too long leaves the upload as it was.
    pub(crate) async fn append(&mut self, mut body: BodyDataStream) -> Result<u64, UploadError> {
        let mut hash = self.hash.clone();
        let mut received = 0_u64;
        let file = tokio::fs::OpenOptions::new().append(true).open(&self.path).await?;
        let mut file = tokio::io::BufWriter::with_capacity(1 << 20, file);
        while let Some(chunk) = body.next().await {
            let chunk = match chunk {
                Ok(chunk) => chunk,
                Err(error) => {
                    file.flush().await?;
                    file.get_ref().set_len(self.size).await?;
                    return Err(UploadError::Body(error));
                }
            };
            received += chunk.len() as u64;
            if self.size.saturating_add(received) > self.limit {
                file.flush().await?;
                file.get_ref().set_len(self.size).await?;
                return Err(UploadError::TooLarge { limit: self.limit });
            }
            hash.update(&chunk);
            file.write_all(&chunk).await?;
        }
        file.flush().await?;
        self.hash = hash;
        self.size += received;
        if received > 0 {
            self.chunks.push(received);
        }
        Ok(received)
    }

    /// Appends bytes that are there.
    pub(crate) async fn append_bytes(&mut self, bytes: &[u8]) -> Result<(), UploadError> {
        if self.size.saturating_add(bytes.len() as u64) > self.limit {
            return Err(UploadError::TooLarge { limit: self.limit });
        }
        let mut file = tokio::fs::OpenOptions::new().append(true).open(&self.path).await?;
        file.write_all(bytes).await?;
        file.flush().await?;
        self.hash.update(bytes);
        self.size += bytes.len() as u64;
        self.chunks.push(bytes.len() as u64);
        Ok(())
    }

    /// Reads a body and throws it away.
    pub(crate) async fn discard(mut body: BodyDataStream) -> Result<u64, UploadError> {
        let mut received = 0;
        while let Some(chunk) = body.next().await {
            received += chunk.map_err(UploadError::Body)?.len() as u64;
        }
        Ok(received)
    }

    /// The digest of everything received.
    pub(crate) fn digest(&self) -> String {
        format!("sha256:{}", hex(&self.hash.clone().finalize()))
    }

    /// True when a chunk other than the last is smaller than ECR's least part.
    pub(crate) fn has_small_chunk(&self) -> bool {
        const LEAST: u64 = 5 * 1024 * 1024;
        self.chunks.split_last().is_some_and(|(_, rest)| rest.iter().any(|size| *size < LEAST))
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    #[tokio::test]
    async fn an_upload_that_is_too_long_is_refused_and_stays_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let uploads = Uploads::open(folder.path()).unwrap();
        let upload = uploads.find(&uploads.begin("app").unwrap()).unwrap();
        let mut upload = upload.lock().await;
        assert_eq!(upload.limit, MAX_UPLOAD_BYTES);
        upload.limit = 10;
        let body = |bytes: &'static str| Body::from(bytes).into_data_stream();
        upload.append(body("123456")).await.unwrap();
        let refused = upload.append(body("78901")).await;
        assert!(matches!(refused, Err(UploadError::TooLarge { limit: 10 })), "{refused:?}");
        let refused = upload.append_bytes(b"78901").await;
        assert!(matches!(refused, Err(UploadError::TooLarge { limit: 10 })), "{refused:?}");
        assert_eq!((upload.size, fs::read(&upload.path).unwrap().len()), (6, 6));
        upload.append(body("789")).await.unwrap();
        upload.append_bytes(b"0").await.unwrap();
        assert_eq!(fs::read(&upload.path).unwrap(), b"1234567890");
    }
}
