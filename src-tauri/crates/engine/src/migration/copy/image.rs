use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::sync::Semaphore;

use super::blob::BlobLocks;
use crate::migration::tree::{ImageTree, Node};
use crate::migration::{
    Control, EventSink, LayerState, MigrationError, MigrationEvent, PlannedImage,
};
use crate::model::{Descriptor, Digest};
use crate::registry::{RegistryApi, RegistryError};

/// Children of one index that are copied at the same time.
const CHILDREN_TOGETHER: usize = 4;
/// Blobs of one image that wait for their turn at the same time.
const BLOBS_TOGETHER: usize = 8;
/// Blobs of the whole migration that are on the way at the same time.
const BLOBS_ON_THE_WAY: usize = 8;

/// Copies images between two registries; one for a whole migration, so that images that share a
/// layer send it once.
pub(in crate::migration) struct Copier {
    pub(super) source: Arc<dyn RegistryApi>,
    pub(super) destination: Arc<dyn RegistryApi>,
    pub(super) control: Control,
    events: Arc<dyn EventSink>,
    pub(super) on_the_way: Semaphore,
    pub(super) locks: BlobLocks,
}

/// What a copy did.
pub(in crate::migration) struct Copied {
    pub digest: Digest,
    pub sent_bytes: u64,
    pub skipped_bytes: u64,
}

/// One image while it is copied.
pub(super) struct Copying<'a> {
    pub copier: &'a Copier,
    pub image: &'a PlannedImage,
    pub sent_bytes: AtomicU64,
    pub skipped_bytes: AtomicU64,
}

impl Copier {
    pub fn new(
        source: Arc<dyn RegistryApi>,
        destination: Arc<dyn RegistryApi>,
        control: Control,
        events: Arc<dyn EventSink>,
    ) -> Self {
        let on_the_way = Semaphore::new(BLOBS_ON_THE_WAY);
        Self { source, destination, control, events, on_the_way, locks: BlobLocks::default() }
    }

    /// Copies one image of a plan.
    pub async fn copy(&self, image: &PlannedImage) -> Result<Copied, MigrationError> {
        // The plan read the manifests; one that lost them would be a fault of the plan, and is read
        // anew, pinned to the same digest.
        let tree = match &image.tree {
            Some(tree) => Arc::clone(tree),
            None => Arc::new(self.read_again(image).await?),
        };
        let (sent_bytes, skipped_bytes) = (AtomicU64::new(0), AtomicU64::new(0));
        let copying = Copying { copier: self, image, sent_bytes, skipped_bytes };
        for blob in tree.root.all_blobs() {
            copying.layer_state(&blob, LayerState::Waiting { total_bytes: Some(blob.size_bytes) });
        }
        copying.copy_node(&tree.root, None).await?;
        Ok(Copied {
            digest: tree.root.raw.digest().clone(),
            sent_bytes: copying.sent_bytes.into_inner(),
            skipped_bytes: copying.skipped_bytes.into_inner(),
        })
    }

    async fn read_again(&self, image: &PlannedImage) -> Result<ImageTree, MigrationError> {
        let pinned = image.source_digest.as_ref().map(Digest::as_str);
        let reference = pinned.unwrap_or(image.source.manifest_reference());
        crate::migration::tree::read_tree(self.source.as_ref(), &image.source, reference).await
    }
}

impl Copying<'_> {
    pub(super) fn layer_state(&self, blob: &Descriptor, state: LayerState) {
        let (image, layer) = (self.image.index, blob.digest.to_string());
        self.copier.events.emit(MigrationEvent::LayerState { image, layer, state });
    }

    /// Tells of a blob's bytes from inside a stream that outlives this borrow.
    pub(super) fn teller(&self, blob: &Descriptor) -> impl Fn(u64) + Send + use<> {
        let events = Arc::clone(&self.copier.events);
        let (image, layer) = (self.image.index, blob.digest.to_string());
        let total_bytes = Some(blob.size_bytes);
        move |sent_bytes| {
            let state = LayerState::Sending { sent_bytes, total_bytes };
            events.emit(MigrationEvent::LayerState { image, layer: layer.clone(), state });
        }
    }

    pub(super) fn repository(&self) -> &str {
        self.image.repository.as_str()
    }

    /// Copies what a manifest needs and then the manifest: by tag at the root, by digest below it.
    fn copy_node<'b>(
        &'b self,
        node: &'b Node,
        parent: Option<&'b Node>,
    ) -> std::pin::Pin<Box<dyn Future<Output = Result<(), MigrationError>> + Send + 'b>> {
        Box::pin(async move {
            let digest = node.raw.digest().as_str();
            let destination = &self.copier.destination;
            if parent.is_some()
                && destination.manifest_head(self.repository(), digest).await?.is_some()
            {
                // A registry takes a manifest only with all that it names, so all of that is there.
                self.skip(node);
                return Ok(());
            }
            let children: Vec<_> =
                node.children.iter().map(|child| self.copy_node(child, Some(node))).collect();
            all(children, CHILDREN_TOGETHER).await?;
            let blobs: Vec<_> = node.blobs.iter().map(|blob| self.copy_blob(blob)).collect();
            all(blobs, BLOBS_TOGETHER).await?;
            let reference = if parent.is_none() { self.image.tag.as_str() } else { digest };
            let stored = destination.put_manifest(self.repository(), reference, &node.raw).await;
            self.accept_identical(stored, node, reference).await
        })
    }

    /// ECR refuses to write an immutable tag even with the image that it has: that is a success.
    async fn accept_identical(
        &self,
        stored: Result<(), RegistryError>,
        node: &Node,
        reference: &str,
    ) -> Result<(), MigrationError> {
        let Err(error @ RegistryError::TagImmutable { .. }) = stored else {
            return Ok(stored?);
        };
        let head = self.copier.destination.manifest_head(self.repository(), reference).await?;
        match head {
            Some(head) if head.digest == *node.raw.digest() => Ok(()),
            _ => Err(error.into()),
        }
    }

    fn skip(&self, node: &Node) {
        for blob in node.all_blobs() {
            self.skipped_bytes.fetch_add(blob.size_bytes, Ordering::Relaxed);
            let total_bytes = Some(blob.size_bytes);
            self.layer_state(&blob, LayerState::AlreadyThere { total_bytes });
        }
    }
}

/// Does all parts, some at a time; the first failure ends the others.
async fn all<F>(parts: Vec<F>, together: usize) -> Result<(), MigrationError>
where
    F: Future<Output = Result<(), MigrationError>>,
{
    stream::iter(parts).buffer_unordered(together).try_collect().await
}
