//! Reads the facts of a request from source and destination, many images at a time, without writing anything.

use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::{StreamExt, stream};
use serde::Serialize;
use ts_rs::TS;

use crate::concurrency::{MAX_CONCURRENT_IMAGE_LOOKUPS, for_each_concurrent};
use crate::endpoints::{Destination, Source};
use crate::error::MigrationError;
use crate::facts::Facts;
use crate::facts::destination_state::read_repository_states;
use crate::facts::heads::Heads;
use crate::facts::image_lookup::ContentLookup;
use crate::facts::referrer_tags::find_referrer_tags;
use crate::facts::shared_platforms::SharedPlatforms;
use crate::manifest_cache::ManifestCache;
use crate::request::MigrationRequest;
use transload_aws::EcrRepository;
use transload_model::RepositoryName;
use transload_registry::PullQuota;

/// Estimated pulls of an image whose manifests are not read yet: an index with a few platforms.
const ESTIMATED_PULLS_PER_IMAGE: usize = 4;

/// Progress of gathering the facts of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "PlanProgress", export_to = "plan.ts")]
pub struct GatherProgress {
    /// Number of images that were looked up.
    pub looked_at: u32,
    /// Number of images in the request.
    pub images: u32,
}

/// Counts the lookups of each image: whether the destination has it, and its content.
struct Progress<'a> {
    steps: AtomicUsize,
    images: usize,
    report: &'a (dyn Fn(GatherProgress) + Sync),
}

impl Progress<'_> {
    const STEPS_OF_AN_IMAGE: usize = 2;

    fn step(&self) {
        let steps = self.steps.fetch_add(1, Ordering::Relaxed) + 1;
        let count = |images| u32::try_from(images).unwrap_or(u32::MAX);
        let (looked_at, images) = (count(steps / Self::STEPS_OF_AN_IMAGE), count(self.images));
        (self.report)(GatherProgress { looked_at, images });
    }
}

/// Gathers the facts of a request and reports progress. Dropping the future cancels the work;
/// nothing is written. Manifests that `manifests` has from an earlier plan are not requested again.
///
/// # Errors
/// Returns an error only if nothing can be planned: the ECR API or the engine doesn't respond. A
/// failure that concerns one image is stored with that image.
pub async fn gather(
    request: &MigrationRequest,
    source: &Source,
    destination: &Destination,
    manifests: &Arc<ManifestCache>,
    report: &(dyn Fn(GatherProgress) + Sync),
) -> Result<Facts, MigrationError> {
    let progress = &Progress { steps: AtomicUsize::new(0), images: request.images.len(), report };
    let repositories = existing_repositories(request, destination).await?;
    let engine = match source {
        Source::Engine(engine) => Some(engine.info().await?),
        Source::Registry(_) => None,
    };
    let found = heads(request, source, destination, &repositories, progress).await;
    let pull_quota =
        found.iter().filter_map(|found| found.quota()).min_by_key(|quota| quota.remaining);
    let spare = spares_quota(&found, pull_quota, manifests);
    let found: Vec<_> = found.into_iter().map(|heads| Mutex::new(Some(heads))).collect();
    let extent = &request.extent;
    let engine_info = engine.as_ref();
    let shared = shared_repositories(request);
    let lookup = ContentLookup {
        source,
        destination,
        engine: engine_info,
        extent,
        spare,
        manifests,
        platforms: SharedPlatforms::default(),
        shared,
        archives: tokio::sync::Mutex::default(),
    };
    let (found, lookup) = (&found, &lookup);
    let images =
        for_each_concurrent(found.len(), MAX_CONCURRENT_IMAGE_LOOKUPS, |index| async move {
            // Each index is taken once.
            let heads = found[index].lock().unwrap_or_else(PoisonError::into_inner).take();
            let heads = heads.unwrap_or_default();
            let facts = lookup.read_facts(&request.images[index], heads).await;
            progress.step();
            facts
        })
        .await;
    let mut images = images;
    if let Source::Registry(registry) = source
        && request.extent.referrers
    {
        find_referrer_tags(request, &mut images, registry, destination, &repositories).await;
    }
    let (repository_states, blob_mounting) = futures_util::future::join(
        read_repository_states(request, &images, &repositories, destination),
        blob_mounting(request, source, destination),
    )
    .await;
    let destination = destination.identity.clone();
    let manifests = Arc::clone(manifests);
    Ok(Facts {
        destination,
        repositories,
        repository_states,
        images,
        pull_quota,
        engine,
        blob_mounting,
        manifests,
    })
}

/// Reads whether blob mounting is enabled. It matters only for copies to more than one repository.
async fn blob_mounting(
    request: &MigrationRequest,
    source: &Source,
    destination: &Destination,
) -> Option<bool> {
    if request.repositories.len() < 2 || matches!(source, Source::Engine(_)) {
        return None;
    }
    match destination.ecr.blob_mounting().await {
        Ok(is_on) => Some(is_on),
        Err(error) => {
            tracing::debug!(%error, "couldn't read whether blob mounting is on");
            None
        }
    }
}

fn shared_repositories(request: &MigrationRequest) -> HashSet<&RepositoryName> {
    let (mut seen, mut several) = (HashSet::new(), HashSet::new());
    for image in &request.images {
        if !seen.insert(&image.repository) {
            several.insert(&image.repository);
        }
    }
    several
}

async fn heads(
    request: &MigrationRequest,
    source: &Source,
    destination: &Destination,
    repositories: &BTreeMap<RepositoryName, EcrRepository>,
    progress: &Progress<'_>,
) -> Vec<Heads> {
    // The results are in the order of the request.
    for_each_concurrent(request.images.len(), MAX_CONCURRENT_IMAGE_LOOKUPS, |index| {
        let image = &request.images[index];
        async move {
            let at_destination = async {
                if !repositories.contains_key(&image.repository) {
                    return Ok(None);
                }
                let (path, tag) = (image.repository.as_str(), image.destination_tag().as_str());
                let head = destination.registry.manifest_head(path, tag).await;
                head.map(|head| head.map(|head| head.digest))
                    .map_err(|error| Arc::new(error.into()))
            };
            let at_source = async {
                let Source::Registry(registry) = source else { return None };
                let (path, reference) = (image.source.path(), image.source.manifest_reference());
                Some(registry.manifest_head(path, reference).await)
            };
            let (destination, source) = futures_util::future::join(at_destination, at_source).await;
            progress.step();
            Heads { source, destination }
        }
    })
    .await
}

/// Returns whether manifests are left for the run to read. Each one counts against the quota, and a
/// plan that is never started would waste it.
fn spares_quota(found: &[Heads], quota: Option<PullQuota>, manifests: &ManifestCache) -> bool {
    let is_read = |found: &Heads| found.is_at_destination() || found.is_cached(manifests);
    let to_read = found.iter().filter(|found| !is_read(found)).count();
    let needed = to_read.saturating_mul(ESTIMATED_PULLS_PER_IMAGE);
    quota.is_some_and(|quota| usize::try_from(quota.remaining).is_ok_and(|left| left < needed))
}

async fn existing_repositories(
    request: &MigrationRequest,
    destination: &Destination,
) -> Result<BTreeMap<RepositoryName, EcrRepository>, MigrationError> {
    let lookups: Vec<_> =
        request.repositories.keys().map(|name| destination.ecr.repository(name)).collect();
    let found: Vec<_> =
        stream::iter(lookups).buffer_unordered(MAX_CONCURRENT_IMAGE_LOOKUPS).collect().await;
    let mut repositories = BTreeMap::new();
    for repository in found {
        if let Some(repository) = repository? {
            repositories.insert(repository.name.clone(), repository);
        }
    }
    Ok(repositories)
}
