//! The plan: what a migration would do, or why it can't. Pure: the same request and facts give the
//! same plan, and creating it writes nothing. `run` follows it or stops.

pub(crate) mod differences;
pub(crate) mod expected_time;
pub(crate) mod forecast_now;
pub(crate) mod lifecycle_forecast;
pub(crate) mod permissions;
mod push_order;
pub(crate) mod repository_names;
pub(crate) mod shards;
pub(crate) mod tag_rules;
#[cfg(test)]
mod tests;
pub(crate) mod totals;

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use ts_rs::TS;

use crate::destination_identity::DestinationIdentity;
use crate::engine_route::predict::{EngineOutcome, EnginePlan};
use crate::error::MigrationError;
use crate::facts::{AtDestination, Facts, ImageFacts, SourceFacts};
use crate::image_content::ImageContent;
use crate::manifest_cache::ManifestCache;
use crate::plan::differences::{Difference, differences};
use crate::plan::lifecycle_forecast::LifecycleForecast;
use crate::plan::push_order::set_push_order;
use crate::plan::totals::{NeededQuota, PlanTotals, pulls, totals};
use crate::request::{CopyScope, MigrationRequest, RequestedImage, Resolution};
use transload_model::{
    Digest, ImageReference, InvalidReference, Platform, RegistryHost, RepositoryName,
    RepositorySettings, Tag,
};

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
    pub layer_holders: Arc<Vec<(Digest, RepositoryName)>>,
    /// Cached manifests for a copy from registry to registry.
    pub manifests: Arc<ManifestCache>,
}

/// A repository that a plan needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedRepository {
    pub name: RepositoryName,
    /// Its URI, without a tag.
    pub uri: String,
    /// Whether it exists.
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

#[derive(Clone, Debug)]
pub struct PlannedImage {
    /// Its number in the plan, from 0.
    pub index: u32,
    /// The repository as the source shows it.
    pub source_repository: String,
    /// The tag that was requested.
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
    pub engine: Option<EnginePlan>,
    /// The digest of the tag at the destination when the plan was created.
    pub destination_digest: Option<Digest>,
    /// The platforms that are copied.
    pub platforms: Vec<Platform>,
    /// Size of its content in bytes.
    pub size_bytes: u64,
    pub remarks: Vec<Remark>,
    /// The tags of its signatures, attestations and SBOMs at the source, which are copied with it.
    /// `None` if planning couldn't list them; then they are listed when the image is copied.
    pub referrer_tags: Option<Vec<PlannedReferrerTag>>,
    /// The content of its manifests, if planning read them.
    pub content: Option<Arc<ImageContent>>,
    /// Its position among the images of its repository, which are pushed oldest first.
    pub push_order: u32,
}

/// A tag that stores a signature, attestation or SBOM of an image, such as `sha256-….sig`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "plan.ts")]
pub struct PlannedReferrerTag {
    /// The tag, at the source and at the destination.
    pub tag: Tag,
    /// The digest at the source.
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
        self.destination_digest.as_ref().is_some_and(|there| *there != self.source_digest)
    }
}

/// How an image is transferred.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "plan.ts")]
pub enum Route {
    /// From the Docker Engine.
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
    /// Creates a plan from stored parts, such as those of a plan file or the journal.
    pub fn of_parts(
        destination: DestinationIdentity,
        repositories: Vec<PlannedRepository>,
        images: Vec<PlannedImage>,
        request: &MigrationRequest,
    ) -> Self {
        Self {
            totals: totals(&repositories, &images, &BTreeMap::new(), None),
            destination,
            repositories,
            images,
            pull_quota: None,
            remove_temporary_tags: request.remove_temporary_tags,
            extent: request.extent.clone(),
            layer_holders: Arc::default(),
            manifests: Arc::default(),
        }
    }

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
}

/// Creates the plan.
pub fn plan(request: &MigrationRequest, facts: &Facts) -> Plan {
    let mut taken = HashMap::new();
    let mut images: Vec<_> = request
        .images
        .iter()
        .zip(&facts.images)
        .zip(0u32..)
        .map(|((image, known), index)| plan_image(index, image, known, facts, &mut taken))
        .collect();
    set_push_order(&mut images, &dates(request, facts));
    let repositories = plan_repositories(request, facts, &images);
    let totals = totals(&repositories, &images, &facts.holds, facts.blob_mounting);
    let layer_holders = layer_holders(facts);
    let pull_quota = facts.pull_quota.map(|quota| NeededQuota { needed: pulls(&images), quota });
    let destination = facts.destination.clone();
    let remove_temporary_tags = request.remove_temporary_tags;
    let extent = request.extent.clone();
    let manifests = Arc::clone(&facts.manifests);
    Plan {
        destination,
        repositories,
        images,
        totals,
        pull_quota,
        remove_temporary_tags,
        extent,
        layer_holders,
        manifests,
    }
}

fn layer_holders(facts: &Facts) -> Arc<Vec<(Digest, RepositoryName)>> {
    if facts.blob_mounting != Some(true) {
        return Arc::default();
    }
    let holders = facts
        .holds
        .iter()
        .flat_map(|(name, holds)| holds.layers.iter().map(|digest| (digest.clone(), name.clone())));
    Arc::new(holders.collect())
}

/// Returns when each image was pushed to its source or, if the source doesn't report that, built.
fn dates(request: &MigrationRequest, facts: &Facts) -> Vec<Option<u64>> {
    let built = |known: &ImageFacts| known.source.as_ref().ok()?.built_at_ms;
    let images = request.images.iter().zip(&facts.images);
    images.map(|(image, known)| image.pushed_at_ms.or_else(|| built(known))).collect()
}

/// Returns the full reference of an image at the destination.
pub(super) fn destination_reference(
    destination: &DestinationIdentity,
    image: &RequestedImage,
) -> Result<ImageReference, InvalidReference> {
    destination.image(&image.repository, image.destination_tag())
}

fn plan_image(
    index: u32,
    image: &RequestedImage,
    known: &ImageFacts,
    facts: &Facts,
    taken: &mut HashMap<ImageReference, u32>,
) -> PlannedImage {
    let empty = SourceFacts::default();
    let source = known.source.as_ref().unwrap_or(&empty);
    let (destination, invalid) = match destination_reference(&facts.destination, image) {
        Ok(destination) => (destination, None),
        // The source name is shown instead; the action reports the invalid destination.
        Err(error) => (image.source.clone(), Some(error)),
    };
    let existing = known.destination.as_ref().ok().and_then(Clone::clone);
    let action = match invalid {
        Some(source) => {
            let destination = facts.destination.repository_uri(&image.repository);
            let error = MigrationError::DestinationInvalid { destination, source };
            Action::Refused { error: Arc::new(error) }
        }
        None => decide(image, known, facts, &destination, taken),
    };
    if action.moves() {
        taken.entry(destination.clone()).or_insert(index);
    }
    PlannedImage {
        index,
        source_repository: image.source_repository.clone(),
        requested_tag: image.tag.clone(),
        source: image.source.clone(),
        destination,
        repository: image.repository.clone(),
        tag: image.destination_tag().clone(),
        route: if facts.engine.is_some() { Route::DockerEngine } else { Route::RegistryToRegistry },
        action,
        source_digest: source.digest.clone(),
        part_of: source.part_of.clone(),
        engine: source.engine.clone(),
        destination_digest: existing,
        platforms: source.platforms.clone(),
        size_bytes: source.size_bytes,
        remarks: remarks(facts, source),
        referrer_tags: known.referrer_tags.clone(),
        content: source.content.clone(),
        push_order: 0,
    }
}

fn decide(
    image: &RequestedImage,
    known: &ImageFacts,
    facts: &Facts,
    destination: &ImageReference,
    taken: &HashMap<ImageReference, u32>,
) -> Action {
    let source = match &known.source {
        Ok(source) => source,
        Err(error) => return Action::Refused { error: Arc::clone(error) },
    };
    let existing = match &known.destination {
        Ok(existing) => existing,
        Err(error) => return Action::Refused { error: Arc::clone(error) },
    };
    let refused = |error: MigrationError| Action::Refused { error: Arc::new(error) };
    if taken.contains_key(destination) {
        return refused(MigrationError::SameDestination { destination: destination.clone() });
    }
    if source.name_taken {
        return refused(MigrationError::EngineNameTaken { reference: destination.clone() });
    }
    let Some(existing) = existing else { return Action::Move };
    if is_identical(source, destination, existing) {
        return Action::AlreadyThere;
    }
    let settings = facts.repositories.get(&image.repository).map(|repository| &repository.settings);
    let overwrite_allowed =
        settings.is_none_or(|settings| settings.allows_overwrite(destination.manifest_reference()));
    match &image.resolution {
        Some(Resolution::KeepExisting) => Action::KeepExisting,
        Some(Resolution::Overwrite) if overwrite_allowed => Action::Overwrite,
        _ => Action::Conflict { overwrite_allowed },
    }
}

/// Returns whether the digests match, or the engine recorded that it pushed this very digest.
fn is_identical(source: &SourceFacts, destination: &ImageReference, existing: &Digest) -> bool {
    source.digest.as_ref() == Some(existing)
        || source.at_destination.is_some()
        || source.known_as.iter().any(|name| {
            name.registry() == destination.registry()
                && name.path() == destination.path()
                && name.digest() == Some(existing)
        })
}

fn remarks(facts: &Facts, source: &SourceFacts) -> Vec<Remark> {
    let Some(engine) = &source.engine else {
        if facts.engine.is_some() {
            return Vec::new();
        }
        let part = source.part_of.as_ref().map(|_| Remark::ChosenPlatform);
        let later = source.is_unread.then_some(Remark::ReadLater);
        // Source: AWS Lambda, "Create a Lambda function using a container image": an index is not
        // supported.
        let for_one = source.content.as_ref().is_some_and(|content| content.is_index_for_one);
        let lambda = for_one.then_some(Remark::NotForLambda);
        let other = is_for_other_processors(&source.platforms).then_some(Remark::NotForAmd64);
        let content = source.content.as_deref();
        let cache =
            content.is_some_and(|content| content.is_build_cache).then_some(Remark::BuildCache);
        let foreign = content
            .is_some_and(|content| content.has_foreign_layers)
            .then_some(Remark::ForeignLayers);
        let remarks = part.into_iter().chain(later).chain(other).chain(lambda);
        return remarks.chain(cache).chain(foreign).collect();
    };
    let mut remarks = Vec::new();
    if is_for_other_processors(&source.platforms) {
        remarks.push(Remark::NotForAmd64);
    }
    if engine.outcome == EngineOutcome::Repacked {
        remarks.extend([Remark::SizeUnpacked, Remark::DigestChanges]);
    }
    if source.at_destination == Some(AtDestination::Index) {
        remarks.push(Remark::DestinationHasIndex);
    }
    remarks
}

/// Returns whether a Linux image doesn't run on amd64. Images built on a laptop with an Arm
/// processor fail elsewhere with "exec format error".
fn is_for_other_processors(platforms: &[Platform]) -> bool {
    let mut linux = platforms.iter().filter(|platform| platform.os == "linux").peekable();
    linux.peek().is_some() && linux.all(|platform| platform.architecture != "amd64")
}

fn plan_repositories(
    request: &MigrationRequest,
    facts: &Facts,
    images: &[PlannedImage],
) -> Vec<PlannedRepository> {
    // A repository whose images are all refused is not needed.
    let wanting = images.iter().filter(|image| !matches!(image.action, Action::Refused { .. }));
    let needed: BTreeSet<_> = wanting.map(|image| &image.repository).collect();
    let wanted = request.repositories.iter().filter(|(name, _)| needed.contains(name));
    let mut moving: HashMap<&RepositoryName, Vec<&PlannedImage>> = HashMap::new();
    for image in images.iter().filter(|image| image.action.moves()) {
        moving.entry(&image.repository).or_default().push(image);
    }
    let planned = wanted.map(|(name, settings)| {
        let moving = moving.get(name).map(Vec::as_slice).unwrap_or_default();
        plan_repository(name, settings, facts, moving)
    });
    planned.collect()
}

fn plan_repository(
    name: &RepositoryName,
    wanted: &RepositorySettings,
    facts: &Facts,
    moving: &[&PlannedImage],
) -> PlannedRepository {
    let uri = facts.destination.repository_uri(name);
    let existing = facts.repositories.get(name);
    PlannedRepository {
        name: name.clone(),
        uri,
        exists: existing.is_some(),
        is_own: false,
        settings: existing.map_or(wanted, |repository| &repository.settings).clone(),
        differences: existing
            .map(|known| differences(wanted, &known.settings, facts.holds.get(name)))
            .unwrap_or_default(),
        forecast: match existing {
            Some(_) => LifecycleForecast::of_existing(facts.holds.get(name), moving),
            None => LifecycleForecast::of_new(wanted.lifecycle.policy_text().as_deref(), moving),
        },
    }
}
