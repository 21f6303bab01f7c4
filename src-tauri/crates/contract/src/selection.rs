//! Which images of a source are selected.

use serde::{Deserialize, Serialize};
pub use transload_migration::TagExclusion;
pub use transload_migration::entered::{
    EnteredTagPattern as TagPattern, EnteredTagRules as TagRules, SelectedImage, Selection,
    TagPatternKind,
};
use ts_rs::TS;

use crate::sources::UnreadRepository;

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
    pub excluded: Vec<TagExclusionCount>,
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
pub struct TagExclusionCount {
    pub reason: TagExclusion,
    pub tags: u32,
}
