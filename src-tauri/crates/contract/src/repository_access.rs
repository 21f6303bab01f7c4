//! Who can do what with a repository, according to its policy.

use serde::{Deserialize, Serialize};
pub use transload_access_policy::{Exposure, PrincipalWords, StatementEffect, StatementWords};
use ts_rs::TS;

/// The policy of a repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct RepositoryAccess {
    /// The document as ECR returned it, or `null` if the repository has none.
    pub policy: Option<String>,
    pub words: AccessWords,
}

/// A policy in words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct AccessWords {
    /// Why ECR would refuse the text.
    pub problem: Option<String>,
    /// Its statements, in the order of the document.
    pub statements: Vec<StatementWords>,
}
