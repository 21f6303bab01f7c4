//! What lifecycle policies would expire.

use serde::{Deserialize, Serialize};
pub use transload_lifecycle::PolicyAction as LifecycleAction;
use ts_rs::TS;

/// What the lifecycle policy of a repository does with the images of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "repositories.ts")]
pub enum LifecycleForecast {
    /// Nothing that concerns the migration: there is no policy, or it keeps these images.
    #[default]
    NothingExpires,
    /// Images expire, or are archived. To be confirmed before the migration starts.
    Expires {
        /// Images of the plan.
        planned: Vec<ExpiringImage>,
        /// Images that the repository has, and that would stay without the migration.
        existing: Vec<ExpiringImage>,
    },
    /// There is a policy, and it isn't known what it does. To be confirmed as well.
    Unreadable {
        /// Why not.
        reason: String,
    },
    /// It isn't known whether there is a policy.
    Unknown,
}

/// An image that a lifecycle policy applies to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct ExpiringImage {
    /// Its number in the plan; nothing for an image that the repository has.
    pub image: Option<u32>,
    /// Its tags; of a planned image the planned one.
    pub tags: Vec<String>,
    /// Its digest, where it is known.
    pub digest: Option<String>,
    /// The priority of the rule that applies.
    pub rule: u32,
    /// What happens.
    pub action: LifecycleAction,
    /// How many days after its push, or its last use, it happens; nothing for at the next evaluation,
    /// within 24 hours.
    pub after_days: Option<u32>,
}

impl LifecycleForecast {
    /// Whether a person has to confirm it before the migration starts.
    pub fn needs_confirmation(&self) -> bool {
        matches!(self, Self::Expires { .. } | Self::Unreadable { .. })
    }
}
