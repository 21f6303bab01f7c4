//! A list of images, copied from registry to registry: no repositories to create, no plan to look at,
//! for whoever has decided already.

use std::collections::HashMap;
use std::sync::Arc;

use super::copy::{Copied, Copier, Held, Job, LeftBehind, ReferrerTags, TagsThere, Turns};
use super::in_turn::in_turn;
use super::manifest_cache::ManifestSource;
use super::tree::read_extent;
use super::{Control, EventSink, Extent, ImageState, MigrationError, MigrationEvent};
use transload_aws::EcrLayers;
use transload_model::{Digest, ImageReference};
use transload_registry::RegistryApi;

/// One image to copy between two registries. What its tag points to at the destination is replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyPair {
    /// Where it is.
    pub source: ImageReference,
    /// Where it goes, by tag or by digest.
    pub destination: ImageReference,
}

/// The clients of a pair's registries: one for each registry, shared by all its pairs.
#[derive(Clone)]
pub struct CopyEnds {
    /// Where the image is.
    pub source: Arc<dyn RegistryApi>,
    /// Where it goes.
    pub destination: Arc<dyn RegistryApi>,
    /// The destination's own way to take big layers in parts, where it is ECR.
    pub layers: Option<Arc<dyn EcrLayers>>,
}

/// What comes along, and how much is on the way at the same time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyOptions {
    /// Images.
    pub images_together: usize,
    /// Blobs to one destination.
    pub blobs_together: usize,
    /// What of each image.
    pub extent: Extent,
}

impl Default for CopyOptions {
    /// Enough to hide a round trip of some 20 ms between both ends; a connection each.
    fn default() -> Self {
        Self { images_together: 32, blobs_together: 32, extent: Extent::default() }
    }
}

/// What became of a pair.
#[derive(Clone, Debug)]
pub enum CopyOutcome {
    /// It is at the destination now.
    Copied {
        /// Its digest, there as at the source.
        digest: Digest,
        /// Bytes that were sent.
        sent_bytes: u64,
        /// Bytes that were there or were mounted.
        skipped_bytes: u64,
        /// What refers to it and could not come along.
        left_behind: Vec<LeftBehind>,
    },
    /// It was there already.
    AlreadyThere {
        /// Its digest.
        digest: Digest,
    },
    /// It is not there.
    Failed(Arc<MigrationError>),
    /// It was not finished.
    Cancelled,
}

/// Copies every pair, and tells what became of each, in their order, and of each at once by
/// `finished`. Events call an image by its place in `pairs`.
pub async fn copy_list(
    pairs: &[(CopyPair, CopyEnds)],
    options: CopyOptions,
    control: &Control,
    events: &Arc<dyn EventSink>,
    finished: &(dyn Fn(u32, &CopyOutcome) + Sync),
) -> Vec<CopyOutcome> {
    let images_together = options.images_together.max(1);
    let copies = &Copies::new(pairs, options, control, events);
    in_turn(pairs.len(), images_together, |place| async move {
        // More than four thousand million images have no numbers.
        let number = u32::try_from(place).unwrap_or(u32::MAX);
        let outcome = copies.tell(number, &pairs[place]).await;
        finished(number, &outcome);
        outcome
    })
    .await
}

/// What all pairs share.
struct Copies<'a> {
    control: &'a Control,
    events: &'a Arc<dyn EventSink>,
    copiers: HashMap<(End, End), Copier>,
    /// The tags of the destinations.
    tags: HashMap<End, TagsThere>,
    /// The tags of the sources.
    source_tags: HashMap<End, TagsThere>,
    extent: Extent,
}

/// A client, told apart by its address in memory.
type End = usize;

fn end(client: &Arc<dyn RegistryApi>) -> End {
    Arc::as_ptr(client).cast::<()>().addr()
}

impl<'a> Copies<'a> {
    fn new(
        pairs: &[(CopyPair, CopyEnds)],
        options: CopyOptions,
        control: &'a Control,
        events: &'a Arc<dyn EventSink>,
    ) -> Self {
        let mut wanted: HashMap<End, HashMap<String, usize>> = HashMap::new();
        let mut sources: HashMap<End, HashMap<String, usize>> = HashMap::new();
        let mut shared: HashMap<End, (Arc<Held>, Arc<Turns>)> = HashMap::new();
        let mut copiers = HashMap::new();
        for (pair, ends) in pairs {
            let (from, to) = (end(&ends.source), end(&ends.destination));
            let repository = pair.destination.path().to_owned();
            *wanted.entry(to).or_default().entry(repository).or_default() += 1;
            let repository = pair.source.path().to_owned();
            *sources.entry(from).or_default().entry(repository).or_default() += 1;
            let (held, turns) = shared
                .entry(to)
                .or_insert_with(|| (Arc::default(), Arc::new(Turns::new(options.blobs_together))))
                .clone();
            copiers.entry((from, to)).or_insert_with(|| {
                Copier::new(ends.clone(), control.clone(), Arc::clone(events), held, turns)
            });
        }
        let tags = wanted.into_iter().map(|(to, wanted)| (to, TagsThere::new(wanted))).collect();
        let source_tags =
            sources.into_iter().map(|(from, wanted)| (from, TagsThere::new(wanted))).collect();
        let extent = options.extent;
        Self { control, events, copiers, tags, source_tags, extent }
    }

    /// Copies one pair, and says how it goes.
    async fn tell(&self, index: u32, pair: &(CopyPair, CopyEnds)) -> CopyOutcome {
        let held = async {
            self.control.go().await;
            self.image_state(index, ImageState::Pushing);
            self.one(index, pair).await
        };
        let outcome = match self.control.until_cancelled(held).await {
            None => CopyOutcome::Cancelled,
            Some(Ok(outcome)) => outcome,
            Some(Err(error)) => CopyOutcome::Failed(Arc::new(error)),
        };
        let state = match &outcome {
            CopyOutcome::Copied { .. } => ImageState::Done,
            CopyOutcome::AlreadyThere { .. } => ImageState::Unchanged,
            CopyOutcome::Failed(error) => ImageState::Failed { error: Arc::clone(error) },
            CopyOutcome::Cancelled => ImageState::Cancelled,
        };
        self.image_state(index, state);
        outcome
    }

    async fn one(
        &self,
        index: u32,
        (pair, ends): &(CopyPair, CopyEnds),
    ) -> Result<CopyOutcome, MigrationError> {
        let (source, destination) = (&pair.source, &pair.destination);
        let repository = destination.path();
        // With a tag and a digest the tag is written, and the digest has to be the image's.
        let reference = match destination.tag() {
            Some(tag) => tag.as_str(),
            None => destination.manifest_reference(),
        };
        let (from, to) = (end(&ends.source), end(&ends.destination));
        // Both were made from the same pairs.
        let (Some(copier), Some(tags)) = (self.copiers.get(&(from, to)), self.tags.get(&to)) else {
            return Ok(CopyOutcome::Cancelled);
        };
        let there = tags.digest(ends.destination.as_ref(), repository, reference).await?;
        // What is not there has to be read in any case, so the source is asked only once.
        let at_source = match &there {
            Some(_) if self.extent.platform.is_none() => {
                ends.source.manifest_head(source.path(), source.manifest_reference()).await?
            }
            _ => None,
        };
        match (&there, &at_source) {
            (Some(there), Some(head))
                if *there == head.digest
                    && destination.digest().is_none_or(|pinned| *pinned == head.digest) =>
            {
                return Ok(CopyOutcome::AlreadyThere { digest: head.digest.clone() });
            }
            _ => {}
        }
        // Pinned: what HEAD told is what is fetched, also when the tag moves in between.
        let pinned = at_source.as_ref().map(|head| head.digest.as_str());
        let pinned = pinned.unwrap_or(source.manifest_reference());
        let platform = self.extent.platform.as_ref();
        let tree = &read_extent(ManifestSource::of(ends.source.as_ref()), source, pinned, platform)
            .await?;
        if let Some(pinned) = destination.digest()
            && tree.root.raw.expect_digest(pinned).is_err()
        {
            return Err(MigrationError::DestinationDigestDiffers {
                destination: destination.clone(),
                found: tree.root.raw.digest().clone(),
            });
        }
        if there.as_ref() == Some(tree.root.raw.digest()) {
            return Ok(CopyOutcome::AlreadyThere { digest: tree.root.raw.digest().clone() });
        }
        let job = Job { index, source, tree, repository, reference, guard: None };
        let Copied { digest, sent_bytes, skipped_bytes, .. } = copier.copy(&job).await?;
        let left_behind = match self.source_tags.get(&from) {
            Some(tags) if self.extent.referrers => {
                let tags = ReferrerTags { planned: None, at_source: tags };
                copier.copy_referrers(&job, tags, None).await
            }
            _ => Vec::new(),
        };
        Ok(CopyOutcome::Copied { digest, sent_bytes, skipped_bytes, left_behind })
    }

    fn image_state(&self, image: u32, state: ImageState) {
        self.events.emit(MigrationEvent::ImageState { image, state });
    }
}
