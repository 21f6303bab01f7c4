//! Names of repositories in ECR.

use serde::{Deserialize, Serialize};
pub use transload_migration::entered::{EnteredRenameRule as RenameRule, Naming, RenameRuleKind};
use ts_rs::TS;

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
