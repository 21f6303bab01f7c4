//! What a clean-up never proposes, and from which age on an image counts as unused. The user can change it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub(super) const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// What is never proposed, and from which age on an image counts as unused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct CleanupRules {
    /// Patterns of tags whose images are kept.
    pub protected_tags: Vec<String>,
    /// Images that were pushed, or signed, less than this many days ago are kept.
    pub min_age_days: u32,
    /// Images that others pulled less than this many days ago are kept, except in the class of unused images, which has its
    /// own number. An untagged image can be what a deployment pulls by its digest.
    pub pulled_days: u32,
    /// Days without a push and a pull after which an image is unused.
    pub unused_days: u32,
    /// Days after which a build cache is outdated.
    pub cache_days: u32,
    /// Whether images of a pull-through cache are proposed too. ECR pulls them again when they are needed.
    pub include_cached: bool,
}

impl Default for CleanupRules {
    fn default() -> Self {
        Self {
            protected_tags: ["latest", "prod*", "release*", "v*"].map(str::to_owned).to_vec(),
            min_age_days: 7,
            pulled_days: 30,
            unused_days: 180,
            cache_days: 30,
            include_cached: false,
        }
    }
}

/// Whether a time is more than this many days ago.
pub(super) fn is_older(now_ms: u64, time_ms: u64, days: u32) -> bool {
    now_ms.saturating_sub(time_ms) > u64::from(days) * DAY_MS
}
