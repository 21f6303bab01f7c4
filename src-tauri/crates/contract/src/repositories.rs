//! The repository pages.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
pub use transload_aws::EcrImageStatus as ImageStatus;
use transload_errors::ApiError;
pub use transload_explorer::{
    CleanupClass, CleanupImage, CleanupProposal, CleanupRules, ExclusionReason, FreedBytes,
    HeldKinds, ImageCount, ImageKind, ImagePart, ImageRow, ImageSize, KeptFromCleanup,
    MutabilityEffect, RepositoryRows, TagEffect, TagReversal, UnreadManifest, UnreadReason,
};
use transload_model::{Reported, TagMutability};
use ts_rs::TS;

use crate::migration::RepositorySettings;

/// An ECR repository in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct Repository {
    pub name: String,
    /// Its URI, without a tag.
    pub uri: String,
    pub arn: String,
    pub created_at_ms: Option<u64>,
    /// Its settings. AWS tags and lifecycle are only known in its details.
    pub settings: RepositorySettings,
}

/// What can be deleted from a repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct RepositoryCleanup {
    /// One for each class, the safest first.
    pub proposals: Vec<CleanupProposal>,
    /// Why it isn't known whether some images must be excluded.
    pub unknown: Vec<ApiError>,
}

/// Counts of a repository, for the visible rows of the list. From one list of its images, and from manifests that
/// were read before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct RepositorySummary {
    pub name: String,
    /// Number of things that were pushed: an index counts once, with its platforms and referrers.
    pub images: ImageCount,
    /// Number of images that are parts of others. A lower bound if `images` is an upper bound.
    pub parts: u64,
    /// Those of `images` without a tag. An upper bound if `images` is one.
    pub untagged: u64,
    /// Archived images, which can't be pulled.
    pub archived: u64,
    pub size: ImageSize,
    pub kinds: HeldKinds,
    /// The last push.
    pub pushed_at_ms: Option<u64>,
    /// The last pull by someone else than Transload, if ECR recorded one.
    pub pulled_at_ms: Option<u64>,
}

/// A repository with its images.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct RepositoryDetails {
    pub repository: Repository,
    pub lifecycle: RepositoryLifecycle,
    /// Its images, newest first.
    pub images: Vec<RepositoryImage>,
    /// The same images with what belongs to each, from the list and from manifests that were read before.
    pub rows: RepositoryRows,
    pub push_commands: Vec<String>,
}

/// The lifecycle policy of a repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct RepositoryLifecycle {
    /// The document, if there is one.
    pub policy: Option<String>,
    /// When ECR last evaluated it. `null` if it never did.
    pub last_evaluated_at_ms: Option<u64>,
    /// Whether one of its rules uses pull times, which reading manifests can change, or may use them because the policy
    /// couldn't be read.
    pub uses_pull_times: bool,
    /// Why the policy couldn't be read.
    pub error: Option<ApiError>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct RepositoryImage {
    pub digest: String,
    pub tags: Vec<String>,
    pub kind: ImageKind,
    /// The media type of its manifest.
    pub media_type: Option<String>,
    /// The size as ECR reports it.
    pub size_bytes: Option<u64>,
    pub pushed_at_ms: Option<u64>,
    /// The last pull by someone else than Transload, if ECR recorded one.
    pub pulled_at_ms: Option<u64>,
    /// When Transload read it, if ECR reports that read as the last pull.
    pub own_read_at_ms: Option<u64>,
    pub status: Reported<ImageStatus>,
    pub archived_at_ms: Option<u64>,
    /// Commands that pull it. Empty if its status is unknown.
    pub pull_commands: Vec<String>,
}

/// The tag mutability of a repository, as a user sets it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct TagMutabilitySetting {
    pub tag_mutability: TagMutability,
    /// Exceptions, one to five patterns. Empty without exceptions.
    pub exclusion_filters: Vec<String>,
}

/// The AWS tags of a repository in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct ListedAwsTags {
    pub name: String,
    /// `null` if they couldn't be read.
    pub tags: Option<BTreeMap<String, String>>,
    pub error: Option<ApiError>,
}

/// The lifecycle policy of a repository in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct ListedPolicy {
    pub name: String,
    pub state: ListedPolicyState,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "repositories.ts")]
pub enum ListedPolicyState {
    /// The repository has no lifecycle policy.
    None,
    /// It has one.
    Set {
        rules: Option<u32>,
        /// When ECR last evaluated it. `null` if it never did.
        last_evaluated_at_ms: Option<u64>,
        /// Number of images that it would delete or archive now, if they were listed and it could be evaluated.
        affected: Option<u64>,
    },
    /// It couldn't be read.
    Unread { error: ApiError },
}

/// A tag that was added to an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct TagAdded {
    /// `null` if the image had no tag: removing its only tag deletes an image.
    pub undo: Option<TagReversal>,
}

/// The result of archiving or restoring images.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct StorageClassChange {
    /// Number of images that were moved, with their platforms and referrers.
    pub changed: u64,
    pub unchanged: Vec<UnchangedImage>,
}

/// An image that ECR did not move.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct UnchangedImage {
    pub digest: String,
    pub error: ApiError,
}
