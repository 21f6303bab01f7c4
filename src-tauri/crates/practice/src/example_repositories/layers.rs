//! Layers with files, in each format that images have: plain, gzip, Zstandard, eStargz, and zstd:chunked.
//!
//! Sources: containerd/stargz-snapshotter, `docs/estargz.md`; containers/storage,
//! `pkg/chunked/internal/compression.go`; RFC 8878, section 3.1.2 (skippable frames).

use std::io::{self, Write as _};

use flate2::Compression;
use flate2::write::GzEncoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use serde_json::{Value, json};

use crate::hash::digest_of;
use crate::image_builder::{BUILT, BUILT_SECONDS, BlobSink};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Tar,
    Gzip,
    Zstd,
    /// Gzip, each file on its own, with a table of contents at the end.
    Estargz,
    /// Zstandard, each file on its own, with a table of contents at the end.
    ZstdChunked,
}

/// A file of a layer. A path that ends with `/` is a directory.
pub(super) type File = (&'static str, Vec<u8>);

#[derive(Clone, Debug)]
pub(super) struct ExampleLayer {
    /// Its entry in manifests.
    pub(super) descriptor: Value,
    /// The digest of its uncompressed content.
    pub(super) diff_id: String,
}

/// Builds and stores a layer.
pub(super) fn layer(
    blobs: &dyn BlobSink,
    format: Format,
    files: &[File],
) -> io::Result<ExampleLayer> {
    let entries = files.iter().map(|(path, content)| entry(path, content));
    let entries: Vec<Vec<u8>> = entries.collect::<io::Result<_>>()?;
    let mut archive = entries.concat();
    let (bytes, media_type, annotations) = match format {
        Format::Estargz => {
            let (bytes, content, digest) = estargz(files, &entries)?;
            archive = content;
            let annotations = json!({ "containerd.io/snapshot/stargz/toc.digest": digest });
            (bytes, "tar+gzip", Some(annotations))
        }
        Format::ZstdChunked => {
            archive.extend(END);
            let (bytes, annotations) = zstd_chunked(files, &entries)?;
            (bytes, "tar+zstd", Some(annotations))
        }
        Format::Tar => {
            archive.extend(END);
            (archive.clone(), "tar", None)
        }
        Format::Gzip => {
            archive.extend(END);
            (gzip(&archive)?, "tar+gzip", None)
        }
        Format::Zstd => {
            archive.extend(END);
            (zstd(&archive), "tar+zstd", None)
        }
    };
    let mut descriptor = json!({
        "mediaType": format!("application/vnd.oci.image.layer.v1.{media_type}"),
        "digest": blobs.put(&bytes)?,
        "size": bytes.len(),
    });
    if let Some(annotations) = annotations {
        descriptor["annotations"] = annotations;
    }
    Ok(ExampleLayer { descriptor, diff_id: digest_of(&archive) })
}

/// The end of an archive: two empty blocks.
const END: [u8; 1024] = [0; 1024];

/// Returns the header and the padded content of a file.
fn entry(path: &str, content: &[u8]) -> io::Result<Vec<u8>> {
    let mut header = tar::Header::new_ustar();
    header.set_path(path)?;
    header.set_size(content.len() as u64);
    header.set_mtime(BUILT_SECONDS);
    header.set_mode(mode(path));
    if path.ends_with('/') {
        header.set_entry_type(tar::EntryType::Directory);
    }
    header.set_cksum();
    let mut bytes = header.as_bytes().to_vec();
    bytes.extend(content);
    bytes.resize(bytes.len().next_multiple_of(512), 0);
    Ok(bytes)
}

fn mode(path: &str) -> u32 {
    if path.ends_with('/') || path.contains("bin/") { 0o755 } else { 0o644 }
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes)?;
    packed.finish()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    compress_to_vec(bytes, CompressionLevel::Fastest)
}

/// Returns the table of contents of files at these places of a layer.
fn table(files: &[File], places: &[usize]) -> Vec<u8> {
    let entries = files.iter().zip(places).map(|((path, content), place)| {
        let kind = if path.ends_with('/') { "dir" } else { "reg" };
        let mut entry = json!({
            "name": path, "type": kind, "mode": mode(path), "modtime": BUILT, "offset": place,
        });
        if kind == "reg" {
            entry["size"] = json!(content.len());
            entry["digest"] = json!(digest_of(content));
        }
        entry
    });
    json!({ "version": 1, "entries": entries.collect::<Vec<_>>() }).to_string().into_bytes()
}

/// Returns an eStargz layer, its uncompressed content, and the digest of its table.
fn estargz(files: &[File], entries: &[Vec<u8>]) -> io::Result<(Vec<u8>, Vec<u8>, String)> {
    let (mut bytes, mut places) = (Vec::new(), Vec::new());
    for entry in entries {
        places.push(bytes.len());
        bytes.extend(gzip(entry)?);
    }
    let table = table(files, &places);
    let mut last = entry("stargz.index.json", &table)?;
    last.extend(END);
    let start = bytes.len();
    bytes.extend(gzip(&last)?);
    // An empty gzip member whose header says where the table is.
    let mut footer = vec![0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff];
    footer.extend([26, 0, b'S', b'G', 22, 0]);
    footer.extend(format!("{start:016x}STARGZ").bytes());
    footer.extend([1, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0]);
    bytes.extend(footer);
    let content = entries.iter().chain([&last]).flatten().copied().collect();
    Ok((bytes, content, digest_of(&table)))
}

/// Returns a zstd:chunked layer and its annotations.
fn zstd_chunked(files: &[File], entries: &[Vec<u8>]) -> io::Result<(Vec<u8>, Value)> {
    let (mut bytes, mut places) = (Vec::new(), Vec::new());
    for entry in entries {
        places.push(bytes.len());
        bytes.extend(zstd(entry));
    }
    bytes.extend(zstd(&END));
    let table = table(files, &places);
    let packed = zstd(&table);
    // A skippable frame: its number, its length, and the compressed table.
    bytes.extend(0x184D_2A50_u32.to_le_bytes());
    bytes.extend(u32::try_from(packed.len()).map_err(io::Error::other)?.to_le_bytes());
    let start = bytes.len();
    bytes.extend(&packed);
    let position = format!("{start}:{}:{}:1", packed.len(), table.len());
    let annotations = json!({
        "io.github.containers.zstd-chunked.manifest-position": position,
        "io.github.containers.zstd-chunked.manifest-checksum": digest_of(&packed),
    });
    Ok((bytes, annotations))
}
