//! What a migration would do.

use serde::{Deserialize, Serialize};
use transload_errors::ApiError;
pub use transload_migration::commands::CopyTool;
pub use transload_migration::{
    EngineOutcome, EnginePushMethod, ExistingImage, ExpectedTime, GatherProgress as PlanProgress,
    PlanTotals, PlannedReferrerTag, Remark as PlanRemark, Route,
};
use ts_rs::TS;

use crate::aws::AwsIdentity;
use crate::destination::DestinationIdentity;
use crate::lifecycle::LifecycleForecast;
use crate::migration::RepositorySettings;
use crate::selection::SelectedImage;

/// What a migration would do. Planning writes nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "plan.ts")]
pub struct MigrationPlan {
    /// The ID with which it is started.
    pub plan: String,
    /// The AWS identity that made the plan.
    pub identity: AwsIdentity,
    /// The destination. A run refuses any other one.
    pub destination: DestinationIdentity,
    /// The host of the registry, with the port if it has one.
    pub registry: String,
    /// The ECR repositories, in the order of their first image.
    pub repositories: Vec<PlannedRepository>,
    /// The images, in the order of the copies.
    pub images: Vec<PlannedImage>,
    pub totals: PlanTotals,
    /// The pull quota, if the source is Docker Hub.
    pub pull_quota: Option<NeededQuota>,
    /// The expected time, if earlier migrations with the same source allow an estimate.
    #[serde(default)]
    pub expected: Option<ExpectedTime>,
    /// The same work as commands of `aws`, `docker` and `skopeo`.
    pub commands: Vec<String>,
    /// Whether the plan can start: no image is refused or undecided, and there is something to do.
    pub ready: bool,
}

/// An ECR repository of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "plan.ts")]
pub struct PlannedRepository {
    pub name: String,
    /// Its URI, without a tag.
    pub uri: String,
    pub exists: bool,
    /// Its settings, or those that it will be created with.
    pub settings: RepositorySettings,
    /// Settings of an existing repository that differ from the request. They are not changed.
    pub differences: Vec<SettingDifference>,
    /// What its lifecycle policy will do with the images of the plan.
    #[serde(default)]
    pub lifecycle: LifecycleForecast,
}

/// A setting of an existing repository that differs from the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "plan.ts")]
pub struct SettingDifference {
    pub setting: String,
    pub wanted: String,
    pub actual: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "plan.ts")]
pub struct PlannedImage {
    /// Its number in the plan, starting at 0. Events and reports use it.
    pub image: u32,
    pub selected: SelectedImage,
    /// The full source reference, such as `docker.io/dencold/pgcli:latest`.
    pub source: String,
    /// The full destination reference.
    pub destination: String,
    /// The name of the ECR repository.
    pub repository: String,
    /// The tag in ECR.
    pub tag: String,
    pub route: Route,
    pub action: PlannedAction,
    /// The digest at the source, if it is known before the push.
    pub source_digest: Option<String>,
    /// The current digest of the tag in ECR.
    pub destination_digest: Option<String>,
    /// The different image in ECR that the tag points to now, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub existing: Option<ExistingImage>,
    /// The platforms that are copied.
    pub platforms: Vec<String>,
    /// The size of all its content. `null` if it wasn't read, because the image is refused, ECR has
    /// it already, or its manifests are read during the migration.
    pub size_bytes: Option<u64>,
    /// Remarks, such as that the Docker Engine packs layers again.
    pub remarks: Vec<PlanRemark>,
    /// Its position among the images of its repository, which are pushed oldest first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub push_order: Option<u32>,
    /// The tags of its signatures, attestations and SBOMs, which are copied too. `null` if they are
    /// looked up when the image is copied.
    #[serde(default)]
    pub referrer_tags: Option<Vec<PlannedReferrerTag>>,
    /// The digest of its index, if only one platform of the index is copied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub part_of: Option<String>,
    /// The image in the Docker Engine, and the predicted result of its push.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub engine: Option<EnginePrediction>,
}

/// The image in the Docker Engine, and the predicted result of its push.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "plan.ts")]
pub struct EnginePrediction {
    /// The image ID in the engine. A run stops if the name refers to another image.
    pub image_id: String,
    /// Who pushes it.
    pub method: EnginePushMethod,
    /// What is pushed.
    pub outcome: EngineOutcome,
    /// The platform that is pushed, if it is one of an index.
    pub platform: Option<String>,
    /// The operating system version of the platform, which Windows images have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub os_version: Option<String>,
    /// Every platform of the index. Empty for a single image, and if the engine doesn't report
    /// them.
    pub index_platforms: Vec<String>,
    /// Whether attestations of the index are not pushed.
    pub attestations_stay: bool,
}

/// What a migration will do with an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "plan.ts")]
pub enum PlannedAction {
    /// Copy it.
    Move,
    /// Copy it, and move the tag from another image.
    Overwrite,
    /// The identical image already exists.
    AlreadyThere,
    /// The user chose to keep the existing image.
    KeepExisting,
    /// The tag points to another image. The user has to choose.
    Conflict {
        /// Whether the repository allows the tag to move.
        overwrite_allowed: bool,
    },
    /// It can't be copied.
    Refused { error: ApiError },
}

/// The pull quota of Docker Hub.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "plan.ts")]
pub struct NeededQuota {
    /// Pulls that the plan requires; each platform counts. A minimum, if images are read later.
    pub needed: u32,
    /// Remaining pulls. `null` if not limited.
    pub left: Option<u32>,
    /// Length of the window of the limit.
    pub window_seconds: Option<u64>,
}
