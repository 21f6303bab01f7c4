//! Copies an image that arrives in one stream, such as the Docker Engine's archive: layers are sent
//! as they are read, and existing ones are skipped. The own push of the engine route uses it.
//!
//! A stream can't be rewound. After a failure that a retry may fix it is opened again, and layers
//! that were uploaded are not sent again.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::sync::Mutex;

use crate::concurrency::MAX_CONCURRENT_LAYER_LOOKUPS;
use crate::control::Control;
use crate::copy::destination_state::DestinationState;
use crate::copy::image::{Copied, CopiedTag};
use crate::copy::upload_slots::UploadSlots;
use crate::error::MigrationError;
use crate::events::{EventSink, LayerState, MigrationEvent};
use crate::image_tree::{ImageTree, Node};
use crate::run::tag_guard::{TagDecision, TagGuard};
use transload_docker::{ArchiveContents, DockerApi, ImageArchive, blob_digest};
use transload_model::{Descriptor, Digest, ImageReference};
use transload_registry::{
    BlobStream, Mount, RegistryApi, RegistryError, UploadStart, verified_blob,
};

/// Maximum number of times that the stream is opened.
const MAX_ATTEMPTS: u32 = 3;
/// Pause before the second attempt; doubled before the third.
const RETRY_PAUSE: Duration = Duration::from_millis(500);

/// Sends images of the Docker Engine to a registry. One copier serves a whole migration.
pub(crate) struct StreamedCopier {
    pub destination: Arc<dyn RegistryApi>,
    pub control: Control,
    pub events: Arc<dyn EventSink>,
    /// Shared by all copies to the destination.
    pub state: Arc<DestinationState>,
    pub slots: Arc<UploadSlots>,
}

/// An image to send.
pub(crate) struct StreamJob<'a> {
    /// Its number in events.
    pub index: u32,
    pub source: &'a ImageReference,
    pub docker: &'a dyn DockerApi,
    /// The engine's image ID.
    pub id: &'a Digest,
    pub tree: &'a ImageTree,
    /// The documents of the archive, including configurations.
    pub contents: &'a ArchiveContents,
    pub repository: &'a str,
    pub tag: &'a str,
    /// What the tag may overwrite.
    pub guard: &'a TagGuard<'a>,
}

#[derive(Default)]
struct ByteCounts {
    sent_bytes: u64,
    skipped_bytes: u64,
}

impl StreamedCopier {
    /// Sends the blobs of an image and then its manifests, children before their index.
    pub async fn copy(&self, job: &StreamJob<'_>) -> Result<(Copied, CopiedTag), MigrationError> {
        let repository: Arc<str> = Arc::from(job.repository);
        let blobs = job.tree.root.all_blobs();
        for blob in &blobs {
            let total_bytes = Some(blob.size_bytes);
            self.layer_state(job, blob, LayerState::Waiting { total_bytes });
        }
        let mut bytes = ByteCounts::default();
        let mut missing = self.missing(job, &repository, blobs, &mut bytes).await?;
        self.send_documents(job, &repository, &mut missing, &mut bytes).await?;
        let (mut attempt, mut pause) = (1, RETRY_PAUSE);
        while !missing.is_empty() {
            match self.send_layers(job, &repository, &mut missing, &mut bytes).await {
                Ok(()) => break,
                Err(error) if attempt < MAX_ATTEMPTS && is_retryable(&error) => {
                    tracing::info!(
                        image = %job.source, attempt, %error,
                        "reading the archive again"
                    );
                    tokio::time::sleep(pause).await;
                    pause *= 2;
                    attempt += 1;
                }
                Err(error) => return Err(error),
            }
        }
        let tag = self.write_tag(job).await?;
        let copied = Copied {
            digest: job.tree.root.raw.digest().clone(),
            sent_bytes: bytes.sent_bytes,
            skipped_bytes: bytes.skipped_bytes,
        };
        Ok((copied, tag))
    }

    /// Returns the blobs that the destination doesn't have.
    async fn missing(
        &self,
        job: &StreamJob<'_>,
        repository: &Arc<str>,
        blobs: Vec<Descriptor>,
        bytes: &mut ByteCounts,
    ) -> Result<HashMap<Digest, Descriptor>, MigrationError> {
        let lookups = blobs.into_iter().map(|blob| async move {
            let exists = self.state.has_blob(repository, &blob.digest)
                || self.destination.has_blob(repository, &blob.digest).await?;
            Ok::<_, RegistryError>((blob, exists))
        });
        let lookups: Vec<_> = lookups.collect();
        let lookups: Vec<_> =
            stream::iter(lookups).buffered(MAX_CONCURRENT_LAYER_LOOKUPS).try_collect().await?;
        let mut missing = HashMap::new();
        for (blob, exists) in lookups {
            if exists {
                self.skip_existing(job, repository, &blob, bytes);
            } else {
                missing.insert(blob.digest.clone(), blob);
            }
        }
        Ok(missing)
    }

    /// Sends the configurations, which were read already.
    async fn send_documents(
        &self,
        job: &StreamJob<'_>,
        repository: &Arc<str>,
        missing: &mut HashMap<Digest, Descriptor>,
        bytes: &mut ByteCounts,
    ) -> Result<(), MigrationError> {
        let in_memory: Vec<_> = missing
            .values()
            .filter_map(|blob| Some((blob.clone(), job.contents.document(&blob.digest)?.clone())))
            .collect();
        for (blob, content) in in_memory {
            let (mut attempt, mut pause) = (1, RETRY_PAUSE);
            loop {
                let content: BlobStream = Box::pin(stream::iter([Ok(content.clone())]));
                match self.send(job, repository, &blob, content, bytes).await {
                    Ok(()) => break,
                    Err(error) if attempt < MAX_ATTEMPTS && is_retryable(&error) => {
                        tokio::time::sleep(pause).await;
                        pause *= 2;
                        attempt += 1;
                    }
                    Err(error) => return Err(error),
                }
            }
            missing.remove(&blob.digest);
        }
        Ok(())
    }

    /// Reads the stream and sends missing layers until none is missing.
    async fn send_layers(
        &self,
        job: &StreamJob<'_>,
        repository: &Arc<str>,
        missing: &mut HashMap<Digest, Descriptor>,
        bytes: &mut ByteCounts,
    ) -> Result<(), MigrationError> {
        let archive = Arc::new(Mutex::new(job.docker.archive(job.id).await?));
        while !missing.is_empty() {
            let file = archive.lock().await.next_file().await?;
            let Some(file) = file else {
                // The content was in the archive when the manifests were read.
                let (image, missing) = (job.source.clone(), Vec::new());
                return Err(MigrationError::EngineContentMissing { image, missing });
            };
            let Some(blob) = blob_digest(&file.name).and_then(|digest| missing.get(&digest)) else {
                continue;
            };
            let blob = blob.clone();
            self.control.wait_while_paused().await;
            // Another image of this migration may be sending the same blob.
            let _this_blob = self.state.lock_blob(repository, &blob.digest).await;
            if self.state.has_blob(repository, &blob.digest) {
                self.skip_existing(job, repository, &blob, bytes);
            } else {
                let content = content_of(&archive, job.source, &blob);
                let sent = self.send(job, repository, &blob, content, bytes).await;
                sent.inspect_err(|_| self.layer_state(job, &blob, LayerState::Failed))?;
            }
            missing.remove(&blob.digest);
        }
        Ok(())
    }

    async fn send(
        &self,
        job: &StreamJob<'_>,
        repository: &Arc<str>,
        blob: &Descriptor,
        content: BlobStream,
        bytes: &mut ByteCounts,
    ) -> Result<(), MigrationError> {
        let _slot = self.slots.acquire(blob.size_bytes).await;
        let holder = self.state.holder(&blob.digest);
        match self.begin(repository, &blob.digest, holder.as_deref()).await? {
            UploadStart::Mounted => {
                bytes.skipped_bytes += blob.size_bytes;
                self.layer_state(job, blob, LayerState::Mounted);
            }
            UploadStart::Session(session) => {
                let content = self.with_progress(job, blob, content);
                self.destination.send_blob(repository, blob, session, content).await?;
                bytes.sent_bytes += blob.size_bytes;
                self.layer_state(job, blob, LayerState::Done { sent_bytes: blob.size_bytes });
            }
        }
        self.state.add_blob(repository, &blob.digest);
        Ok(())
    }

    /// Opens an upload. If another repository has the blob, it may be mounted from there instead.
    async fn begin(
        &self,
        repository: &str,
        digest: &Digest,
        holder: Option<&str>,
    ) -> Result<UploadStart, RegistryError> {
        if let Some(from) = holder.filter(|from| *from != repository) {
            match self.destination.begin_upload(repository, Some(Mount { digest, from })).await {
                Err(error) if !is_transient(&error) => {}
                other => return other,
            }
        }
        self.destination.begin_upload(repository, None).await
    }

    /// Stores the manifests, and last the tag if it is as planned.
    async fn write_tag(&self, job: &StreamJob<'_>) -> Result<CopiedTag, MigrationError> {
        let root = &job.tree.root;
        for child in &root.children {
            self.store(job, child, child.name.as_str()).await?;
        }
        let digest = Some(root.raw.digest());
        match job.guard.before_write(self.destination.as_ref(), digest).await? {
            TagDecision::AlreadyThere { is_own } => Ok(CopiedTag::AlreadyThere { is_own }),
            TagDecision::Write(pending) => {
                let written = self.put(job, root, job.tag).await;
                job.guard.after_write(pending, digest, written.as_ref().err());
                written.map(|()| CopiedTag::Written)
            }
        }
    }

    /// Stores a manifest by its digest, after everything that it refers to.
    fn store<'a>(
        &'a self,
        job: &'a StreamJob<'_>,
        node: &'a Node,
        reference: &'a str,
    ) -> std::pin::Pin<Box<dyn Future<Output = Result<(), MigrationError>> + Send + 'a>> {
        Box::pin(async move {
            for child in &node.children {
                self.store(job, child, child.name.as_str()).await?;
            }
            self.put(job, node, reference).await
        })
    }

    async fn put(
        &self,
        job: &StreamJob<'_>,
        node: &Node,
        reference: &str,
    ) -> Result<(), MigrationError> {
        let destination = &self.destination;
        match destination.put_manifest(job.repository, reference, &node.raw).await {
            // ECR refuses to write an immutable tag even if it already points to the same image.
            Err(error @ RegistryError::TagImmutable { .. }) => {
                let head = destination.manifest_head(job.repository, reference).await?;
                match head {
                    Some(head) if head.digest == *node.raw.digest() => Ok(()),
                    _ => Err(error.into()),
                }
            }
            stored => stored.map(drop).map_err(Into::into),
        }
    }

    fn skip_existing(
        &self,
        job: &StreamJob<'_>,
        repository: &Arc<str>,
        blob: &Descriptor,
        bytes: &mut ByteCounts,
    ) {
        self.state.add_blob(repository, &blob.digest);
        bytes.skipped_bytes += blob.size_bytes;
        let total_bytes = Some(blob.size_bytes);
        self.layer_state(job, blob, LayerState::AlreadyThere { total_bytes });
    }

    fn layer_state(&self, job: &StreamJob<'_>, blob: &Descriptor, state: LayerState) {
        let (image, layer) = (job.index, blob.digest.to_string());
        self.events.emit(MigrationEvent::LayerState { image, layer, state });
    }

    /// Returns the same bytes, and emits progress events as they are read.
    fn with_progress(
        &self,
        job: &StreamJob<'_>,
        blob: &Descriptor,
        content: BlobStream,
    ) -> BlobStream {
        let (events, image) = (Arc::clone(&self.events), job.index);
        let (layer, size_bytes) = (blob.digest.to_string(), blob.size_bytes);
        let mut sent_bytes = 0;
        Box::pin(content.inspect(move |chunk| {
            let Ok(chunk) = chunk else { return };
            sent_bytes += chunk.len() as u64;
            let state = LayerState::Sending { sent_bytes, total_bytes: Some(size_bytes) };
            events.emit(MigrationEvent::LayerState { image, layer: layer.clone(), state });
        }))
    }
}

/// Returns the content of the archive's current file, verified against its digest.
fn content_of(
    archive: &Arc<Mutex<ImageArchive>>,
    image: &ImageReference,
    blob: &Descriptor,
) -> BlobStream {
    let (registry, subject) = (image.registry().clone(), blob.digest.to_string());
    let start = (Arc::clone(archive), 0);
    let chunks = stream::try_unfold(start, move |(archive, received_bytes)| {
        let (registry, subject) = (registry.clone(), subject.clone());
        async move {
            let chunk: Option<Bytes> =
                archive.lock().await.next_chunk().await.map_err(|error| {
                    let source = Some(error.into());
                    RegistryError::ConnectionLost { registry, subject, received_bytes, source }
                })?;
            Ok(chunk.map(|chunk| {
                let received_bytes = received_bytes + chunk.len() as u64;
                (chunk, (archive, received_bytes))
            }))
        }
    });
    verified_blob(image.registry().clone(), blob, Box::pin(chunks))
}

/// Returns whether a retry of the same transfer may succeed.
fn is_retryable(error: &MigrationError) -> bool {
    match error {
        MigrationError::Registry(error) => is_transient(error),
        MigrationError::Docker(error) => {
            matches!(error, transload_docker::DockerError::ConnectionLost { .. })
        }
        _ => false,
    }
}

fn is_transient(error: &RegistryError) -> bool {
    matches!(
        error,
        RegistryError::ConnectionLost { .. }
            | RegistryError::Unreachable { .. }
            | RegistryError::Failed { status: 500.., .. }
            | RegistryError::Throttled { .. }
            // The client can't replay the stream of an upload; the next attempt gets a new token.
            | RegistryError::TokenExpired { .. }
    )
}
