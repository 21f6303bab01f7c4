//! Splits a plan into parts that several machines run concurrently. Pure: every machine with the
//! same plan and numbers computes the same parts.
//!
//! Each image is in exactly one part. Repositories that share layers stay together while that keeps
//! the parts balanced, so that one machine uploads a shared layer. A repository that is larger than
//! a fair part is split, except where the order of its pushes matters ([`ShardImage::is_ordered`]).

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};

use crate::plan::Plan;
use transload_model::{PackedDigest, RepositoryName};

/// Maximum number of parts: the maximum size of an AWS Batch array job. Source:
/// <https://docs.aws.amazon.com/batch/latest/userguide/array_jobs.html>
pub const MAX_PARTS: u32 = 10_000;

/// Repositories that share fewer bytes than this are not kept together.
const MIN_SHARED_BYTES: u64 = 1 << 20;

/// Weight of an image in addition to its bytes, for its requests.
const WEIGHT_OF_ANY_IMAGE: u64 = 1_000_000;

/// One part of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    part: u32,
    parts: u32,
}

/// A part number or number of parts that is not valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidShard {
    /// The number of parts is 0 or above [`MAX_PARTS`].
    #[error("a plan cannot be split into {parts} parts: choose a number from 1 to {MAX_PARTS}")]
    Parts { parts: u32 },
    /// The part number is 0 or above the number of parts.
    #[error("there is no part {part} of {parts}: parts are numbered from 1 to {parts}")]
    Part { part: u32, parts: u32 },
}

impl Shard {
    /// Creates part `part` of `parts`, numbered from 1.
    ///
    /// # Errors
    /// Returns [`InvalidShard`] if there is no such part.
    pub fn new(part: u32, parts: u32) -> Result<Self, InvalidShard> {
        if parts == 0 || parts > MAX_PARTS {
            return Err(InvalidShard::Parts { parts });
        }
        if part == 0 || part > parts {
            return Err(InvalidShard::Part { part, parts });
        }
        Ok(Self { part, parts })
    }

    /// The whole plan as its only part.
    pub const WHOLE: Self = Self { part: 1, parts: 1 };

    /// Returns the number of the part, starting at 1.
    pub fn part(self) -> u32 {
        self.part
    }

    pub fn parts(self) -> u32 {
        self.parts
    }

    /// Returns for each image whether it is in this part.
    pub fn select(self, images: &[ShardImage<'_>], groups: &BTreeMap<String, u32>) -> Vec<bool> {
        let mine = |part| part == self.part;
        assign(images, groups, self.parts).into_iter().map(mine).collect()
    }
}

/// What the split needs to know about an image.
#[derive(Clone, Copy, Debug)]
pub struct ShardImage<'a> {
    /// The repository at the destination.
    pub repository: &'a str,
    /// The tag at the destination. Images with the same repository and tag stay together.
    pub tag: &'a str,
    /// The digest at the source, if known. Tags of one digest in one repository stay together,
    /// because they share all content.
    pub digest: Option<&'a str>,
    /// Size of its content in bytes.
    pub size_bytes: u64,
    /// Whether the push order in its repository matters, for example because a lifecycle policy
    /// keeps the newest images. Such a repository is not split.
    pub is_ordered: bool,
}

impl ShardImage<'_> {
    fn weight(&self) -> u64 {
        self.size_bytes.saturating_add(WEIGHT_OF_ANY_IMAGE)
    }
}

/// Indexes of images that go to the same part.
struct Piece {
    weight: u64,
    images: Vec<usize>,
}

/// Returns the part of each image, from 1. Pieces are assigned by descending weight, each to the
/// part with the lowest weight so far.
fn assign(images: &[ShardImage<'_>], groups: &BTreeMap<String, u32>, parts: u32) -> Vec<u32> {
    let mut pieces = pieces(images, groups, parts);
    // The sort is stable: equal weights stay in the order of the plan.
    pieces.sort_by_key(|piece| Reverse(piece.weight));
    let mut loads: BinaryHeap<_> = (1..=parts).map(|part| Reverse((0u64, part))).collect();
    let mut assigned = vec![0; images.len()];
    for piece in pieces {
        let Some(Reverse((load, part))) = loads.pop() else { break };
        for image in piece.images {
            assigned[image] = part;
        }
        loads.push(Reverse((load.saturating_add(piece.weight), part)));
    }
    assigned
}

fn pieces(images: &[ShardImage<'_>], groups: &BTreeMap<String, u32>, parts: u32) -> Vec<Piece> {
    let total: u64 = images.iter().map(ShardImage::weight).fold(0, u64::saturating_add);
    let fair = total.div_ceil(u64::from(parts)).max(1);
    // Groups and repositories in the order of the plan.
    let mut by_group: Vec<Vec<&str>> = Vec::new();
    let mut group_indexes: HashMap<u32, usize> = HashMap::new();
    let mut by_repository: HashMap<&str, Piece> = HashMap::new();
    for (index, image) in images.iter().enumerate() {
        let piece = by_repository.entry(image.repository).or_insert_with(|| {
            match groups.get(image.repository) {
                Some(group) => {
                    let index = *group_indexes.entry(*group).or_insert_with(|| {
                        by_group.push(Vec::new());
                        by_group.len() - 1
                    });
                    by_group[index].push(image.repository);
                }
                // A repository without a group shares no layers.
                None => by_group.push(vec![image.repository]),
            }
            Piece { weight: 0, images: Vec::new() }
        });
        piece.weight = piece.weight.saturating_add(image.weight());
        piece.images.push(index);
    }
    let mut pieces = Vec::new();
    for names in by_group {
        let members: Vec<_> = names.iter().filter_map(|name| by_repository.remove(name)).collect();
        let weight = members.iter().map(|piece| piece.weight).fold(0, u64::saturating_add);
        if weight <= fair {
            let images = members.into_iter().flat_map(|piece| piece.images).collect();
            pieces.push(Piece { weight, images });
            continue;
        }
        for member in members {
            let is_ordered = member.images.iter().any(|index| images[*index].is_ordered);
            if member.weight <= fair || is_ordered {
                pieces.push(member);
            } else {
                pieces.extend(split(&member, images, fair));
            }
        }
    }
    pieces
}

/// Splits a repository into runs of consecutive images of about equal weight, none much heavier
/// than a fair part. Consecutive images of a plan share most of their layers.
fn split(repository: &Piece, images: &[ShardImage<'_>], fair: u64) -> Vec<Piece> {
    let mut units: Vec<Piece> = Vec::new();
    let mut by_tag: HashMap<&str, usize> = HashMap::new();
    let mut by_digest: HashMap<&str, usize> = HashMap::new();
    for index in &repository.images {
        let image = &images[*index];
        let known = by_tag.get(image.tag).or_else(|| by_digest.get(image.digest?)).copied();
        let unit = known.unwrap_or_else(|| {
            units.push(Piece { weight: image.size_bytes, images: Vec::new() });
            units.len() - 1
        });
        by_tag.insert(image.tag, unit);
        if let Some(digest) = image.digest {
            by_digest.insert(digest, unit);
        }
        units[unit].weight = units[unit].weight.saturating_add(WEIGHT_OF_ANY_IMAGE);
        units[unit].images.push(*index);
    }
    let weight: u64 = units.iter().map(|unit| unit.weight).fold(0, u64::saturating_add);
    let target = weight.div_ceil(weight.div_ceil(fair).max(1)).max(1);
    let mut runs: Vec<Piece> = Vec::new();
    for unit in units {
        match runs.last_mut() {
            Some(run) if run.weight.saturating_add(unit.weight / 2) < target => {
                run.weight = run.weight.saturating_add(unit.weight);
                run.images.extend(unit.images);
            }
            _ => runs.push(unit),
        }
    }
    runs
}

/// Returns a group number for each repository of a plan. Repositories that share layers have the
/// same number.
pub fn layer_groups(plan: &Plan) -> BTreeMap<String, u32> {
    let mut indexes: HashMap<&RepositoryName, usize> = HashMap::new();
    let mut names: Vec<&RepositoryName> = Vec::new();
    let mut sets = DisjointSets::default();
    let mut first_with: HashMap<&PackedDigest, usize> = HashMap::new();
    for image in &plan.images {
        let Some(content) = &image.content else { continue };
        let index = *indexes.entry(&image.repository).or_insert_with(|| {
            names.push(&image.repository);
            sets.add()
        });
        let shared = content.blobs.iter().filter(|(_, size_bytes)| *size_bytes >= MIN_SHARED_BYTES);
        for (digest, _) in shared {
            let first = *first_with.entry(digest).or_insert(index);
            sets.join(first, index);
        }
    }
    let numbered = names.iter().enumerate().map(|(index, name)| {
        (name.to_string(), u32::try_from(sets.root(index)).unwrap_or(u32::MAX))
    });
    numbered.collect()
}

/// Disjoint-set forest. The root of a set is its first member.
#[derive(Default)]
struct DisjointSets(Vec<usize>);

impl DisjointSets {
    /// Adds a set with one member and returns it.
    fn add(&mut self) -> usize {
        self.0.push(self.0.len());
        self.0.len() - 1
    }

    fn root(&mut self, member: usize) -> usize {
        let mut root = member;
        while self.0[root] != root {
            // Path halving.
            self.0[root] = self.0[self.0[root]];
            root = self.0[root];
        }
        root
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        self.0[one.max(other)] = one.min(other);
    }
}

#[cfg(test)]
mod tests;
