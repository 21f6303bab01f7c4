//! Copies one image: its blobs, then its manifests, children before their index. The push step and
//! list copies call it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::{StreamExt, TryStreamExt, stream};

use crate::concurrency::{MAX_CONCURRENT_BLOBS, MAX_CONCURRENT_CHILD_COPIES};
use crate::control::Control;
use crate::copy::destination_state::{DestinationState, Mounting};
use crate::copy::mounts::Mounts;
use crate::copy::upload_slots::UploadSlots;
use crate::endpoints::CopyEndpoints;
use crate::error::MigrationError;
use crate::events::{EventSink, LayerState, MigrationEvent};
use crate::image_tree::{ImageTree, Node};
use crate::run::tag_guard::{TagDecision, TagGuard};
use transload_model::{Descriptor, Digest, ImageReference};
use transload_registry::{RegistryApi, RegistryError, StoredManifest};

/// Copies images between two registries. One copier serves a whole migration, so that images with a
/// shared layer send it once.
pub(crate) struct Copier {
    pub(super) endpoints: CopyEndpoints,
    pub(super) control: Control,
    pub(super) state: Arc<DestinationState>,
    events: Arc<dyn EventSink>,
    pub(super) slots: Arc<UploadSlots>,
    /// The planned mounts, if the plan knows that blob mounting is enabled.
    mounts: Option<Mounts>,
    /// Locked by the one blob that is uploaded in parts.
    pub(super) in_parts: tokio::sync::Mutex<()>,
}

pub(crate) struct ImageCopy<'a> {
    /// Number of the image in events.
    pub index: u32,
    pub source: &'a ImageReference,
    pub tree: &'a ImageTree,
    /// The repository at the destination.
    pub repository: &'a str,
    /// The tag, or digest, at the destination.
    pub reference: &'a str,
    /// What the tag may overwrite. `None` for a digest, and for a list copy without a plan, which
    /// overwrites any existing tag.
    pub guard: Option<&'a TagGuard<'a>>,
}

/// The result of a copy.
pub(crate) struct Copied {
    pub digest: Digest,
    pub sent_bytes: u64,
    pub skipped_bytes: u64,
}

/// The result for the tag, or digest, of a copied image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CopiedTag {
    Written,
    /// It pointed to the image already, immediately before the write.
    AlreadyThere {
        /// Whether an earlier write of this migration did it.
        is_own: bool,
    },
}

/// One image while it is copied.
pub(super) struct Copying<'a> {
    pub copier: &'a Copier,
    pub job: &'a ImageCopy<'a>,
    /// The job's repository, as a key of [`DestinationState`].
    pub repository: &'a Arc<str>,
    pub sent_bytes: AtomicU64,
    pub skipped_bytes: AtomicU64,
}

impl Copier {
    /// Creates a copier. `state` and `slots` are shared by all copiers with one destination.
    pub fn new(
        endpoints: CopyEndpoints,
        control: Control,
        events: Arc<dyn EventSink>,
        state: Arc<DestinationState>,
        slots: Arc<UploadSlots>,
    ) -> Self {
        let in_parts = tokio::sync::Mutex::default();
        Self { endpoints, control, state, events, slots, mounts: None, in_parts }
    }

    /// Mounts layers as planned. If asked to mount a layer from the repository itself, ECR doesn't
    /// say whether the layer exists, so each layer is looked up first.
    pub fn with_mounts(mut self, mounts: Mounts) -> Self {
        self.state.set_mounting(Mounting::Ignored);
        self.mounts = Some(mounts);
        self
    }

    /// Ends the waits for an image's layers: it is written, or an attempt failed.
    pub fn settle(&self, image: u32, is_written: bool) {
        if let Some(mounts) = &self.mounts {
            mounts.settle(image, is_written);
        }
    }

    /// Returns the repository that a layer is to be mounted from, if any. Returns `None` if no
    /// mounts are planned.
    pub(super) async fn planned_mount(
        &self,
        to: &str,
        digest: &Digest,
    ) -> Option<Option<Arc<str>>> {
        Some(self.mounts.as_ref()?.repository_with(to, digest).await)
    }

    pub fn source(&self) -> &dyn RegistryApi {
        self.endpoints.source.as_ref()
    }

    /// Copies one image: its content, and then the manifest that its tag points to, unless the tag changed after
    /// planning. Between both it waits for `before_tag`, which gets the transferred bytes, and returns its output.
    pub async fn copy<T, F>(
        &self,
        job: &ImageCopy<'_>,
        before_tag: impl FnOnce(&Copied) -> F,
    ) -> Result<(Copied, CopiedTag, T), MigrationError>
    where
        F: Future<Output = T>,
    {
        let copied = self.copy_content(job).await?;
        let waited = before_tag(&copied).await;
        let tag = self.write_manifest(job).await?;
        Ok((copied, tag, waited))
    }

    /// Copies all content of an image except the manifest that its tag points to.
    async fn copy_content(&self, job: &ImageCopy<'_>) -> Result<Copied, MigrationError> {
        let (sent_bytes, skipped_bytes) = (AtomicU64::new(0), AtomicU64::new(0));
        let repository = &Arc::from(job.repository);
        let copying = Copying { copier: self, job, repository, sent_bytes, skipped_bytes };
        for blob in job.tree.root.all_blobs() {
            copying.layer_state(&blob, LayerState::Waiting { total_bytes: Some(blob.size_bytes) });
        }
        copying.copy_root().await?;
        Ok(Copied {
            digest: job.tree.root.raw.digest().clone(),
            sent_bytes: copying.sent_bytes.into_inner(),
            skipped_bytes: copying.skipped_bytes.into_inner(),
        })
    }

    /// Writes the manifest of an image under its tag, unless the tag changed after planning. The
    /// content must be at the destination already.
    async fn write_manifest(&self, job: &ImageCopy<'_>) -> Result<CopiedTag, MigrationError> {
        let (repository, root) = (&Arc::from(job.repository), &job.tree.root);
        let Some(guard) = job.guard else {
            self.put_manifest(repository, job.reference, root).await?;
            return Ok(CopiedTag::Written);
        };
        let (destination, digest) = (&self.endpoints.destination, root.raw.digest());
        match guard.before_write(destination.as_ref(), Some(digest)).await? {
            TagDecision::AlreadyThere { is_own } => {
                self.state.add_manifest(repository, &root.name);
                Ok(CopiedTag::AlreadyThere { is_own })
            }
            TagDecision::Write(pending) => {
                let written = self.put_manifest(repository, job.reference, root).await;
                guard.after_write(pending, Some(digest), written.as_ref().err());
                written.map(|()| CopiedTag::Written)
            }
        }
    }

    /// Checks that the source has every blob of an image, without downloading any.
    pub async fn check_content(&self, job: &ImageCopy<'_>) -> Result<(), MigrationError> {
        let (source, path) = (&self.endpoints.source, job.source.path());
        let checks = job.tree.root.all_blobs().into_iter().map(|blob| async move {
            match source.has_blob(path, &blob.digest).await {
                // A registry without this request gives no information about the blob.
                Ok(true) | Err(RegistryError::Failed { status: 405 | 501, .. }) => return Ok(()),
                Ok(false) => {}
                Err(error) => return Err(error.into()),
            }
            let registry = source.host().clone();
            let subject = format!("{path}@{}", blob.digest);
            Err(RegistryError::Missing { registry, subject, repository: false, message: None }
                .into())
        });
        try_all(checks.collect(), MAX_CONCURRENT_BLOBS).await
    }

    async fn put_manifest(
        &self,
        repository: &Arc<str>,
        reference: &str,
        node: &Node,
    ) -> Result<(), MigrationError> {
        let stored =
            self.endpoints.destination.put_manifest(repository, reference, &node.raw).await;
        self.accept_identical(repository, stored, node, reference).await?;
        self.state.add_manifest(repository, &node.name);
        Ok(())
    }

    /// ECR refuses to write an immutable tag even if it already points to the same image. That
    /// counts as success.
    async fn accept_identical(
        &self,
        repository: &str,
        stored: Result<StoredManifest, RegistryError>,
        node: &Node,
        reference: &str,
    ) -> Result<(), MigrationError> {
        let Err(error @ RegistryError::TagImmutable { .. }) = stored else {
            if stored?.lists_referrer {
                self.state.set_lists_referrers();
            }
            return Ok(());
        };
        let head = self.endpoints.destination.manifest_head(repository, reference).await?;
        match head {
            Some(head) if head.digest == *node.raw.digest() => Ok(()),
            _ => Err(error.into()),
        }
    }
}

impl Copying<'_> {
    pub(super) fn layer_state(&self, blob: &Descriptor, state: LayerState) {
        let (image, layer) = (self.job.index, blob.digest.to_string());
        self.copier.events.emit(MigrationEvent::LayerState { image, layer, state });
    }

    /// Returns a function that reports a blob's bytes, for a stream that outlives this borrow.
    pub(super) fn progress_reporter(&self, blob: &Descriptor) -> impl Fn(u64) + Send + use<> {
        let events = Arc::clone(&self.copier.events);
        let (image, layer) = (self.job.index, blob.digest.to_string());
        let total_bytes = Some(blob.size_bytes);
        move |sent_bytes| {
            let state = LayerState::Sending { sent_bytes, total_bytes };
            events.emit(MigrationEvent::LayerState { image, layer: layer.clone(), state });
        }
    }

    /// Copies everything that the manifest of the image refers to, but not the manifest itself.
    async fn copy_root(&self) -> Result<(), MigrationError> {
        let root = &self.job.tree.root;
        if self.exists_at_destination(root, true).await? {
            self.skip(root);
            return Ok(());
        }
        self.copy_below(root).await
    }

    /// Copies everything that a manifest refers to.
    async fn copy_below(&self, node: &Node) -> Result<(), MigrationError> {
        let children: Vec<_> = node.children.iter().map(|child| self.copy_child(child)).collect();
        try_all(children, MAX_CONCURRENT_CHILD_COPIES).await?;
        let blobs: Vec<_> = node.blobs.iter().map(|blob| self.copy_blob(blob)).collect();
        try_all(blobs, MAX_CONCURRENT_BLOBS).await
    }

    /// Copies everything that a child manifest refers to, and then the manifest by its digest.
    fn copy_child<'b>(
        &'b self,
        node: &'b Node,
    ) -> std::pin::Pin<Box<dyn Future<Output = Result<(), MigrationError>> + Send + 'b>> {
        Box::pin(async move {
            if self.exists_at_destination(node, false).await? {
                self.skip(node);
                return Ok(());
            }
            self.copy_below(node).await?;
            let state = &self.copier.state;
            // Indexes may share a child. Some registries refuse an index while another request
            // writes a manifest that it lists; see `transload_registry`, `retry`.
            let _this_manifest = state.lock_blob(self.repository, &node.name).await;
            if state.has_manifest(self.repository, &node.name) {
                return Ok(());
            }
            self.copier.put_manifest(self.repository, node.name.as_str(), node).await
        })
    }

    /// Returns whether the destination has a manifest. A registry accepts a manifest only with
    /// everything that it refers to, so all of that exists as well.
    async fn exists_at_destination(
        &self,
        node: &Node,
        is_root: bool,
    ) -> Result<bool, RegistryError> {
        let state = &self.copier.state;
        let digest = &node.name;
        if state.has_manifest(self.repository, digest) {
            return Ok(true);
        }
        // The root was looked up before. For a child the lookup saves requests only if its blobs
        // would be looked up one by one.
        if is_root || state.mounting() != Mounting::Ignored {
            return Ok(false);
        }
        let head = self
            .copier
            .endpoints
            .destination
            .manifest_head(self.repository, digest.as_str())
            .await?;
        Ok(head.is_some())
    }

    fn skip(&self, node: &Node) {
        for blob in node.all_blobs() {
            self.skipped_bytes.fetch_add(blob.size_bytes, Ordering::Relaxed);
            let total_bytes = Some(blob.size_bytes);
            self.layer_state(&blob, LayerState::AlreadyThere { total_bytes });
        }
    }
}

/// Runs all futures, at most `limit` at a time. The first failure cancels the others.
async fn try_all<F>(parts: Vec<F>, limit: usize) -> Result<(), MigrationError>
where
    F: Future<Output = Result<(), MigrationError>>,
{
    stream::iter(parts).buffer_unordered(limit).try_collect().await
}
