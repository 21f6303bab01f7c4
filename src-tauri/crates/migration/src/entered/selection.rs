//! The images that a user selects, by hand or by rules, and the rules for their names in ECR.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Rules that select images of a source. They also select tags that are found later.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct Selection {
    /// The repositories as the source shows them. Empty for all.
    pub repositories: Vec<String>,
    pub rules: EnteredTagRules,
}

/// Rules that select tags of a repository. Without rules, all tags are selected.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(rename = "TagRules", export_to = "sources.ts")]
pub struct EnteredTagRules {
    /// Tags that match one of these. Empty for all.
    pub include: Vec<EnteredTagPattern>,
    /// Of those, the tags that match none of these.
    pub exclude: Vec<EnteredTagPattern>,
    /// Of those, the tags that were pushed within this number of days.
    pub pushed_within_days: Option<u32>,
    /// Of those, the tags that were pulled within this number of days.
    pub pulled_within_days: Option<u32>,
    /// Of those, this number of tags of each repository that were pushed last.
    pub newest: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "TagPattern", export_to = "sources.ts")]
pub struct EnteredTagPattern {
    pub kind: TagPatternKind,
    pub text: String,
}

/// The syntax of a pattern of tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "sources.ts")]
pub enum TagPatternKind {
    /// `*` matches any characters and `?` for one.
    Glob,
    /// A regular expression, which matches anywhere in the tag.
    Regex,
    /// A range of semantic versions, such as `>=1.2, <3`.
    Versions,
}

/// One tag of one source repository.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct SelectedImage {
    /// The repository as the source shows it.
    pub repository: String,
    pub tag: String,
}

/// Rules for the ECR names of source repositories. They also name repositories that are found
/// later.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct Naming {
    /// The prefix of every name.
    pub prefix: String,
    /// Applied to the name in the source, each to the result of the one before.
    pub rules: Vec<EnteredRenameRule>,
}

/// A rule that changes names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "RenameRule", export_to = "sources.ts")]
pub struct EnteredRenameRule {
    pub kind: RenameRuleKind,
    pub pattern: String,
    /// The replacement, in which `$1` is the text of the first group.
    pub replacement: String,
}

/// The syntax of the pattern of a rename rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "sources.ts")]
pub enum RenameRuleKind {
    /// Matches the whole name. `*` matches any characters and `?` for one; each is a group.
    Glob,
    /// A regular expression. Every match is replaced.
    Regex,
}
