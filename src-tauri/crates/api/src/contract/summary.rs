use serde::{Deserialize, Serialize};
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

/// How many images of a migration have which standing. Each image is counted once; `up_to_date` is a
/// part of the verified ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "report.ts")]
pub struct OutcomeCounts {
    /// All planned images.
    pub images: u32,
    /// In ECR, with the digest of the source.
    pub equal: u32,
    /// In ECR with the digest that was pushed, which is not the digest of the source.
    pub equal_to_pushed: u32,
    /// Verified images that were skipped because ECR already had them.
    pub up_to_date: u32,
    /// A different image stays under the tag, by choice.
    pub kept: u32,
    /// Failed.
    pub failed: u32,
    /// Not finished when the migration ended.
    pub not_finished: u32,
    /// Nothing proves what ECR holds under the tag.
    pub unknown: u32,
}

/// What is known about an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "report.ts")]
pub enum ImageStanding {
    /// In ECR; source, push, registry and ECR agree on one digest.
    Equal,
    /// In ECR with the digest that was pushed, which is not the digest of the source.
    EqualToPushed,
    /// A different image stays under the tag, by choice.
    Kept,
    /// Failed, or ECR holds something else than was sent.
    Failed,
    /// The migration ended before this image was finished.
    NotFinished,
    /// Nothing proves what ECR holds under the tag now.
    Unknown,
}
