//! The headline of a report.

use serde::{Deserialize, Serialize};
pub use transload_migration::{OutcomeCounts, Standing as ImageStanding};
use ts_rs::TS;

/// The headline of a migration and what needs attention. The window, the command line and exports
/// all show this text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "report.ts")]
pub struct ReportSummary {
    /// How the headline is marked.
    pub status: SummaryStatus,
    pub title: String,
    /// The counts in a sentence.
    pub text: String,
    /// Sentences about what needs attention: unknown images, referrers that were not copied, temporary
    /// tags, an incomplete history.
    pub notes: Vec<String>,
    /// Number of images by standing.
    pub counts: OutcomeCounts,
}

/// How a headline is marked, in the words of Cloudscape's status indicator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export_to = "report.ts")]
pub enum SummaryStatus {
    /// Every planned image is verified and nothing needs attention.
    Success,
    /// As the user chose, but not every image is in ECR.
    Info,
    /// Something needs attention.
    Warning,
    /// No image was copied.
    Error,
    /// The user cancelled it.
    Stopped,
    /// Still running.
    InProgress,
}
