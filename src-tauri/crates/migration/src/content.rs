//! What a plan counts with of an image, once its manifests were read.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use super::tree::ImageTree;
use transload_model::Digest;

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
    /// Whether it is a build cache and no image to run.
    pub is_build_cache: bool,
    /// Whether some of its layers lie outside the registry and stay there.
    pub has_foreign_layers: bool,
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
            is_build_cache: tree.is_build_cache(),
            has_foreign_layers: tree.foreign_layers() > 0,
        }
    }

    /// The same, with digests that others have too.
    pub(super) fn sharing(mut self, digests: &SharedDigests) -> Self {
        for (digest, _) in &mut self.blobs {
            digests.share(digest);
        }
        self
    }

    /// Bytes of all blobs.
    pub fn size_bytes(&self) -> u64 {
        self.blobs.iter().map(|(_, size_bytes)| size_bytes).sum()
    }
}

/// Each digest once, however many images have it: those of a repository share most of their layers.
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
