//! What can be deleted from a repository, by class, the safest first. Nothing here deletes: it proposes.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::deletion_order::in_order;
use crate::kind::{ImageKind, attached_to};
use crate::manifest_facts::ManifestFacts;
use crate::rows::{ImageRow, RepositoryRows, rows, with_parts};
use crate::sizes::{ImageSize, Sizes};
use transload_aws::EcrImage;
use transload_manifest_cache::PullTime;
use transload_model::{Digest, wildcard_matches};

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

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
}

impl CleanupClass {
    /// All classes, the safest first.
    pub const ALL: [Self; 5] = [
        Self::Orphans,
        Self::SupersededIndexes,
        Self::LooseImages,
        Self::BuildCaches,
        Self::Unused,
    ];
}

/// What is never proposed, and from which age on an image counts as unused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct CleanupRules {
    /// Patterns of tags whose images are kept.
    pub protected_tags: Vec<String>,
    /// Images that were pushed less than this many days ago are kept.
    pub min_age_days: u32,
    /// Days without a push and a pull after which an image is unused.
    pub unused_days: u32,
    /// Days after which a build cache is outdated.
    pub cache_days: u32,
}

impl Default for CleanupRules {
    fn default() -> Self {
        Self {
            protected_tags: ["latest", "prod*", "release*", "v*"].map(str::to_owned).to_vec(),
            min_age_days: 7,
            unused_days: 180,
            cache_days: 30,
        }
    }
}

/// What a clean-up of one class would delete.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct CleanupProposal {
    pub class: CleanupClass,
    /// Number of indexes that must be read before this class is known. Nothing is proposed until then.
    pub unread_indexes: u64,
    /// The images of the class.
    pub images: Vec<CleanupImage>,
    /// These images and everything that goes with them, in the order in which ECR deletes them: referrers, indexes, the
    /// images of indexes.
    pub deleted: Vec<Digest>,
    /// The bytes that this frees.
    pub freed: ImageSize,
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

/// Returns what a clean-up of each class would delete. Images of `in_use` run somewhere and are never proposed, nor is
/// anything that they are a part of.
pub fn cleanup(
    images: &[EcrImage],
    facts: &HashMap<Digest, ManifestFacts>,
    pull_time: impl Fn(&EcrImage) -> PullTime,
    in_use: &HashSet<Digest>,
    rules: &CleanupRules,
    now_ms: u64,
) -> Vec<CleanupProposal> {
    let grouped = rows(images, facts);
    let sizes = Sizes::new(images, facts);
    let by_digest: HashMap<&Digest, &EcrImage> =
        images.iter().map(|image| (&image.digest, image)).collect();
    let older = |time_ms: u64, days: u32| now_ms.saturating_sub(time_ms) > u64::from(days) * DAY_MS;
    let is_protected = |image: &EcrImage| {
        let pushed = image.pushed_at_ms.unwrap_or(now_ms);
        let matches =
            |tag: &str| rules.protected_tags.iter().any(|pattern| wildcard_matches(pattern, tag));
        !older(pushed, rules.min_age_days)
            || image.unreadable_tags > 0
            || image.tags.iter().any(|tag| matches(tag.as_str()))
    };
    let runs = |image: &EcrImage| {
        !in_use.is_empty()
            && !with_parts(&grouped, &HashSet::from([image.digest.clone()])).is_disjoint(in_use)
    };
    let last_use = |image: &EcrImage| {
        let times = [image.pushed_at_ms, image.restored_at_ms, pull_time(image).pulled_at_ms];
        times.into_iter().flatten().max().unwrap_or(now_ms)
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
                    && older(image.pushed_at_ms.unwrap_or(now_ms), rules.cache_days)
            }
            CleanupClass::Unused => {
                !row.is_orphan && !is_untagged && older(last_use(image), rules.unused_days)
            }
        }
    };
    let propose = |class: CleanupClass| {
        let needs_indexes =
            matches!(class, CleanupClass::SupersededIndexes | CleanupClass::LooseImages);
        let unread_indexes = if needs_indexes { grouped.unread_indexes.len() as u64 } else { 0 };
        let found: Vec<&EcrImage> = grouped
            .rows
            .iter()
            .filter(|_| unread_indexes == 0)
            .filter_map(|row| Some((row, *by_digest.get(&row.digest)?)))
            // A part of an index that stays can't be deleted.
            .filter(|(row, image)| {
                row.also_in.is_empty()
                    && !is_protected(image)
                    && is_of(class, row, image)
                    && !runs(image)
            })
            .map(|(_, image)| image)
            .collect();
        let chosen: HashSet<Digest> = found.iter().map(|image| image.digest.clone()).collect();
        let deleted = with_parts(&grouped, &chosen);
        CleanupProposal {
            class,
            unread_indexes,
            freed: sizes.freed(&deleted),
            deleted: in_order(&grouped, images, facts, &deleted),
            images: found
                .into_iter()
                .map(|image| CleanupImage {
                    digest: image.digest.clone(),
                    kind: kind_in(&grouped, &image.digest),
                    tags: image.tags.iter().map(ToString::to_string).collect(),
                    pushed_at_ms: image.pushed_at_ms,
                    pulled_at_ms: pull_time(image).pulled_at_ms,
                })
                .collect(),
        }
    };
    CleanupClass::ALL.into_iter().map(propose).collect()
}

fn kind_in(grouped: &RepositoryRows, digest: &Digest) -> ImageKind {
    grouped.rows.iter().find(|row| row.digest == *digest).map_or(ImageKind::Other, |row| row.kind)
}

#[cfg(test)]
mod tests;
