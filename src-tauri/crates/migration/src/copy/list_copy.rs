//! Copies a list of images between registries, without repositories to create and without a plan.
//! `api::copies` calls it for lists of the command line.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::future::ready;
use std::sync::Arc;
use std::time::Instant;

use crate::concurrency::for_each_concurrent;
use crate::control::Control;
use crate::copy::destination_state::DestinationState;
use crate::copy::image::{Copied, Copier, ImageCopy};
use crate::copy::referrers::ReferrerTags;
use crate::copy::registry_tags::RegistryTags;
use crate::copy::upload_slots::UploadSlots;
use crate::endpoints::CopyEndpoints;
use crate::error::MigrationError;
use crate::events::{EventSink, ImageState, MigrationEvent};
use crate::image_tree::read::read_selected;
use crate::manifest_cache::ManifestSource;
use crate::report::LeftBehind;
use crate::request::CopyScope;
use transload_model::{Digest, ImageReference};
use transload_registry::RegistryApi;

/// One image to copy between two registries. The tag at the destination is overwritten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyPair {
    pub source: ImageReference,
    /// The reference at the destination: a tag, a digest, or both.
    pub destination: ImageReference,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyOptions {
    /// Maximum number of images copied concurrently.
    pub max_concurrent_images: usize,
    /// Maximum number of blobs uploaded concurrently to one destination.
    pub max_concurrent_blobs: usize,
    /// Which parts of each image are copied.
    pub extent: CopyScope,
}

impl Default for CopyOptions {
    /// High enough to hide a round trip of about 20 ms at both endpoints. Each transfer uses its own
    /// connection.
    fn default() -> Self {
        Self { max_concurrent_images: 32, max_concurrent_blobs: 32, extent: CopyScope::default() }
    }
}

/// Result of a pair.
#[derive(Clone, Debug)]
pub enum CopyOutcome {
    /// The image was copied.
    Copied {
        /// Its digest, the same at source and destination.
        digest: Digest,
        sent_bytes: u64,
        /// Bytes that already existed or were mounted.
        skipped_bytes: u64,
        /// Duration of the copy in milliseconds.
        elapsed_ms: u64,
        /// Referrers that couldn't be copied.
        left_behind: Vec<LeftBehind>,
    },
    /// The destination already had the image.
    AlreadyThere {
        digest: Digest,
    },
    Failed(Arc<MigrationError>),
    /// The copy was cancelled before it finished.
    Cancelled,
}

/// Copies every pair. Returns the results in the order of `pairs`. Events identify an image by its index in `pairs`.
pub async fn copy_list(
    pairs: &[(CopyPair, CopyEndpoints)],
    options: CopyOptions,
    control: &Control,
    events: &Arc<dyn EventSink>,
) -> Vec<CopyOutcome> {
    let max_concurrent_images = options.max_concurrent_images.max(1);
    let copies = &ListCopy::new(pairs, options, control, events);
    for_each_concurrent(pairs.len(), max_concurrent_images, |index| async move {
        // Only pairs after the first four billion would share a number.
        let number = u32::try_from(index).unwrap_or(u32::MAX);
        copies.copy_with_events(number, &pairs[index]).await
    })
    .await
}

/// State shared by all pairs.
struct ListCopy<'a> {
    control: &'a Control,
    events: &'a Arc<dyn EventSink>,
    copiers: HashMap<(ClientId, ClientId), Copier>,
    /// Tags of each destination.
    tags: HashMap<ClientId, RegistryTags>,
    source_tags: HashMap<ClientId, RegistryTags>,
    extent: CopyScope,
}

/// Identifies a client by its address in memory.
type ClientId = usize;

fn client_id(client: &Arc<dyn RegistryApi>) -> ClientId {
    Arc::as_ptr(client).cast::<()>().addr()
}

impl<'a> ListCopy<'a> {
    fn new(
        pairs: &[(CopyPair, CopyEndpoints)],
        options: CopyOptions,
        control: &'a Control,
        events: &'a Arc<dyn EventSink>,
    ) -> Self {
        let mut image_counts: HashMap<ClientId, HashMap<String, usize>> = HashMap::new();
        let mut source_image_counts: HashMap<ClientId, HashMap<String, usize>> = HashMap::new();
        let mut shared: HashMap<ClientId, (Arc<DestinationState>, Arc<UploadSlots>)> =
            HashMap::new();
        let mut copiers = HashMap::new();
        for (pair, endpoints) in pairs {
            let (from, to) = (client_id(&endpoints.source), client_id(&endpoints.destination));
            let repository = pair.destination.path().to_owned();
            *image_counts.entry(to).or_default().entry(repository).or_default() += 1;
            let repository = pair.source.path().to_owned();
            *source_image_counts.entry(from).or_default().entry(repository).or_default() += 1;
            let (state, slots) = shared
                .entry(to)
                .or_insert_with(|| {
                    (Arc::default(), Arc::new(UploadSlots::new(options.max_concurrent_blobs)))
                })
                .clone();
            copiers.entry((from, to)).or_insert_with(|| {
                Copier::new(endpoints.clone(), control.clone(), Arc::clone(events), state, slots)
            });
        }
        let tags = image_counts
            .into_iter()
            .map(|(to, image_counts)| (to, RegistryTags::new(image_counts)))
            .collect();
        let source_tags = source_image_counts
            .into_iter()
            .map(|(from, image_counts)| (from, RegistryTags::new(image_counts)))
            .collect();
        let extent = options.extent;
        Self { control, events, copiers, tags, source_tags, extent }
    }

    /// Copies one pair and emits its events.
    async fn copy_with_events(&self, index: u32, pair: &(CopyPair, CopyEndpoints)) -> CopyOutcome {
        let copying = async {
            self.control.wait_while_paused().await;
            self.image_state(index, ImageState::Pushing);
            self.copy_pair(index, pair).await
        };
        let outcome = match self.control.until_cancelled(copying).await {
            None => CopyOutcome::Cancelled,
            Some(Ok(outcome)) => outcome,
            Some(Err(error)) => CopyOutcome::Failed(Arc::new(error)),
        };
        if let CopyOutcome::Copied { digest, .. } | CopyOutcome::AlreadyThere { digest } = &outcome
        {
            self.image_state(index, ImageState::Pushed { digest: digest.clone() });
        }
        let state = match &outcome {
            CopyOutcome::Copied { .. } => ImageState::Done,
            CopyOutcome::AlreadyThere { .. } => ImageState::Unchanged,
            CopyOutcome::Failed(error) => ImageState::Failed { error: Arc::clone(error) },
            CopyOutcome::Cancelled => ImageState::Cancelled,
        };
        self.image_state(index, state);
        outcome
    }

    async fn copy_pair(
        &self,
        index: u32,
        (pair, endpoints): &(CopyPair, CopyEndpoints),
    ) -> Result<CopyOutcome, MigrationError> {
        let started = Instant::now();
        let (source, destination) = (&pair.source, &pair.destination);
        let repository = destination.path();
        // With both a tag and a digest, the tag is written, and the image must have that digest.
        let reference = match destination.tag() {
            Some(tag) => tag.as_str(),
            None => destination.manifest_reference(),
        };
        let (from, to) = (client_id(&endpoints.source), client_id(&endpoints.destination));
        // Both maps were built from the same pairs.
        let (Some(copier), Some(tags)) = (self.copiers.get(&(from, to)), self.tags.get(&to)) else {
            return Ok(CopyOutcome::Cancelled);
        };
        let at_destination =
            tags.digest(endpoints.destination.as_ref(), repository, reference).await?;
        // An image that is missing at the destination is read from the source in any case, so the
        // source is not checked separately.
        let at_source = match &at_destination {
            Some(_) if self.extent.platform.is_none() => {
                endpoints.source.manifest_head(source.path(), source.manifest_reference()).await?
            }
            _ => None,
        };
        match (&at_destination, &at_source) {
            (Some(at_destination), Some(head))
                if *at_destination == head.digest
                    && destination.digest().is_none_or(|pinned| *pinned == head.digest) =>
            {
                return Ok(CopyOutcome::AlreadyThere { digest: head.digest.clone() });
            }
            _ => {}
        }
        // Pinned to the digest from HEAD, so the same image is fetched even if the tag moves in
        // between.
        let pinned = at_source.as_ref().map(|head| head.digest.as_str());
        let pinned = pinned.unwrap_or(source.manifest_reference());
        let platform = self.extent.platform.as_ref();
        let tree =
            &read_selected(ManifestSource::of(endpoints.source.as_ref()), source, pinned, platform)
                .await?;
        if let Some(pinned) = destination.digest()
            && tree.root.raw.verify_digest(pinned).is_err()
        {
            return Err(MigrationError::DestinationDigestDiffers {
                destination: destination.clone(),
                found: tree.root.raw.digest().clone(),
            });
        }
        if at_destination.as_ref() == Some(tree.root.raw.digest()) {
            return Ok(CopyOutcome::AlreadyThere { digest: tree.root.raw.digest().clone() });
        }
        let job = ImageCopy { index, source, tree, repository, reference, guard: None };
        let (copied, _, ()) = copier.copy(&job, |_| ready(())).await?;
        let Copied { digest, sent_bytes, skipped_bytes } = copied;
        let left_behind = match self.source_tags.get(&from) {
            Some(tags) if self.extent.referrers => {
                let tags = ReferrerTags { planned: None, at_source: tags };
                copier.copy_referrers(&job, tags, None).await
            }
            _ => Vec::new(),
        };
        let elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        Ok(CopyOutcome::Copied { digest, sent_bytes, skipped_bytes, elapsed_ms, left_behind })
    }

    fn image_state(&self, image: u32, state: ImageState) {
        self.events.emit(MigrationEvent::ImageState { image, state });
    }
}
