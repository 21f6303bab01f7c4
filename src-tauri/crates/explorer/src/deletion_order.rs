//! The order in which ECR deletes images, for clean-ups and every other deletion.

use std::collections::{HashMap, HashSet};

use crate::image_rows::RepositoryRows;
use crate::kind::{ImageKind, attached_to, kind_of};
use crate::manifest_facts::ManifestFacts;
use transload_aws::EcrImage;
use transload_model::Digest;

/// Sorts images in the order in which ECR deletes them: referrers before their subject, an index before its images.
pub(crate) fn in_order(
    grouped: &RepositoryRows,
    images: &[EcrImage],
    facts: &HashMap<Digest, ManifestFacts>,
    deleted: &HashSet<Digest>,
) -> Vec<Digest> {
    let orphans: HashSet<&Digest> =
        grouped.rows.iter().filter(|row| row.is_orphan).map(|row| &row.digest).collect();
    let mut depths: HashMap<&Digest, usize> = HashMap::new();
    // An index in an index is deleted after it. Few repositories have more than two levels.
    for _ in 0..4 {
        for (parent, facts) in facts.iter().filter(|(digest, _)| deleted.contains(*digest)) {
            let below = depths.get(parent).copied().unwrap_or(0) + 1;
            for child in &facts.children {
                let depth = depths.entry(&child.digest).or_default();
                *depth = (*depth).max(below);
            }
        }
    }
    // A referrer of a referrer, such as the signature of an SBOM, goes before it.
    let subject_of: HashMap<&Digest, &Digest> =
        images.iter().filter_map(|image| Some((&image.digest, image.subject.as_ref()?))).collect();
    let distance = |image: &EcrImage| {
        let first = subject_of.get(&image.digest).copied();
        std::iter::successors(first, |subject| subject_of.get(subject).copied()).take(8).count()
    };
    let mut ordered: Vec<((usize, usize), &Digest)> = images
        .iter()
        .filter(|image| deleted.contains(&image.digest))
        .map(|image| {
            let refers = image.subject.is_some()
                || orphans.contains(&image.digest)
                || image.tags.iter().any(|tag| attached_to(tag.as_str()).is_some());
            // A referrer that an index lists, as BuildKit's attestations, is deleted after the index.
            let depth = depths.get(&image.digest).copied().unwrap_or(0);
            let is_index = kind_of(image, facts.get(&image.digest)) == ImageKind::Index;
            // An index that wasn't read goes before all images, because it may list any of them.
            let rank = match (refers && depth == 0, is_index) {
                (true, _) => (0, usize::MAX - distance(image)),
                (false, true) => (depth + 1, 0),
                (false, false) => (depth.max(1) + 1, 0),
            };
            (rank, &image.digest)
        })
        .collect();
    ordered.sort_by_key(|(rank, _)| *rank);
    ordered.into_iter().map(|(_, digest)| digest.clone()).collect()
}
