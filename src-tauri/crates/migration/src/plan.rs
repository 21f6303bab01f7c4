//! The plan: what a migration would do, or why it can't. Pure: the same request and facts give the
//! same plan, and creating it writes nothing. `run` follows it or stops.

pub(crate) mod differences;
pub(crate) mod expected_time;
pub(crate) mod forecast_now;
pub(crate) mod lifecycle_forecast;
pub(crate) mod make_plan;
pub(crate) mod permissions;
mod push_order;
pub(crate) mod repository_names;
pub(crate) mod shards;
pub(crate) mod tag_rules;
#[cfg(test)]
mod tests;
pub(crate) mod totals;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::destination_identity::DestinationIdentity;
use crate::engine_route::predict::EnginePlan;
use crate::error::MigrationError;
use crate::image_content::PlannedContent;
use crate::manifest_cache::ManifestCache;
use crate::request::{CopyScope, RequestedImage};
use transload_lifecycle::PolicyEffect;
use transload_model::{
    Digest, Encryption, ImageReference, InvalidReference, LifecyclePreset, PackedDigest, Platform,
    RegistryHost, Reported, RepositoryName, RepositorySettings, Tag,
};
use transload_registry::PullQuota;

/// What a migration would do.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The destination. Running refuses any other one.
    pub destination: DestinationIdentity,
    /// The repositories that its images are pushed to, sorted by name.
    pub repositories: Vec<PlannedRepository>,
    /// The images, in the order of the request.
    pub images: Vec<PlannedImage>,
    pub totals: PlanTotals,
    /// Docker Hub's pull quota as the source reported it, with the number of pulls that the plan
    /// needs.
    pub pull_quota: Option<NeededQuota>,
    /// Whether the temporary tags of a push through the engine are removed afterwards.
    pub remove_temporary_tags: bool,
    /// Which parts of each image are copied from registry to registry.
    pub extent: CopyScope,
    /// Layers of existing repositories that can be mounted from there. Empty unless blob mounting
    /// is enabled.
    pub layer_holders: Arc<Vec<(PackedDigest, RepositoryName)>>,
    /// Cached manifests for a copy from registry to registry.
    pub manifests: Arc<ManifestCache>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export_to = "plan.ts")]
pub struct PlanTotals {
    pub repositories_to_create: u32,
    /// Images to copy.
    pub images_to_move: u32,
    /// Images that already exist, or whose destination is kept by choice.
    pub images_unchanged: u32,
    /// Images that need a choice.
    pub conflicts: u32,
    /// Images that can't be copied.
    pub refused: u32,
    /// Bytes that the account receives: each layer once for each repository that doesn't have it,
    /// or once for all repositories that can share it if blob mounting is enabled. Referrers and
    /// the manifests themselves are not counted.
    pub upload_bytes: u64,
    /// Whether blob mounting is enabled in ECR, if known.
    pub blob_mounting: Option<bool>,
    /// Bytes of all images to copy without existing layers; each shared layer is counted once.
    pub unique_bytes: u64,
    /// Bytes that ECR stores in addition: a layer in two repositories counts twice.
    pub stored_bytes: u64,
    /// Bytes of images to copy that their repositories already have.
    pub there_bytes: u64,
    /// Bytes that can be mounted: layers that go to several repositories with the same encryption,
    /// or that one of those already has.
    pub mountable_bytes: u64,
    /// Tags of signatures, attestations and SBOMs that will be written with the images.
    pub referrer_tags: u32,
    /// Tags of signatures, attestations and SBOMs that are not written, because a different one at
    /// the destination is kept.
    pub referrer_tags_kept: u32,
    /// Images to copy whose signatures couldn't be listed yet.
    pub referrers_unknown: u32,
}

/// A pull quota with the pulls that a plan needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NeededQuota {
    pub needed: u32,
    /// The quota that the registry reported.
    pub quota: PullQuota,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedRepository {
    pub name: RepositoryName,
    /// Its URI, without a tag.
    pub uri: String,
    pub exists: bool,
    /// Whether an earlier run of the same migration created it; its policies may not be set yet.
    pub is_own: bool,
    /// Its settings after creation, or its existing settings.
    pub settings: RepositorySettings,
    /// Settings of an existing repository that differ from the request.
    pub differences: Vec<Difference>,
    /// The effect of its lifecycle policy, existing or new, on the images of the plan.
    pub forecast: LifecycleForecast,
}

/// What the lifecycle policy of a repository will do after a migration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum LifecycleForecast {
    /// No effect: the repository has no policy, or the policy keeps all these images.
    #[default]
    NothingExpires,
    /// Images will expire or be archived.
    Expires {
        /// Images of the plan, in its order.
        planned: Vec<ExpiringImage>,
        /// Existing images that would stay without the migration.
        existing: Vec<ExpiringImage>,
    },
    /// The repository has a policy, but its effect is unknown.
    Unreadable { reason: String },
    /// It is unknown whether the repository has a policy.
    Unknown,
}

/// An image that a policy will expire or archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpiringImage {
    /// Its number in the plan; `None` for an existing image.
    pub planned: Option<u32>,
    /// Its tags. For a planned image, only the planned one.
    pub tags: Vec<String>,
    /// Its digest, if known.
    pub digest: Option<Digest>,
    /// The rule that applies, and when.
    pub verdict: PolicyEffect,
}

/// A setting of an existing repository that differs from the request. It is not changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// Tag mutability or its exclusion filters.
    TagMutability {
        wanted: RepositorySettings,
    },
    ScanOnPush {
        wanted: bool,
    },
    /// Encryption, which can't be changed after creation.
    Encryption {
        wanted: Reported<Encryption>,
    },
    Lifecycle {
        wanted: LifecyclePreset,
        /// Whether the repository has another policy; otherwise it has none.
        has_another: bool,
    },
    Policy {
        /// Whether the repository has another policy; otherwise it has none.
        has_another: bool,
    },
}

#[derive(Clone, Debug)]
pub struct PlannedImage {
    /// Its number in the plan, from 0.
    pub index: u32,
    /// The repository as the source shows it.
    pub source_repository: String,
    pub requested_tag: Tag,
    pub source: ImageReference,
    pub destination: ImageReference,
    pub repository: RepositoryName,
    pub tag: Tag,
    pub route: Route,
    pub action: Action,
    /// The digest that is copied from the source, if a push preserves it.
    pub source_digest: Option<Digest>,
    /// The index that contains the image, if only one platform of it is copied.
    pub part_of: Option<Digest>,
    /// Which image of the Docker Engine it is, and how it is sent to ECR.
    pub engine: Option<Box<EnginePlan>>,
    /// The digest of the tag at the destination when the plan was created.
    pub destination_digest: Option<Digest>,
    /// The different image that the tag at the destination points to, if there is one.
    pub existing: Option<ExistingImage>,
    /// The platforms that are copied, shared with the images that have the same ones.
    pub platforms: Arc<[Platform]>,
    /// Size of its content in bytes.
    pub size_bytes: u64,
    pub remarks: Vec<Remark>,
    /// The tags of its signatures, attestations and SBOMs at the source, which are copied with it.
    /// `None` if planning couldn't list them; then they are listed when the image is copied.
    pub referrer_tags: Option<Vec<PlannedReferrerTag>>,
    /// The content of its manifests, if planning read them.
    pub content: Option<Arc<PlannedContent>>,
    /// Its position among the images of its repository, which are pushed oldest first.
    pub push_order: u32,
}

/// An image in ECR whose tag the plan wants for another image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "plan.ts")]
pub struct ExistingImage {
    /// The compressed size as ECR counts it: for an index, the size of its largest child. `null` if
    /// ECR didn't report it.
    pub size_bytes: Option<u64>,
    /// When it was pushed. `null` if ECR didn't report it.
    pub pushed_at_ms: Option<u64>,
}

/// A tag that stores a signature, attestation or SBOM of an image, such as `sha256-….sig`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "plan.ts")]
pub struct PlannedReferrerTag {
    /// The tag, at the source and at the destination.
    pub tag: Tag,
    pub source_digest: Digest,
    /// The digest at the destination when the plan was created.
    pub destination_digest: Option<Digest>,
}

impl PlannedReferrerTag {
    /// Returns whether the tag will be written. A different one at the destination is kept, because
    /// this migration didn't write it.
    pub fn is_written(&self) -> bool {
        self.destination_digest.is_none()
    }

    /// Returns whether a different one at the destination is kept.
    pub fn is_kept(&self) -> bool {
        self.destination_digest.as_ref().is_some_and(|existing| *existing != self.source_digest)
    }
}

/// How an image is transferred.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "plan.ts")]
pub enum Route {
    DockerEngine,
    /// Copied from registry to registry, unchanged.
    RegistryToRegistry,
}

/// What the migration does with an image.
#[derive(Clone, Debug)]
pub enum Action {
    /// Copies it.
    Move,
    /// Copies it, and moves the tag from another image to it.
    Overwrite,
    /// Nothing: the destination has the identical image.
    AlreadyThere,
    /// Nothing: the existing image is kept by choice.
    KeepExisting,
    /// The tag points to another image, and a choice is required.
    Conflict {
        /// Whether the repository allows the tag to be overwritten.
        overwrite_allowed: bool,
    },
    /// It can't be copied.
    Refused { error: Arc<MigrationError> },
}

impl Action {
    /// Returns whether a different image is kept at the destination.
    pub fn keeps(&self) -> bool {
        matches!(self, Self::KeepExisting | Self::Conflict { .. })
    }

    /// Returns whether content is copied.
    pub fn moves(&self) -> bool {
        matches!(self, Self::Move | Self::Overwrite)
    }
}

/// Something to know about a planned image before starting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "PlanRemark", export_to = "plan.ts")]
pub enum Remark {
    /// The engine repacks layers, so the digest in ECR will differ from the original one.
    DigestChanges,
    /// The engine holds one platform, which is copied. Occurs only in plans of earlier versions.
    OnePlatform,
    /// The size is the engine's unpacked size.
    SizeUnpacked,
    /// Its manifests are read while the migration runs, to save the source's pull quota; its size
    /// and platforms are unknown until then.
    ReadLater,
    /// Only the chosen platform is copied: ECR will have its digest and not that of the index.
    ChosenPlatform,
    /// It is for Linux but not for amd64, which most cloud machines use.
    NotForAmd64,
    /// It is an index of one platform and its attestation, which AWS Lambda doesn't support.
    NotForLambda,
    /// It is a build cache rather than a runnable image.
    BuildCache,
    /// Some of its layers are stored outside the registry, such as Windows base layers, and are not
    /// copied.
    ForeignLayers,
    /// ECR already has an index that contains this image and other platforms. The index is not
    /// replaced by a single platform.
    DestinationHasIndex,
}

impl Plan {
    /// Returns the destination registry's host in image references.
    pub fn registry(&self) -> &RegistryHost {
        &self.destination.registry
    }

    /// Returns whether the plan can be started: no choice is pending, and there is something to
    /// copy or verify.
    pub fn is_ready(&self) -> bool {
        let unchanged = self.totals.images_unchanged;
        self.totals.conflicts == 0 && self.totals.images_to_move + unchanged > 0
    }

    /// Frees the lists of blobs if the run doesn't need them: it uses them only to mount layers. Each image has a
    /// kilobyte of them.
    pub fn drop_unused_blobs(&mut self) {
        if self.totals.blob_mounting == Some(true) {
            return;
        }
        for content in self.images.iter_mut().filter_map(|image| image.content.as_mut()) {
            Arc::make_mut(content).blobs = Box::default();
        }
    }
}

/// Returns the full reference of an image at the destination.
pub(super) fn destination_reference(
    destination: &DestinationIdentity,
    image: &RequestedImage,
) -> Result<ImageReference, InvalidReference> {
    destination.image(&image.repository, image.destination_tag())
}
