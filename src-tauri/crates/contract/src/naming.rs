//! Names of repositories in ECR.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What repositories of a source are called in ECR, by rules: the same rules name new repositories
/// another day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct Naming {
    /// Goes before every name.
    pub prefix: String,
    /// Applied to the source's name one after another, each to what the one before left.
    pub rules: Vec<RenameRule>,
}

/// How a name is changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct RenameRule {
    /// How the pattern is read.
    pub kind: RenameRuleKind,
    /// What is looked for.
    pub pattern: String,
    /// What takes its place; `$1` is what the first group stood for.
    pub replacement: String,
}

/// How the pattern of a rename rule is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "sources.ts")]
pub enum RenameRuleKind {
    /// For the whole name: `*` stands for any characters and `?` for one; each is a group.
    Glob,
    /// A regular expression, replaced wherever it matches.
    Regex,
}

/// What repositories of a source would be called, and what is wrong with the rules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct ProposedNames {
    /// The names, in the order that was asked.
    pub names: Vec<ProposedName>,
    /// What is wrong with each rule, in the order of the rules; nothing where it can be used. A rule
    /// that cannot be used is passed over.
    pub problems: Vec<Option<String>>,
}

/// What one repository would be called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct ProposedName {
    /// The repository as the source shows it.
    pub source_repository: String,
    /// Its name in ECR, without the prefix. It may be one that ECR does not take.
    pub name: String,
    /// The rules that matched, by their place, from 0.
    pub rules: Vec<u32>,
}
