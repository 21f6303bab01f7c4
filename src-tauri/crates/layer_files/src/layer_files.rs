//! The list of the files in a layer, and its stored form.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use transload_model::Digest;
use ts_rs::TS;

/// Changes with the stored form, so that lists of earlier versions are made again.
const STORED_FORM: u32 = 1;

/// The largest list that is read from storage. A list of 500,000 entries with long names is smaller.
const STORED_LIMIT_BYTES: u64 = 512 * 1024 * 1024;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "layerFiles.ts")]
pub struct LayerFiles {
    /// The digest of the layer in the registry.
    pub digest: Digest,
    pub source: ListSource,
    /// Bytes that were downloaded for the list.
    pub read_bytes: u64,
    /// Why the list is incomplete.
    pub stopped: Option<ListStop>,
    /// The entries in the order of the layer.
    pub entries: Vec<FileEntry>,
}

/// How a layer was listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "layerFiles.ts")]
pub enum ListSource {
    /// All of it was downloaded.
    Stream,
    /// By the table of contents of eStargz.
    Estargz,
    /// By the table of contents of zstd:chunked.
    ZstdChunked,
}

/// The limit that a list ended at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "layerFiles.ts")]
pub enum ListStop {
    /// The layer has more entries than are listed.
    Entries,
    /// The layer is larger than what is decompressed.
    Bytes,
}

/// A file in a layer. Names are shown as text: control characters and bytes that aren't UTF-8 as `\x1b`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "layerFiles.ts")]
pub struct FileEntry {
    /// Without a leading or trailing slash. Of a deletion, the path of the deleted file.
    pub path: String,
    pub kind: FileKind,
    pub size_bytes: u64,
    /// The permission bits, such as 0o755.
    pub mode: u32,
    pub uid: u64,
    pub gid: u64,
    /// `null` if the archive doesn't say, or if it is before 1970.
    pub modified_at_ms: Option<u64>,
    /// The target of a symbolic or hard link, which isn't followed.
    pub link: Option<String>,
    /// What the layer does to the layers below. `null` if those aren't known.
    pub change: Option<FileChange>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "layerFiles.ts")]
pub enum FileKind {
    File,
    Directory,
    SymbolicLink,
    HardLink,
    CharacterDevice,
    BlockDevice,
    Pipe,
    /// A whiteout: the file of a lower layer is deleted.
    Deletion,
    /// An opaque whiteout: what lower layers have in this directory is deleted.
    Emptied,
    Other,
}

/// What an entry does to the layers below.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "layerFiles.ts")]
pub enum FileChange {
    Added,
    Changed,
    Deleted,
    /// A directory that exists already, or a deletion of nothing.
    Unchanged,
}

/// How far the list of a layer is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "layerFiles.ts")]
pub struct ListProgress {
    /// The number of the layer, starting at 1.
    pub layer: u32,
    pub layers: u32,
    /// Compressed bytes of the layer that were downloaded.
    pub read_bytes: u64,
    pub total_bytes: u64,
}

#[derive(Serialize, Deserialize)]
struct Stored<T> {
    form: u32,
    files: T,
}

impl LayerFiles {
    /// Returns the stored form of the list, which is small.
    pub fn to_stored(&self) -> std::io::Result<Vec<u8>> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        let stored = Stored { form: STORED_FORM, files: self };
        encoder.write_all(&serde_json::to_vec(&stored)?)?;
        encoder.finish()
    }

    /// Reads the stored form. Returns `None` if an earlier version stored it, or if it is damaged.
    pub fn from_stored(bytes: &[u8]) -> Option<Self> {
        let mut json = Vec::new();
        GzDecoder::new(bytes).take(STORED_LIMIT_BYTES).read_to_end(&mut json).ok()?;
        let stored: Stored<Self> = serde_json::from_slice(&json).ok()?;
        (stored.form == STORED_FORM).then_some(stored.files)
    }
}
