//! Tables of contents inside layers: eStargz and zstd:chunked. They are read with range requests, and nothing else of
//! the layer is downloaded.
//!
//! Sources: containerd/stargz-snapshotter, `docs/estargz.md` and `estargz/zstdchunked`; containers/storage, `pkg/chunked/internal/compression.go`.

use std::fmt;
use std::io::Read as _;

use flate2::read::MultiGzDecoder;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use transload_model::{Descriptor, Digest, DigestHasher};

use crate::layer_files::{FileEntry, FileKind};
use crate::list_tar::{Kept, Limits, whiteout};
use crate::shown_name::{shown_name, shown_path};
use crate::zstd_frames::ZstdFrames;

/// The annotation of a layer in the format eStargz with the digest of its decompressed table.
const ESTARGZ_DIGEST: &str = "containerd.io/snapshot/stargz/toc.digest";
/// What the annotations of a zstd:chunked layer begin with. stargz-snapshotter, and containers/storage before 2022, use the
/// second one. stargz-snapshotter adds the annotation of eStargz, too.
const CHUNKED: [&str; 2] = ["io.github.containers.zstd-chunked.", "io.containers.zstd-chunked."];
/// `OFFSET:LENGTH:DECOMPRESSED LENGTH:TYPE` of the table of a zstd:chunked layer.
const CHUNKED_POSITION: &str = "manifest-position";
/// The digest of its compressed table.
const CHUNKED_DIGEST: &str = "manifest-checksum";
/// The type of a table with the entries of eStargz, the only one that exists.
const CHUNKED_TYPE: &str = "1";

/// The footer of an eStargz layer: an empty gzip member whose header has the position of the table.
pub(crate) const FOOTER_BYTES: u64 = 51;

/// The largest tables that are read: of 500,000 entries with long names.
const COMPRESSED_LIMIT_BYTES: u64 = 64 * 1024 * 1024;
const TABLE_LIMIT_BYTES: u64 = 256 * 1024 * 1024;

/// The name of the table in its archive.
const ESTARGZ_NAME: &[u8] = b"stargz.index.json";

/// Where the table of a layer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TocLocation {
    /// Its footer says where.
    Estargz {
        digest: Digest,
    },
    ZstdChunked {
        position: Position,
        digest: Digest,
    },
}

/// A part of a layer, in compressed bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    pub start: u64,
    pub length: u64,
}

/// Whether the annotations of a layer name a table of contents, so that it doesn't have to be downloaded.
pub fn has_table(layer: &Descriptor) -> bool {
    toc_location(layer).is_some()
}

/// Returns where the table of a layer is, if its annotations name one that can be read.
pub(crate) fn toc_location(layer: &Descriptor) -> Option<TocLocation> {
    CHUNKED.iter().find_map(|prefix| chunked_location(layer, prefix)).or_else(|| {
        let digest = Digest::parse(layer.annotations.get(ESTARGZ_DIGEST)?).ok()?;
        (layer.size_bytes > FOOTER_BYTES).then_some(TocLocation::Estargz { digest })
    })
}

fn chunked_location(layer: &Descriptor, prefix: &str) -> Option<TocLocation> {
    let annotation = |name: &str| layer.annotations.get(&format!("{prefix}{name}"));
    let digest = Digest::parse(annotation(CHUNKED_DIGEST)?).ok()?;
    let mut numbers = annotation(CHUNKED_POSITION)?.split(':');
    let mut number = || numbers.next()?.parse::<u64>().ok();
    let (start, length, _) = (number()?, number()?, number()?);
    (numbers.next()? == CHUNKED_TYPE).then_some(())?;
    let position = within(Position { start, length }, layer)?;
    Some(TocLocation::ZstdChunked { position, digest })
}

/// Returns a position that is inside its layer and not too large.
fn within(position: Position, layer: &Descriptor) -> Option<Position> {
    let end = position.start.checked_add(position.length)?;
    let fits = position.length > 0 && position.length <= COMPRESSED_LIMIT_BYTES;
    (fits && end <= layer.size_bytes).then_some(position)
}

/// Reads the footer of an eStargz layer. `None` if it isn't one.
pub(crate) fn estargz_position(footer: &[u8], layer: &Descriptor) -> Option<Position> {
    // The header of the gzip member with an extra field, and the subfield `SG` of 22 bytes.
    let is_member = footer.len() as u64 == FOOTER_BYTES
        && footer.starts_with(&[0x1f, 0x8b, 8])
        && footer[3] & 4 != 0
        && footer[10..16] == [26, 0, b'S', b'G', 22, 0]
        && &footer[32..38] == b"STARGZ";
    let start = std::str::from_utf8(footer.get(16..32)?).ok().filter(|_| is_member)?;
    let start = u64::from_str_radix(start, 16).ok()?;
    let end = layer.size_bytes.checked_sub(FOOTER_BYTES)?;
    within(Position { start, length: end.checked_sub(start)? }, layer)
}

/// Why a table can't be used.
#[derive(Debug)]
pub(crate) enum TocProblem {
    WrongDigest,
    Unreadable(String),
}

fn unreadable(reason: impl ToString) -> TocProblem {
    TocProblem::Unreadable(reason.to_string())
}

/// Decompresses the table of an eStargz layer and verifies its digest.
pub(crate) fn estargz_table(member: &[u8], digest: &Digest) -> Result<Vec<u8>, TocProblem> {
    let mut archive = Vec::new();
    let decoder = MultiGzDecoder::new(member);
    decoder.take(TABLE_LIMIT_BYTES).read_to_end(&mut archive).map_err(unreadable)?;
    let header = archive.get(..512).ok_or_else(|| unreadable("its table is too short"))?;
    let header = tar::Header::from_byte_slice(header);
    if *header.path_bytes() != *ESTARGZ_NAME {
        return Err(unreadable("its table has another name"));
    }
    let size = header.entry_size().map_err(unreadable)?;
    let end = usize::try_from(size).ok().and_then(|size| size.checked_add(512));
    let end = end.filter(|end| *end <= archive.len());
    // In place, because the table can be large.
    archive.truncate(end.ok_or_else(|| unreadable("its table is too short"))?);
    archive.drain(..512);
    verified(&archive, digest)?;
    Ok(archive)
}

/// Verifies the digest of the table of a zstd:chunked layer and decompresses it.
pub(crate) fn chunked_table(frame: &[u8], digest: &Digest) -> Result<Vec<u8>, TocProblem> {
    verified(frame, digest)?;
    let mut table = Vec::new();
    let decoder = ZstdFrames::new(frame);
    decoder.take(TABLE_LIMIT_BYTES).read_to_end(&mut table).map_err(unreadable)?;
    Ok(table)
}

fn verified(bytes: &[u8], digest: &Digest) -> Result<(), TocProblem> {
    let mut hasher = DigestHasher::new(digest.algorithm());
    hasher.update(bytes);
    (hasher.finish() == *digest).then_some(()).ok_or(TocProblem::WrongDigest)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TableEntry {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    size: u64,
    #[serde(default)]
    mode: u32,
    #[serde(default)]
    uid: u64,
    #[serde(default)]
    gid: u64,
    #[serde(default)]
    link_name: String,
    #[serde(default)]
    modtime: String,
}

/// Reads the entries of a table, one by one: a small table can have millions. Says whether it has more than are kept.
pub(crate) fn table_entries(
    table: &[u8],
    limits: Limits,
) -> Result<(Vec<FileEntry>, bool), TocProblem> {
    let mut found = TableReader { kept: Kept::new(limits), has_more: false };
    let mut parser = serde_json::Deserializer::from_slice(table);
    parser.deserialize_map(&mut found).map_err(unreadable)?;
    parser.end().map_err(unreadable)?;
    Ok((found.kept.entries, found.has_more))
}

struct TableReader {
    kept: Kept,
    has_more: bool,
}

impl<'de> Visitor<'de> for &mut TableReader {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a table of contents")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(name) = members.next_key::<String>()? {
            match name.as_str() {
                "entries" => members.next_value_seed(Entries(self))?,
                _ => drop(members.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

struct Entries<'a>(&'a mut TableReader);

impl<'de> DeserializeSeed<'de> for Entries<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Entries<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of entries")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(entry) = list.next_element::<TableEntry>()? {
            // A chunk is a part of the file before it.
            let entry = Some(entry).filter(|entry| entry.kind != "chunk").and_then(file_entry);
            self.0.has_more |= !entry.is_none_or(|entry| self.0.kept.keep(entry));
        }
        Ok(())
    }
}

fn file_entry(entry: TableEntry) -> Option<FileEntry> {
    let (path, whiteout) = whiteout(entry.name.as_bytes());
    let path = shown_path(&path);
    if path.is_empty() && whiteout.is_none() {
        return None;
    }
    let kind = whiteout.unwrap_or(match entry.kind.as_str() {
        "reg" => FileKind::File,
        "dir" => FileKind::Directory,
        "symlink" => FileKind::SymbolicLink,
        "hardlink" => FileKind::HardLink,
        "char" => FileKind::CharacterDevice,
        "block" => FileKind::BlockDevice,
        "fifo" => FileKind::Pipe,
        _ => FileKind::Other,
    });
    let is_link = matches!(kind, FileKind::SymbolicLink | FileKind::HardLink);
    Some(FileEntry {
        path,
        kind,
        size_bytes: if kind == FileKind::File { entry.size } else { 0 },
        mode: entry.mode & 0o7777,
        uid: entry.uid,
        gid: entry.gid,
        modified_at_ms: milliseconds(&entry.modtime),
        link: is_link.then(|| shown_name(entry.link_name.as_bytes())),
        change: None,
    })
}

/// Returns a date in milliseconds. `None` for dates before 1970 and for the zero date of Go.
fn milliseconds(date: &str) -> Option<u64> {
    let date = OffsetDateTime::parse(date, &Rfc3339).ok()?;
    u64::try_from(date.unix_timestamp_nanos() / 1_000_000).ok()
}

#[cfg(test)]
pub(crate) mod tests;
