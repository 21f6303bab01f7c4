//! One row for one thing that was pushed. An image is a row if it has a tag of its own, or if no index lists it and it
//! refers to nothing. Everything else is a part of a row: platforms, attestations, signatures, other referrers.

use std::collections::{HashMap, HashSet};

use crate::image_rows::{ImageCount, ImagePart, ImageRow, RepositoryRows, tree};
use crate::kind::{ImageKind, attached_to, kind_of, kind_of_predicates};
use crate::manifest_facts::ManifestFacts;
use crate::sizes::{ImageSize, Sizes};
use transload_aws::EcrImage;
use transload_model::Digest;

/// Parts within parts that are shown. An index in an index with attestations that are signed has five levels.
pub(crate) const MAX_DEPTH: usize = 8;

/// From this number of parts of a row on, the parts of each image are shown only where it is first: indexes that list
/// the same indexes again have more parts than fit into memory.
pub(crate) const MAX_REPEATED_PARTS: usize = 1_000;

/// The greatest difference of the push times of an index and its parts, for the guess which images belong to an index
/// that wasn't read.
const SAME_PUSH_MS: u64 = 2_000;

/// Groups the images of a repository. `facts` are those of the manifests that were read.
pub fn rows(images: &[EcrImage], facts: &HashMap<Digest, ManifestFacts>) -> RepositoryRows {
    let grouping = Grouping::new(images, facts);
    let sizes = Sizes::new(images, facts);
    let mut rows: Vec<ImageRow> = (0..images.len())
        .filter(|index| grouping.is_row(*index))
        .map(|index| grouping.row(index))
        .collect();
    let mut trees: Vec<HashSet<Digest>> = rows.iter().map(tree).collect();
    // Tags can attach images to each other in a circle, and lists of referrers hide what they list.
    let mut shown: HashSet<Digest> = trees.iter().flatten().cloned().collect();
    for (index, image) in images.iter().enumerate() {
        if !shown.contains(&image.digest) {
            let row = grouping.row(index);
            trees.push(tree(&row));
            shown.extend(trees.last().into_iter().flatten().cloned());
            rows.push(row);
        }
    }
    let only_here = sizes.only_in(&trees);
    for ((row, tree), only_here) in rows.iter_mut().zip(&trees).zip(only_here) {
        row.size = sizes.of(tree);
        row.only_here_bytes = only_here;
    }
    let is_unread = |image: &&EcrImage| image.may_be_pulled() && !facts.contains_key(&image.digest);
    let unread: Vec<&EcrImage> = images.iter().filter(is_unread).collect();
    let is_index = |image: &&&EcrImage| kind_of(image, None) == ImageKind::Index;
    RepositoryRows {
        images: ImageCount {
            count: rows.len() as u64,
            is_exact: !grouping.may_list(rows.iter().map(|row| &row.digest)),
        },
        parts: (images.len() - rows.len()) as u64,
        size: sizes.total(),
        unread_indexes: unread.iter().filter(is_index).map(|image| image.digest.clone()).collect(),
        unread_manifests: unread.iter().map(|image| image.digest.clone()).collect(),
        rows,
    }
}

struct Grouping<'a> {
    images: &'a [EcrImage],
    facts: &'a HashMap<Digest, ManifestFacts>,
    by_digest: HashMap<&'a Digest, usize>,
    /// The indexes that list an image.
    indexes_of: HashMap<usize, Vec<usize>>,
    /// The images that refer to an image, in the order of the images.
    referrers_of: HashMap<usize, Vec<usize>>,
    /// Images that refer to one that isn't in the repository.
    orphans: HashSet<usize>,
    /// Images that an index marks as attestations.
    attestations: HashSet<usize>,
    /// Indexes that weren't read or can't be parsed, by push time.
    unread: Vec<(u64, usize)>,
}

impl<'a> Grouping<'a> {
    fn new(images: &'a [EcrImage], facts: &'a HashMap<Digest, ManifestFacts>) -> Self {
        let by_digest: HashMap<_, _> =
            images.iter().enumerate().map(|(index, image)| (&image.digest, index)).collect();
        let mut grouping = Self {
            images,
            facts,
            by_digest,
            indexes_of: HashMap::new(),
            referrers_of: HashMap::new(),
            orphans: HashSet::new(),
            attestations: HashSet::new(),
            unread: Vec::new(),
        };
        for (index, image) in images.iter().enumerate() {
            for child in facts.get(&image.digest).iter().flat_map(|facts| &facts.children) {
                let Some(child_index) = grouping.by_digest.get(&child.digest).copied() else {
                    continue;
                };
                // A list of referrers lists images that refer to their subject anyway.
                if grouping.kind(index) != ImageKind::ReferrerList {
                    grouping.indexes_of.entry(child_index).or_default().push(index);
                }
                if child.is_attestation {
                    grouping.attestations.insert(child_index);
                }
            }
            let subjects = grouping.subjects(image);
            let present: HashSet<usize> = subjects
                .iter()
                .filter_map(|digest| grouping.by_digest.get(digest).copied())
                .filter(|subject| *subject != index)
                .collect();
            if present.is_empty() && !subjects.is_empty() {
                grouping.orphans.insert(index);
            }
            for subject in present {
                grouping.referrers_of.entry(subject).or_default().push(index);
            }
            let is_unread = facts.get(&image.digest).is_none_or(|facts| facts.is_unusable);
            if is_unread && grouping.kind(index) == ImageKind::Index {
                grouping.unread.push((image.pushed_at_ms.unwrap_or(0), index));
            }
        }
        grouping.unread.sort_unstable();
        grouping
    }

    fn kind(&self, index: usize) -> ImageKind {
        let image = &self.images[index];
        let facts = self.facts.get(&image.digest);
        match kind_of(image, facts) {
            ImageKind::Image if self.attestations.contains(&index) => facts
                .and_then(|facts| kind_of_predicates(&facts.predicates))
                .unwrap_or(ImageKind::Attestation),
            kind => kind,
        }
    }

    /// Returns the images that an image refers to, by its subject or by its tags.
    fn subjects(&self, image: &EcrImage) -> Vec<Digest> {
        let in_manifest = || self.facts.get(&image.digest).and_then(|facts| facts.subject.clone());
        let subject = image.subject.clone().or_else(in_manifest);
        let by_tag = image.tags.iter().filter_map(|tag| Some(attached_to(tag.as_str())?.0));
        subject.into_iter().chain(by_tag).collect()
    }

    /// Whether an image has a tag that someone chose, unlike those that attach it to another image.
    fn has_own_tag(&self, index: usize) -> bool {
        let image = &self.images[index];
        image.unreadable_tags > 0
            || image.tags.iter().any(|tag| attached_to(tag.as_str()).is_none())
    }

    fn is_row(&self, index: usize) -> bool {
        let refers = self
            .subjects(&self.images[index])
            .iter()
            .any(|subject| self.by_digest.get(subject).is_some_and(|subject| *subject != index));
        let is_part = refers || self.indexes_of.contains_key(&index);
        self.has_own_tag(index) || !is_part
    }

    /// Whether an index that wasn't read may list one of the rows. An image with a tag of its own stays a row.
    fn may_list<'r>(&self, mut rows: impl Iterator<Item = &'r Digest>) -> bool {
        rows.any(|digest| {
            self.by_digest.get(digest).is_some_and(|row| {
                !self.has_own_tag(*row) && self.unread.iter().any(|(_, index)| index != row)
            })
        })
    }

    fn name(&self, index: usize) -> String {
        let image = &self.images[index];
        image.tags.first().map_or_else(|| image.digest.short().to_owned(), ToString::to_string)
    }

    fn row(&self, index: usize) -> ImageRow {
        let image = &self.images[index];
        let kind = self.kind(index);
        let parts = self.parts(index, &mut Walk { path: vec![index], ..Walk::default() });
        let mut row = ImageRow {
            digest: image.digest.clone(),
            kind,
            platforms: Vec::new(),
            signatures: 0,
            sboms: 0,
            provenances: 0,
            attestations: 0,
            referrers: 0,
            size: ImageSize::default(),
            only_here_bytes: None,
            also_in: self
                .indexes_of
                .get(&index)
                .into_iter()
                .flatten()
                .map(|index| self.name(*index))
                .collect(),
            probably_in: self.probable_index(index),
            is_orphan: self.orphans.contains(&index),
            is_unread: kind == ImageKind::Index && !self.facts.contains_key(&image.digest),
            parts: Vec::new(),
        };
        count(&parts, &mut row, &mut HashSet::new());
        row.parts = parts;
        row
    }

    /// Returns the parts of an image: the manifests of its index, each with its own parts, then its referrers.
    fn parts(&self, index: usize, walk: &mut Walk) -> Vec<ImagePart> {
        if walk.path.len() > MAX_DEPTH || self.kind(index) == ImageKind::ReferrerList {
            return Vec::new();
        }
        let is_first = walk.expanded.insert(index);
        if walk.parts >= MAX_REPEATED_PARTS && !is_first {
            return Vec::new();
        }
        let facts = self.facts.get(&self.images[index].digest);
        let children = facts.map(|facts| facts.children.as_slice()).unwrap_or_default();
        let listed: HashSet<&Digest> = children.iter().map(|child| &child.digest).collect();
        let mut parts: Vec<ImagePart> = Vec::new();
        let mut added: HashSet<usize> = HashSet::new();
        // Attestations are listed beside the platform that they describe.
        let mut described: Vec<(Digest, ImagePart)> = Vec::new();
        for child in children {
            let Some(child_index) = self.by_digest.get(&child.digest).copied() else { continue };
            if walk.path.contains(&child_index) || added.contains(&child_index) {
                continue;
            }
            let mut part = self.part(child_index, walk);
            part.platform = child.platform.clone();
            let attested = child.attested.clone().or_else(|| {
                let subjects = self.subjects(&self.images[child_index]);
                subjects.into_iter().find(|subject| listed.contains(subject))
            });
            match attested.filter(|attested| listed.contains(attested)) {
                Some(attested) => described.push((attested, part)),
                None => {
                    added.insert(child_index);
                    parts.push(part);
                }
            }
        }
        let places: HashMap<Digest, usize> =
            parts.iter().enumerate().map(|(place, part)| (part.digest.clone(), place)).collect();
        for (attested, attestation) in described {
            let holder = match places.get(&attested).and_then(|place| parts.get_mut(*place)) {
                Some(part) => &mut part.parts,
                None => {
                    added.extend(self.by_digest.get(&attestation.digest));
                    &mut parts
                }
            };
            if holder.iter().all(|part| part.digest != attestation.digest) {
                holder.push(attestation);
            }
        }
        for referrer in self.referrers_of.get(&index).into_iter().flatten() {
            if !walk.path.contains(referrer) && added.insert(*referrer) {
                parts.push(self.part(*referrer, walk));
            }
        }
        parts
    }

    fn part(&self, index: usize, walk: &mut Walk) -> ImagePart {
        walk.parts += 1;
        walk.path.push(index);
        let parts = self.parts(index, walk);
        walk.path.pop();
        let digest = self.images[index].digest.clone();
        ImagePart { digest, kind: self.kind(index), platform: None, parts }
    }

    /// Returns the name of the unread index that was pushed together with an untagged image.
    fn probable_index(&self, index: usize) -> Option<String> {
        let image = &self.images[index];
        let is_candidate = image.tags.is_empty()
            && image.subject.is_none()
            && self.kind(index) == ImageKind::Image
            && !self.indexes_of.contains_key(&index);
        let pushed_at_ms = image.pushed_at_ms.filter(|_| is_candidate)?;
        let first =
            self.unread.partition_point(|(pushed, _)| *pushed + SAME_PUSH_MS < pushed_at_ms);
        let near = self.unread[first..].iter();
        let near = near.take_while(|(pushed, _)| *pushed <= pushed_at_ms + SAME_PUSH_MS);
        let nearest = near.min_by_key(|(pushed, _)| pushed.abs_diff(pushed_at_ms))?;
        Some(self.name(nearest.1))
    }
}

/// How far the parts of a row are built.
#[derive(Default)]
struct Walk {
    /// The images that lead to the current one, because tags can attach images to each other in a circle.
    path: Vec<usize>,
    /// The images whose parts were built.
    expanded: HashSet<usize>,
    parts: usize,
}

/// Counts the parts of a row, each image once.
fn count(parts: &[ImagePart], row: &mut ImageRow, counted: &mut HashSet<Digest>) {
    for part in parts {
        if counted.insert(part.digest.clone()) {
            match (part.kind, &part.platform) {
                (ImageKind::Image, Some(platform)) => row.platforms.push(platform.to_string()),
                (ImageKind::Image | ImageKind::Index, _) => {}
                (ImageKind::Signature, _) => row.signatures += 1,
                (ImageKind::Sbom, _) => row.sboms += 1,
                (ImageKind::Provenance, _) => row.provenances += 1,
                (ImageKind::Attestation, _) => row.attestations += 1,
                _ => row.referrers += 1,
            }
        }
        count(&part.parts, row, counted);
    }
}

#[cfg(test)]
mod tests;
