//! The step that copies the content of every image and writes its tag. Each image is verified right after
//! its tag is written.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use futures_util::future::join;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::concurrency::{
    MAX_CONCURRENT_COPIES, MAX_CONCURRENT_TAG_WRITES, MAX_CONCURRENT_UPLOADS, MAX_STARTED_IMAGES,
};
use crate::copy::destination_state::DestinationState;
use crate::copy::image::{Copied, CopiedTag, Copier, ImageCopy};
use crate::copy::mounts::Mounts;
use crate::copy::referrers::ReferrerTags;
use crate::copy::registry_tags::RegistryTags;
use crate::copy::upload_slots::UploadSlots;
use crate::endpoints::{CopyEndpoints, Source};
use crate::error::MigrationError;
use crate::events::ImageState;
use crate::image_tree::read::{read_selected, read_tree};
use crate::manifest_cache::ManifestSource;
use crate::run::context::{Counts, Run, RunEffects};
use crate::run::create_repositories::{Repositories, repositories};
use crate::run::engine_push::EnginePushes;
use crate::run::lifecycle_policies::LifecyclePolicies;
use crate::run::push_queue::{PushQueue, QueuePosition};
use crate::run::quota::QuotaGate;
use crate::run::record::{ImageRecord, ImageRecords};
use crate::run::tag_check::{elapsed_ms, existed_before, pushed, tag_guard};
use crate::run::tag_guard::TagGuard;
use crate::run::verify::verify_after_push;
use transload_model::Digest;

/// Copies every image, and creates missing repositories when they are needed.
pub(super) async fn push(
    run: &Run<'_>,
    records: &ImageRecords<'_>,
    effects: &mut RunEffects,
) -> Counts {
    let (repositories, creator) = repositories(run, records);
    let policies = &LifecyclePolicies::new(run);
    // Owns `repositories`: the creator ends when the push is done and drops them.
    let pushing = async move { push_into(run, records, &repositories, policies).await };
    let (created, counts) = join(creator.work(run, policies), pushing).await;
    policies.set_all(run).await;
    effects.repositories_created = created;
    effects.policies_not_set = policies.not_set();
    counts
}

async fn push_into(
    run: &Run<'_>,
    records: &ImageRecords<'_>,
    repositories: &Repositories,
    policies: &LifecyclePolicies,
) -> Counts {
    let (queue, records_in_order) = &PushQueue::new(records);
    let starts = records_in_order.iter().copied();
    match run.source {
        Source::Engine(docker) => {
            let engine = &EnginePushes::new(run, docker.as_ref(), repositories);
            let work = |record| async move {
                let position = queue.position(record);
                let outcome = engine.push(record, &position).await;
                policies.image_finished(run, record, position).await;
                outcome
            };
            run.for_each_concurrent(starts, MAX_STARTED_IMAGES, work).await
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
                Arc::new(UploadSlots::new(MAX_CONCURRENT_UPLOADS)),
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
                source_tags: source_tags(records),
                destination_tags: destination_tags(records),
                gate: QuotaGate::default(),
                copying: Semaphore::new(MAX_CONCURRENT_COPIES),
                writing: Semaphore::new(MAX_CONCURRENT_TAG_WRITES),
            };
            let work = |record| async move {
                let position = queue.position(record);
                let outcome = copies.copy_when_allowed(record, &position).await;
                policies.image_finished(run, record, position).await;
                outcome
            };
            run.for_each_concurrent(starts, MAX_STARTED_IMAGES, work).await
        }
    }
}

/// The state that all copies from registry to registry share.
struct Copies<'a> {
    run: &'a Run<'a>,
    copier: Copier,
    repositories: &'a Repositories,
    source_tags: RegistryTags,
    /// For an early check of the destination.
    destination_tags: RegistryTags,
    gate: QuotaGate,
    copying: Semaphore,
    writing: Semaphore,
}

impl Copies<'_> {
    /// Copies and verifies an image. Waits while the source's pull quota is used up.
    async fn copy_when_allowed(
        &self,
        record: &ImageRecord<'_>,
        position: &QueuePosition<'_>,
    ) -> Result<(), MigrationError> {
        let copy = || async move {
            let copied = self.copy(record, position).await;
            self.copier.settle(record.planned.index, copied.is_ok());
            copied
        };
        let source = &record.planned.source;
        let _writing = self.gate.pass(self.run, self.copier.source(), source, copy).await?;
        // Right away, so that the image is verified if the run is interrupted later.
        verify_after_push(self.run, record).await;
        Ok(())
    }

    /// Copies the content concurrently with other images, and writes the tags of each repository in
    /// order. Returns the permit that the image keeps until it is verified.
    async fn copy(
        &self,
        record: &ImageRecord<'_>,
        position: &QueuePosition<'_>,
    ) -> Result<Option<SemaphorePermit<'_>>, MigrationError> {
        let (run, copier) = (self.run, &self.copier);
        // The semaphores are never closed.
        let copying = self.copying.acquire().await.ok();
        run.image_state(record, ImageState::Pushing);
        let started = Instant::now();
        let planned = record.planned;
        let guard = tag_guard(run, record);
        let existing = self.existing_image(record, &guard).await?;
        if let Some(existing) = &existing
            && !(existing.is_own && run.plan.extent.referrers)
        {
            existed_before(run, record, existing.digest.clone(), existing.is_own);
            return Ok(self.writing.acquire().await.ok());
        }
        let source = ManifestSource::cached(copier.source(), &run.plan.manifests);
        let tree = match &planned.source_digest {
            // The planned digest. If one platform was selected, the digest of that platform's image.
            Some(digest) => read_tree(source, &planned.source, digest.as_str()).await?,
            None => {
                let reference = planned.source.manifest_reference();
                let platform = run.plan.extent.platform.as_ref();
                read_selected(source, &planned.source, reference, platform).await?
            }
        };
        let job = ImageCopy {
            index: planned.index,
            source: &planned.source,
            tree: &tree,
            repository: planned.repository.as_str(),
            reference: planned.tag.as_str(),
            guard: Some(&guard),
        };
        record.record_platforms(tree.parts());
        let (digest, writing) = match existing {
            // An earlier attempt may have ended between the image and its referrers.
            Some(ExistingImage { digest, is_own }) => {
                record.record_existing(digest.clone(), is_own);
                drop(copying);
                (digest, self.writing.acquire().await.ok())
            }
            None => {
                // After the check of the source: without an image no repository is created.
                self.repositories.ready(&planned.repository, || copier.check_content(&job)).await?;
                let before_tag = |copied: &Copied| {
                    let (sent_bytes, skipped_bytes) = (copied.sent_bytes, copied.skipped_bytes);
                    record.moved_bytes(sent_bytes, skipped_bytes, elapsed_ms(started));
                    drop(copying);
                    async {
                        position.wait().await;
                        self.writing.acquire().await.ok()
                    }
                };
                let (copied, tag, writing) = copier.copy(&job, before_tag).await?;
                if let CopiedTag::AlreadyThere { is_own } = tag {
                    record.record_existing(copied.digest.clone(), is_own);
                }
                copier.settle(planned.index, true);
                position.written();
                (copied.digest, writing)
            }
        };
        if run.plan.extent.referrers {
            let planned = planned.referrer_tags.as_deref();
            let tags = ReferrerTags { planned, at_source: &self.source_tags };
            record.left_behind(copier.copy_referrers(&job, tags, run.journal).await);
        }
        pushed(run, record, digest);
        Ok(writing)
    }

    /// Returns the image if it already exists at the destination. Checks only plans that are not fresh,
    /// because they were resumed or read from a file. Saves pull quota and transfers. The check before
    /// the tag is written follows in any case.
    async fn existing_image(
        &self,
        record: &ImageRecord<'_>,
        guard: &TagGuard<'_>,
    ) -> Result<Option<ExistingImage>, MigrationError> {
        let planned = record.planned;
        if planned.content.is_some() {
            return Ok(None);
        }
        let registry = self.run.destination.registry.as_ref();
        let tag = planned.tag.as_str();
        let found =
            self.destination_tags.digest(registry, planned.repository.as_str(), tag).await?;
        let is_own = guard.check(registry, found.as_ref(), planned.source_digest.as_ref())?;
        Ok(found.zip(is_own).map(|(digest, is_own)| ExistingImage { digest, is_own }))
    }
}

/// An image that existed at the destination before this attempt could write it.
struct ExistingImage {
    digest: Digest,
    /// Whether an earlier attempt wrote it.
    is_own: bool,
}

/// Returns the cache of the source's tags, with the number of images of each repository. Signatures are
/// found by tag.
fn source_tags(records: &ImageRecords<'_>) -> RegistryTags {
    let mut image_counts: HashMap<String, usize> = HashMap::new();
    for record in records.moving() {
        *image_counts.entry(record.planned.source.path().to_owned()).or_default() += 1;
    }
    RegistryTags::new(image_counts)
}

/// Returns the cache of the destination's tags, with the number of images of each repository.
fn destination_tags(records: &ImageRecords<'_>) -> RegistryTags {
    let mut image_counts: HashMap<String, usize> = HashMap::new();
    for record in records.moving() {
        *image_counts.entry(record.planned.repository.to_string()).or_default() += 1;
    }
    RegistryTags::new(image_counts)
}
