//! What a plan must know, asked of the source and of the destination without writing anything.

use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::{StreamExt, stream};

use super::content::SharedDigests;
use super::engine_route::{self, Counterpart, NotPushable, Prediction, find_counterpart, predict};
use super::in_turn::in_turn;
use super::manifest_cache::ManifestSource;
use super::referrer_facts::find_referrer_tags;
use super::there::{RepositoryHolds, what_is_there};
use super::tree::{OLDEST_DATE_MS, read_extent};
use super::{
    Destination, DestinationIdentity, EngineOutcome, EnginePlan, EngineWay, Extent, ImageContent,
    ManifestCache, MigrationError, MigrationRequest, PlannedReferrerTag, RequestedImage, Source,
};
use transload_aws::EcrRepository;
use transload_docker::{DockerApi, DockerError, EngineInfo};
use transload_model::{Digest, ImageReference, Platform, RepositoryName};
use transload_registry::{ManifestHead, PullQuota, RegistryApi, RegistryError};

/// How many images are asked about at the same time: enough to hide the distance to a registry, few
/// enough to stay below every registry's limit for one caller.
const ASKED_TOGETHER: usize = 16;
/// Pulls that an image takes on average, where that is not known yet: an index with a few platforms.
const PULLS_OF_AN_IMAGE: usize = 4;

/// Everything that [`super::plan()`] looks at.
#[derive(Debug)]
pub struct Facts {
    /// The destination.
    pub destination: DestinationIdentity,
    /// The requested repositories that exist.
    pub repositories: BTreeMap<RepositoryName, EcrRepository>,
    /// What those hold already.
    pub holds: BTreeMap<RepositoryName, RepositoryHolds>,
    /// What is known of each requested image, in the order of the request.
    pub images: Vec<ImageFacts>,
    /// The pull quota that the source told, if it has one.
    pub pull_quota: Option<PullQuota>,
    /// Whether the images come from the Docker Engine, and how it keeps them.
    pub engine: Option<EngineInfo>,
    /// Whether ECR takes layers from its other repositories, if that is known.
    pub blob_mounting: Option<bool>,
    /// The manifests that were read, so that the run need not ask for them again.
    pub manifests: Arc<ManifestCache>,
}

/// What is known of one image.
#[derive(Clone, Debug)]
pub struct ImageFacts {
    /// The image at its source, or why it cannot be had.
    pub source: Result<SourceFacts, Arc<MigrationError>>,
    /// The digest that the tag has at the destination, if it is there, or why that is not known.
    pub destination: Result<Option<Digest>, Arc<MigrationError>>,
    /// The tags of its signatures, attestations and SBOMs, where that could be found out.
    pub referrer_tags: Option<Vec<PlannedReferrerTag>>,
}

/// What is known of an image at its source.
#[derive(Clone, Debug, Default)]
pub struct SourceFacts {
    /// Its digest, where the source has one that a push keeps.
    pub digest: Option<Digest>,
    /// The digests by which registries know an engine's image already.
    pub known_as: Vec<ImageReference>,
    /// Its platforms.
    pub platforms: Vec<Platform>,
    /// Its content in bytes; of an engine's image the unpacked size.
    pub size_bytes: u64,
    /// What its manifests say. Absent for the engine's images, and for an image that is at the
    /// destination already.
    pub content: Option<Arc<ImageContent>>,
    /// The manifests that people sign: the image's, and those of its platforms. Empty where they were
    /// not read.
    pub signable: Vec<Digest>,
    /// The index that it is one platform's part of.
    pub part_of: Option<Digest>,
    /// How the engine's image gets to the destination.
    pub engine: Option<EnginePlan>,
    /// What the destination's tag has of the engine's image, where that is not another image.
    pub at_destination: Option<AtDestination>,
    /// Whether its manifests were not read, to spare the source's pull quota: its size and platforms
    /// are not known.
    pub is_unread: bool,
    /// Whether the engine uses the destination's name for another image.
    pub name_taken: bool,
    /// When it was built, in milliseconds since 1970, where that is known.
    pub built_at_ms: Option<u64>,
}

/// What the destination's tag has of an image of the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtDestination {
    /// The same image.
    Same,
    /// An index that holds the image and other platforms.
    Index,
}

/// Asks both ends.
///
/// # Errors
/// Only where nothing can be planned at all: the ECR API does not answer, or the engine does not. What
/// concerns one image is kept with that image.
pub async fn gather(
    request: &MigrationRequest,
    source: &Source,
    destination: &Destination,
) -> Result<Facts, MigrationError> {
    let manifests = Arc::default();
    gather_watched(request, source, destination, &manifests, &|_| {}).await
}

/// How far a plan's facts are gathered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GatherProgress {
    /// Images that were looked at.
    pub looked_at: usize,
    /// All images of the request.
    pub images: usize,
}

/// Counts what was asked of each image: whether it is there, and what it is made of.
struct Progress<'a> {
    steps: AtomicUsize,
    images: usize,
    tell: &'a (dyn Fn(GatherProgress) + Sync),
}

impl Progress<'_> {
    const STEPS_OF_AN_IMAGE: usize = 2;

    fn step(&self) {
        let steps = self.steps.fetch_add(1, Ordering::Relaxed) + 1;
        let (looked_at, images) = (steps / Self::STEPS_OF_AN_IMAGE, self.images);
        (self.tell)(GatherProgress { looked_at, images });
    }
}

/// Asks both ends, and tells how far it is. Whoever drops it stops it: nothing was written. What
/// `manifests` has of an earlier plan is not asked for again.
///
/// # Errors
/// As [`gather`].
pub async fn gather_watched(
    request: &MigrationRequest,
    source: &Source,
    destination: &Destination,
    manifests: &Arc<ManifestCache>,
    tell: &(dyn Fn(GatherProgress) + Sync),
) -> Result<Facts, MigrationError> {
    let progress = &Progress { steps: AtomicUsize::new(0), images: request.images.len(), tell };
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
    let shared = repositories_of_several(request);
    let closer = Closer {
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
    let (found, closer) = (&found, &closer);
    let images = in_turn(found.len(), ASKED_TOGETHER, |place| async move {
        // Each place is taken once.
        let heads = found[place].lock().unwrap_or_else(PoisonError::into_inner).take();
        let heads = heads.unwrap_or_default();
        let facts = closer.look(&request.images[place], heads).await;
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
        what_is_there(request, &images, &repositories, destination),
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

/// Whether layers can be mounted. It matters only for copies to several repositories.
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

fn repositories_of_several(request: &MigrationRequest) -> HashSet<&RepositoryName> {
    let (mut seen, mut several) = (HashSet::new(), HashSet::new());
    for image in &request.images {
        if !seen.insert(&image.repository) {
            several.insert(&image.repository);
        }
    }
    several
}

/// What one HEAD at each end told of an image.
struct Heads {
    /// Only of a registry.
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

    /// Whether the destination has just this image.
    fn is_there(&self) -> bool {
        match (&self.source, &self.destination) {
            (Some(Ok(Some(head))), Ok(Some(there))) => head.digest == *there,
            _ => false,
        }
    }

    /// Whether an earlier plan has read its manifest.
    fn is_kept(&self, manifests: &ManifestCache) -> bool {
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
    // Ordered, so that facts and request stand side by side.
    in_turn(request.images.len(), ASKED_TOGETHER, |place| {
        let image = &request.images[place];
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

/// Whether manifests are left for the run to read. Each that is read counts against the quota, and
/// a plan that is not started would have used it up for nothing.
fn spares_quota(found: &[Heads], quota: Option<PullQuota>, manifests: &ManifestCache) -> bool {
    let is_read = |found: &Heads| found.is_there() || found.is_kept(manifests);
    let to_read = found.iter().filter(|found| !is_read(found)).count();
    let needed = to_read.saturating_mul(PULLS_OF_AN_IMAGE);
    quota.is_some_and(|quota| usize::try_from(quota.remaining).is_ok_and(|left| left < needed))
}

async fn existing_repositories(
    request: &MigrationRequest,
    destination: &Destination,
) -> Result<BTreeMap<RepositoryName, EcrRepository>, MigrationError> {
    let asked: Vec<_> =
        request.repositories.keys().map(|name| destination.ecr.repository(name)).collect();
    let found: Vec<_> = stream::iter(asked).buffer_unordered(ASKED_TOGETHER).collect().await;
    let mut repositories = BTreeMap::new();
    for repository in found {
        if let Some(repository) = repository? {
            repositories.insert(repository.name.clone(), repository);
        }
    }
    Ok(repositories)
}

/// What a closer look at each image works with.
struct Closer<'a> {
    source: &'a Source,
    destination: &'a Destination,
    engine: Option<&'a EngineInfo>,
    extent: &'a Extent,
    /// Whether manifests are left for the run to read.
    spare: bool,
    manifests: &'a ManifestCache,
    digests: SharedDigests,
    /// Repositories that get several images.
    shared: HashSet<&'a RepositoryName>,
    /// Held while an archive of the engine is read.
    archives: tokio::sync::Mutex<()>,
}

impl Closer<'_> {
    async fn look(&self, image: &RequestedImage, found: Heads) -> ImageFacts {
        let (is_there, is_kept) = (found.is_there(), found.is_kept(self.manifests));
        // One platform's digest stands in the index alone.
        let is_left = self.spare && !is_kept && self.extent.platform.is_none();
        let facts = match (self.source, found.source) {
            (Source::Engine(docker), _) => {
                let existing = found.destination.as_ref().ok().and_then(Option::as_ref);
                self.of_engine(docker.as_ref(), image, existing).await
            }
            (Source::Registry(_), Some(Err(error))) => Err(error.into()),
            (Source::Registry(_), Some(Ok(Some(head)))) if is_there => Ok(only_digest(head)),
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

    /// The image with everything under it.
    async fn read(
        &self,
        registry: &dyn RegistryApi,
        image: &RequestedImage,
        head: Option<ManifestHead>,
    ) -> Result<SourceFacts, MigrationError> {
        let source = &image.source;
        let platform = self.extent.platform.as_ref();
        let is_kept = head.as_ref().is_some_and(|head| self.manifests.has(&head.digest));
        // Pinned: what HEAD told is what is fetched, also when the tag moves in between. Without an
        // answer to HEAD the GET says why.
        let pinned = head.as_ref().map(|head| head.digest.as_str());
        let reference = pinned.unwrap_or(source.manifest_reference());
        let manifests = ManifestSource::cached(registry, self.manifests);
        let mut tree = match read_extent(manifests, source, reference, platform).await {
            // The run waits for the quota; until then the digest is enough.
            Err(MigrationError::Registry(RegistryError::PullQuotaUsedUp { .. }))
                if platform.is_none() && head.is_some() =>
            {
                let facts = head.map(only_digest).unwrap_or_default();
                return Ok(SourceFacts { is_unread: true, ..facts });
            }
            read => read?,
        };
        // The order of the pushes needs a date only where several images go to one repository.
        let needs_date = image.pushed_at_ms.is_none() && self.shared.contains(&image.repository);
        let built_at_ms = tree.read_configuration(registry, source, needs_date).await;
        let mut content = ImageContent::of(&tree).sharing(&self.digests);
        if is_kept {
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

impl Closer<'_> {
    /// An image of the engine, with what a push of it will send.
    async fn of_engine(
        &self,
        docker: &dyn DockerApi,
        image: &RequestedImage,
        existing: Option<&Digest>,
    ) -> Result<SourceFacts, MigrationError> {
        let held = engine_route::look_up(docker, &image.source).await?;
        let info = match self.engine {
            Some(info) => info,
            None => &docker.info().await?,
        };
        let wanted = self.extent.platform.as_ref();
        let predicted = predict(info, &held, wanted);
        let predicted = predicted.map_err(|reason| not_pushable(&image.source, wanted, reason))?;
        // Reading an archive keeps the engine busy.
        let _one_at_a_time = match predicted.engine.outcome {
            EngineOutcome::SeenWhileSending => Some(self.archives.lock().await),
            _ => None,
        };
        if predicted.engine.outcome == EngineOutcome::SeenWhileSending {
            can_export(docker, &held.id).await?;
        }
        let counterpart = match existing {
            None => None,
            Some(existing) => {
                let (registry, path) = (self.destination.registry.as_ref(), &image.repository);
                let tag = (path.as_str(), existing);
                find_counterpart(docker, &held, &predicted, registry, tag).await
            }
        };
        let target = super::plan::destination_reference(&self.destination.identity, image);
        let name_taken = match (&target, predicted.engine.way) {
            // Nothing is tagged for it.
            (_, EngineWay::OwnPush) | (Err(_), _) => false,
            (Ok(target), _) => is_taken(docker, target, &held.id).await?,
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
            known_as: held.repository_digests,
            platforms,
            size_bytes,
            name_taken,
            engine: Some(engine),
            at_destination,
            built_at_ms: held.created_at_ms.filter(|built| *built >= OLDEST_DATE_MS),
            ..SourceFacts::default()
        })
    }
}

/// Finds out whether the engine makes an archive of an image at all. Opening the archive shows it; it
/// is closed again before its layers are read.
///
/// # Errors
/// [`DockerError::NotExportable`] as the engine says it. Any other failure is left to the run.
async fn can_export(docker: &dyn DockerApi, id: &Digest) -> Result<(), MigrationError> {
    match docker.archive(id).await {
        Ok(_) => Ok(()),
        Err(error @ DockerError::NotExportable { .. }) => Err(error.into()),
        Err(error) => {
            tracing::warn!(%id, %error, "it is not known whether the engine exports an image");
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
