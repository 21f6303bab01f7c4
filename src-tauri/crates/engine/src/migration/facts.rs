//! What a plan must know, asked of the source and of the destination without writing anything.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::{StreamExt, stream};

use super::tree::{ImageTree, read_extent};
use super::{Destination, MigrationError, MigrationRequest, RequestedImage, Source};
use crate::aws::EcrRepository;
use crate::docker::{DockerApi, EngineInfo};
use crate::model::{Digest, ImageReference, Platform, RegistryHost, RepositoryName};
use crate::registry::{PullQuota, RegistryApi};

/// How many images are asked about at the same time: enough to hide the distance to a registry, few
/// enough to stay below every registry's limit for one caller.
const ASKED_TOGETHER: usize = 8;

/// Everything that [`super::plan()`] looks at.
#[derive(Debug)]
pub struct Facts {
    /// The destination registry.
    pub registry: RegistryHost,
    /// The requested repositories that exist.
    pub repositories: BTreeMap<RepositoryName, EcrRepository>,
    /// What is known of each requested image, in the order of the request.
    pub images: Vec<ImageFacts>,
    /// The pull quota that the source told, if it has one.
    pub pull_quota: Option<PullQuota>,
    /// Whether the images come from the Docker Engine, and how it keeps them.
    pub engine: Option<EngineInfo>,
}

/// What is known of one image.
#[derive(Clone, Debug)]
pub struct ImageFacts {
    /// The image at its source, or why it cannot be had.
    pub source: Result<SourceFacts, Arc<MigrationError>>,
    /// The digest that the tag has at the destination, if it is there, or why that is not known.
    pub destination: Result<Option<Digest>, Arc<MigrationError>>,
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
    /// Its manifests, pinned and kept so that the run need not fetch them again. Absent for the
    /// engine's images, and for an image that is at the destination already.
    pub tree: Option<Arc<ImageTree>>,
    /// Whether it is one platform's part of an index.
    pub is_part: bool,
    /// Whether the engine uses the destination's name for another image.
    pub name_taken: bool,
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
    let repositories = existing_repositories(request, destination).await?;
    let engine = match source {
        Source::Engine(engine) => Some(engine.info().await?),
        Source::Registry(_) => None,
    };
    // Made before they run: a future that holds a lazy iterator cannot move between threads.
    let asked: Vec<_> = request
        .images
        .iter()
        .map(|image| {
            let exists = repositories.contains_key(&image.repository);
            let engine = engine.as_ref();
            let platform = request.extent.platform.as_ref();
            gather_image(image, source, destination, exists, engine, platform)
        })
        .collect();
    // Ordered, so that facts and request stand side by side.
    let found: Vec<(ImageFacts, Option<PullQuota>)> =
        stream::iter(asked).buffered(ASKED_TOGETHER).collect().await;
    let pull_quota =
        found.iter().filter_map(|(_, quota)| *quota).min_by_key(|quota| quota.remaining);
    Ok(Facts {
        registry: destination.host().clone(),
        repositories,
        images: found.into_iter().map(|(facts, _)| facts).collect(),
        pull_quota,
        engine,
    })
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

async fn gather_image(
    image: &RequestedImage,
    source: &Source,
    destination: &Destination,
    repository_exists: bool,
    engine: Option<&EngineInfo>,
    platform: Option<&Platform>,
) -> (ImageFacts, Option<PullQuota>) {
    let tag = image.destination_tag();
    let destination_digest = if repository_exists {
        let head =
            destination.registry.manifest_head(image.repository.as_str(), tag.as_str()).await;
        head.map(|head| head.map(|head| head.digest)).map_err(|error| Arc::new(error.into()))
    } else {
        Ok(None)
    };
    let (source, quota) = match source {
        Source::Engine(docker) => {
            let keeps_digests = engine.is_some_and(|engine| engine.keeps_digests);
            let target = super::plan::destination_reference(destination.host(), image);
            let facts =
                engine_facts(docker.as_ref(), &image.source, target.ok(), keeps_digests).await;
            (facts, None)
        }
        Source::Registry(registry) => {
            let there = destination_digest.as_ref().ok().and_then(Option::as_ref);
            match registry_facts(registry.as_ref(), &image.source, there, platform).await {
                Ok((facts, quota)) => (Ok(facts), quota),
                Err(error) => (Err(error), None),
            }
        }
    };
    let source = source.map_err(Arc::new);
    (ImageFacts { source, destination: destination_digest }, quota)
}

/// One HEAD at the source; the manifests only where the destination does not have the image.
async fn registry_facts(
    registry: &dyn RegistryApi,
    source: &ImageReference,
    at_destination: Option<&Digest>,
    platform: Option<&Platform>,
) -> Result<(SourceFacts, Option<PullQuota>), MigrationError> {
    let head = registry.manifest_head(source.path(), source.manifest_reference()).await?;
    let quota = head.as_ref().and_then(|head| head.pull_quota);
    if let Some(head) = &head
        && at_destination == Some(&head.digest)
    {
        let digest = Some(head.digest.clone());
        return Ok((SourceFacts { digest, ..SourceFacts::default() }, quota));
    }
    // Pinned: what HEAD told is what is fetched, also when the tag moves in between. Without an
    // answer to HEAD the GET says why.
    let pinned = head.as_ref().map(|head| head.digest.as_str());
    let reference = pinned.unwrap_or(source.manifest_reference());
    let tree = read_extent(registry, source, reference, platform).await?;
    let facts = SourceFacts {
        digest: Some(tree.root.raw.digest().clone()),
        platforms: tree.platforms(),
        size_bytes: tree.blobs().values().sum(),
        is_part: head.is_some_and(|head| head.digest != *tree.root.raw.digest()),
        tree: Some(Arc::new(tree)),
        ..SourceFacts::default()
    };
    Ok((facts, quota))
}

async fn engine_facts(
    docker: &dyn DockerApi,
    source: &ImageReference,
    target: Option<ImageReference>,
    keeps_digests: bool,
) -> Result<SourceFacts, MigrationError> {
    let image = docker.image(source).await?;
    let name_taken = match &target {
        Some(target) => is_taken(docker, target, &image.id).await?,
        None => false,
    };
    Ok(SourceFacts {
        digest: keeps_digests.then(|| image.id.clone()),
        known_as: image.repository_digests,
        platforms: image.platforms,
        size_bytes: image.size_bytes,
        tree: None,
        is_part: false,
        name_taken,
    })
}

async fn is_taken(
    docker: &dyn DockerApi,
    target: &ImageReference,
    id: &Digest,
) -> Result<bool, MigrationError> {
    match docker.image(target).await {
        Ok(image) => Ok(image.id != *id),
        Err(crate::docker::DockerError::ImageMissing { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
