//! One image: its manifests in their order.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::{StreamExt, TryStreamExt, stream};

use super::held::{Held, Mounting};
use super::mounts::Mounts;
use super::turns::Turns;
use crate::tag_guard::{TagGuard, Verdict};
use crate::tree::{ImageTree, Node};
use crate::{Control, CopyEnds, EventSink, LayerState, MigrationError, MigrationEvent};
use transload_model::{Descriptor, Digest, ImageReference};
use transload_registry::{RegistryApi, RegistryError, Stored};

/// Children of one index that are copied at the same time.
const CHILDREN_TOGETHER: usize = 8;
/// Blobs of one image that wait for their turn at the same time.
const BLOBS_TOGETHER: usize = 16;

/// Copies images between two registries; one for a whole migration, so that images that share a
/// layer send it once.
pub(crate) struct Copier {
    pub(super) ends: CopyEnds,
    pub(super) control: Control,
    pub(super) held: Arc<Held>,
    events: Arc<dyn EventSink>,
    pub(super) turns: Arc<Turns>,
    /// How layers are mounted, where a plan knows that it is possible.
    mounts: Option<Mounts>,
    /// Held by the one blob that is sent in parts.
    pub(super) in_parts: tokio::sync::Mutex<()>,
}

/// An image to copy.
pub(crate) struct Job<'a> {
    /// Its number in events.
    pub index: u32,
    /// Where it comes from.
    pub source: &'a ImageReference,
    /// Where its manifests are.
    pub tree: &'a ImageTree,
    /// The repository it goes to.
    pub repository: &'a str,
    /// The tag, or digest, that it gets there.
    pub reference: &'a str,
    /// What the tag may be written over. `None` for a digest, and for a list of copies without a
    /// plan, which replaces what is there.
    pub guard: Option<&'a TagGuard<'a>>,
}

/// What a copy did.
pub(crate) struct Copied {
    pub digest: Digest,
    pub sent_bytes: u64,
    pub skipped_bytes: u64,
}

/// What became of the tag, or digest, of a copied image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CopiedTag {
    /// It was written.
    Written,
    /// It pointed to the image already, immediately before it was to be written.
    AlreadyThere {
        /// Whether an earlier write of this migration did it.
        is_own: bool,
    },
}

/// One image while it is copied.
pub(super) struct Copying<'a> {
    pub copier: &'a Copier,
    pub job: &'a Job<'a>,
    /// The job's repository, as what is held is kept by.
    pub repository: &'a Arc<str>,
    pub sent_bytes: AtomicU64,
    pub skipped_bytes: AtomicU64,
}

impl Copier {
    /// `held` and `turns` are shared by all copiers with one destination.
    pub fn new(
        ends: CopyEnds,
        control: Control,
        events: Arc<dyn EventSink>,
        held: Arc<Held>,
        turns: Arc<Turns>,
    ) -> Self {
        let in_parts = tokio::sync::Mutex::default();
        Self { ends, control, held, events, turns, mounts: None, in_parts }
    }

    /// Mounts layers as planned. ECR doesn't say whether a repository has a layer when it is asked to
    /// mount it from there, so each layer is looked up first.
    pub fn with_mounts(mut self, mounts: Mounts) -> Self {
        self.held.found_mounting(Mounting::Ignored);
        self.mounts = Some(mounts);
        self
    }

    /// An image is written, or an attempt failed: nobody waits for its layers any longer.
    pub fn settle(&self, image: u32, is_written: bool) {
        if let Some(mounts) = &self.mounts {
            mounts.settle(image, is_written);
        }
    }

    /// The repository that a layer is to be mounted from, if any; `None` without planned mounts.
    pub(super) async fn planned_mount(
        &self,
        to: &str,
        digest: &Digest,
    ) -> Option<Option<Arc<str>>> {
        Some(self.mounts.as_ref()?.repository_with(to, digest).await)
    }

    /// Where images are read from.
    pub fn source(&self) -> &dyn RegistryApi {
        self.ends.source.as_ref()
    }

    /// Copies one image.
    pub async fn copy(&self, job: &Job<'_>) -> Result<Copied, MigrationError> {
        let copied = self.copy_content(job).await?;
        self.write_manifest(job).await?;
        Ok(copied)
    }

    /// Copies everything that an image consists of, except the manifest that its tag points to.
    pub async fn copy_content(&self, job: &Job<'_>) -> Result<Copied, MigrationError> {
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

    /// Writes the manifest of an image whose content is at the destination, under its tag, unless the
    /// tag moved since the plan was made.
    pub async fn write_manifest(&self, job: &Job<'_>) -> Result<CopiedTag, MigrationError> {
        let (repository, root) = (&Arc::from(job.repository), &job.tree.root);
        let Some(guard) = job.guard else {
            self.put_manifest(repository, job.reference, root).await?;
            return Ok(CopiedTag::Written);
        };
        let (destination, digest) = (&self.ends.destination, root.raw.digest());
        match guard.before_write(destination.as_ref(), Some(digest)).await? {
            Verdict::AlreadyThere { is_own } => {
                self.held.add_manifest(repository, &root.name);
                Ok(CopiedTag::AlreadyThere { is_own })
            }
            Verdict::Write(pending) => {
                let written = self.put_manifest(repository, job.reference, root).await;
                guard.after_write(pending, Some(digest), written.as_ref().err());
                written.map(|()| CopiedTag::Written)
            }
        }
    }

    /// Checks that the source has every blob of an image, without downloading any.
    ///
    /// # Errors
    /// Where one is missing or can't be read.
    pub async fn check_content(&self, job: &Job<'_>) -> Result<(), MigrationError> {
        let (source, path) = (&self.ends.source, job.source.path());
        let checks = job.tree.root.all_blobs().into_iter().map(|blob| async move {
            match source.has_blob(path, &blob.digest).await {
                // A registry without this request says nothing about the blob.
                Ok(true) | Err(RegistryError::Failed { status: 405 | 501, .. }) => return Ok(()),
                Ok(false) => {}
                Err(error) => return Err(error.into()),
            }
            let registry = source.host().clone();
            let subject = format!("{path}@{}", blob.digest);
            Err(RegistryError::Missing { registry, subject, repository: false, message: None }
                .into())
        });
        all(checks.collect(), BLOBS_TOGETHER).await
    }

    async fn put_manifest(
        &self,
        repository: &Arc<str>,
        reference: &str,
        node: &Node,
    ) -> Result<(), MigrationError> {
        let stored = self.ends.destination.put_manifest(repository, reference, &node.raw).await;
        self.accept_identical(repository, stored, node, reference).await?;
        self.held.add_manifest(repository, &node.name);
        Ok(())
    }

    /// ECR refuses to write an immutable tag even with the image that it has: that is a success.
    async fn accept_identical(
        &self,
        repository: &str,
        stored: Result<Stored, RegistryError>,
        node: &Node,
        reference: &str,
    ) -> Result<(), MigrationError> {
        let Err(error @ RegistryError::TagImmutable { .. }) = stored else {
            if stored?.lists_referrer {
                self.held.found_referrers_list();
            }
            return Ok(());
        };
        let head = self.ends.destination.manifest_head(repository, reference).await?;
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

    /// Tells of a blob's bytes from inside a stream that outlives this borrow.
    pub(super) fn teller(&self, blob: &Descriptor) -> impl Fn(u64) + Send + use<> {
        let events = Arc::clone(&self.copier.events);
        let (image, layer) = (self.job.index, blob.digest.to_string());
        let total_bytes = Some(blob.size_bytes);
        move |sent_bytes| {
            let state = LayerState::Sending { sent_bytes, total_bytes };
            events.emit(MigrationEvent::LayerState { image, layer: layer.clone(), state });
        }
    }

    /// Copies what the manifest of the image needs, and not the manifest itself.
    async fn copy_root(&self) -> Result<(), MigrationError> {
        let root = &self.job.tree.root;
        if self.is_held(root, true).await? {
            self.skip(root);
            return Ok(());
        }
        self.copy_below(root).await
    }

    /// Copies what a manifest names.
    async fn copy_below(&self, node: &Node) -> Result<(), MigrationError> {
        let children: Vec<_> = node.children.iter().map(|child| self.copy_child(child)).collect();
        all(children, CHILDREN_TOGETHER).await?;
        let blobs: Vec<_> = node.blobs.iter().map(|blob| self.copy_blob(blob)).collect();
        all(blobs, BLOBS_TOGETHER).await
    }

    /// Copies what a manifest of an index needs, and then that manifest by its digest.
    fn copy_child<'b>(
        &'b self,
        node: &'b Node,
    ) -> std::pin::Pin<Box<dyn Future<Output = Result<(), MigrationError>> + Send + 'b>> {
        Box::pin(async move {
            if self.is_held(node, false).await? {
                self.skip(node);
                return Ok(());
            }
            self.copy_below(node).await?;
            self.copier.put_manifest(self.repository, node.name.as_str(), node).await
        })
    }

    /// Whether the destination holds a manifest. A registry takes a manifest only with all that it
    /// names, so all of that is there too.
    async fn is_held(&self, node: &Node, is_root: bool) -> Result<bool, RegistryError> {
        let held = &self.copier.held;
        let digest = &node.name;
        if held.has_manifest(self.repository, digest) {
            return Ok(true);
        }
        // The root was asked for before. For a child the question pays only where its blobs would
        // have to be asked for one by one.
        if is_root || held.mounting() != Mounting::Ignored {
            return Ok(false);
        }
        let head =
            self.copier.ends.destination.manifest_head(self.repository, digest.as_str()).await?;
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

/// Does all parts, some at a time; the first failure ends the others.
async fn all<F>(parts: Vec<F>, together: usize) -> Result<(), MigrationError>
where
    F: Future<Output = Result<(), MigrationError>>,
{
    stream::iter(parts).buffer_unordered(together).try_collect().await
}
