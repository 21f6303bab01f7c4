//! Images with known bytes: the same recipe has the same digests on every computer.

mod archive;
pub(crate) mod image;
mod index;
pub(crate) mod layer;
mod push;
mod schema1;

pub use archive::oci_archive;
pub use image::{Format, Image, Recipe};
pub use index::Index;
pub use layer::{Layer, Packing, pseudo_random};
pub use push::Target;
pub use schema1::schema1_manifest;

use bytes::Bytes;
use sha2::{Digest as _, Sha256};

/// The digest of some bytes, as it is written.
pub fn digest_of(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

/// A manifest as it goes to a registry.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// Its bytes.
    pub bytes: Bytes,
    /// Its media type.
    pub media_type: String,
    /// Its digest.
    pub digest: String,
}

impl Manifest {
    /// Bytes that are to be stored as a manifest, whatever they are.
    pub fn new(bytes: impl Into<Bytes>, media_type: &str) -> Self {
        let bytes = bytes.into();
        Self { digest: digest_of(&bytes), media_type: media_type.to_owned(), bytes }
    }

    /// What an index says of it.
    pub fn descriptor(&self) -> serde_json::Value {
        serde_json::json!({
            "mediaType": self.media_type,
            "digest": self.digest,
            "size": self.bytes.len(),
        })
    }
}
