//! Which images of a source are selected.

use serde::{Deserialize, Serialize};
pub use transload_migration::ExclusionReason as OutReason;
use ts_rs::TS;

use crate::sources::UnreadRepository;

/// Rules that select images of a source. They also select tags that are found later.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct Selection {
    /// The repositories as the source shows them. Empty for all.
    pub repositories: Vec<String>,
    pub rules: TagRules,
}

/// Rules that select tags of a repository. Without rules, all tags are selected.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export_to = "sources.ts")]
pub struct TagRules {
    /// Tags that match one of these. Empty for all.
    pub include: Vec<TagPattern>,
    /// Of those, the tags that match none of these.
    pub exclude: Vec<TagPattern>,
    /// Of those, the tags that were pushed within this number of days.
    pub pushed_within_days: Option<u32>,
    /// Of those, the tags that were pulled within this number of days.
    pub pulled_within_days: Option<u32>,
    /// Of those, this number of tags of each repository that were pushed last.
    pub newest: Option<u32>,
}

/// A pattern of tags.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct TagPattern {
    pub kind: TagPatternKind,
    pub text: String,
}

/// The syntax of a pattern of tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "sources.ts")]
pub enum TagPatternKind {
    /// `*` stands for any characters and `?` for one.
    Glob,
    /// A regular expression, which matches anywhere in the tag.
    Regex,
    /// A range of semantic versions, such as `>=1.2, <3`.
    Versions,
}

/// The images that rules select.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct ChosenTags {
    /// The images by repository, in the order of the source.
    pub images: Vec<SelectedImage>,
    /// The sum of the known sizes.
    pub size_bytes: u64,
    /// Number of images without a known size.
    pub sizes_unknown: u32,
    /// Numbers of tags that are not selected, by reason.
    pub out: Vec<OutCount>,
    /// Repositories whose tags couldn't be read.
    #[serde(default)]
    pub unread: Vec<UnreadRepository>,
}

/// Progress of reading a source to select images.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct ChooseProgress {
    /// Number of repositories. Final once `repositories_read` is greater than 0.
    pub repositories: u32,
    /// Number of repositories whose tags were read.
    pub repositories_read: u32,
    /// Number of tags in them.
    pub tags: u32,
}

/// Tags that rules don't select.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct OutCount {
    pub reason: OutReason,
    pub tags: u32,
}

/// One tag of one source repository.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct SelectedImage {
    /// The repository as the source shows it.
    pub repository: String,
    pub tag: String,
}
