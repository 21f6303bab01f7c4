//! Images that no clean-up proposes, each with the reason. `cleanup` asks for every image of a class.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::cleanup::rules::{CleanupRules, is_older};
use crate::image_rows::{ImageRow, tree};
use crate::kind::attached_to;
use transload_aws::EcrImage;
use transload_manifest_cache::PullTime;
use transload_model::{Digest, wildcard_matches};

/// What is known of a repository beside its images, and excludes images of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exclusions {
    /// In how many places an image runs, according to Amazon Inspector.
    pub in_use: HashMap<Digest, u64>,
    /// When Transload last migrated an image to the repository, in milliseconds since 1970.
    pub migrated: HashMap<Digest, u64>,
    /// The prefix of the pull-through cache rule that the repository belongs to.
    pub cache_prefix: Option<String>,
}

/// An image that a clean-up excludes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct KeptFromCleanup {
    pub digest: Digest,
    pub tags: Vec<String>,
    pub why: ExclusionReason,
}

/// Why a clean-up excludes an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "repositories.ts")]
pub enum ExclusionReason {
    /// It, or a part of it, runs in this many places.
    InUse { count: u64 },
    /// The repository belongs to a pull-through cache rule.
    Cached { prefix: String },
    /// Transload migrated it recently. The time is in milliseconds since 1970.
    Migrated { at_ms: u64 },
    /// Indexes that stay list it. Their names.
    PartOf { indexes: Vec<String> },
    /// A pattern protects this tag.
    ProtectedTag { tag: String },
    /// It has a tag that Transload can't read.
    UnreadableTag,
    /// It, or something that would go with it, has a status that Transload doesn't know, as ECR wrote it.
    UnknownStatus { status: String },
    /// It is an index that wasn't read, so it isn't known which images would go with it.
    UnreadIndex,
    /// It was pushed, or restored from the archive, less than this many days ago.
    PushedLately { days: u32 },
    /// Someone pulled it, or a part of it, lately. The time is in milliseconds since 1970.
    PulledLately {
        at_ms: u64,
        /// Whether it has no tag, so that it was pulled by its digest.
        by_digest: bool,
    },
    /// A signature or another referrer was pushed for it less than this many days ago.
    ReferrerPushedLately { days: u32 },
}

/// Decides which images of a repository are excluded.
pub(super) struct Keeping<'a> {
    by_digest: &'a HashMap<&'a Digest, &'a EcrImage>,
    exclusions: &'a Exclusions,
    rules: &'a CleanupRules,
    now_ms: u64,
    /// The last pull of each image by someone else than Transload.
    pulls: HashMap<&'a Digest, u64>,
}

impl<'a> Keeping<'a> {
    pub fn new(
        by_digest: &'a HashMap<&'a Digest, &'a EcrImage>,
        pull_time: impl Fn(&EcrImage) -> PullTime,
        exclusions: &'a Exclusions,
        rules: &'a CleanupRules,
        now_ms: u64,
    ) -> Self {
        let pulls = by_digest
            .iter()
            .filter_map(|(digest, image)| Some((*digest, pull_time(image).pulled_at_ms?)));
        let pulls = pulls.collect();
        Self { by_digest, exclusions, rules, now_ms, pulls }
    }

    /// Returns when someone pulled an image of a class that goes by pushes, if that was lately.
    pub fn pulled_lately(
        &self,
        row: &ImageRow,
        image: &EcrImage,
        staying: &HashSet<Digest>,
    ) -> Option<ExclusionReason> {
        let pulls = going(row, staying).filter_map(|digest| self.pulls.get(&digest).copied());
        let at_ms =
            pulls.max().filter(|at_ms| !is_older(self.now_ms, *at_ms, self.rules.pulled_days))?;
        let by_digest = image.tags.is_empty() && image.unreadable_tags == 0;
        Some(ExclusionReason::PulledLately { at_ms, by_digest })
    }

    /// Returns why the image of a row is excluded, or `None`. `staying` are parts that other rows keep.
    pub fn reason(
        &self,
        row: &ImageRow,
        image: &EcrImage,
        staying: &HashSet<Digest>,
    ) -> Option<ExclusionReason> {
        let Exclusions { in_use, migrated, cache_prefix } = self.exclusions;
        let days = self.rules.min_age_days;
        let going = || going(row, staying);
        if !in_use.is_empty()
            && let Some(count) = going().filter_map(|digest| in_use.get(&digest).copied()).max()
        {
            return Some(ExclusionReason::InUse { count });
        }
        if let Some(prefix) = cache_prefix.as_ref().filter(|_| !self.rules.include_cached) {
            return Some(ExclusionReason::Cached { prefix: prefix.clone() });
        }
        if !migrated.is_empty()
            && let Some(at_ms) = going().filter_map(|digest| migrated.get(&digest).copied()).max()
        {
            return Some(ExclusionReason::Migrated { at_ms });
        }
        if !row.also_in.is_empty() {
            return Some(ExclusionReason::PartOf { indexes: row.also_in.clone() });
        }
        let status_of = |digest: &Digest| self.by_digest.get(digest)?.status.unknown_text();
        let unknown = status_of(&image.digest)
            .map(str::to_owned)
            .or_else(|| going().find_map(|digest| status_of(&digest).map(str::to_owned)));
        if let Some(status) = unknown {
            return Some(ExclusionReason::UnknownStatus { status });
        }
        // What goes with it would be known only after the confirmation. An archived one can't be read, so nothing goes.
        if row.is_unread && image.may_be_pulled() {
            return Some(ExclusionReason::UnreadIndex);
        }
        if image.unreadable_tags > 0 {
            return Some(ExclusionReason::UnreadableTag);
        }
        let is_protected = |tag: &&str| {
            self.rules.protected_tags.iter().any(|pattern| wildcard_matches(pattern, tag))
        };
        if let Some(tag) = image.tags.iter().map(|tag| tag.as_str()).find(is_protected) {
            return Some(ExclusionReason::ProtectedTag { tag: tag.to_owned() });
        }
        let is_young = |image: &EcrImage| {
            let pushed_at_ms = image.pushed_at_ms.unwrap_or(self.now_ms);
            // As for lifecycle policies, a restore is like a push.
            let since_ms = image.restored_at_ms.map_or(pushed_at_ms, |at| at.max(pushed_at_ms));
            !is_older(self.now_ms, since_ms, days)
        };
        if is_young(image) {
            return Some(ExclusionReason::PushedLately { days });
        }
        // By its subject, or by its tag as cosign does.
        let is_attached = |part: &EcrImage| {
            part.subject.is_some()
                || part.tags.iter().any(|tag| attached_to(tag.as_str()).is_some())
        };
        let has_young_part = tree(row)
            .iter()
            .filter_map(|digest| self.by_digest.get(digest))
            .any(|part| part.digest != row.digest && is_attached(part) && is_young(part));
        has_young_part.then_some(ExclusionReason::ReferrerPushedLately { days })
    }
}

/// Returns what would go with the image of a row: its parts, without those that stay.
fn going<'a>(row: &'a ImageRow, staying: &'a HashSet<Digest>) -> impl Iterator<Item = Digest> + 'a {
    let all = tree(row).into_iter();
    all.filter(move |digest| *digest == row.digest || !staying.contains(digest))
}
