//! Which images of a source are selected.

use serde::{Deserialize, Serialize};
pub use transload_migration::ExclusionReason as OutReason;
use ts_rs::TS;

use crate::sources::UnreadRepository;

/// Which images of a source are meant, by rules: the same rules find new tags another day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct Selection {
    /// The repositories as the source shows them; nothing for all.
    pub repositories: Vec<String>,
    /// Which of their tags.
    pub rules: TagRules,
}

/// Which tags of a repository are meant. Without anything, all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export_to = "sources.ts")]
pub struct TagRules {
    /// Tags that match one of these; nothing for all.
    pub include: Vec<TagPattern>,
    /// Of those, the ones that match none of these.
    pub exclude: Vec<TagPattern>,
    /// Of those, the ones that were pushed in so many days.
    pub pushed_within_days: Option<u32>,
    /// Of those, the ones that were pulled in so many days.
    pub pulled_within_days: Option<u32>,
    /// Of those, so many of each repository that were pushed last.
    pub newest: Option<u32>,
}

/// What tags look like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct TagPattern {
    /// How the text is read.
    pub kind: TagPatternKind,
    /// The text.
    pub text: String,
}

/// How a pattern of tags is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "sources.ts")]
pub enum TagPatternKind {
    /// `*` stands for any characters and `?` for one.
    Glob,
    /// A regular expression, anywhere in the tag unless it says otherwise.
    Regex,
    /// A range of semantic versions, such as `>=1.2, <3`.
    Versions,
}

/// The images that rules choose.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct ChosenTags {
    /// The images, by repository and in the order of the source.
    pub images: Vec<SelectedImage>,
    /// Their sizes together, as far as the source tells them.
    pub size_bytes: u64,
    /// How many of them have no known size.
    pub sizes_unknown: u32,
    /// How many tags are not meant, by reason.
    pub out: Vec<OutCount>,
    /// Repositories whose tags could not be read. The others are chosen from all the same.
    #[serde(default)]
    pub unread: Vec<UnreadRepository>,
}

/// How much of a source was read to choose from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct ChooseProgress {
    /// Repositories that were found; all of them from the first that was read on.
    pub repositories: u32,
    /// Of those, the ones whose tags were read.
    pub repositories_read: u32,
    /// Tags in them.
    pub tags: u32,
}

/// Tags that rules do not choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct OutCount {
    /// Why not.
    pub reason: OutReason,
    /// How many.
    pub tags: u32,
}

/// One tag of one source repository.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct SelectedImage {
    /// The repository as the source shows it.
    pub repository: String,
    /// The tag.
    pub tag: String,
}
