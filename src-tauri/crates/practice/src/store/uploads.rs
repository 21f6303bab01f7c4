//! Blob uploads in progress, streamed into a file and hashed at the same time.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use axum::body::BodyDataStream;
use futures_util::StreamExt as _;
use sha2::{Digest as _, Sha256};
use tokio::io::AsyncWriteExt as _;

use crate::clock::uuid;
use crate::hash::hex;
use crate::lock::lock;

/// Why bytes of an upload were rejected.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UploadError {
    /// The client disconnected or sent invalid HTTP.
    #[error("the body of the upload is incomplete")]
    Body(#[source] axum::Error),
    #[error("couldn't write the file of the upload")]
    File(#[from] io::Error),
    #[error("an upload has at most {limit} bytes")]
    TooLarge { limit: u64 },
}

/// Maximum size of a blob. ECR allows 52,000 MiB, but practice mode stores blobs on the user's disk.
/// Source: <https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html>
const MAX_UPLOAD_BYTES: u64 = 10 * 1024 * 1024 * 1024;

/// The uploads of all repositories. They are lost on a restart; clients start again.
pub(crate) struct Uploads {
    folder: PathBuf,
    open: Mutex<HashMap<String, Arc<tokio::sync::Mutex<Upload>>>>,
}

impl Uploads {
    /// Creates the folder, and removes what a previous run left in it.
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        match fs::remove_dir_all(folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => fs::create_dir_all(folder)?,
        }
        Ok(Self { folder: folder.to_owned(), open: Mutex::default() })
    }

    /// Starts an upload and returns its ID.
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

    /// Ends an upload and removes its file, if there still is one.
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
        tracing::warn!(%error, "couldn't remove the file of a practice upload");
    }
}

pub(crate) struct Upload {
    pub(crate) repository: String,
    pub(crate) path: PathBuf,
    hash: Sha256,
    /// Bytes received.
    pub(crate) size: u64,
    /// Size of each chunk in bytes.
    pub(crate) chunks: Vec<u64>,
    /// Maximum size in bytes.
    limit: u64,
}

impl Upload {
    /// Appends a body. The upload is unchanged if the body is incomplete or too long.
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

    /// Appends bytes that are in memory.
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

    pub(crate) async fn discard(mut body: BodyDataStream) -> Result<u64, UploadError> {
        let mut received = 0;
        while let Some(chunk) = body.next().await {
            received += chunk.map_err(UploadError::Body)?.len() as u64;
        }
        Ok(received)
    }

    /// Returns the digest of all received bytes.
    pub(crate) fn digest(&self) -> String {
        format!("sha256:{}", hex(&self.hash.clone().finalize()))
    }

    /// Returns whether a chunk other than the last is below the minimum size of ECR, 5 MiB.
    pub(crate) fn has_small_chunk(&self) -> bool {
        const MIN_CHUNK: u64 = 5 * 1024 * 1024;
        self.chunks.split_last().is_some_and(|(_, rest)| rest.iter().any(|size| *size < MIN_CHUNK))
    }
}

#[cfg(test)]
mod tests;
