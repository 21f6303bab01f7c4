//! Reads the tar archive of an image, entry by entry, while the engine sends it.
//!
//! Nothing is written to disk, and only one chunk is in memory. The `tar` crate requires blocking
//! sources, so the few header fields that matter are parsed here.

use std::fmt;
use std::pin::Pin;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};

use crate::error::DockerError;

/// Block size: headers have it, and contents are padded to it. Source: POSIX.1-2017, `pax`, "ustar
/// Interchange Format".
const BLOCK_BYTES: usize = 512;
/// Maximum size of an extended header, which contains a name and a size.
const EXTENDED_LIMIT_BYTES: u64 = 64 * 1024;

/// The chunks of an archive, as the engine sends them.
pub type ArchiveStream = Pin<Box<dyn Stream<Item = Result<Bytes, DockerError>> + Send>>;

/// An archive that is being received. Dropping it cancels the request to the engine.
pub struct ImageArchive {
    stream: ArchiveStream,
    /// Received bytes that were not read yet.
    buffer: BytesMut,
    /// Bytes of the current entry that were not read yet.
    content_left: u64,
    /// Bytes of padding before the next header.
    padding_left: u64,
}

/// A file of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchiveEntry {
    /// Path, such as `blobs/sha256/…`.
    pub name: String,
    /// Size of the content in bytes.
    pub size_bytes: u64,
}

impl fmt::Debug for ImageArchive {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ImageArchive").field("content_left", &self.content_left).finish()
    }
}

impl ImageArchive {
    /// Creates an archive from a stream of chunks.
    pub fn new(stream: ArchiveStream) -> Self {
        Self { stream, buffer: BytesMut::new(), content_left: 0, padding_left: 0 }
    }

    /// Skips the rest of the current file and returns the next one, or `None` at the end of the
    /// archive.
    ///
    /// # Errors
    /// If the connection is interrupted, or the bytes are not an archive.
    pub async fn next_file(&mut self) -> Result<Option<ArchiveEntry>, DockerError> {
        let (mut long_name, mut long_size) = (None, None);
        loop {
            self.skip_content().await?;
            let Some(header) = self.next_header().await? else { return Ok(None) };
            let size_bytes = match header.kind {
                // The size in an extended header applies to the entry that follows.
                b'x' | b'g' | b'L' | b'K' => header.size_bytes,
                _ => long_size.take().unwrap_or(header.size_bytes),
            };
            self.content_left = size_bytes;
            self.padding_left = padding(size_bytes);
            match header.kind {
                b'0' | 0 => {
                    let name = long_name.take().unwrap_or(header.name);
                    return Ok(Some(ArchiveEntry { name, size_bytes }));
                }
                b'x' => {
                    let records = self.read_content(EXTENDED_LIMIT_BYTES).await?;
                    for (key, value) in pax_records(&records) {
                        match key {
                            "path" => long_name = Some(value.to_owned()),
                            "size" => long_size = value.parse().ok(),
                            _ => {}
                        }
                    }
                }
                b'L' => {
                    let name = self.read_content(EXTENDED_LIMIT_BYTES).await?;
                    long_name = Some(text(&name));
                }
                // Folders and links are skipped.
                _ => long_name = None,
            }
        }
    }

    /// Returns the next chunk of the current file, or `None` at its end.
    ///
    /// # Errors
    /// If the connection is interrupted, or the archive ends inside the file.
    pub async fn next_chunk(&mut self) -> Result<Option<Bytes>, DockerError> {
        if self.content_left == 0 {
            return Ok(None);
        }
        if self.buffer.is_empty() && !self.receive().await? {
            return Err(truncated());
        }
        let wanted = usize::try_from(self.content_left).unwrap_or(usize::MAX);
        let chunk = self.buffer.split_to(self.buffer.len().min(wanted)).freeze();
        self.content_left -= chunk.len() as u64;
        Ok(Some(chunk))
    }

    /// Returns the rest of the current file.
    ///
    /// # Errors
    /// As [`ImageArchive::next_chunk`], and if the rest is longer than `limit_bytes`.
    pub async fn read_content(&mut self, limit_bytes: u64) -> Result<Bytes, DockerError> {
        if self.content_left > limit_bytes {
            return Err(invalid_archive(format!("a file has more than {limit_bytes} bytes")));
        }
        let mut content = BytesMut::new();
        while let Some(chunk) = self.next_chunk().await? {
            content.extend_from_slice(&chunk);
        }
        Ok(content.freeze())
    }

    async fn skip_content(&mut self) -> Result<(), DockerError> {
        while self.next_chunk().await?.is_some() {}
        while self.padding_left > 0 {
            if self.buffer.is_empty() && !self.receive().await? {
                return Err(truncated());
            }
            let skipped = usize::try_from(self.padding_left).unwrap_or(usize::MAX);
            let skipped = self.buffer.split_to(self.buffer.len().min(skipped)).len();
            self.padding_left -= skipped as u64;
        }
        Ok(())
    }

    /// Returns the next header, or `None` at a block of zeros or the end of the stream.
    async fn next_header(&mut self) -> Result<Option<Header>, DockerError> {
        while self.buffer.len() < BLOCK_BYTES {
            if !self.receive().await? {
                return if self.buffer.is_empty() { Ok(None) } else { Err(truncated()) };
            }
        }
        let block = self.buffer.split_to(BLOCK_BYTES);
        if block.iter().all(|byte| *byte == 0) {
            return Ok(None);
        }
        Header::parse(&block)
            .map(Some)
            .ok_or_else(|| invalid_archive("a header is damaged".to_owned()))
    }

    /// Waits for the next chunk. Returns `false` at the end of the stream.
    async fn receive(&mut self) -> Result<bool, DockerError> {
        match self.stream.next().await.transpose()? {
            Some(chunk) if self.buffer.is_empty() => self.buffer = BytesMut::from(chunk),
            Some(chunk) => self.buffer.extend_from_slice(&chunk),
            None => return Ok(false),
        }
        Ok(true)
    }
}

struct Header {
    name: String,
    size_bytes: u64,
    kind: u8,
}

impl Header {
    /// Returns `None` if the checksum or the size is malformed.
    fn parse(block: &[u8]) -> Option<Self> {
        let sum = octal(&block[148..156])?;
        let summands = block.iter().enumerate().map(|(offset, byte)| match offset {
            148..156 => u64::from(b' '),
            _ => u64::from(*byte),
        });
        if summands.sum::<u64>() != sum {
            return None;
        }
        let (mut name, prefix) = (text(&block[..100]), text(&block[345..500]));
        if block[257..262] == *b"ustar" && block[262] == 0 && !prefix.is_empty() {
            name = format!("{prefix}/{name}");
        }
        Some(Self { name, size_bytes: size(&block[124..136])?, kind: block[156] })
    }
}

/// Parses a size: octal digits, or a binary number if the highest bit is set. GNU tar and Go use
/// the latter from 8 GiB.
fn size(field: &[u8]) -> Option<u64> {
    if field[0] & 0x80 == 0 {
        return octal(field);
    }
    if field[0] != 0x80 || field[1..4].iter().any(|byte| *byte != 0) {
        return None;
    }
    Some(u64::from_be_bytes(field[4..12].try_into().ok()?))
}

fn octal(field: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(field).ok()?;
    let digits = text.trim_matches([' ', '\0']);
    if digits.is_empty() { Some(0) } else { u64::from_str_radix(digits, 8).ok() }
}

fn text(field: &[u8]) -> String {
    let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    String::from_utf8_lossy(&field[..end]).into_owned()
}

/// Parses records such as `30 path=blobs/sha256/…`, which start with their length.
fn pax_records(mut records: &[u8]) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    while let Some(blank) = records.iter().position(|byte| *byte == b' ') {
        let length = std::str::from_utf8(&records[..blank]).ok().and_then(|text| text.parse().ok());
        let Some(length) = length.filter(|length| (blank + 1..=records.len()).contains(length))
        else {
            break;
        };
        let record = std::str::from_utf8(&records[blank + 1..length]).unwrap_or_default();
        found.extend(record.trim_end_matches('\n').split_once('='));
        records = &records[length..];
    }
    found
}

fn padding(size_bytes: u64) -> u64 {
    size_bytes.next_multiple_of(BLOCK_BYTES as u64) - size_bytes
}

/// Returns the error for an archive that can't be read.
pub(super) fn invalid_archive(detail: String) -> DockerError {
    DockerError::InvalidResponse { detail: format!("the archive of the image: {detail}") }
}

fn truncated() -> DockerError {
    invalid_archive("it ends too early".to_owned())
}

#[cfg(test)]
mod tests {
    use futures_util::stream;
    use proptest::prelude::*;

    use super::*;

    fn archive_of(bytes: &[u8], chunk_bytes: usize) -> ImageArchive {
        let chunks: Vec<_> = bytes
            .chunks(chunk_bytes.max(1))
            .map(|chunk| Ok(Bytes::copy_from_slice(chunk)))
            .collect();
        ImageArchive::new(Box::pin(stream::iter(chunks)))
    }

    fn packed(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = tar::Builder::new(Vec::new());
        for (name, content) in files {
            let mut header = tar::Header::new_ustar();
            header.set_size(content.len() as u64);
            header.set_mode(0o644);
            archive.append_data(&mut header, name, *content).unwrap();
        }
        archive.into_inner().unwrap()
    }

    async fn files(mut archive: ImageArchive) -> Result<Vec<(String, Vec<u8>)>, DockerError> {
        let mut files = Vec::new();
        while let Some(entry) = archive.next_file().await? {
            let content = archive.read_content(1 << 20).await?;
            assert_eq!(content.len() as u64, entry.size_bytes);
            files.push((entry.name, content.to_vec()));
        }
        Ok(files)
    }

    proptest! {
        #[test]
        fn files_round_trip(
            contents in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..1500), 0..6),
            chunk_bytes in 1usize..2000,
        ) {
            let names: Vec<_> = (0..contents.len()).map(|number| format!("blobs/{number}")).collect();
            let input: Vec<_> = names.iter().map(String::as_str).zip(contents.iter().map(Vec::as_slice)).collect();
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let found = runtime.block_on(files(archive_of(&packed(&input), chunk_bytes))).unwrap();
            prop_assert_eq!(found, names.into_iter().zip(contents).collect::<Vec<_>>());
        }

        #[test]
        fn parsing_random_bytes_never_panics(bytes in prop::collection::vec(any::<u8>(), 1..3000)) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let _ = runtime.block_on(files(archive_of(&bytes, 700)));
        }
    }

    #[tokio::test]
    async fn a_truncated_archive_is_an_error_at_every_length() {
        let whole = packed(&[("a", &[7; 600]), ("b", &[8; 10])]);
        // Only up to the padding of the last file. Blocks of zeros follow.
        for end in (1..2560).step_by(100).filter(|end| end % BLOCK_BYTES != 0) {
            let found = files(archive_of(&whole[..end], 64)).await;
            assert!(found.is_err() || end > 2058, "{end}: {found:?}");
        }
    }

    #[tokio::test]
    async fn long_names_and_sizes_of_extended_headers_are_read() {
        let long = format!("blobs/sha256/{}", "a".repeat(150));
        let mut archive = tar::Builder::new(Vec::new());
        archive.append_pax_extensions([("path", long.as_bytes()), ("size", b"3")]).unwrap();
        let mut header = tar::Header::new_ustar();
        header.set_size(3);
        archive.append_data(&mut header, "short", &b"abc"[..]).unwrap();
        let mut gnu = tar::Header::new_gnu();
        gnu.set_size(1);
        archive.append_data(&mut gnu, &long, &b"x"[..]).unwrap();
        let found = files(archive_of(&archive.into_inner().unwrap(), 100)).await.unwrap();
        let expected = [(long.clone(), b"abc".to_vec()), (long, b"x".to_vec())];
        assert_eq!(found, expected);
    }

    #[test]
    fn sizes_from_8_gib_are_binary() {
        let mut field = [0; 12];
        field[0] = 0x80;
        field[4..].copy_from_slice(&(9_u64 << 30).to_be_bytes());
        assert_eq!(size(&field), Some(9 << 30));
        assert_eq!(size(b"00000000017\0"), Some(15));
        field[1] = 1;
        assert_eq!(size(&field), None, "too large for 64 bits");
    }
}
