//! Images with known bytes: the same recipe produces the same digests on every computer.

mod archive;
pub(crate) mod image;
mod index;
pub(crate) mod layer;
mod push;
mod schema1;
mod tar_archive;

pub use archive::oci_archive;
pub use image::{Format, Image, Recipe};
pub use index::Index;
pub use layer::{Layer, LayerCompression, pseudo_random};
pub use push::TestRepository;
pub use schema1::schema1_manifest;
pub use tar_archive::tar_of;

use bytes::Bytes;
use sha2::{Digest as _, Sha256};

/// The SHA-256 digest of bytes, such as `sha256:ab12…`.
pub fn digest_of(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

/// A manifest as it is pushed to a registry.
#[derive(Clone, Debug)]
pub struct Manifest {
    pub bytes: Bytes,
    pub media_type: String,
    pub digest: String,
}

impl Manifest {
    /// A manifest with any content.
    pub fn new(bytes: impl Into<Bytes>, media_type: &str) -> Self {
        let bytes = bytes.into();
        Self { digest: digest_of(&bytes), media_type: media_type.to_owned(), bytes }
    }

    /// The descriptor of the manifest, as in an index.
    pub fn descriptor(&self) -> serde_json::Value {
        serde_json::json!({
            "mediaType": self.media_type,
            "digest": self.digest,
            "size": self.bytes.len(),
        })
    }
}
