//! The content of an image as planning counts it: blobs with their sizes, number of pulls, and
//! kind. `facts` creates it from the image's manifests; `totals`, `plan` and `copy::mounts` read
//! it.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use crate::image_tree::ImageTree;
use transload_model::Digest;

/// What planning needs from an image's manifests. The manifests themselves are in the
/// [`super::ManifestCache`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlannedContent {
    /// Each distinct blob with its size in bytes.
    pub blobs: Box<[(Digest, u64)]>,
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
            blobs: tree.blobs().into_iter().collect(),
            pulls: tree.image_manifests(),
            is_index_for_one: children.len() > 1 && images == 1,
            is_build_cache: tree.is_build_cache(),
            has_foreign_layers: tree.foreign_layers() > 0,
        }
    }

    /// Replaces its digests with the shared copies in `digests`, to save memory.
    pub(super) fn sharing(mut self, digests: &SharedDigests) -> Self {
        for (digest, _) in &mut self.blobs {
            digests.share(digest);
        }
        self
    }

    /// Returns the total size of all blobs.
    pub fn size_bytes(&self) -> u64 {
        self.blobs.iter().map(|(_, size_bytes)| size_bytes).sum()
    }
}

/// Interned digests. Images of one repository share most of their layers, so each digest is stored
/// once.
#[derive(Default)]
pub(super) struct SharedDigests(Mutex<HashSet<Digest>>);

impl SharedDigests {
    fn share(&self, digest: &mut Digest) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match known.get(digest) {
            Some(shared) => *digest = shared.clone(),
            None => _ = known.insert(digest.clone()),
        }
    }
}
