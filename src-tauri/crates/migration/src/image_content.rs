//! The content of an image as planning counts it: blobs with their sizes, number of pulls, and
//! kind. `facts` creates it from the image's manifests; `totals`, `plan` and `copy::mounts` read
//! it.

use crate::image_tree::ImageTree;
use transload_model::PackedDigest;

/// What planning needs from an image's manifests. The manifests themselves are in the
/// [`super::ManifestCache`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlannedContent {
    /// Each distinct blob with its size in bytes.
    pub blobs: Box<[(PackedDigest, u64)]>,
    /// How many pulls a source with a pull quota counts for the image: one for each manifest that
    /// describes an image, or 0 if the manifests are cached from an earlier plan.
    pub pulls: usize,
    /// Whether it is an index with one image and its attestations, as BuildKit creates it.
    pub is_index_for_one: bool,
    /// Whether it is a build cache rather than a runnable image.
    pub is_build_cache: bool,
    /// Whether some of its layers are stored outside the registry and are not copied.
    pub has_foreign_layers: bool,
}

impl PlannedContent {
    /// Summarizes an image.
    pub fn of(tree: &ImageTree) -> Self {
        let children = &tree.root.children;
        let images = children.iter().filter(|child| !child.attestation).count();
        Self {
            blobs: tree
                .blobs()
                .iter()
                .map(|(digest, size_bytes)| (PackedDigest::from(digest), *size_bytes))
                .collect(),
            pulls: tree.image_manifests(),
            is_index_for_one: children.len() > 1 && images == 1,
            is_build_cache: tree.is_build_cache(),
            has_foreign_layers: tree.foreign_layers() > 0,
        }
    }

    /// Returns the total size of all blobs.
    pub fn size_bytes(&self) -> u64 {
        self.blobs.iter().map(|(_, size_bytes)| size_bytes).sum()
    }
}
