//! What a migration would do.

use serde::{Deserialize, Serialize};
use transload_errors::ApiError;
pub use transload_migration::{
    EngineOutcome, EngineWay, PlanTotals, PlannedReferrerTag, Remark as PlanRemark, Route,
};
use ts_rs::TS;

use crate::aws::AwsIdentity;
use crate::destination::DestinationIdentity;
use crate::lifecycle::LifecycleForecast;
use crate::migration::RepositorySettings;
use crate::selection::SelectedImage;

/// What a migration would do. Nothing was written when it was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "plan.ts")]
pub struct MigrationPlan {
    /// What to start it with.
    pub plan: String,
    /// Who would do it.
    pub identity: AwsIdentity,
    /// Where the images go. Running refuses any other destination.
    pub destination: DestinationIdentity,
    /// The registry's host, and port where there is one.
    pub registry: String,
    /// The ECR repositories, in the order in which they are needed.
    pub repositories: Vec<PlannedRepository>,
    /// The images, in the order in which they are moved.
    pub images: Vec<PlannedImage>,
    /// The sums.
    pub totals: PlanTotals,
    /// Docker Hub's pull quota, where the images come from there.
    pub pull_quota: Option<PullQuota>,
    /// How long it will take, where earlier migrations on the same way tell.
    #[serde(default)]
    pub expected: Option<ExpectedTime>,
    /// The same work as commands of `aws`, `docker` and `skopeo`.
    pub commands: Vec<String>,
    /// Whether Start is possible: no refused or undecided image is left, and something is to do.
    pub ready: bool,
}

/// An ECR repository that a plan needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "plan.ts")]
pub struct PlannedRepository {
    /// Its name.
    pub name: String,
    /// Its address, without a tag.
    pub uri: String,
    /// Whether it is there already.
    pub exists: bool,
    /// How it will be, or is, set up.
    pub settings: RepositorySettings,
    /// Where an existing repository differs from what was asked for; it is left as it is.
    pub differences: Vec<SettingDifference>,
    /// What its lifecycle policy, or the one that it gets, does with the images of the plan.
    #[serde(default)]
    pub lifecycle: LifecycleForecast,
}

/// A setting of an existing repository that is not as asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "plan.ts")]
pub struct SettingDifference {
    /// The setting.
    pub setting: String,
    /// What was asked for.
    pub wanted: String,
    /// What it is.
    pub actual: String,
}

/// An image of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "plan.ts")]
pub struct PlannedImage {
    /// Its number in the plan, from 0; events and reports call it by this.
    pub image: u32,
    /// What was selected.
    pub selected: SelectedImage,
    /// The full source, such as `docker.io/dencold/pgcli:latest`.
    pub source: String,
    /// The full destination.
    pub destination: String,
    /// The ECR repository's name.
    pub repository: String,
    /// The tag at the destination.
    pub tag: String,
    /// How it travels.
    pub route: Route,
    /// What will be done.
    pub action: PlannedAction,
    /// The digest at the source, where it is known before the push.
    pub source_digest: Option<String>,
    /// The digest that the tag has at the destination now.
    pub destination_digest: Option<String>,
    /// The platforms that travel.
    pub platforms: Vec<String>,
    /// Bytes of all its content.
    pub size_bytes: u64,
    /// Remarks, such as that the Docker Engine packs layers again.
    pub remarks: Vec<PlanRemark>,
    /// Its place among the images of its repository, which are pushed oldest first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub push_order: Option<u32>,
    /// The tags of its signatures, attestations and SBOMs, which are copied with it. `null` if they
    /// are looked for when the image is copied.
    #[serde(default)]
    pub referrer_tags: Option<Vec<PlannedReferrerTag>>,
    /// The digest of the index that it is one platform of, where only that is copied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub part_of: Option<String>,
    /// Which image of the Docker Engine it is, and what will arrive of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub engine: Option<EnginePrediction>,
}

/// Which image of the Docker Engine is sent, and what will arrive of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "plan.ts")]
pub struct EnginePrediction {
    /// The engine's ID of the image. A run stops where the name means another image.
    pub image_id: String,
    /// Who sends it.
    pub way: EngineWay,
    /// What arrives.
    pub outcome: EngineOutcome,
    /// The platform that is sent, where it is one of an index.
    pub platform: Option<String>,
    /// The version of the operating system of that platform, which Windows images have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub os_version: Option<String>,
    /// Every platform that the index lists; empty for a single image and where the engine does not say.
    pub index_platforms: Vec<String>,
    /// Whether attestations of the index are not sent.
    pub attestations_stay: bool,
}

/// What will be done with an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "plan.ts")]
pub enum PlannedAction {
    /// It is moved.
    Move,
    /// It is moved, and the tag at the destination leaves another image.
    Overwrite,
    /// It is there already, identical.
    AlreadyThere,
    /// The destination is left as it is, by choice.
    KeepExisting,
    /// The tag at the destination points to another image, and a choice is needed.
    Conflict {
        /// Whether the repository lets the tag move.
        overwrite_allowed: bool,
    },
    /// It cannot be moved.
    Refused {
        /// Why.
        error: ApiError,
    },
}

/// How long a migration will take, from how fast earlier ones were.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "plan.ts")]
pub struct ExpectedTime {
    /// How long.
    pub elapsed_ms: u64,
    /// The speed so far.
    pub bytes_per_second: u64,
    /// How many earlier migrations that is taken from.
    pub migrations: u32,
}

/// How far the making of a plan is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "plan.ts")]
pub struct PlanProgress {
    /// Images that were looked at.
    pub looked_at: u32,
    /// All images.
    pub images: u32,
}

/// Which tool copies from registry to registry in the commands of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "plan.ts")]
pub enum CopyTool {
    /// `skopeo`.
    Skopeo,
    /// `crane`.
    Crane,
}

/// Docker Hub's pull quota.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "plan.ts")]
pub struct PullQuota {
    /// Pulls that the plan needs; each platform counts. At least so many where images are read later.
    pub needed: u32,
    /// Pulls left now; nothing means not limited.
    pub left: Option<u32>,
    /// Length of the window that the limit is for.
    pub window_seconds: Option<u64>,
}
