//! What lifecycle policies would expire.

use serde::{Deserialize, Serialize};
use transload_explorer::FreedBytes;
pub use transload_lifecycle::PolicyAction as LifecycleAction;
use transload_model::Reported;
use ts_rs::TS;

/// What the lifecycle policy of a repository will do after a migration.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "repositories.ts")]
pub enum LifecycleForecast {
    /// No effect: the repository has no policy, or the policy keeps these images.
    #[default]
    NothingExpires,
    /// Images will expire or be archived. The user has to confirm it before the migration starts.
    Expires {
        planned: Vec<ExpiringImage>,
        /// Existing images that would stay without the migration.
        existing: Vec<ExpiringImage>,
    },
    /// The repository has a policy whose effect is unknown. The user has to confirm it as well.
    Unreadable { reason: String },
    /// It is unknown whether the repository has a policy.
    Unknown,
}

/// An image that a lifecycle policy applies to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct ExpiringImage {
    /// Its number in the plan. `null` for an existing image.
    pub image: Option<u32>,
    /// Its tags. For a planned image, only the planned one.
    pub tags: Vec<String>,
    /// Its digest, if known.
    pub digest: Option<String>,
    /// The priority of the rule that applies.
    pub rule: u32,
    pub action: LifecycleAction,
    /// Days after its push or its last pull. `null` if it happens at the next evaluation, within 24
    /// hours.
    pub after_days: Option<u32>,
}

impl LifecycleForecast {
    /// Whether the user has to confirm it before the migration starts.
    pub fn needs_confirmation(&self) -> bool {
        matches!(self, Self::Expires { .. } | Self::Unreadable { .. })
    }
}

/// What a lifecycle policy would do with the images of a repository now, computed on this computer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct LifecycleWhatIf {
    /// Why ECR would refuse the text. The other members are empty then.
    pub problem: Option<String>,
    /// The rules, in the order in which they apply.
    pub rules: Vec<LifecycleRuleEffect>,
    /// The images that go, those of the same rule together.
    pub affected: Vec<AffectedImage>,
    /// Number of images that stay.
    pub kept: u64,
    /// The bytes that the deleted images free.
    pub freed: FreedBytes,
    /// Whether indexes weren't read, so that their platforms count as images of their own.
    pub is_estimate: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct LifecycleRuleEffect {
    pub priority: u32,
    /// The rule as a sentence.
    pub words: String,
    /// What is often misread about it.
    pub caution: Option<String>,
    pub action: LifecycleAction,
    /// Number of images that it applies to.
    pub images: u64,
}

/// An image that a policy deletes or archives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct AffectedImage {
    pub digest: String,
    pub tags: Vec<String>,
    /// The priority of the rule that applies.
    pub rule: u32,
    pub action: Reported<LifecycleAction>,
    pub pushed_at_ms: Option<u64>,
    pub pulled_at_ms: Option<u64>,
}

/// The state of ECR's own preview of a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "repositories.ts")]
pub enum LifecyclePreviewState {
    /// There is no preview of this text. It has to be started.
    None,
    /// The preview of another text runs. Only one can run in a repository.
    OtherRunning,
    Running,
    /// ECR couldn't make the preview, or discarded it.
    Failed,
    /// The preview has a status that Transload doesn't know.
    Unknown {
        /// As ECR wrote it.
        status: String,
    },
    Complete {
        /// Number of images that ECR would delete.
        expiring: u64,
        /// Number of images that ECR would archive.
        archiving: u64,
        /// Number of images for which ECR reports an action that Transload doesn't know. With any, the policy can't be set.
        unknown: u64,
        images: Vec<AffectedImage>,
        /// The bytes that the deleted images free.
        freed: FreedBytes,
    },
}
