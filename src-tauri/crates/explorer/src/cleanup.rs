//! What can be deleted from a repository, by class, the safest first. Nothing here deletes: it proposes.
//!
//! - `exclusions`: images that no clean-up proposes, each with the reason
//! - `rules`: what the user can change of it
//! - `same_layers`: images with the layers of a newer one

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::cleanup::exclusions::{Exclusions, Keeping, KeptFromCleanup};
use crate::cleanup::rules::{CleanupRules, is_older};
use crate::cleanup::same_layers::with_the_layers_of_a_newer_one;
use crate::deletion_order::in_order;
use crate::image_rows::{ImageRow, RepositoryRows, tree, with_parts};
use crate::kind::{ImageKind, attached_to, kind_of};
use crate::manifest_facts::ManifestFacts;
use crate::rows::rows;
use crate::sizes::{FreedBytes, Sizes};
use transload_aws::EcrImage;
use transload_manifest_cache::PullTime;
use transload_model::Digest;

pub(crate) mod exclusions;
pub(crate) mod rules;
mod same_layers;

/// A class of images that can be deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "repositories.ts")]
pub enum CleanupClass {
    /// Referrers and cosign signatures whose image is gone.
    Orphans,
    /// Untagged indexes that no other index lists.
    SupersededIndexes,
    /// Untagged images that no index lists.
    LooseImages,
    /// Build caches that were not pushed again.
    BuildCaches,
    /// Images that nobody pulled for a long time.
    Unused,
    /// Tagged images with the layers of an image that was pushed later.
    SameLayers,
    /// Images with several tags. Deleting a tag frees nothing, so nothing is proposed: the user chooses a tag.
    ManyTags,
}

impl CleanupClass {
    /// All classes, the safest first.
    pub const ALL: [Self; 7] = [
        Self::Orphans,
        Self::SupersededIndexes,
        Self::LooseImages,
        Self::BuildCaches,
        Self::Unused,
        Self::SameLayers,
        Self::ManyTags,
    ];

    /// Returns the manifests that must be read before the images of the class are known.
    pub fn needed_manifests(self, grouped: &RepositoryRows) -> &[Digest] {
        match self {
            Self::SupersededIndexes | Self::LooseImages => &grouped.unread_indexes,
            Self::SameLayers => &grouped.unread_manifests,
            Self::Orphans | Self::BuildCaches | Self::Unused | Self::ManyTags => &[],
        }
    }
}

/// What a clean-up of one class would delete.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct CleanupProposal {
    pub class: CleanupClass,
    /// Number of manifests that must be read before this class is known. Nothing is proposed until then.
    #[ts(type = "number")]
    pub unread_manifests: u64,
    /// The images of the class.
    pub images: Vec<CleanupImage>,
    /// Images of the class that are excluded, with the reason.
    pub kept: Vec<KeptFromCleanup>,
    /// The proposed images and everything that goes with them, in the order in which ECR deletes them: referrers, indexes,
    /// the images of indexes.
    pub deleted: Vec<Digest>,
    /// The bytes that this frees.
    pub freed: FreedBytes,
}

/// An image of a clean-up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct CleanupImage {
    pub digest: Digest,
    pub kind: ImageKind,
    pub tags: Vec<String>,
    #[ts(type = "number | null")]
    pub pushed_at_ms: Option<u64>,
    /// The last pull by someone else than Transload.
    #[ts(type = "number | null")]
    pub pulled_at_ms: Option<u64>,
}

/// Returns what a clean-up of each class would delete, and what it excludes.
pub fn cleanup(
    images: &[EcrImage],
    facts: &HashMap<Digest, ManifestFacts>,
    pull_time: impl Fn(&EcrImage) -> PullTime,
    exclusions: &Exclusions,
    rules: &CleanupRules,
    now_ms: u64,
) -> Vec<CleanupProposal> {
    let grouped = rows(images, facts);
    let sizes = Sizes::new(images, facts);
    let by_digest: HashMap<&Digest, &EcrImage> =
        images.iter().map(|image| (&image.digest, image)).collect();
    let keeping = Keeping::new(&by_digest, &pull_time, exclusions, rules, now_ms);
    let shared = shared_parts(&grouped);
    let repeated = with_the_layers_of_a_newer_one(&grouped, &by_digest, facts);
    // Clients that pull a platform by its digest don't pull the index, so the last use of any part counts.
    let last_use = |row: &ImageRow| {
        let of = |image: &EcrImage| {
            let times = [image.pushed_at_ms, image.restored_at_ms, pull_time(image).pulled_at_ms];
            times.into_iter().flatten().max()
        };
        let parts = tree(row);
        parts.iter().filter_map(|digest| of(by_digest.get(digest)?)).max().unwrap_or(now_ms)
    };
    let is_of = |class: CleanupClass, row: &ImageRow, image: &EcrImage| {
        let is_untagged = image.tags.is_empty() && image.unreadable_tags == 0;
        match class {
            CleanupClass::Orphans => {
                row.is_orphan && image.tags.iter().all(|tag| attached_to(tag.as_str()).is_some())
            }
            CleanupClass::SupersededIndexes => is_untagged && row.kind == ImageKind::Index,
            CleanupClass::LooseImages => {
                is_untagged && !row.is_orphan && row.kind == ImageKind::Image
            }
            CleanupClass::BuildCaches => {
                row.kind == ImageKind::BuildCache
                    && is_older(now_ms, image.pushed_at_ms.unwrap_or(now_ms), rules.cache_days)
            }
            CleanupClass::Unused => {
                let is_candidate = !row.is_orphan && !is_untagged;
                is_candidate && is_older(now_ms, last_use(row), rules.unused_days)
            }
            CleanupClass::SameLayers => repeated.contains(&image.digest),
            CleanupClass::ManyTags => {
                image.tags.iter().filter(|tag| attached_to(tag.as_str()).is_none()).count() > 1
            }
        }
    };
    // Each can list any image: archived indexes, and those that can't be parsed.
    let is_unreadable = |image: &&EcrImage| {
        let facts = facts.get(&image.digest);
        let is_unread = facts.is_none() && !image.may_be_pulled();
        let is_unusable = facts.is_some_and(|facts| facts.is_unusable);
        (is_unread || is_unusable) && kind_of(image, None) == ImageKind::Index
    };
    let unreadable_indexes = images.iter().filter(is_unreadable).count() as u64;
    let propose = |class: CleanupClass| {
        let unread_manifests = match class {
            CleanupClass::SupersededIndexes | CleanupClass::LooseImages => {
                class.needed_manifests(&grouped).len() as u64 + unreadable_indexes
            }
            _ => class.needed_manifests(&grouped).len() as u64,
        };
        let why = |row: &ImageRow, image: &EcrImage, staying: &HashSet<Digest>| {
            let reason = || keeping.reason(row, image, staying);
            match class {
                CleanupClass::ManyTags => None,
                CleanupClass::Unused => reason(),
                CleanupClass::Orphans
                | CleanupClass::SupersededIndexes
                | CleanupClass::LooseImages
                | CleanupClass::BuildCaches
                | CleanupClass::SameLayers => {
                    reason().or_else(|| keeping.pulled_lately(row, image, staying))
                }
            }
        };
        let exclude = |rows: &mut Vec<(&ImageRow, &EcrImage)>,
                       staying: &HashSet<Digest>,
                       kept: &mut Vec<KeptFromCleanup>| {
            rows.retain(|(row, image)| match why(row, image, staying) {
                Some(why) => {
                    let tags = image.tags.iter().map(ToString::to_string).collect();
                    kept.push(KeptFromCleanup { digest: image.digest.clone(), tags, why });
                    false
                }
                None => true,
            });
        };
        let deleted_with = |rows: &[(&ImageRow, &EcrImage)]| match class {
            CleanupClass::ManyTags => HashSet::new(),
            _ => {
                let chosen = rows.iter().map(|(row, _)| row.digest.clone()).collect();
                with_parts(&grouped, &chosen)
            }
        };
        let mut found: Vec<(&ImageRow, &EcrImage)> = grouped
            .rows
            .iter()
            .filter(|_| unread_manifests == 0)
            .filter_map(|row| Some((row, *by_digest.get(&row.digest)?)))
            .filter(|(row, image)| is_of(class, row, image))
            .collect();
        let mut kept = Vec::new();
        exclude(&mut found, &shared, &mut kept);
        // A shared part goes if all of its rows go, so it can exclude them.
        let deleted = deleted_with(&found);
        let staying = shared.difference(&deleted).cloned().collect();
        exclude(&mut found, &staying, &mut kept);
        let deleted = deleted_with(&found);
        CleanupProposal {
            class,
            unread_manifests,
            kept,
            freed: sizes.freed(&deleted),
            deleted: in_order(&grouped, images, facts, &deleted),
            images: found
                .into_iter()
                .map(|(row, image)| CleanupImage {
                    digest: image.digest.clone(),
                    kind: row.kind,
                    tags: image.tags.iter().map(ToString::to_string).collect(),
                    pushed_at_ms: image.pushed_at_ms,
                    pulled_at_ms: pull_time(image).pulled_at_ms,
                })
                .collect(),
        }
    };
    CleanupClass::ALL.into_iter().map(propose).collect()
}

/// Returns the images that are in more than one row.
fn shared_parts(grouped: &RepositoryRows) -> HashSet<Digest> {
    let (mut seen, mut shared) = (HashSet::new(), HashSet::new());
    for digest in grouped.rows.iter().flat_map(tree) {
        if !seen.insert(digest.clone()) {
            shared.insert(digest);
        }
    }
    shared
}

#[cfg(test)]
mod tests;
