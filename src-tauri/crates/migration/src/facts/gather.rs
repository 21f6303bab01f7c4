//! Reads the facts of a request from source and destination, many images at a time, without writing anything.

use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::{StreamExt, stream};
use serde::Serialize;
use transload_aws::EcrRepository;
use transload_docker::{DockerApi, DockerError, EngineInfo};
use transload_model::{Digest, ImageReference, Platform, RepositoryName};
use transload_registry::{ManifestHead, PullQuota, RegistryApi, RegistryError};
use ts_rs::TS;

use crate::concurrency::{MAX_CONCURRENT_IMAGE_LOOKUPS, for_each_concurrent};
use crate::endpoints::{Destination, Source};
use crate::engine_route::counterpart::{Counterpart, find_counterpart};
use crate::engine_route::mount::{can_mount, mounted};
use crate::engine_route::pin::look_up;
use crate::engine_route::predict::{
    EngineOutcome, EngineWay, NotPushable, Prediction, is_podman_list, predict,
};
use crate::error::MigrationError;
use crate::facts::destination_state::read_repository_states;
use crate::facts::referrer_tags::find_referrer_tags;
use crate::facts::{AtDestination, Facts, ImageFacts, SourceFacts};
use crate::image_content::{ImageContent, SharedDigests};
use crate::image_tree::{OLDEST_DATE_MS, read_selected};
use crate::manifest_cache::{ManifestCache, ManifestSource};
use crate::request::{CopyScope, MigrationRequest, RequestedImage};

/// Estimated pulls of an image whose manifests are not read yet: an index with a few platforms.
const ESTIMATED_PULLS_PER_IMAGE: usize = 4;

/// Gathers the facts of a request.
///
/// # Errors
/// Returns an error only if nothing can be planned: the ECR API or the engine doesn't respond. A
/// failure that concerns one image is stored with that image.
pub async fn gather(
    request: &MigrationRequest,
    source: &Source,
    destination: &Destination,
) -> Result<Facts, MigrationError> {
    let manifests = Arc::default();
    gather_with_progress(request, source, destination, &manifests, &|_| {}).await
}

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
/// As [`gather`].
pub async fn gather_with_progress(
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
    let (engine_info, digests) = (engine.as_ref(), SharedDigests::default());
    let shared = shared_repositories(request);
    let lookup = ContentLookup {
        source,
        destination,
        engine: engine_info,
        extent,
        spare,
        manifests,
        digests,
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
    let (holds, blob_mounting) = futures_util::future::join(
        read_repository_states(request, &images, &repositories, destination),
        blob_mounting(request, source, destination),
    )
    .await;
    let destination = destination.identity.clone();
    let manifests = Arc::clone(manifests);
    Ok(Facts {
        destination,
        repositories,
        holds,
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

/// Results of one HEAD request at the source and one at the destination.
struct Heads {
    /// `None` unless the source is a registry.
    source: Option<Result<Option<ManifestHead>, RegistryError>>,
    destination: Result<Option<Digest>, Arc<MigrationError>>,
}

impl Default for Heads {
    fn default() -> Self {
        Self { source: None, destination: Ok(None) }
    }
}

impl Heads {
    fn quota(&self) -> Option<PullQuota> {
        self.source.as_ref()?.as_ref().ok()?.as_ref()?.pull_quota
    }

    /// Returns whether the destination has exactly this image.
    fn is_at_destination(&self) -> bool {
        match (&self.source, &self.destination) {
            (Some(Ok(Some(head))), Ok(Some(existing))) => head.digest == *existing,
            _ => false,
        }
    }

    /// Returns whether the manifest is cached from an earlier plan.
    fn is_cached(&self, manifests: &ManifestCache) -> bool {
        matches!(&self.source, Some(Ok(Some(head))) if manifests.has(&head.digest))
    }
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

/// Shared state of the second lookup, which reads the content of each image.
struct ContentLookup<'a> {
    source: &'a Source,
    destination: &'a Destination,
    engine: Option<&'a EngineInfo>,
    extent: &'a CopyScope,
    /// Whether manifests are left for the run to read.
    spare: bool,
    manifests: &'a ManifestCache,
    digests: SharedDigests,
    /// Repositories that receive several images.
    shared: HashSet<&'a RepositoryName>,
    /// Locked while an archive of the engine is read.
    archives: tokio::sync::Mutex<()>,
}

impl ContentLookup<'_> {
    async fn read_facts(&self, image: &RequestedImage, found: Heads) -> ImageFacts {
        let (is_at_destination, is_cached) =
            (found.is_at_destination(), found.is_cached(self.manifests));
        // The digest of a single platform is found only in the index.
        let is_left = self.spare && !is_cached && self.extent.platform.is_none();
        let facts = match (self.source, found.source) {
            (Source::Engine(docker), _) => {
                let existing = found.destination.as_ref().ok().and_then(Option::as_ref);
                self.engine_facts(docker.as_ref(), image, existing).await
            }
            (Source::Registry(_), Some(Err(error))) => Err(error.into()),
            (Source::Registry(_), Some(Ok(Some(head)))) if is_at_destination => {
                Ok(only_digest(head))
            }
            (Source::Registry(_), Some(Ok(Some(head)))) if is_left => {
                Ok(SourceFacts { is_unread: true, ..only_digest(head) })
            }
            (Source::Registry(registry), head) => {
                let head = head.and_then(Result::ok).flatten();
                self.read(registry.as_ref(), image, head).await
            }
        };
        let source = facts.map_err(Arc::new);
        ImageFacts { source, destination: found.destination, referrer_tags: None }
    }

    /// Reads the image with all its manifests.
    async fn read(
        &self,
        registry: &dyn RegistryApi,
        image: &RequestedImage,
        head: Option<ManifestHead>,
    ) -> Result<SourceFacts, MigrationError> {
        let source = &image.source;
        let platform = self.extent.platform.as_ref();
        let is_cached = head.as_ref().is_some_and(|head| self.manifests.has(&head.digest));
        // Pinned to the digest from HEAD, so the same image is fetched even if the tag moves in
        // between. If HEAD failed, GET reports the reason.
        let pinned = head.as_ref().map(|head| head.digest.as_str());
        let reference = pinned.unwrap_or(source.manifest_reference());
        let manifests = ManifestSource::cached(registry, self.manifests);
        let mut tree = match read_selected(manifests, source, reference, platform).await {
            // The run waits for the quota; until then the digest is enough.
            Err(MigrationError::Registry(RegistryError::PullQuotaUsedUp { .. }))
                if platform.is_none() && head.is_some() =>
            {
                let facts = head.map(only_digest).unwrap_or_default();
                return Ok(SourceFacts { is_unread: true, ..facts });
            }
            read => read?,
        };
        // The push order needs a date only if a repository receives several images.
        let needs_date = image.pushed_at_ms.is_none() && self.shared.contains(&image.repository);
        let built_at_ms = tree.read_configuration(registry, source, needs_date).await;
        let mut content = ImageContent::of(&tree).sharing(&self.digests);
        if is_cached {
            content.pulls = 0;
        }
        Ok(SourceFacts {
            digest: Some(tree.root.raw.digest().clone()),
            platforms: tree.platforms(),
            size_bytes: content.size_bytes(),
            part_of: head
                .map(|head| head.digest)
                .filter(|of| platform.is_some() && of != tree.root.raw.digest()),
            content: Some(Arc::new(content)),
            built_at_ms,
            signable: tree.signable(),
            ..SourceFacts::default()
        })
    }
}

impl ContentLookup<'_> {
    /// Reads an image of the engine, with a prediction of what a push will send.
    async fn engine_facts(
        &self,
        docker: &dyn DockerApi,
        image: &RequestedImage,
        existing: Option<&Digest>,
    ) -> Result<SourceFacts, MigrationError> {
        let engine_image = look_up(docker, &image.source).await?;
        let info = match self.engine {
            Some(info) => info,
            None => &docker.info().await?,
        };
        let wanted = self.extent.platform.as_ref();
        let mut predicted = match is_podman_list(info, &image.source, &engine_image) {
            true => Err(NotPushable::ManifestList),
            false => predict(info, &engine_image, wanted),
        };
        if predicted == Err(NotPushable::LayersNotHeld)
            && let Some(mounted) = mounted(&engine_image, wanted)
            && can_mount(self.destination, &engine_image, &image.source, &image.repository).await
        {
            predicted = Ok(mounted);
        }
        let predicted = predicted.map_err(|reason| not_pushable(&image.source, wanted, reason))?;
        // One at a time: reading an archive keeps the engine busy.
        let _one_at_a_time = match predicted.engine.outcome {
            EngineOutcome::SeenWhileSending => Some(self.archives.lock().await),
            _ => None,
        };
        if predicted.engine.outcome == EngineOutcome::SeenWhileSending {
            can_export(docker, &engine_image.id).await?;
        }
        let counterpart = match existing {
            None => None,
            Some(existing) => {
                let (registry, path) = (self.destination.registry.as_ref(), &image.repository);
                let tag = (path.as_str(), existing);
                find_counterpart(docker, &engine_image, &predicted, registry, tag).await
            }
        };
        let target = crate::plan::destination_reference(&self.destination.identity, image);
        let name_taken = match (&target, predicted.engine.way) {
            // The own push needs no tag in the engine.
            (_, EngineWay::OwnPush) | (Err(_), _) => false,
            (Ok(target), _) => is_taken(docker, target, &engine_image.id).await?,
        };
        let Prediction { engine, mut digest, mut part_of, platforms, size_bytes } = predicted;
        let at_destination = counterpart.map(|counterpart| match counterpart {
            Counterpart::Same { digest: found, part_of: index } => {
                digest = digest.take().or(found);
                part_of = part_of.take().or(index);
                AtDestination::Same
            }
            Counterpart::Index => AtDestination::Index,
        });
        Ok(SourceFacts {
            digest,
            part_of,
            known_as: engine_image.repository_digests,
            platforms,
            size_bytes,
            name_taken,
            engine: Some(engine),
            at_destination,
            built_at_ms: engine_image.created_at_ms.filter(|built| *built >= OLDEST_DATE_MS),
            ..SourceFacts::default()
        })
    }
}

/// Checks that the engine can export an image. Opening the archive shows it; the archive is closed
/// before its layers are read.
///
/// # Errors
/// Returns [`DockerError::NotExportable`] if the engine says so. Other failures are left to the
/// run.
async fn can_export(docker: &dyn DockerApi, id: &Digest) -> Result<(), MigrationError> {
    match docker.archive(id).await {
        Ok(_) => Ok(()),
        Err(error @ DockerError::NotExportable { .. }) => Err(error.into()),
        Err(error) => {
            tracing::warn!(%id, %error, "couldn't check whether the engine can export an image");
            Ok(())
        }
    }
}

fn not_pushable(
    image: &ImageReference,
    wanted: Option<&Platform>,
    reason: NotPushable,
) -> MigrationError {
    let image = image.clone();
    match (reason, wanted) {
        (NotPushable::PlatformMissing { available }, Some(wanted)) => {
            MigrationError::PlatformMissing { image, wanted: wanted.clone(), available }
        }
        (
            NotPushable::PlatformMissing { available }
            | NotPushable::PlatformChoiceNeeded { available },
            _,
        ) => MigrationError::PlatformChoiceNeeded { image, available },
        (NotPushable::ManifestList, _) => MigrationError::EngineManifestList { image },
        (NotPushable::LayersNotHeld, wanted) => {
            let missing = wanted.cloned().into_iter().collect();
            MigrationError::EngineContentMissing { image, missing }
        }
    }
}

fn only_digest(head: ManifestHead) -> SourceFacts {
    SourceFacts { digest: Some(head.digest), ..SourceFacts::default() }
}

async fn is_taken(
    docker: &dyn DockerApi,
    target: &ImageReference,
    id: &Digest,
) -> Result<bool, MigrationError> {
    match docker.image(target).await {
        Ok(image) => Ok(image.id != *id),
        Err(DockerError::ImageMissing { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
