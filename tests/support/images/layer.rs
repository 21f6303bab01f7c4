//! Layers with known bytes.

use std::io::Write;

use anyhow::Result;
use bytes::Bytes;
use flate2::{Compression, GzBuilder};

use crate::images::digest_of;

/// How a layer is packed in a registry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Packing {
    /// gzip, as quickly as possible.
    #[default]
    Gzip,
    /// gzip, as small as possible: the same content with another digest.
    SmallGzip,
    /// Zstandard, which only OCI images know.
    Zstd,
    /// The tar itself.
    Tar,
}

impl Packing {
    fn pack(self, tar: &[u8]) -> Result<Vec<u8>> {
        let level = match self {
            Self::Gzip => Compression::fast(),
            Self::SmallGzip => Compression::best(),
            Self::Zstd => return zstd_frame(tar),
            Self::Tar => return Ok(tar.to_vec()),
        };
        // No time and no system in the header, so that the bytes depend on the content alone.
        let mut packer = GzBuilder::new().mtime(0).operating_system(255).write(Vec::new(), level);
        packer.write_all(tar)?;
        Ok(packer.finish()?)
    }
}

/// A layer: a tar with one file, and the same packed.
#[derive(Clone, Debug)]
pub struct Layer {
    /// The tar.
    pub tar: Bytes,
    /// The tar's digest, which the configuration lists as a `diff_id`.
    pub tar_digest: String,
    /// The tar packed with gzip, which registries store.
    pub packed: Bytes,
    /// The digest of that.
    pub packed_digest: String,
    /// How it is packed.
    pub packing: Packing,
}

impl Layer {
    /// A layer with one file of `bytes` bytes that no packer can shorten.
    ///
    /// # Errors
    /// Never in practice: it writes to memory.
    pub fn new(seed: u64, bytes: usize) -> Result<Self> {
        Self::packed(seed, bytes, Packing::default())
    }

    /// The same, packed in another way.
    ///
    /// # Errors
    /// As [`Layer::new`].
    pub fn packed(seed: u64, bytes: usize, packing: Packing) -> Result<Self> {
        let content = pseudo_random(seed, bytes);
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(0);
        header.set_cksum();
        let mut archive = tar::Builder::new(Vec::new());
        archive.append_data(&mut header, format!("data/{seed}"), content.as_slice())?;
        let tar = archive.into_inner()?;
        let packed = packing.pack(&tar)?;
        Ok(Self {
            tar_digest: digest_of(&tar),
            tar: tar.into(),
            packed_digest: digest_of(&packed),
            packed: packed.into(),
            packing,
        })
    }
}

/// A Zstandard frame of uncompressed blocks. Source: RFC 8878, 3.1.1.
fn zstd_frame(content: &[u8]) -> Result<Vec<u8>> {
    const BLOCK_BYTES: usize = 128 * 1024;
    // A single segment whose size follows in four bytes.
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

/// Bytes without a pattern, the same for the same seed (SplitMix64).
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
