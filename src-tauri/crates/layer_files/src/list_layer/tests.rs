//! Lists of layers in memory, with the bytes that were requested.

use std::io::Write as _;
use std::sync::Mutex;

use async_trait::async_trait;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::stream;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use transload_model::{Digest, ManifestError, RawManifest, RegistryHost};
use transload_registry::{BlobStream, RegistryError, verified_blob};

use super::*;
use crate::toc::tests::{estargz_end, layer as descriptor, table};

/// A layer in memory.
struct Memory {
    bytes: Vec<u8>,
    has_ranges: bool,
    /// Start and length of each requested part.
    ranges: Mutex<Vec<(u64, u64)>>,
}

impl Memory {
    fn new(bytes: Vec<u8>) -> Self {
        Self { bytes, has_ranges: true, ranges: Mutex::default() }
    }

    fn requested(&self) -> Vec<(u64, u64)> {
        self.ranges.lock().unwrap().clone()
    }
}

fn host() -> RegistryHost {
    RegistryHost::parse("r.example").unwrap()
}

#[async_trait]
impl ImageContent for Memory {
    fn subject(&self, reference: &str) -> String {
        reference.to_owned()
    }

    fn unreadable(&self, _: &str, _: ManifestError) -> RegistryError {
        unreachable!("listing a layer reads no manifest")
    }

    async fn manifest(&self, _: &str) -> Result<RawManifest, RegistryError> {
        unreachable!("listing a layer reads no manifest")
    }

    async fn blob(&self, blob: &Descriptor) -> Result<BlobStream, RegistryError> {
        let pieces: Vec<_> =
            self.bytes.chunks(1000).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
        Ok(verified_blob(host(), blob, Box::pin(stream::iter(pieces))))
    }

    async fn blob_range(
        &self,
        _: &Digest,
        start: u64,
        length: u64,
    ) -> Result<Option<Vec<u8>>, RegistryError> {
        if !self.has_ranges {
            return Ok(None);
        }
        self.ranges.lock().unwrap().push((start, length));
        let (start, length) = (start as usize, length as usize);
        Ok(Some(self.bytes[start..start + length].to_vec()))
    }

    async fn referrers(&self, _: &Digest) -> Result<Vec<Digest>, RegistryError> {
        Ok(Vec::new())
    }

    async fn digest(&self, _: &str) -> Result<Option<Digest>, RegistryError> {
        Ok(None)
    }
}

/// A gzip layer with one file that can't be compressed.
fn gzip_layer(file_bytes: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let content: Vec<u8> = (0..file_bytes)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .collect();
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    let mut header = tar::Header::new_gnu();
    header.set_size(content.len() as u64);
    header.set_cksum();
    archive.append_data(&mut header, "data/file", &content[..]).unwrap();
    archive.into_inner().unwrap().finish().unwrap()
}

fn of(bytes: &[u8], annotations: &[(&str, &str)]) -> Descriptor {
    Descriptor { digest: Digest::of(bytes), ..descriptor(bytes.len() as u64, annotations) }
}

fn paths(files: &LayerFiles) -> Vec<&str> {
    files.entries.iter().map(|entry| entry.path.as_str()).collect()
}

#[tokio::test]
async fn a_layer_is_listed_as_a_stream_and_verified() {
    let content = Memory::new(gzip_layer(200_000));
    let layer = of(&content.bytes, &[]);
    let reports = Mutex::new(Vec::new());
    let report = |bytes| reports.lock().unwrap().push(bytes);
    let files = list_layer(&content, &layer, &report).await.unwrap();
    assert_eq!((paths(&files), files.source), (vec!["data/file"], ListSource::Stream));
    assert_eq!(files.read_bytes, layer.size_bytes);
    assert_eq!(reports.lock().unwrap().last(), Some(&layer.size_bytes));
    assert_eq!(LayerFiles::from_stored(&files.to_stored().unwrap()), Some(files));

    let other = Descriptor { digest: Digest::of(b"another"), ..layer.clone() };
    let error = list_layer(&content, &other, &|_| {}).await.unwrap_err();
    assert!(
        matches!(error, LayerFilesError::Registry(RegistryError::DigestMismatch { .. })),
        "{error}"
    );
    let text = Memory::new(vec![b'{'; 2000]);
    let error = list_layer(&text, &of(&text.bytes, &[]), &|_| {}).await.unwrap_err();
    assert!(error.to_string().contains("isn't a tar archive"), "{error}");
    let encrypted = Descriptor {
        media_type: "application/vnd.oci.image.layer.v1.tar+gzip+encrypted".to_owned(),
        ..of(&text.bytes, &[])
    };
    let error = list_layer(&text, &encrypted, &|_| {}).await.unwrap_err();
    assert!(error.to_string().contains("it is encrypted"), "{error}");
    let foreign = Descriptor {
        media_type: "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip".to_owned(),
        urls: vec!["https://example.com".to_owned()],
        ..layer
    };
    let error = list_layer(&content, &foreign, &|_| {}).await.unwrap_err();
    assert!(matches!(error, LayerFilesError::Foreign { .. }));
}

#[tokio::test]
async fn a_limit_ends_the_download() {
    let content = Memory::new(gzip_layer(2_000_000));
    let layer = of(&content.bytes, &[]);
    let limits = Limits { bytes: 10_000, ..Limits::default() };
    let files = list_stream(&content, &layer, limits, &|_| {}).await.unwrap();
    assert_eq!((paths(&files), files.stopped), (vec!["data/file"], Some(ListStop::Bytes)));
    assert!(files.read_bytes < layer.size_bytes / 2, "{}", files.read_bytes);
}

#[tokio::test]
async fn an_estargz_layer_costs_its_footer_and_its_table() {
    let data = gzip_layer(1_000_000);
    let end = estargz_end(data.len() as u64, &table());
    let content = Memory::new([&data[..], &end].concat());
    let digest = Digest::of(&table()).to_string();
    let name = "containerd.io/snapshot/stargz/toc.digest";
    let layer = of(&content.bytes, &[(name, &digest)]);
    let files = list_layer(&content, &layer, &|_| {}).await.unwrap();
    assert_eq!(paths(&files), ["bin", "bin/busybox", "lib/libc.so", "lib/old"]);
    let size = layer.size_bytes;
    let table_bytes = end.len() as u64 - 51;
    assert_eq!(content.requested(), [(size - 51, 51), (data.len() as u64, table_bytes)]);
    assert_eq!((files.read_bytes, files.source), (table_bytes + 51, ListSource::Estargz));

    let wrong = of(&content.bytes, &[(name, layer.digest.as_str())]);
    let error = list_layer(&content, &wrong, &|_| {}).await.unwrap_err();
    assert!(matches!(error, LayerFilesError::WrongContents { .. }), "{error}");
    // A registry without ranges, and a layer that only claims to have a table, are streamed.
    let without = Memory { has_ranges: false, ..Memory::new(content.bytes) };
    let files = list_layer(&without, &layer, &|_| {}).await.unwrap();
    assert_eq!((paths(&files), files.source), (vec!["data/file"], ListSource::Stream));
    let plain = Memory::new(data);
    let files = list_layer(&plain, &of(&plain.bytes, &[(name, &digest)]), &|_| {}).await.unwrap();
    assert_eq!(files.source, ListSource::Stream);
}

#[tokio::test]
async fn a_zstd_chunked_layer_costs_its_table() {
    let table_frame = compress_to_vec(&table()[..], CompressionLevel::Fastest);
    let mut archive = Vec::new();
    archive.write_all(&[0; 1024]).unwrap();
    let mut bytes = compress_to_vec(&archive[..], CompressionLevel::Fastest);
    // The table is in a skippable frame.
    bytes.extend_from_slice(&[0x50, 0x2a, 0x4d, 0x18]);
    bytes.extend_from_slice(&(table_frame.len() as u32).to_le_bytes());
    let start = bytes.len();
    bytes.extend_from_slice(&table_frame);
    let content = Memory::new(bytes);
    let position = format!("{start}:{}:{}:1", table_frame.len(), table().len());
    let checksum = Digest::of(&table_frame).to_string();
    let layer = of(
        &content.bytes,
        &[
            ("io.github.containers.zstd-chunked.manifest-position", &position),
            ("io.github.containers.zstd-chunked.manifest-checksum", &checksum),
        ],
    );
    let files = list_layer(&content, &layer, &|_| {}).await.unwrap();
    assert_eq!((files.entries.len(), files.source), (4, ListSource::ZstdChunked));
    assert_eq!(content.requested(), [(start as u64, table_frame.len() as u64)]);
}
