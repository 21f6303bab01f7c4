//! What a plan counts with of an image, once its manifests were read.

use super::tree::ImageTree;
use crate::model::Digest;

/// What of an image's manifests a plan counts with. The manifests themselves are in the
/// [`super::ManifestCache`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImageContent {
    /// Every blob once, with its size in bytes.
    pub blobs: Box<[(Digest, u64)]>,
    /// How many pulls a source with a pull quota counts for it: one for each manifest that describes
    /// an image; none where they were read for an earlier plan.
    pub pulls: usize,
    /// Whether it is an index that holds one image and attestations, as BuildKit makes it.
    pub is_index_for_one: bool,
}

impl ImageContent {
    /// What an image consists of.
    pub fn of(tree: &ImageTree) -> Self {
        let children = &tree.root.children;
        let images = children.iter().filter(|child| !child.attestation).count();
        Self {
            blobs: tree.blobs().into_iter().collect(),
            pulls: tree.image_manifests(),
            is_index_for_one: children.len() > 1 && images == 1,
        }
    }

    /// Bytes of all blobs.
    pub fn size_bytes(&self) -> u64 {
        self.blobs.iter().map(|(_, size_bytes)| size_bytes).sum()
    }
}
