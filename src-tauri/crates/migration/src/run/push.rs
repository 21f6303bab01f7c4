use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use futures_util::future::join;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::concurrency::{MAX_CONCURRENT_COPIES, MAX_CONCURRENT_TAG_WRITES};
use crate::copy::destination_state::DestinationState;
use crate::copy::destination_tags::DestinationTags;
use crate::copy::image::{CopiedTag, Copier, Job};
use crate::copy::mounts::Mounts;
use crate::copy::referrers::ReferrerTags;
use crate::copy::upload_slots::UploadSlots;
use crate::endpoints::{CopyEndpoints, Source};
use crate::error::MigrationError;
use crate::events::ImageState;
use crate::image_tree::{read_selected, read_tree};
use crate::manifest_cache::ManifestSource;
use crate::run::context::{Counts, Run, Traces};
use crate::run::create_repositories::{Repositories, repositories};
use crate::run::engine_push::EnginePushes;
use crate::run::lifecycle_policies::LifecyclePolicies;
use crate::run::push_queue::{PushQueue, QueuePosition};
use crate::run::quota::QuotaGate;
use crate::run::record::{Record, Records};
use crate::run::tag_check::{arrived_before, elapsed_ms, pushed, tag_guard};
use crate::run::tag_guard::TagGuard;
use crate::run::verify::prove_arrived;
use transload_model::Digest;

/// Images that have started and wait for their turn, at most. Those whose content is at the destination
/// wait here for an older image of their repository, and hold up no other repository.
const MAX_STARTED: usize = 512;
/// Blobs of the whole migration that are on the way at the same time.
const BLOBS_ON_THE_WAY: usize = 32;

/// Moves the content of every image, and creates the repositories that are missing on the way.
pub(super) async fn push(run: &Run<'_>, records: &Records<'_>, traces: &mut Traces) -> Counts {
    let (repositories, maker) = repositories(run, records);
    let policies = &LifecyclePolicies::new(run);
    // It ends when nobody can ask for a repository any more.
    let pushing = async move { push_into(run, records, &repositories, policies).await };
    let (created, counts) = join(maker.work(run, policies), pushing).await;
    policies.set_all(run).await;
    traces.repositories_created = created;
    traces.policies_not_set = policies.not_set();
    counts
}

async fn push_into(
    run: &Run<'_>,
    records: &Records<'_>,
    repositories: &Repositories,
    policies: &LifecyclePolicies,
) -> Counts {
    let (queue, records_in_order) = &PushQueue::new(records);
    let starts = records_in_order.iter().copied();
    match run.source {
        Source::Engine(docker) => {
            let engine = &EnginePushes::new(run, docker.as_ref(), repositories);
            let work = |record| async move {
                let turn = queue.turn(record);
                let outcome = engine.push(record, &turn).await;
                policies.image_finished(run, record, turn).await;
                outcome
            };
            run.for_each_concurrent(starts, MAX_STARTED, work).await
        }
        Source::Registry(source) => {
            let mut copier = Copier::new(
                CopyEndpoints {
                    source: Arc::clone(source),
                    destination: Arc::clone(&run.destination.registry),
                    layers: Some(Arc::clone(&run.destination.ecr) as _),
                },
                run.control.clone(),
                Arc::clone(run.events),
                Arc::new(DestinationState::default()),
                Arc::new(UploadSlots::new(BLOBS_ON_THE_WAY)),
            );
            if run.plan.totals.blob_mounting == Some(true) {
                let images = starts.clone().map(|record| record.planned);
                let holders = &run.plan.layer_holders;
                copier = copier.with_mounts(Mounts::new(&run.plan.repositories, holders, images));
            }
            let copies = &Copies {
                run,
                copier,
                repositories,
                tags: source_tags(records),
                destination_tags: destination_tags(records),
                gate: QuotaGate::default(),
                copying: Semaphore::new(MAX_CONCURRENT_COPIES),
                writing: Semaphore::new(MAX_CONCURRENT_TAG_WRITES),
            };
            let work = |record| async move {
                let turn = queue.turn(record);
                let outcome = copies.copy_when_allowed(record, &turn).await;
                policies.image_finished(run, record, turn).await;
                outcome
            };
            run.for_each_concurrent(starts, MAX_STARTED, work).await
        }
    }
}

/// What all copies from registry to registry share.
struct Copies<'a> {
    run: &'a Run<'a>,
    copier: Copier,
    repositories: &'a Repositories,
    /// The tags of the source.
    tags: DestinationTags,
    /// The tags of the destination, for an early look.
    destination_tags: DestinationTags,
    gate: QuotaGate,
    copying: Semaphore,
    writing: Semaphore,
}

impl Copies<'_> {
    /// Copies an image, and waits where the source's pull quota is used up.
    async fn copy_when_allowed(
        &self,
        record: &Record<'_>,
        turn: &QueuePosition<'_>,
    ) -> Result<(), MigrationError> {
        let copy = || async move {
            let copied = self.copy(record, turn).await;
            self.copier.settle(record.planned.index, copied.is_ok());
            copied
        };
        let source = &record.planned.source;
        let _writing = self.gate.pass(self.run, self.copier.source(), source, copy).await?;
        // At once, so that an interruption hours later finds it proved.
        prove_arrived(self.run, record).await;
        Ok(())
    }

    /// Copies the content concurrently with other images, and writes the tag in the order of the
    /// repository. Returns the permit that the image keeps until it is verified.
    async fn copy(
        &self,
        record: &Record<'_>,
        turn: &QueuePosition<'_>,
    ) -> Result<Option<SemaphorePermit<'_>>, MigrationError> {
        let (run, copier) = (self.run, &self.copier);
        // The semaphores are never closed.
        let copying = self.copying.acquire().await.ok();
        run.image_state(record, ImageState::Pushing);
        let started = Instant::now();
        let planned = record.planned;
        let guard = tag_guard(run, record);
        let arrived = self.exists_already(record, &guard).await?;
        if let Some(arrived) = &arrived
            && !(arrived.is_own && run.plan.extent.referrers)
        {
            arrived_before(run, record, arrived.digest.clone(), arrived.is_own);
            return Ok(self.writing.acquire().await.ok());
        }
        let source = ManifestSource::cached(copier.source(), &run.plan.manifests);
        let tree = match &planned.source_digest {
            // Pinned to what was planned: with a chosen platform it is that platform's image.
            Some(digest) => read_tree(source, &planned.source, digest.as_str()).await?,
            None => {
                let reference = planned.source.manifest_reference();
                let platform = run.plan.extent.platform.as_ref();
                read_selected(source, &planned.source, reference, platform).await?
            }
        };
        let job = Job {
            index: planned.index,
            source: &planned.source,
            tree: &tree,
            repository: planned.repository.as_str(),
            reference: planned.tag.as_str(),
            guard: Some(&guard),
        };
        record.consists_of(tree.parts());
        let (digest, writing) = match arrived {
            // An earlier try may have ended between the image and its referrers.
            Some(PushedImage { digest, is_own }) => {
                record.is_there(digest.clone(), is_own);
                drop(copying);
                (digest, self.writing.acquire().await.ok())
            }
            None => {
                // Not before the source is known to have the image: without any image nothing is
                // created.
                self.repositories.ready(&planned.repository, || copier.check_content(&job)).await?;
                let copied = copier.copy_content(&job).await?;
                record.moved_bytes(copied.sent_bytes, copied.skipped_bytes, elapsed_ms(started));
                drop(copying);
                turn.wait().await;
                let writing = self.writing.acquire().await.ok();
                if let CopiedTag::AlreadyThere { is_own } = copier.write_manifest(&job).await? {
                    record.is_there(copied.digest.clone(), is_own);
                }
                copier.settle(planned.index, true);
                turn.written();
                (copied.digest, writing)
            }
        };
        if run.plan.extent.referrers {
            let planned = planned.referrer_tags.as_deref();
            let tags = ReferrerTags { planned, at_source: &self.tags };
            record.left_behind(copier.copy_referrers(&job, tags, run.journal).await);
        }
        pushed(run, record, digest);
        Ok(writing)
    }

    /// The image, if it is at the destination already. Looks only where time has passed since the plan
    /// was made: it was resumed or came from a file. Spares the source's pull quota and the layers; the
    /// check before the tag is written comes in any case.
    async fn exists_already(
        &self,
        record: &Record<'_>,
        guard: &TagGuard<'_>,
    ) -> Result<Option<PushedImage>, MigrationError> {
        let planned = record.planned;
        if planned.content.is_some() {
            return Ok(None);
        }
        let registry = self.run.destination.registry.as_ref();
        let tag = planned.tag.as_str();
        let found =
            self.destination_tags.digest(registry, planned.repository.as_str(), tag).await?;
        let is_own = guard.check(registry, found.as_ref(), planned.source_digest.as_ref())?;
        Ok(found.zip(is_own).map(|(digest, is_own)| PushedImage { digest, is_own }))
    }
}

/// An image that was at the destination before this try could write it.
struct PushedImage {
    digest: Digest,
    /// Whether an earlier try wrote it.
    is_own: bool,
}

/// The tags of the source, with how many images each repository sends: what signatures are found by.
fn source_tags(records: &Records<'_>) -> DestinationTags {
    let mut wanted: HashMap<String, usize> = HashMap::new();
    for record in records.moving() {
        *wanted.entry(record.planned.source.path().to_owned()).or_default() += 1;
    }
    DestinationTags::new(wanted)
}

/// The tags of the destination, with how many images go to each repository.
fn destination_tags(records: &Records<'_>) -> DestinationTags {
    let mut wanted: HashMap<String, usize> = HashMap::new();
    for record in records.moving() {
        *wanted.entry(record.planned.repository.to_string()).or_default() += 1;
    }
    DestinationTags::new(wanted)
}
