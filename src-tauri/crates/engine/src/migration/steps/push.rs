use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Instant;

use futures_util::future::join;

use super::create::{Repositories, repositories};
use super::quota::QuotaGate;
use super::verify::prove_arrived;
use crate::docker::{DockerApi, PushLayerState, PushProgress};
use crate::migration::copy::{Copier, Held, Job, TagsThere, Turns};
use crate::migration::manifest_cache::ManifestSource;
use crate::migration::record::{Record, Records};
use crate::migration::run::{Counts, Run, Traces};
use crate::migration::tree::{read_extent, read_tree};
use crate::migration::{CopyEnds, ImageState, LayerState, MigrationError, MigrationEvent, Source};
use crate::model::Digest;

/// The engine sends five layers of a push at a time by itself; more pushes only compete.
const PUSHED_TOGETHER: usize = 2;
/// Images that are copied at the same time. Their blobs share one limit of their own.
const COPIED_TOGETHER: usize = 16;
/// Blobs of the whole migration that are on the way at the same time.
const BLOBS_ON_THE_WAY: usize = 32;

/// Moves the content of every image, and creates the repositories that are missing on the way.
pub(in crate::migration) async fn push(
    run: &Run<'_>,
    records: &Records<'_>,
    traces: &mut Traces,
) -> Counts {
    let (repositories, maker) = repositories(run, records);
    // It ends when nobody can ask for a repository any more.
    let pushing = async move { push_into(run, records, &repositories).await };
    let (created, counts) = join(maker.work(run), pushing).await;
    traces.repositories_created = created;
    counts
}

async fn push_into(run: &Run<'_>, records: &Records<'_>, repositories: &Repositories) -> Counts {
    match run.source {
        Source::Engine(docker) => {
            let docker = docker.as_ref();
            let work = |record| push_from_engine(run, docker, repositories, record);
            run.each(records.moving(), PUSHED_TOGETHER, work).await
        }
        Source::Registry(source) => {
            let copier = Copier::new(
                CopyEnds {
                    source: Arc::clone(source),
                    destination: Arc::clone(&run.destination.registry),
                    layers: Some(Arc::clone(&run.destination.ecr) as _),
                },
                run.control.clone(),
                Arc::clone(run.events),
                Arc::new(Held::default()),
                Arc::new(Turns::new(BLOBS_ON_THE_WAY)),
            );
            let copies = &Copies {
                run,
                copier,
                repositories,
                tags: source_tags(records),
                gate: QuotaGate::default(),
            };
            let work = |record| copies.copy_when_allowed(record);
            run.each(records.moving(), COPIED_TOGETHER, work).await
        }
    }
}

/// What all copies from registry to registry share.
struct Copies<'a> {
    run: &'a Run<'a>,
    copier: Copier,
    repositories: &'a Repositories,
    tags: TagsThere,
    gate: QuotaGate,
}

impl Copies<'_> {
    /// Copies an image, and waits where the source's pull quota is used up.
    async fn copy_when_allowed(&self, record: &Record<'_>) -> Result<(), MigrationError> {
        let copy = || self.copy(record);
        self.gate.pass(self.run, self.copier.source(), &record.planned.source, copy).await?;
        // At once, so that an interruption hours later finds it proved.
        prove_arrived(self.run, record).await;
        Ok(())
    }

    async fn copy(&self, record: &Record<'_>) -> Result<(), MigrationError> {
        let (run, copier) = (self.run, &self.copier);
        run.image_state(record, ImageState::Pushing);
        let started = Instant::now();
        let planned = record.planned;
        // A plan that was made just now has read what there is. One that is gone on with, or came from
        // a file, has not.
        if planned.content.is_none() && is_there(run, record).await? {
            return Ok(());
        }
        let source = ManifestSource::cached(copier.source(), &run.plan.manifests);
        let tree = match &planned.source_digest {
            // Pinned to what was planned: with a chosen platform it is that platform's image.
            Some(digest) => read_tree(source, &planned.source, digest.as_str()).await?,
            None => {
                let reference = planned.source.manifest_reference();
                let platform = run.plan.extent.platform.as_ref();
                read_extent(source, &planned.source, reference, platform).await?
            }
        };
        // As late as can be: an image that its source does not give needs no repository.
        self.repositories.ready(&planned.repository).await?;
        let job = Job {
            index: planned.index,
            source: &planned.source,
            tree: &tree,
            repository: planned.repository.as_str(),
            reference: planned.tag.as_str(),
        };
        record.consists_of(tree.parts());
        let moved = copier.copy(&job).await?;
        record.moved_bytes(moved.sent_bytes, moved.skipped_bytes, elapsed_ms(started));
        if run.plan.extent.referrers {
            record.left_behind(copier.copy_referrers(&job, &self.tags).await);
        }
        pushed(run, record, moved.digest);
        Ok(())
    }
}

/// Looks at the destination anew where some time has passed since the plan was made. Whether the
/// image is there.
async fn is_there(run: &Run<'_>, record: &Record<'_>) -> Result<bool, MigrationError> {
    let planned = record.planned;
    let registry = run.destination.registry.as_ref();
    let head = registry.manifest_head(planned.repository.as_str(), planned.tag.as_str()).await?;
    let Some(found) = head.map(|head| head.digest) else { return Ok(false) };
    if Some(&found) == planned.source_digest.as_ref() {
        record.is_there(found.clone());
        run.image_state(record, ImageState::Pushed { digest: found });
        return Ok(true);
    }
    if Some(&found) == planned.destination_digest.as_ref() {
        return Ok(false);
    }
    let (destination, planned) = (planned.destination.clone(), planned.destination_digest.clone());
    Err(MigrationError::DestinationMoved { destination, planned, found })
}

/// The tags of the source, with how many images each repository sends: what signatures are found by.
fn source_tags(records: &Records<'_>) -> TagsThere {
    let mut wanted: HashMap<String, usize> = HashMap::new();
    for record in records.moving() {
        *wanted.entry(record.planned.source.path().to_owned()).or_default() += 1;
    }
    TagsThere::new(wanted)
}

async fn push_from_engine(
    run: &Run<'_>,
    docker: &dyn DockerApi,
    repositories: &Repositories,
    record: &Record<'_>,
) -> Result<(), MigrationError> {
    run.image_state(record, ImageState::Pushing);
    repositories.ready(&record.planned.repository).await?;
    let started = Instant::now();
    let login = run.destination.login.engine_login().await?;
    let mut sent = SentLayers::default();
    let mut progress = |progress: PushProgress| {
        let state = sent.take(&progress);
        let image = record.planned.index;
        run.emit(MigrationEvent::LayerState { image, layer: progress.layer, state });
    };
    let target = &record.planned.destination;
    let outcome = docker.push(target, &login, &mut progress, run.control.token()).await;
    record.moved_bytes(sent.sent_bytes(), 0, elapsed_ms(started));
    if sent.is_uncounted() {
        record.sent_uncounted();
    }
    pushed(run, record, outcome?.digest);
    prove_arrived(run, record).await;
    Ok(())
}

fn pushed(run: &Run<'_>, record: &Record<'_>, digest: Digest) {
    record.pushed(digest.clone());
    run.image_state(record, ImageState::Pushed { digest });
}

fn elapsed_ms(started: Instant) -> u64 {
    u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// What the engine sent of each layer. It does not repeat the number when the layer is done, and it
/// reports none at all for a layer that was sent before its first progress message was due.
#[derive(Default)]
struct SentLayers {
    bytes: HashMap<String, u64>,
    /// Layers that were sent without a number.
    uncounted: HashSet<String>,
}

impl SentLayers {
    fn take(&mut self, progress: &PushProgress) -> LayerState {
        let so_far = self.bytes.entry(progress.layer.clone()).or_default();
        match progress.state {
            PushLayerState::Waiting => LayerState::Waiting { total_bytes: None },
            PushLayerState::Sending { sent_bytes, total_bytes } => {
                *so_far = sent_bytes;
                LayerState::Sending { sent_bytes, total_bytes }
            }
            PushLayerState::AlreadyThere => LayerState::AlreadyThere { total_bytes: None },
            PushLayerState::Mounted => LayerState::Mounted,
            PushLayerState::Done => {
                if *so_far == 0 {
                    self.uncounted.insert(progress.layer.clone());
                }
                LayerState::Done { sent_bytes: *so_far }
            }
        }
    }

    fn sent_bytes(&self) -> u64 {
        self.bytes.values().sum()
    }

    /// Whether bytes were sent, or may have been, that the engine did not report.
    fn is_uncounted(&self) -> bool {
        self.bytes.is_empty() || !self.uncounted.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_counted_only_where_the_engine_reported_those_of_every_layer() {
        use PushLayerState::{AlreadyThere, Done, Mounted, Sending, Waiting};
        let sending = |sent_bytes| Sending { sent_bytes, total_bytes: None };
        for (states, sent_bytes, uncounted) in [
            (vec![("a", Waiting), ("a", sending(5)), ("a", Done)], 5, false),
            (
                vec![("a", sending(5)), ("a", sending(9)), ("a", Done), ("b", AlreadyThere)],
                9,
                false,
            ),
            (vec![("a", AlreadyThere), ("b", Mounted)], 0, false),
            // A small layer is sent before a number is due.
            (vec![("a", sending(5)), ("a", Done), ("b", Waiting), ("b", Done)], 5, true),
            // Another engine reports no layer at all.
            (vec![], 0, true),
        ] {
            let mut sent = SentLayers::default();
            for (layer, state) in &states {
                sent.take(&PushProgress { layer: (*layer).to_owned(), state: *state });
            }
            assert_eq!(sent.sent_bytes(), sent_bytes, "{states:?}");
            assert_eq!(sent.is_uncounted(), uncounted, "{states:?}");
        }
    }
}
