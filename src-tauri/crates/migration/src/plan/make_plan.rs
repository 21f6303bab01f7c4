//! Makes the plan from the request and the facts. Pure: the same request and facts give the same plan.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::destination_identity::DestinationIdentity;
use crate::engine_route::predict::EngineOutcome;
use crate::error::MigrationError;
use crate::facts::{AtDestination, Facts, ImageFacts, SourceFacts};
use crate::plan::differences::differences;
use crate::plan::push_order::set_push_order;
use crate::plan::totals::{pulls, totals};
use crate::plan::{
    Action, ExistingImage, LifecycleForecast, NeededQuota, Plan, PlannedImage, PlannedRepository,
    Remark, Route, destination_reference,
};
use crate::request::{MigrationRequest, RequestedImage, Resolution};
use transload_model::{
    Digest, ImageReference, PackedDigest, Platform, RepositoryName, RepositorySettings,
};

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
}

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
    let totals = totals(&repositories, &images, &facts.repository_states, facts.blob_mounting);
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

fn layer_holders(facts: &Facts) -> Arc<Vec<(PackedDigest, RepositoryName)>> {
    if facts.blob_mounting != Some(true) {
        return Arc::default();
    }
    let holders = facts
        .repository_states
        .iter()
        .flat_map(|(name, state)| state.layers.iter().map(|digest| (digest.clone(), name.clone())));
    Arc::new(holders.collect())
}

/// Returns when each image was pushed to its source or, if the source doesn't report that, built.
fn dates(request: &MigrationRequest, facts: &Facts) -> Vec<Option<u64>> {
    let built = |known: &ImageFacts| known.source.as_ref().ok()?.built_at_ms;
    let images = request.images.iter().zip(&facts.images);
    images.map(|(image, known)| image.pushed_at_ms.or_else(|| built(known))).collect()
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
        existing: existing_image(&action, existing.as_ref(), &image.repository, facts),
        action,
        source_digest: source.digest.clone(),
        part_of: source.part_of.clone(),
        engine: source.engine.clone().map(Box::new),
        destination_digest: existing,
        platforms: source.platforms.clone(),
        size_bytes: source.size_bytes,
        remarks: remarks(facts, source),
        referrer_tags: known.referrer_tags.clone(),
        content: source.content.clone(),
        push_order: 0,
    }
}

/// Returns what is known about the other image that the tag points to. Both facts are unknown if
/// ECR didn't report them.
fn existing_image(
    action: &Action,
    digest: Option<&Digest>,
    repository: &RepositoryName,
    facts: &Facts,
) -> Option<ExistingImage> {
    if !matches!(action, Action::Conflict { .. } | Action::Overwrite | Action::KeepExisting) {
        return None;
    }
    let state = facts.repository_states.get(repository);
    Some(state.and_then(|state| state.existing.get(digest?).copied()).unwrap_or_default())
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
    // A tag mutability that isn't known allows nothing.
    let overwrite_allowed = settings.is_none_or(|settings| {
        settings.allows_overwrite(destination.manifest_reference()) == Some(true)
    });
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
    let accepted = images.iter().filter(|image| !matches!(image.action, Action::Refused { .. }));
    let needed: BTreeSet<_> = accepted.map(|image| &image.repository).collect();
    let required = request.repositories.iter().filter(|(name, _)| needed.contains(name));
    let mut moving: HashMap<&RepositoryName, Vec<&PlannedImage>> = HashMap::new();
    for image in images.iter().filter(|image| image.action.moves()) {
        moving.entry(&image.repository).or_default().push(image);
    }
    let planned = required.map(|(name, settings)| {
        let moving = moving.get(name).map(Vec::as_slice).unwrap_or_default();
        plan_repository(name, settings, facts, moving)
    });
    planned.collect()
}

fn plan_repository(
    name: &RepositoryName,
    requested: &RepositorySettings,
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
        settings: existing.map_or(requested, |repository| &repository.settings).clone(),
        differences: existing
            .map(|known| differences(requested, &known.settings, facts.repository_states.get(name)))
            .unwrap_or_default(),
        forecast: match existing {
            Some(_) => LifecycleForecast::of_existing(facts.repository_states.get(name), moving),
            None => LifecycleForecast::of_new(requested.lifecycle.policy_text().as_deref(), moving),
        },
    }
}
