//! What the archive of an image holds: its manifests and configurations in full, its layers by name.

use std::collections::HashMap;

use bytes::Bytes;
use serde::Deserialize;

use crate::archive::ImageArchive;
use crate::error::DockerError;
use transload_model::{Digest, MANIFEST_LIMIT_BYTES, Manifest, RawManifest};

/// Where the content of an archive lies. Source: OCI image layout specification.
const BLOBS: &str = "blobs/sha256/";
/// Bytes of all documents of one archive that are held in memory. A manifest or a configuration has
/// some kilobytes.
const DOCUMENTS_LIMIT_BYTES: usize = 64 * 1024 * 1024;

/// The contents of an image's archive in the OCI layout. Its layers were passed over.
#[derive(Debug)]
pub struct ArchiveContents {
    /// What the image's ID names: an index or a manifest.
    pub root: RawManifest,
    documents: HashMap<Digest, Bytes>,
    /// Every other blob with its size in bytes.
    others: HashMap<Digest, u64>,
}

/// The archive's own index.
#[derive(Deserialize)]
struct Layout {
    manifests: Vec<LayoutEntry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LayoutEntry {
    media_type: Option<String>,
    digest: String,
}

impl ArchiveContents {
    /// Reads an archive to its end.
    ///
    /// # Errors
    /// Where it breaks, is not complete, or a document is not what its name says.
    pub async fn read(mut archive: ImageArchive, id: &Digest) -> Result<Self, DockerError> {
        let (mut documents, mut others) = (HashMap::new(), HashMap::new());
        let (mut layout, mut is_complete, mut held_bytes) = (None, false, 0);
        while let Some(file) = archive.next_file().await? {
            if file.name == "index.json" {
                let text = archive.read_content(MANIFEST_LIMIT_BYTES as u64).await?;
                layout = Some(parse(&text)?);
            } else if file.name == "oci-layout" {
                // The engine writes it last; an archive without it was cut.
                is_complete = true;
            } else if let Some(digest) = blob_digest(&file.name) {
                let first = archive.piece().await?.unwrap_or_default();
                let is_document =
                    file.size_bytes <= MANIFEST_LIMIT_BYTES as u64 && first.starts_with(b"{");
                if !is_document {
                    others.insert(digest, file.size_bytes);
                    continue;
                }
                let rest = archive.read_content(MANIFEST_LIMIT_BYTES as u64).await?;
                let document = Bytes::from([first, rest].concat());
                held_bytes += document.len();
                if held_bytes > DOCUMENTS_LIMIT_BYTES {
                    let limit = DOCUMENTS_LIMIT_BYTES;
                    return Err(unusable(format!("its documents have more than {limit} bytes")));
                }
                checked(&digest, &document)?;
                documents.insert(digest, document);
            }
        }
        let layout: Layout = layout
            .filter(|_| is_complete)
            .ok_or_else(|| unusable("it is not a complete OCI layout".to_owned()))?;
        let media_type = layout.manifests.iter().find(|entry| entry.digest == id.as_str());
        let media_type = media_type.and_then(|entry| entry.media_type.as_deref());
        let root = documents.get(id).cloned();
        let root = root.ok_or_else(|| unusable(format!("it does not hold {id}")))?;
        let root =
            RawManifest::new(root, media_type).map_err(|error| unusable(error.to_string()))?;
        Ok(Self { root, documents, others })
    }

    /// A manifest that an index of the archive names; `None` where the engine does not hold it.
    ///
    /// # Errors
    /// Where it is not what its index says.
    pub fn manifest(
        &self,
        digest: &Digest,
        media_type: &str,
    ) -> Result<Option<RawManifest>, DockerError> {
        let Some(document) = self.documents.get(digest).cloned() else { return Ok(None) };
        let manifest = RawManifest::new(document, Some(media_type));
        manifest.map(Some).map_err(|error| unusable(error.to_string()))
    }

    /// A configuration, or another document.
    pub fn document(&self, digest: &Digest) -> Option<&Bytes> {
        self.documents.get(digest)
    }

    /// Whether the archive holds a blob of this size.
    pub fn holds(&self, digest: &Digest, size_bytes: u64) -> bool {
        let document = self.documents.get(digest).map(|document| document.len() as u64);
        document.or_else(|| self.others.get(digest).copied()) == Some(size_bytes)
    }
}

impl ImageArchive {
    /// Reads the archive as far as the index or manifest that an image's ID names.
    ///
    /// # Errors
    /// Where the archive breaks, or does not hold it.
    pub async fn read_root(mut self, id: &Digest) -> Result<Manifest, DockerError> {
        while let Some(file) = self.next_file().await? {
            if blob_digest(&file.name).is_some_and(|digest| digest == *id) {
                let root = self.read_content(MANIFEST_LIMIT_BYTES as u64).await?;
                checked(id, &root)?;
                let root =
                    RawManifest::new(root, None).map_err(|error| unusable(error.to_string()))?;
                return root.read().map_err(|error| unusable(error.to_string()));
            }
        }
        Err(unusable(format!("it does not hold {id}")))
    }
}

/// The digest by which a file of an archive is named; `None` for a file that is no blob.
pub fn blob_digest(name: &str) -> Option<Digest> {
    Digest::parse(&format!("sha256:{}", name.strip_prefix(BLOBS)?)).ok()
}

fn checked(digest: &Digest, content: &[u8]) -> Result<(), DockerError> {
    let actual = Digest::of(content);
    if actual == *digest {
        return Ok(());
    }
    Err(unusable(format!("{digest} has the digest {actual}")))
}

fn parse(text: &[u8]) -> Result<Layout, DockerError> {
    serde_json::from_slice(text).map_err(|error| unusable(error.to_string()))
}

fn unusable(detail: String) -> DockerError {
    DockerError::AnswerUnusable { detail: format!("the archive of the image: {detail}") }
}
