//! The headline of a report.

use serde::{Deserialize, Serialize};
pub use transload_migration::{OutcomeCounts, Standing as ImageStanding};
use ts_rs::TS;

/// The headline of a migration and everything that must be said with it. Each surface shows these
/// words; none makes its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "report.ts")]
pub struct ReportSummary {
    /// How the headline is marked.
    pub status: SummaryStatus,
    /// The headline.
    pub title: String,
    /// The counts in a sentence.
    pub text: String,
    /// Sentences about what needs attention: unknown images, referrers that were not copied, temporary
    /// tags, an incomplete history.
    pub notes: Vec<String>,
    /// How many images have which standing.
    pub counts: OutcomeCounts,
}

/// How a headline is marked, in the words of Cloudscape's status indicator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export_to = "report.ts")]
pub enum SummaryStatus {
    /// Every planned image is verified and nothing needs attention.
    Success,
    /// As the person chose, but not every image is in ECR.
    Info,
    /// Something needs attention.
    Warning,
    /// Nothing was reached.
    Error,
    /// A person cancelled it.
    Stopped,
    /// Still running.
    InProgress,
}
