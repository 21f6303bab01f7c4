//! What lifecycle policies would expire.

use serde::{Deserialize, Serialize};
pub use transload_lifecycle::PolicyAction as LifecycleAction;
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
        /// Images of the plan.
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
