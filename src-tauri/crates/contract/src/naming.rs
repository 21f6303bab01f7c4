//! Names of repositories in ECR.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Rules for the ECR names of source repositories. They also name repositories that are found
/// later.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct Naming {
    /// The prefix of every name.
    pub prefix: String,
    /// Applied to the name in the source, each to the result of the one before.
    pub rules: Vec<RenameRule>,
}

/// A rule that changes names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct RenameRule {
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
    /// Matches the whole name. `*` stands for any characters and `?` for one; each is a group.
    Glob,
    /// A regular expression. Every match is replaced.
    Regex,
}

/// Proposed names of repositories, and the problems of the rules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct ProposedNames {
    /// The names, in the order of the request.
    pub names: Vec<ProposedName>,
    /// The problem of each rule, in the order of the rules. `null` if the rule is valid. Invalid
    /// rules are skipped.
    pub problems: Vec<Option<String>>,
}

/// The proposed name of one repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct ProposedName {
    /// The repository as the source shows it.
    pub source_repository: String,
    /// Its name in ECR, without the prefix. ECR may not allow it.
    pub name: String,
    /// Indexes of the rules that matched.
    pub rules: Vec<u32>,
}
