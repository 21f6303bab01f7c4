//! An image with all its manifests as raw bytes: a single manifest, or an index with its children.
//! Planning, the push step and list copies read it from the source (`read`); `copy` copies it.

pub(crate) mod read;

use std::collections::{BTreeMap, HashMap};

use crate::proof::PlatformProof;
use transload_model::{Descriptor, Digest, Platform, RawManifest, media_type};

/// An image, pinned to its digest, with all its manifests but no blobs.
#[derive(Clone, Debug)]
pub struct ImageTree {
    /// The manifest that the tag points to.
    pub root: Node,
}

/// A manifest with its children.
#[derive(Clone, Debug)]
pub struct Node {
    /// The manifest as raw bytes.
    pub raw: RawManifest,
    /// The digest that refers to it. A parent may use another hash function than the registry.
    pub name: Digest,
    /// The platform in its index.
    pub platform: Option<Platform>,
    pub attestation: bool,
    /// Its configuration and layers if it is an image. For an index, the layers that it lists
    /// itself, as a build cache does.
    pub blobs: Vec<Descriptor>,
    /// Number of layers that are stored outside the registry and not copied.
    pub foreign_layers: usize,
    /// Its children if it is an index.
    pub children: Vec<Node>,
}

impl ImageTree {
    /// Returns every distinct manifest below the root, parents before children.
    pub(super) fn below(&self) -> Vec<Digest> {
        let (mut seen, mut below) = (std::collections::HashSet::new(), Vec::new());
        let mut level: Vec<&Node> = self.root.children.iter().collect();
        while !level.is_empty() {
            let digests = level.iter().map(|node| &node.name);
            below.extend(digests.filter(|digest| seen.insert((*digest).clone())).cloned());
            level = level.iter().flat_map(|node| &node.children).collect();
        }
        below
    }

    /// Returns the digests that signatures refer to: the image and its children without
    /// attestations.
    pub(super) fn signable(&self) -> Vec<Digest> {
        let mut digests = Vec::new();
        self.root.add_signable(&mut digests);
        digests
    }

    /// Returns every distinct blob with its size in bytes.
    pub fn blobs(&self) -> HashMap<Digest, u64> {
        let mut blobs = HashMap::new();
        self.root.visit(&mut |node| {
            blobs.extend(node.blobs.iter().map(|blob| (blob.digest.clone(), blob.size_bytes)));
        });
        blobs
    }

    /// Returns the platforms that can run, in the order of the index. Attestations are not
    /// included.
    pub fn platforms(&self) -> Vec<Platform> {
        let mut platforms = BTreeMap::new();
        self.root.visit(&mut |node| {
            if let Some(platform) = node.platform.as_ref().filter(|_| !node.attestation) {
                let next = platforms.len();
                platforms.entry(platform.clone()).or_insert(next);
            }
        });
        let mut ordered: Vec<_> = platforms.into_iter().collect();
        ordered.sort_by_key(|(_, order)| *order);
        ordered.into_iter().map(|(platform, _)| platform).collect()
    }

    /// Returns the platforms of an index with the digests of their images, not verified yet. Empty
    /// for a single image.
    pub(super) fn parts(&self) -> Vec<PlatformProof> {
        let mut parts: Vec<PlatformProof> = Vec::new();
        for child in &self.root.children {
            child.visit(&mut |node| {
                let platform = node.platform.as_ref().filter(|_| !node.attestation);
                let digest = &node.name;
                if let Some(platform) = platform
                    && !parts.iter().any(|part| part.digest == *digest)
                {
                    let (platform, digest) = (platform.clone(), digest.clone());
                    parts.push(PlatformProof { platform, digest, in_ecr: false });
                }
            });
        }
        parts
    }

    /// Returns whether it is a build cache that BuildKit exported as an index of layers.
    pub fn is_build_cache(&self) -> bool {
        let mut is_cache = false;
        self.root.visit(&mut |node| {
            is_cache |=
                node.blobs.iter().any(|blob| blob.media_type == media_type::BUILDKIT_CACHE_CONFIG);
        });
        is_cache
    }

    /// Returns how many layers are stored outside the registry and not copied.
    pub fn foreign_layers(&self) -> usize {
        let mut count = 0;
        self.root.visit(&mut |node| count += node.foreign_layers);
        count
    }

    /// Returns how many manifests describe an image, which is what Docker Hub counts as pulls.
    pub fn image_manifests(&self) -> usize {
        let mut count = 0;
        self.root.visit(&mut |node| count += usize::from(node.children.is_empty()));
        count
    }
}

impl Node {
    /// Returns the first image at or below this manifest that is not an attestation.
    fn first_image(&self) -> Option<&Self> {
        if self.children.is_empty() {
            return Some(self).filter(|node| !node.attestation);
        }
        self.children.iter().find_map(Self::first_image)
    }

    /// Returns every distinct blob below this manifest, in order.
    pub(super) fn all_blobs(&self) -> Vec<Descriptor> {
        let mut seen = std::collections::HashSet::new();
        let mut blobs = Vec::new();
        self.visit(&mut |node| {
            blobs
                .extend(node.blobs.iter().filter(|blob| seen.insert(blob.digest.clone())).cloned());
        });
        blobs
    }

    fn add_signable(&self, digests: &mut Vec<Digest>) {
        digests.push(self.name.clone());
        for child in self.children.iter().filter(|child| !child.attestation) {
            child.add_signable(digests);
        }
    }

    fn visit(&self, visitor: &mut impl FnMut(&Self)) {
        visitor(self);
        for child in &self.children {
            child.visit(visitor);
        }
    }
}
