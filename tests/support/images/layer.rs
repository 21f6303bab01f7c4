use std::io::Write;

use anyhow::Result;
use bytes::Bytes;
use flate2::{Compression, GzBuilder};

use super::digest_of;

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
}

impl Layer {
    /// A layer with one file of `bytes` bytes that no packer can shorten.
    ///
    /// # Errors
    /// Never in practice: it writes to memory.
    pub fn new(seed: u64, bytes: usize) -> Result<Self> {
        let content = pseudo_random(seed, bytes);
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(0);
        header.set_cksum();
        let mut archive = tar::Builder::new(Vec::new());
        archive.append_data(&mut header, format!("data/{seed}"), content.as_slice())?;
        let tar = archive.into_inner()?;
        // No time and no system in the header, so that the bytes depend on the content alone.
        let mut packer =
            GzBuilder::new().mtime(0).operating_system(255).write(Vec::new(), Compression::fast());
        packer.write_all(&tar)?;
        let packed = packer.finish()?;
        Ok(Self {
            tar_digest: digest_of(&tar),
            tar: tar.into(),
            packed_digest: digest_of(&packed),
            packed: packed.into(),
        })
    }
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
