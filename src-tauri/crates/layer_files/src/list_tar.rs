//! Lists the entries of a tar archive without extracting it. The fields of headers are parsed by the crate `tar`; its
//! own reader isn't used, because it reads long names of any size into memory.
//!
//! Sources: POSIX.1-2017, "pax Interchange Format"; GNU tar manual, "Basic Tar Format"; OCI image specification,
//! "Whiteouts".

use std::io::{self, BufReader, Cursor, Read};

use flate2::bufread::MultiGzDecoder;
use tar::{EntryType, Header};

use crate::layer_files::{FileEntry, FileKind, ListStop};
use crate::shown_name::{shown_name, shown_path};
use crate::zstd_frames::ZstdFrames;

const BLOCK_BYTES: usize = 512;

/// The end of the year 9999. No calendar shows later times.
const LATEST_MS: u64 = 253_402_300_799_999;

/// The largest long name or extended header that is read. Longer ones are not a name.
const EXTENSION_LIMIT_BYTES: u64 = 1024 * 1024;

/// The prefix of a deletion, of metadata of AUFS, and the name of an opaque whiteout.
const WHITEOUT: &[u8] = b".wh.";
const WHITEOUT_METADATA: &[u8] = b".wh..wh.";
const OPAQUE: &[u8] = b".wh..wh..opq";

/// Where a list ends, so that a hostile layer takes neither memory nor time without end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub entries: usize,
    /// Bytes of the names and link targets that are kept.
    pub name_bytes: usize,
    /// Decompressed bytes.
    pub bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { entries: 500_000, name_bytes: 64 * 1024 * 1024, bytes: 8 * 1024 * 1024 * 1024 }
    }
}

/// Keeps entries up to a limit.
pub(crate) struct Kept {
    pub entries: Vec<FileEntry>,
    left: usize,
    left_name_bytes: usize,
}

impl Kept {
    pub fn new(limits: Limits) -> Self {
        Self { entries: Vec::new(), left: limits.entries, left_name_bytes: limits.name_bytes }
    }

    /// Keeps an entry. Returns false if it exceeds a limit.
    pub fn keep(&mut self, entry: FileEntry) -> bool {
        let name_bytes = entry.path.len() + entry.link.as_ref().map_or(0, String::len);
        let left = self.left.checked_sub(1).zip(self.left_name_bytes.checked_sub(name_bytes));
        if let Some(left) = left {
            (self.left, self.left_name_bytes) = left;
            self.entries.push(entry);
        }
        left.is_some()
    }
}

/// The entries of an archive, and the limit that the list ended at.
pub(crate) type TarList = (Vec<FileEntry>, Option<ListStop>);

/// Lists a layer: an archive that is compressed with gzip, Zstandard or not at all. The first bytes decide, because
/// media types are wrong (anchore/stereoscope#486).
///
/// # Errors
/// If it isn't such an archive, as a sentence without a full stop.
pub(crate) fn list_compressed(source: impl Read, limits: Limits) -> Result<TarList, String> {
    let mut source = source;
    let mut magic = Vec::new();
    source.by_ref().take(4).read_to_end(&mut magic).map_err(|error| error.to_string())?;
    let is = |start: &[u8]| magic.starts_with(start);
    let (is_gzip, is_zstd) = (is(&[0x1f, 0x8b]), is(&[0x28, 0xb5, 0x2f, 0xfd]));
    // A skippable frame. Source: RFC 8878, section 3.1.2.
    let is_skippable = magic.get(1..) == Some(&[0x2a, 0x4d, 0x18]) && magic[0] & 0xf0 == 0x50;
    let source = BufReader::with_capacity(64 * 1024, Cursor::new(magic).chain(source));
    if is_gzip {
        list_tar(MultiGzDecoder::new(source), limits)
    } else if is_zstd || is_skippable {
        list_tar(ZstdFrames::new(source), limits)
    } else {
        list_tar(source, limits)
    }
}

/// Why an archive wasn't read to its end.
enum End {
    Limit(ListStop),
    Unreadable(String),
}

impl From<io::Error> for End {
    fn from(error: io::Error) -> Self {
        Self::Unreadable(error.to_string())
    }
}

fn unreadable(reason: &str) -> End {
    End::Unreadable(reason.to_owned())
}

fn list_tar(source: impl Read, limits: Limits) -> Result<TarList, String> {
    let mut archive = Archive { source, left_bytes: limits.bytes };
    let mut kept = Kept::new(limits);
    let read = read_entries(&mut archive, &mut kept);
    let entries = kept.entries;
    match read {
        Ok(()) => {}
        Err(End::Limit(stop)) => return Ok((entries, Some(stop))),
        Err(End::Unreadable(reason)) => return Err(reason),
    }
    // The rest has no entries. It is read, so that the digest of the layer can be verified.
    let rest = archive.left_bytes;
    let copied = io::copy(&mut archive.source.take(rest), &mut io::sink());
    let stop = matches!(copied, Ok(bytes) if bytes == rest).then_some(ListStop::Bytes);
    Ok((entries, stop))
}

/// A name and other values that extension entries give the next entry.
#[derive(Default)]
struct Extension {
    path: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    size: Option<u64>,
    real_size: Option<u64>,
    uid: Option<u64>,
    gid: Option<u64>,
    modified_at_ms: Option<u64>,
}

fn read_entries(archive: &mut Archive<impl Read>, kept: &mut Kept) -> Result<(), End> {
    let mut extension = Extension::default();
    let mut is_first = true;
    while let Some(header) = archive.header()? {
        let mut expected = header.clone();
        expected.set_cksum();
        if header.cksum().ok() != expected.cksum().ok() {
            let reason = match is_first {
                true => "it isn't a tar archive",
                false => "a header is damaged",
            };
            return Err(unreadable(reason));
        }
        is_first = false;
        let size = header.entry_size().map_err(|_| unreadable("a size is invalid"))?;
        match header.entry_type() {
            EntryType::GNULongName => extension.path = Some(archive.name(size)?),
            EntryType::GNULongLink => extension.link = Some(archive.name(size)?),
            EntryType::XHeader => extension.read_pax(&archive.extension(size)?),
            EntryType::XGlobalHeader => archive.skip(size)?,
            _ => {
                let extension = std::mem::take(&mut extension);
                let stored_bytes = extension.size.unwrap_or(size);
                let entry = entry(&header, &extension, stored_bytes);
                if !entry.is_none_or(|entry| kept.keep(entry)) {
                    return Err(End::Limit(ListStop::Entries));
                }
                archive.skip_sparse_map(&header)?;
                archive.skip(if has_content(header.entry_type()) { stored_bytes } else { 0 })?;
            }
        }
    }
    Ok(())
}

/// The decompressed bytes of an archive, of which only some are read.
struct Archive<R> {
    source: R,
    left_bytes: u64,
}

impl<R: Read> Archive<R> {
    /// Reads the next header. `None` at the end of the archive.
    fn header(&mut self) -> Result<Option<Header>, End> {
        let mut block = [0; BLOCK_BYTES];
        let mut filled = 0;
        while filled < BLOCK_BYTES {
            match self.source.read(&mut block[filled..])? {
                0 if filled == 0 => return Ok(None),
                0 => return Err(unreadable("it ends in the middle of a header")),
                read => filled += read,
            }
        }
        self.count(BLOCK_BYTES as u64)?;
        let is_end = block.iter().all(|byte| *byte == 0);
        Ok((!is_end).then(|| Header::from_byte_slice(&block).clone()))
    }

    fn count(&mut self, bytes: u64) -> Result<(), End> {
        self.left_bytes = self.left_bytes.checked_sub(bytes).ok_or(End::Limit(ListStop::Bytes))?;
        Ok(())
    }

    /// Skips the content of an entry, which fills whole blocks.
    fn skip(&mut self, size: u64) -> Result<(), End> {
        let block = BLOCK_BYTES as u64;
        let padded = size.checked_next_multiple_of(block).ok_or(End::Limit(ListStop::Bytes))?;
        // Before it is decompressed.
        self.count(padded)?;
        let skipped = io::copy(&mut self.source.by_ref().take(padded), &mut io::sink())?;
        // The padding of the last entry may be missing.
        match skipped >= size {
            true => Ok(()),
            false => Err(unreadable("it ends in the middle of a file")),
        }
    }

    /// Skips the further blocks of the map of a sparse file in GNU's old format.
    fn skip_sparse_map(&mut self, header: &Header) -> Result<(), End> {
        let mut is_extended = header.entry_type() == EntryType::GNUSparse
            && header.as_gnu().is_some_and(|gnu| gnu.is_extended());
        while is_extended {
            let mut block = [0; BLOCK_BYTES];
            self.source.read_exact(&mut block)?;
            self.count(BLOCK_BYTES as u64)?;
            // Source: GNU tar manual, `struct sparse_header`: 21 descriptors of 24 bytes, then `isextended`.
            is_extended = block[504] != 0;
        }
        Ok(())
    }

    /// Reads the content of an extension.
    fn extension(&mut self, size: u64) -> Result<Vec<u8>, End> {
        if size > EXTENSION_LIMIT_BYTES {
            return Err(unreadable("a name or an extended header is too long"));
        }
        let mut content = Vec::new();
        self.source.by_ref().take(size).read_to_end(&mut content)?;
        self.count(size)?;
        let padding = size.next_multiple_of(BLOCK_BYTES as u64) - size;
        self.skip_exactly(padding)?;
        Ok(content)
    }

    fn skip_exactly(&mut self, bytes: u64) -> Result<(), End> {
        io::copy(&mut self.source.by_ref().take(bytes), &mut io::sink())?;
        self.count(bytes)
    }

    /// Reads a long name, which ends with a zero byte.
    fn name(&mut self, size: u64) -> Result<Vec<u8>, End> {
        let mut name = self.extension(size)?;
        let end = name.iter().position(|byte| *byte == 0).unwrap_or(name.len());
        name.truncate(end);
        Ok(name)
    }
}

impl Extension {
    /// Reads an extended header, up to the first record that can't be read.
    fn read_pax(&mut self, content: &[u8]) {
        for (key, value) in pax_records(content) {
            let number = || std::str::from_utf8(value).ok()?.parse::<u64>().ok();
            match key {
                b"path" | b"GNU.sparse.name" => self.path = Some(value.to_vec()),
                b"linkpath" => self.link = Some(value.to_vec()),
                b"size" => self.size = number(),
                b"GNU.sparse.realsize" | b"GNU.sparse.size" => self.real_size = number(),
                b"uid" => self.uid = number(),
                b"gid" => self.gid = number(),
                b"mtime" => self.modified_at_ms = milliseconds(value),
                _ => {}
            }
        }
    }
}

/// Returns the records of an extended header, each `LENGTH KEY=VALUE` and a line break. The length decides where a record
/// ends: values can contain line breaks, which the crate `tar` doesn't support.
fn pax_records(content: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = content;
    std::iter::from_fn(move || {
        let space = rest.iter().position(|byte| *byte == b' ')?;
        let length: usize = std::str::from_utf8(&rest[..space]).ok()?.parse().ok()?;
        let record = rest.get(space + 1..length.checked_sub(1)?)?;
        rest = rest.get(length..)?;
        let equals = record.iter().position(|byte| *byte == b'=')?;
        Some((&record[..equals], &record[equals + 1..]))
    })
}

/// Returns a time such as `1700000000.25` in milliseconds.
fn milliseconds(text: &[u8]) -> Option<u64> {
    let seconds: f64 = std::str::from_utf8(text).ok()?.parse().ok()?;
    (seconds >= 0.0).then_some((seconds * 1000.0) as u64).filter(|time| *time <= LATEST_MS)
}

/// Returns an entry of the list. `None` for the root directory.
fn entry(header: &Header, extension: &Extension, stored_bytes: u64) -> Option<FileEntry> {
    let path = match &extension.path {
        Some(path) => path.clone(),
        None => header.path_bytes().into_owned(),
    };
    // Archives of before POSIX mark a directory by its name only.
    let is_old_directory = header.entry_type() == EntryType::Regular && path.ends_with(b"/");
    let (path, whiteout) = whiteout(&path);
    let path = shown_path(&path);
    if path.is_empty() && whiteout.is_none() {
        return None;
    }
    let kind = match whiteout {
        Some(kind) => kind,
        None if is_old_directory => FileKind::Directory,
        None => kind(header.entry_type()),
    };
    let real_size = header
        .as_gnu()
        .filter(|_| header.entry_type() == EntryType::GNUSparse)
        .and_then(|gnu| gnu.real_size().ok());
    let link =
        matches!(kind, FileKind::SymbolicLink | FileKind::HardLink).then(|| {
            match &extension.link {
                Some(link) => shown_name(link),
                None => shown_name(&header.link_name_bytes().unwrap_or_default()),
            }
        });
    let modified = || header.mtime().ok()?.checked_mul(1000).filter(|time| *time <= LATEST_MS);
    Some(FileEntry {
        path,
        kind,
        size_bytes: match kind {
            FileKind::File => extension.real_size.or(real_size).unwrap_or(stored_bytes),
            _ => 0,
        },
        mode: header.mode().unwrap_or(0) & 0o7777,
        uid: extension.uid.or_else(|| header.uid().ok()).unwrap_or(0),
        gid: extension.gid.or_else(|| header.gid().ok()).unwrap_or(0),
        modified_at_ms: extension.modified_at_ms.or_else(modified),
        link,
        change: None,
    })
}

/// Returns the path that a whiteout is about, and its kind. Another path is returned unchanged.
pub(crate) fn whiteout(path: &[u8]) -> (Vec<u8>, Option<FileKind>) {
    let slash = path.iter().rposition(|byte| *byte == b'/').map_or(0, |place| place + 1);
    let (folder, name) = path.split_at(slash);
    if name == OPAQUE {
        (folder.to_vec(), Some(FileKind::Emptied))
    } else if name.starts_with(WHITEOUT_METADATA) {
        (path.to_vec(), Some(FileKind::Other))
    } else if let Some(deleted) = name.strip_prefix(WHITEOUT).filter(|name| !name.is_empty()) {
        ([folder, deleted].concat(), Some(FileKind::Deletion))
    } else {
        (path.to_vec(), None)
    }
}

/// Links, directories and devices have no content, whatever their size says.
fn has_content(of: EntryType) -> bool {
    !matches!(
        of,
        EntryType::Link
            | EntryType::Symlink
            | EntryType::Directory
            | EntryType::Char
            | EntryType::Block
            | EntryType::Fifo
    )
}

fn kind(of: EntryType) -> FileKind {
    match of {
        EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => FileKind::File,
        EntryType::Link => FileKind::HardLink,
        EntryType::Symlink => FileKind::SymbolicLink,
        EntryType::Char => FileKind::CharacterDevice,
        EntryType::Block => FileKind::BlockDevice,
        EntryType::Directory => FileKind::Directory,
        EntryType::Fifo => FileKind::Pipe,
        _ => FileKind::Other,
    }
}

#[cfg(test)]
mod tests;
