//! Images of the Docker Engine: pushed by the engine, or read from it and sent by us.

mod failure;
mod sent_layers;

use crate::run::engine_push::failure::Next;
use crate::run::engine_push::failure::after;
use crate::run::engine_push::failure::cause_of;
use crate::run::engine_push::failure::immutable;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;

use crate::concurrency::MAX_CONCURRENT_ENGINE_PUSHES;
use crate::copy::archive_copy::{StreamJob, StreamedCopier};
use crate::copy::destination_state::DestinationState;
use crate::copy::image::CopiedTag;
use crate::copy::upload_slots::UploadSlots;
use crate::engine_route::archive_tree::selected_tree;
use crate::engine_route::mount::can_mount;
use crate::engine_route::pin::still_as_planned;
use crate::engine_route::predict::{EngineOutcome, EnginePlan, EnginePushMethod};
use crate::error::MigrationError;
use crate::events::{ImageState, MigrationEvent};
use crate::image_tree::ImageTree;
use crate::image_tree::read::read_tree;
use crate::manifest_cache::ManifestSource;
use crate::plan::PlannedImage;
use crate::run::context::Run;
use crate::run::create_repositories::Repositories;
use crate::run::engine_push::sent_layers::{SentLayers, layers_by_digest};
use crate::run::push_queue::QueuePosition;
use crate::run::record::ImageRecord;
use crate::run::tag_check::{elapsed_ms, may_push, pushed, tag_guard};
use crate::run::verify::verify_after_push;
use transload_docker::{
    ArchiveContents, DockerApi, EngineImage, PushFailure, PushLayerState, PushOutcome, PushProgress,
};
use transload_model::Digest;
use transload_registry::LoginSource as _;

/// Blobs that are sent at the same time where we send them.
const BLOBS_ON_THE_WAY: usize = 8;
/// The pause before the second attempt; doubled before the third.
const PAUSE: Duration = Duration::from_secs(1);

/// What all pushes from the Docker Engine share.
pub(super) struct EnginePushes<'a> {
    run: &'a Run<'a>,
    docker: &'a dyn DockerApi,
    repositories: &'a Repositories,
    pushes: Semaphore,
    held: Arc<DestinationState>,
    copier: StreamedCopier,
}

impl<'a> EnginePushes<'a> {
    pub fn new(
        run: &'a Run<'a>,
        docker: &'a dyn DockerApi,
        repositories: &'a Repositories,
    ) -> Self {
        let held = Arc::new(DestinationState::default());
        let copier = StreamedCopier {
            destination: Arc::clone(&run.destination.registry),
            control: run.control.clone(),
            events: Arc::clone(run.events),
            state: Arc::clone(&held),
            slots: Arc::new(UploadSlots::new(BLOBS_ON_THE_WAY)),
        };
        let pushes = Semaphore::new(MAX_CONCURRENT_ENGINE_PUSHES);
        Self { run, docker, repositories, pushes, held, copier }
    }

    /// Pushes an image, and proves what arrived. The engine writes the tag by itself at the end of a
    /// push, so the images of a repository are pushed one after the other.
    pub async fn push(
        &self,
        record: &ImageRecord<'_>,
        turn: &QueuePosition<'_>,
    ) -> Result<(), MigrationError> {
        turn.wait().await;
        // The semaphore is never closed.
        let _push = self.pushes.acquire().await.ok();
        self.run.image_state(record, ImageState::Pushing);
        let planned = record.planned;
        // As late as can be: an image that is not what was planned needs no repository.
        let image = still_as_planned(self.docker, planned).await?;
        let Some(plan) = &planned.engine else {
            return Err(MigrationError::SourceNotPinned { image: planned.source.clone() });
        };
        match plan.method {
            EnginePushMethod::OwnPush => {
                let selected = self.selected(record, plan).await?;
                self.own_push(record, plan, selected).await?;
            }
            EnginePushMethod::Push | EnginePushMethod::PushPlatform => {
                self.engine_push(record, plan, &image).await?;
            }
        }
        turn.written();
        verify_after_push(self.run, record).await;
        Ok(())
    }

    /// Reads from the image's archive what is sent of it.
    ///
    /// # Errors
    /// Returns an error if the engine doesn't hold what is needed.
    async fn selected(
        &self,
        record: &ImageRecord<'_>,
        plan: &EnginePlan,
    ) -> Result<Selected, MigrationError> {
        let (started, id) = (Instant::now(), &plan.image_id);
        let contents = ArchiveContents::read(self.docker.archive(id).await?, id).await?;
        let chosen = self.run.plan.extent.platform.as_ref();
        let (tree, part_of) = selected_tree(&contents, record.planned, chosen)?;
        Ok(Selected { contents, tree, part_of, started })
    }

    /// Sends what was read from the image's archive, byte for byte.
    async fn own_push(
        &self,
        record: &ImageRecord<'_>,
        plan: &EnginePlan,
        selected: Selected,
    ) -> Result<(), MigrationError> {
        let (run, planned, id) = (self.run, record.planned, &plan.image_id);
        let Selected { contents, tree, part_of, started } = selected;
        self.repository_ready(planned).await?;
        record.record_source(tree.root.raw.digest().clone(), part_of);
        record.record_platforms(tree.parts());
        let guard = tag_guard(run, record);
        let (copied, tag) = self
            .copier
            .copy(&StreamJob {
                index: planned.index,
                source: &planned.source,
                docker: self.docker,
                id,
                tree: &tree,
                contents: &contents,
                repository: planned.repository.as_str(),
                tag: planned.tag.as_str(),
                guard: &guard,
            })
            .await?;
        record.moved_bytes(copied.sent_bytes, copied.skipped_bytes, elapsed_ms(started));
        if let CopiedTag::AlreadyThere { is_own } = tag {
            record.record_existing(copied.digest.clone(), is_own);
        }
        pushed(run, record, copied.digest);
        Ok(())
    }

    /// Waits until the repository exists. What is pushed was looked at before.
    async fn repository_ready(&self, planned: &PlannedImage) -> Result<(), MigrationError> {
        self.repositories.ready(&planned.repository, || async { Ok(()) }).await
    }

    /// Has the engine push, and repeats or replaces that where it gives up too early.
    async fn engine_push(
        &self,
        record: &ImageRecord<'_>,
        plan: &EnginePlan,
        image: &EngineImage,
    ) -> Result<(), MigrationError> {
        let (run, planned) = (self.run, record.planned);
        match self.checked(record, plan, image).await? {
            // The engine would refuse to push it.
            Some(selected) if selected.part_of.is_some() => {
                return self.own_push(record, plan, selected).await;
            }
            _ => {}
        }
        let started = Instant::now();
        let mut sent = SentLayers::default();
        let (mut tried, mut pause, mut renewed) = (1, PAUSE, false);
        let outcome = loop {
            let error = match self.push_once(record, plan, &mut sent).await {
                Ok(Some(outcome)) => break outcome,
                // Another client or an earlier attempt pushed the image.
                Ok(None) => return Ok(()),
                Err(error) => error,
            };
            let Some(cause) = cause_of(&error) else { return Err(error) };
            let (image, attempt) = (&planned.source, tried);
            match after(cause, plan.outcome, tried, renewed) {
                Next::Retry => {
                    tracing::info!(%image, attempt, ?cause, "the engine's push is repeated");
                    tokio::time::sleep(pause).await;
                    pause *= 2;
                    tried += 1;
                }
                Next::RenewLogin => {
                    tracing::info!(%image, ?cause, "the engine's push is repeated with a new token");
                    run.destination.login.renew().await?;
                    renewed = true;
                }
                Next::OwnPush if !self.is_immutable(record, cause).await => {
                    tracing::info!(%image, ?cause, "the engine cannot push the image, so it is read from it");
                    let selected = self.selected(record, plan).await?;
                    return self.own_push(record, plan, selected).await;
                }
                Next::OwnPush => return Err(immutable(error)),
                Next::Fail => return Err(error),
            }
        };
        if plan.outcome == EngineOutcome::SeenWhileSending {
            match &outcome.instead_of_index {
                None if outcome.digest == plan.image_id => {
                    record.record_source(outcome.digest.clone(), None);
                }
                // The engine was updated since the plan was made.
                Some(index) if *index == plan.image_id => {
                    record.record_source(outcome.digest.clone(), Some(index.clone()));
                }
                _ => {}
            }
        }
        let at_destination = self.arrived(record, &outcome).await;
        let (sent_bytes, skipped_bytes) = match &at_destination {
            Some(tree) => self.counted(record, tree, &sent, image),
            None => {
                if sent.is_uncounted() {
                    record.sent_uncounted();
                }
                (sent.sent_bytes(), 0)
            }
        };
        record.moved_bytes(sent_bytes, skipped_bytes, elapsed_ms(started));
        if let Some(tree) = at_destination {
            record.record_platforms(tree.parts());
        }
        pushed(run, record, outcome.digest);
        Ok(())
    }

    /// Waits until the repository exists. If it has to be created and the engine doesn't report what
    /// it holds of the image, reads the archive first and returns what it contains: an image that
    /// can't be sent gets no repository.
    async fn checked(
        &self,
        record: &ImageRecord<'_>,
        plan: &EnginePlan,
        image: &EngineImage,
    ) -> Result<Option<Selected>, MigrationError> {
        let (planned, mut selected) = (record.planned, None);
        let read = &mut selected;
        let check = move || async move {
            if plan.outcome != EngineOutcome::SeenWhileSending {
                return Ok(());
            }
            match self.selected(record, plan).await {
                Ok(found) => *read = Some(found),
                // The engine may push an image whose layers the registry mounts.
                Err(MigrationError::EngineContentMissing { .. })
                    if can_mount(
                        self.run.destination,
                        image,
                        &planned.source,
                        &planned.repository,
                    )
                    .await => {}
                Err(error) => return Err(error),
            }
            Ok(())
        };
        self.repositories.ready(&planned.repository, check).await?;
        Ok(selected)
    }

    async fn push_once(
        &self,
        record: &ImageRecord<'_>,
        plan: &EnginePlan,
        sent: &mut SentLayers,
    ) -> Result<Option<PushOutcome>, MigrationError> {
        let (run, planned) = (self.run, record.planned);
        let target = &planned.destination;
        // Somebody may have given the name to another image since it was made.
        if self.docker.image(target).await?.id != plan.image_id {
            return Err(MigrationError::EngineNameTaken { reference: target.clone() });
        }
        let login = run.destination.login.engine_login().await?;
        let mut progress = |progress: PushProgress| {
            let state = sent.take(&progress);
            let image = planned.index;
            run.emit(MigrationEvent::LayerState { image, layer: progress.layer, state });
        };
        let platform = match plan.method {
            EnginePushMethod::PushPlatform => plan.platform.as_ref(),
            EnginePushMethod::Push | EnginePushMethod::OwnPush => None,
        };
        // The engine writes the tag itself, after the layers. So the check comes right before its push,
        // and the digest that it reports is compared with the tag afterwards: between the two, a tag
        // that somebody else writes cannot be protected.
        let guard = tag_guard(run, record);
        let Some(pending) = may_push(run, self.docker, record, &guard).await? else {
            return Ok(None);
        };
        let cancel = run.control.token();
        let outcome = self.docker.push(target, platform, &login, &mut progress, cancel).await;
        let outcome = outcome.map_err(MigrationError::from);
        let digest = outcome.as_ref().ok().map(|pushed| pushed.digest.clone());
        guard.after_write(pending, digest.as_ref(), outcome.as_ref().err());
        let outcome = outcome?;
        if let Some(index) = &outcome.instead_of_index {
            tracing::info!(image = %planned.source, %index, "the engine pushed one image of the index");
        }
        Ok(Some(outcome))
    }

    /// What was pushed, as the destination has it. The engine says neither sizes nor platforms.
    async fn arrived(&self, record: &ImageRecord<'_>, outcome: &PushOutcome) -> Option<ImageTree> {
        let planned = record.planned;
        let source = ManifestSource::of(self.run.destination.registry.as_ref());
        let read = read_tree(source, &planned.destination, outcome.digest.as_str()).await;
        read.inspect_err(|error| {
            let destination = &planned.destination;
            tracing::warn!(%destination, %error, "what the engine pushed cannot be read");
        })
        .ok()
    }

    /// Bytes that the engine sent, and bytes that the destination had.
    fn counted(
        &self,
        record: &ImageRecord<'_>,
        tree: &ImageTree,
        sent: &SentLayers,
        image: &EngineImage,
    ) -> (u64, u64) {
        let repository: Arc<str> = Arc::from(record.planned.repository.as_str());
        let (mut sent_bytes, mut skipped_bytes) = (0, 0);
        let unpacked = layers_by_digest(tree, image);
        for blob in tree.root.all_blobs() {
            // The containerd store names packed layers, a graph driver unpacked ones.
            let known = sent.state(&blob.digest);
            let known = known.or_else(|| sent.state(unpacked.get(&blob.digest)?));
            let was_there = match known {
                Some(PushLayerState::AlreadyExists | PushLayerState::Mounted) => true,
                Some(_) => false,
                // Podman doesn't name layers; a layer that an earlier image of this migration pushed exists.
                None => self.held.has_blob(&repository, &blob.digest),
            };
            self.held.add_blob(&repository, &blob.digest);
            *if was_there { &mut skipped_bytes } else { &mut sent_bytes } += blob.size_bytes;
        }
        (sent_bytes, skipped_bytes)
    }

    /// Whether the registry refused the manifest because the tag may not move. Docker 25 and 26 do
    /// not pass on what it said.
    async fn is_immutable(&self, record: &ImageRecord<'_>, cause: PushFailure) -> bool {
        let (planned, destination) = (record.planned, &self.run.destination);
        if cause != PushFailure::ManifestRejected {
            return false;
        }
        let (repository, tag) = (&planned.repository, planned.tag.as_str());
        let settings = destination.ecr.repository(repository).await.ok().flatten();
        let head = destination.registry.manifest_head(repository.as_str(), tag).await;
        let is_fixed =
            settings.is_some_and(|known| known.settings.allows_overwrite(tag) == Some(false));
        is_fixed && head.is_ok_and(|head| head.is_some())
    }
}

/// What the archive of an image contains, and what is sent of it.
struct Selected {
    contents: ArchiveContents,
    tree: ImageTree,
    /// The index that the tree is a part of.
    part_of: Option<Digest>,
    /// When reading it began.
    started: Instant,
}

#[cfg(test)]
mod tests;
