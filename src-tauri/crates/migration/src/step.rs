//! The steps of a migration. `run` goes through them; events and errors name them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The steps of a migration, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "MigrationStep", export_to = "jobs.ts")]
pub enum Step {
    /// Creates the missing repositories. Runs concurrently with [`Step::Push`]: starts after it,
    /// and finishes when the last repository that an image needs exists.
    Create,
    /// Requests the registry's authorization token and tries it.
    LogIn,
    /// Tags the engine's images with their ECR names.
    Tag,
    /// Copies the content.
    Push,
    /// Compares the digests that the registry and ECR report.
    Verify,
}
