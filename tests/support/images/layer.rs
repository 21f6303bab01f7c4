//! Layers with known bytes.

use std::io::Write;

use anyhow::Result;
use bytes::Bytes;
use flate2::{Compression, GzBuilder};

use crate::images::digest_of;
use crate::images::tar_archive::tar_of;

/// The compression of a layer in a registry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LayerCompression {
    /// gzip with the fastest level.
    #[default]
    Gzip,
    /// gzip with the best level: the same content with a different digest.
    SmallGzip,
    /// Zstandard, which only OCI images support.
    Zstd,
    /// Uncompressed.
    Tar,
}

impl LayerCompression {
    fn compress(self, tar: &[u8]) -> Result<Vec<u8>> {
        let level = match self {
            Self::Gzip => Compression::fast(),
            Self::SmallGzip => Compression::best(),
            Self::Zstd => return zstd_frame(tar),
            Self::Tar => return Ok(tar.to_vec()),
        };
        // Without time and operating system in the header, so that the bytes depend only on the content.
        let mut encoder = GzBuilder::new().mtime(0).operating_system(255).write(Vec::new(), level);
        encoder.write_all(tar)?;
        Ok(encoder.finish()?)
    }
}

/// A layer: a tar archive with one file, also in compressed form.
#[derive(Clone, Debug)]
pub struct Layer {
    pub tar: Bytes,
    /// The digest of the tar archive, which the configuration lists as a `diff_id`.
    pub tar_digest: String,
    /// The compressed archive, which registries store.
    pub compressed: Bytes,
    pub compressed_digest: String,
    pub compression: LayerCompression,
}

impl Layer {
    /// A layer with one file of `bytes` bytes that cannot be compressed.
    pub fn new(seed: u64, bytes: usize) -> Result<Self> {
        Self::compressed(seed, bytes, LayerCompression::default())
    }

    /// The same with another compression.
    pub fn compressed(seed: u64, bytes: usize, compression: LayerCompression) -> Result<Self> {
        let content = pseudo_random(seed, bytes);
        let tar = tar_of([(format!("data/{seed}"), content)])?;
        let compressed = compression.compress(&tar)?;
        Ok(Self {
            tar_digest: digest_of(&tar),
            tar: tar.into(),
            compressed_digest: digest_of(&compressed),
            compressed: compressed.into(),
            compression,
        })
    }
}

/// Returns a Zstandard frame of uncompressed blocks. Source: RFC 8878, 3.1.1.
fn zstd_frame(content: &[u8]) -> Result<Vec<u8>> {
    const BLOCK_BYTES: usize = 128 * 1024;
    // A single segment, with its size in four bytes.
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0xa0];
    frame.extend_from_slice(&u32::try_from(content.len())?.to_le_bytes());
    let blocks = content.chunks(BLOCK_BYTES);
    let last = blocks.len().saturating_sub(1);
    for (number, block) in blocks.enumerate() {
        let header = (u32::try_from(block.len())? << 3) | u32::from(number == last);
        frame.extend_from_slice(&header.to_le_bytes()[..3]);
        frame.extend_from_slice(block);
    }
    Ok(frame)
}

/// Pseudo-random bytes, the same for the same seed (SplitMix64).
pub fn pseudo_random(seed: u64, bytes: usize) -> Vec<u8> {
    let mut state = seed;
    let mut made = Vec::with_capacity(bytes + 8);
    while made.len() < bytes {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        made.extend_from_slice(&(mixed ^ (mixed >> 31)).to_le_bytes());
    }
    made.truncate(bytes);
    made
}
