//! The contents of an image archive: manifests and configurations in memory, layers by digest and
//! size. The migration uses it to compare an engine's image with what a registry has.

use std::collections::HashMap;

use bytes::Bytes;
use serde::Deserialize;

use crate::archive::{ImageArchive, invalid_archive};
use crate::error::DockerError;
use transload_model::{Digest, MANIFEST_LIMIT_BYTES, Manifest, RawManifest};

/// The folder of blobs in an archive. Source: OCI image layout specification.
const BLOBS: &str = "blobs/sha256/";
/// Maximum size of all documents of an archive in memory. A manifest or a configuration has a few
/// kB.
const DOCUMENTS_LIMIT_BYTES: usize = 64 * 1024 * 1024;

/// The contents of an image archive in the OCI layout, without the bytes of the layers.
#[derive(Debug)]
pub struct ArchiveContents {
    /// The index or manifest with the image's ID as digest.
    pub root: RawManifest,
    documents: HashMap<Digest, Bytes>,
    /// Sizes in bytes of all other blobs.
    other_sizes: HashMap<Digest, u64>,
}

/// `index.json` of the archive.
#[derive(Deserialize)]
struct LayoutIndex {
    manifests: Vec<LayoutEntry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LayoutEntry {
    media_type: Option<String>,
    digest: String,
}

impl ArchiveContents {
    /// Reads a whole archive of the image with this ID.
    ///
    /// # Errors
    /// If the connection is interrupted, the archive is incomplete, or a document does not have the
    /// digest in its name.
    pub async fn read(mut archive: ImageArchive, id: &Digest) -> Result<Self, DockerError> {
        let (mut documents, mut other_sizes) = (HashMap::new(), HashMap::new());
        let (mut layout, mut is_complete, mut documents_bytes) = (None, false, 0);
        while let Some(file) = archive.next_file().await? {
            if file.name == "index.json" {
                let text = archive.read_content(MANIFEST_LIMIT_BYTES as u64).await?;
                layout = Some(parse_layout(&text)?);
            } else if file.name == "oci-layout" {
                // The engine writes this file last. An archive without it is truncated.
                is_complete = true;
            } else if let Some(digest) = blob_digest(&file.name) {
                let first = archive.next_chunk().await?.unwrap_or_default();
                let is_document =
                    file.size_bytes <= MANIFEST_LIMIT_BYTES as u64 && first.starts_with(b"{");
                if !is_document {
                    other_sizes.insert(digest, file.size_bytes);
                    continue;
                }
                let rest = archive.read_content(MANIFEST_LIMIT_BYTES as u64).await?;
                let document = Bytes::from([first, rest].concat());
                documents_bytes += document.len();
                if documents_bytes > DOCUMENTS_LIMIT_BYTES {
                    let limit = DOCUMENTS_LIMIT_BYTES;
                    return Err(invalid_archive(format!(
                        "its documents have more than {limit} bytes"
                    )));
                }
                verify_digest(&digest, &document)?;
                documents.insert(digest, document);
            }
        }
        let layout: LayoutIndex = layout
            .filter(|_| is_complete)
            .ok_or_else(|| invalid_archive("it is not a complete OCI layout".to_owned()))?;
        let media_type = layout.manifests.iter().find(|entry| entry.digest == id.as_str());
        let media_type = media_type.and_then(|entry| entry.media_type.as_deref());
        let root = documents.get(id).cloned();
        let root = root.ok_or_else(|| invalid_archive(format!("it does not contain {id}")))?;
        let root = RawManifest::new(root, media_type)
            .map_err(|error| invalid_archive(error.to_string()))?;
        Ok(Self { root, documents, other_sizes })
    }

    /// Returns a manifest that an index of the archive lists, or `None` if the engine does not have
    /// it.
    ///
    /// # Errors
    /// If it does not match the media type in the index.
    pub fn manifest(
        &self,
        digest: &Digest,
        media_type: &str,
    ) -> Result<Option<RawManifest>, DockerError> {
        let Some(document) = self.documents.get(digest).cloned() else { return Ok(None) };
        let manifest = RawManifest::new(document, Some(media_type));
        manifest.map(Some).map_err(|error| invalid_archive(error.to_string()))
    }

    /// Returns a configuration or another document.
    pub fn document(&self, digest: &Digest) -> Option<&Bytes> {
        self.documents.get(digest)
    }

    /// Returns whether the archive contains this blob with this size.
    pub fn contains(&self, digest: &Digest, size_bytes: u64) -> bool {
        let document = self.documents.get(digest).map(|document| document.len() as u64);
        document.or_else(|| self.other_sizes.get(digest).copied()) == Some(size_bytes)
    }
}

impl ImageArchive {
    /// Reads the archive up to the index or manifest with the image's ID as digest, and returns it.
    ///
    /// # Errors
    /// If the connection is interrupted, or the archive does not contain it.
    pub async fn read_root(mut self, id: &Digest) -> Result<Manifest, DockerError> {
        while let Some(file) = self.next_file().await? {
            if blob_digest(&file.name).is_some_and(|digest| digest == *id) {
                let root = self.read_content(MANIFEST_LIMIT_BYTES as u64).await?;
                verify_digest(id, &root)?;
                let root = RawManifest::new(root, None)
                    .map_err(|error| invalid_archive(error.to_string()))?;
                return root.parse().map_err(|error| invalid_archive(error.to_string()));
            }
        }
        Err(invalid_archive(format!("it does not contain {id}")))
    }
}

/// Returns the digest in the name of a file, or `None` if the file is not a blob.
pub fn blob_digest(name: &str) -> Option<Digest> {
    Digest::parse(&format!("sha256:{}", name.strip_prefix(BLOBS)?)).ok()
}

fn verify_digest(digest: &Digest, content: &[u8]) -> Result<(), DockerError> {
    let actual = Digest::of(content);
    if actual == *digest {
        return Ok(());
    }
    Err(invalid_archive(format!("{digest} has the digest {actual}")))
}

fn parse_layout(text: &[u8]) -> Result<LayoutIndex, DockerError> {
    serde_json::from_slice(text).map_err(|error| invalid_archive(error.to_string()))
}
