//! Sizes of images with shared layers counted once, and the bytes that a deletion frees. A layer is stored once for
//! each repository, so it is freed with the last manifest of the repository that references it. With blob mounting, ECR
//! may store it once for several repositories, and then it is freed with the last of those.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::kind::{ImageKind, kind_of};
use crate::manifest_facts::ManifestFacts;
use transload_aws::EcrImage;
use transload_model::Digest;

/// A size, exact or an upper bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct ImageSize {
    #[ts(type = "number")]
    pub bytes: u64,
    /// Whether every manifest that it depends on was read. Otherwise it is at most this size.
    pub is_exact: bool,
}

impl ImageSize {
    /// Adds bytes. The sizes in manifests are those that their authors wrote, of any number.
    fn add(&mut self, bytes: u64) {
        self.bytes = self.bytes.saturating_add(bytes);
    }

    pub fn sum(sizes: impl Iterator<Item = Self>) -> Self {
        sizes.fold(Self { bytes: 0, is_exact: true }, |mut sum, size| {
            sum.add(size.bytes);
            sum.is_exact &= size.is_exact;
            sum
        })
    }
}

/// The bytes that a deletion frees: a range where manifests that weren't read can have the same layers, or other
/// repositories.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct FreedBytes {
    #[ts(type = "number")]
    pub at_least: u64,
    #[ts(type = "number")]
    pub at_most: u64,
    /// Whether other repositories may have the layers too, stored once for all: blob mounting isn't known to be off.
    #[serde(default)]
    pub may_be_shared: bool,
}

impl FreedBytes {
    /// Returns what the registry frees, from what a repository frees by itself. If the registry mounts blobs, a layer that
    /// another repository has stays stored and frees nothing.
    pub fn in_registry(self, mounts_blobs: bool) -> Self {
        match mounts_blobs && self.at_most > 0 {
            true => Self { at_least: 0, may_be_shared: true, ..self },
            false => self,
        }
    }

    /// Returns the sum for several repositories.
    pub fn sum(all: impl Iterator<Item = Self>) -> Self {
        all.fold(Self::default(), |sum, one| Self {
            at_least: sum.at_least.saturating_add(one.at_least),
            at_most: sum.at_most.saturating_add(one.at_most),
            may_be_shared: sum.may_be_shared || one.may_be_shared,
        })
    }
}

impl From<FreedBytes> for ImageSize {
    fn from(freed: FreedBytes) -> Self {
        Self { bytes: freed.at_most, is_exact: freed.at_least == freed.at_most }
    }
}

/// The sizes of the images of a repository.
pub struct Sizes<'a> {
    /// By image: its blobs, as positions in `blobs`. `None` if its manifest wasn't read.
    images: HashMap<&'a Digest, Contents>,
    /// The size of each blob, in bytes.
    blobs: Vec<u64>,
    /// Whether every manifest was read.
    all_read: bool,
    /// The indexes that weren't read. Each can list any image, which ECR keeps then.
    unread_indexes: HashSet<&'a Digest>,
}

fn is_index(image: &EcrImage) -> bool {
    matches!(kind_of(image, None), ImageKind::Index | ImageKind::ReferrerList)
}

enum Contents {
    Read(Vec<usize>),
    /// The size that ECR reports. 0 for an index, whose size is that of its largest child.
    Unread(u64),
}

impl<'a> Sizes<'a> {
    /// Reads the layers of the manifests that were read.
    pub fn new(images: &'a [EcrImage], facts: &HashMap<Digest, ManifestFacts>) -> Self {
        let mut positions: HashMap<&Digest, usize> = HashMap::new();
        let mut blobs = Vec::new();
        let contents = images.iter().map(|image| {
            let read = facts.get(&image.digest).filter(|facts| !facts.is_unusable).map(|facts| {
                let positions = facts.blobs.iter().map(|(digest, size)| {
                    *positions.entry(digest).or_insert_with(|| {
                        blobs.push(*size);
                        blobs.len() - 1
                    })
                });
                Contents::Read(positions.collect())
            });
            let reported = if is_index(image) { 0 } else { image.size_bytes.unwrap_or(0) };
            (&image.digest, read.unwrap_or(Contents::Unread(reported)))
        });
        let contents = contents.collect();
        let all_read =
            images.iter().all(|image| facts.get(&image.digest).is_some_and(|one| !one.is_unusable));
        let is_read =
            |image: &EcrImage| facts.get(&image.digest).is_some_and(|facts| !facts.is_unusable);
        let unread_indexes = images
            .iter()
            .filter(|image| !is_read(image) && is_index(image))
            .map(|image| &image.digest)
            .collect();
        Self { images: contents, blobs, all_read, unread_indexes }
    }

    pub fn total(&self) -> ImageSize {
        self.sum(self.images.values())
    }

    /// Returns the size of images together.
    pub fn of(&self, images: &HashSet<Digest>) -> ImageSize {
        self.sum(images.iter().filter_map(|digest| self.images.get(digest)))
    }

    fn sum<'b>(&self, contents: impl Iterator<Item = &'b Contents>) -> ImageSize {
        let mut size = ImageSize { bytes: 0, is_exact: true };
        let mut counted = HashSet::new();
        for contents in contents {
            match contents {
                Contents::Read(blobs) => {
                    for blob in blobs {
                        if counted.insert(*blob) {
                            size.add(self.blobs[*blob]);
                        }
                    }
                }
                Contents::Unread(bytes) => {
                    size.add(*bytes);
                    size.is_exact = false;
                }
            }
        }
        size
    }

    /// Returns the bytes that deleting these images frees: of the blobs that no other image of the repository
    /// references.
    ///
    /// An image that stays and wasn't read can share as many bytes as it has. One that goes and wasn't read can share all
    /// of its own.
    pub fn freed(&self, deleted: &HashSet<Digest>) -> FreedBytes {
        let mut kept = vec![false; self.blobs.len()];
        let mut kept_unread = 0_u64;
        for (digest, contents) in &self.images {
            if deleted.contains(*digest) {
                continue;
            }
            match contents {
                Contents::Read(blobs) => blobs.iter().for_each(|blob| kept[*blob] = true),
                Contents::Unread(bytes) => kept_unread = kept_unread.saturating_add(*bytes),
            }
        }
        let (mut read, mut unread) = (0_u64, 0_u64);
        for digest in deleted {
            match self.images.get(digest) {
                Some(Contents::Read(blobs)) => {
                    for blob in blobs {
                        if !std::mem::replace(&mut kept[*blob], true) {
                            read = read.saturating_add(self.blobs[*blob]);
                        }
                    }
                }
                Some(Contents::Unread(bytes)) => unread = unread.saturating_add(*bytes),
                None => {}
            }
        }
        let keeps_unread_index = self.unread_indexes.iter().any(|index| !deleted.contains(*index));
        FreedBytes {
            at_least: if keeps_unread_index { 0 } else { read.saturating_sub(kept_unread) },
            at_most: read.saturating_add(unread),
            may_be_shared: false,
        }
    }

    /// Returns the bytes that each image adds to those before it.
    pub fn added<'b>(&self, in_order: impl Iterator<Item = &'b Digest>) -> Vec<u64> {
        let mut counted = vec![false; self.blobs.len()];
        let added = in_order.map(|digest| match self.images.get(digest) {
            Some(Contents::Read(blobs)) => blobs
                .iter()
                .filter(|blob| !std::mem::replace(&mut counted[**blob], true))
                .map(|blob| self.blobs[*blob])
                .fold(0, u64::saturating_add),
            Some(Contents::Unread(bytes)) => *bytes,
            None => 0,
        });
        added.collect()
    }

    /// Returns, for each of several sets of images, the bytes of blobs that only this set references. `None` if a
    /// manifest of the repository wasn't read.
    pub fn only_in(&self, sets: &[HashSet<Digest>]) -> Vec<Option<u64>> {
        if !self.all_read {
            return vec![None; sets.len()];
        }
        const SHARED: usize = usize::MAX;
        let mut owners: Vec<Option<usize>> = vec![None; self.blobs.len()];
        for (number, set) in sets.iter().enumerate() {
            for digest in set {
                let Some(Contents::Read(blobs)) = self.images.get(digest) else { continue };
                for blob in blobs {
                    owners[*blob] = match owners[*blob] {
                        None => Some(number),
                        Some(owner) if owner == number => Some(number),
                        Some(_) => Some(SHARED),
                    };
                }
            }
        }
        let mut bytes = vec![0_u64; sets.len()];
        for (blob, owner) in owners.into_iter().enumerate() {
            if let Some(owner) = owner.filter(|owner| *owner != SHARED) {
                bytes[owner] = bytes[owner].saturating_add(self.blobs[blob]);
            }
        }
        bytes.into_iter().map(Some).collect()
    }
}

#[cfg(test)]
mod tests;
