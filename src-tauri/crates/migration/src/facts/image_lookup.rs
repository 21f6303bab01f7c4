//! Reads the content of one image at its source, and compares an image of the engine with the destination.

use crate::endpoints::Destination;
use crate::endpoints::Source;
use crate::engine_route::destination_match::DestinationMatch;
use crate::engine_route::destination_match::match_destination;
use crate::engine_route::mount::can_mount;
use crate::engine_route::mount::mounted;
use crate::engine_route::pin::look_up;
use crate::engine_route::predict::EngineOutcome;
use crate::engine_route::predict::EnginePushMethod;
use crate::engine_route::predict::NotPushable;
use crate::engine_route::predict::Prediction;
use crate::engine_route::predict::is_podman_list;
use crate::engine_route::predict::predict;
use crate::error::MigrationError;
use crate::facts::AtDestination;
use crate::facts::ImageFacts;
use crate::facts::SourceFacts;
use crate::facts::heads::Heads;
use crate::facts::shared_platforms::SharedPlatforms;
use crate::image_content::PlannedContent;
use crate::image_tree::read::{OLDEST_DATE_MS, read_selected};
use crate::manifest_cache::ManifestCache;
use crate::manifest_cache::ManifestSource;
use crate::request::CopyScope;
use crate::request::RequestedImage;
use std::collections::HashSet;
use std::sync::Arc;
use transload_docker::DockerApi;
use transload_docker::DockerError;
use transload_docker::EngineInfo;
use transload_model::Digest;
use transload_model::ImageReference;
use transload_model::Platform;
use transload_model::RepositoryName;
use transload_registry::ManifestHead;
use transload_registry::RegistryApi;
use transload_registry::RegistryError;

/// Shared state of the second lookup, which reads the content of each image.
pub(super) struct ContentLookup<'a> {
    pub(super) source: &'a Source,
    pub(super) destination: &'a Destination,
    pub(super) engine: Option<&'a EngineInfo>,
    pub(super) extent: &'a CopyScope,
    /// Whether manifests are left for the run to read.
    pub(super) spare: bool,
    pub(super) manifests: &'a ManifestCache,
    pub(super) platforms: SharedPlatforms,
    /// Repositories that receive several images.
    pub(super) shared: HashSet<&'a RepositoryName>,
    /// Locked while an archive of the engine is read.
    pub(super) archives: tokio::sync::Mutex<()>,
}

impl ContentLookup<'_> {
    pub(super) async fn read_facts(&self, image: &RequestedImage, found: Heads) -> ImageFacts {
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
        let mut content = PlannedContent::of(&tree);
        if is_cached {
            content.pulls = 0;
        }
        Ok(SourceFacts {
            digest: Some(tree.root.raw.digest().clone()),
            platforms: self.platforms.share(tree.platforms()),
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
                match_destination(docker, &engine_image, &predicted, registry, tag).await
            }
        };
        let target = crate::plan::destination_reference(&self.destination.identity, image);
        let name_taken = match (&target, predicted.engine.method) {
            // The own push needs no tag in the engine.
            (_, EnginePushMethod::OwnPush) | (Err(_), _) => false,
            (Ok(target), _) => is_taken(docker, target, &engine_image.id).await?,
        };
        let Prediction { engine, mut digest, mut part_of, platforms, size_bytes } = predicted;
        let at_destination = counterpart.map(|counterpart| match counterpart {
            DestinationMatch::Same { digest: found, part_of: index } => {
                digest = digest.take().or(found);
                part_of = part_of.take().or(index);
                AtDestination::Same
            }
            DestinationMatch::Index => AtDestination::Index,
        });
        Ok(SourceFacts {
            digest,
            part_of,
            known_as: engine_image.repository_digests,
            platforms: self.platforms.share(platforms),
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
