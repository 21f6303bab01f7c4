//! The content of a repository that is read once: manifests and small blobs come from the document cache. Images of
//! ECR are looked up without a pull, and each read of a manifest is recorded first, so that it isn't shown as a pull
//! (aws/containers-roadmap#2390). `images` creates it for inspecting and comparing.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures_util::{StreamExt as _, stream};
use transload_aws::{EcrExplorer, EcrImage, EcrImageId};
use transload_inspect::{ImageContent, RegistryContent};
use transload_manifest_cache::{DOCUMENT_LIMIT_BYTES, DocumentCache, PullScope, ReadSpan};
use transload_model::{
    Descriptor, Digest, Manifest, ManifestError, RawManifest, RepositoryName, Tag, now_ms,
};
use transload_registry::{BlobStream, RegistryError};

use crate::locks::locked;

/// A repository in ECR whose images can be looked up without a pull.
pub(crate) struct EcrRepositoryContent {
    pub ecr: Arc<dyn EcrExplorer>,
    pub name: RepositoryName,
    pub scope: PullScope,
    /// The images as the repository page listed them last.
    pub listed: Option<Arc<Vec<EcrImage>>>,
}

/// A repository whose documents are read once.
pub(crate) struct CachedContent {
    registry: RegistryContent,
    documents: Arc<DocumentCache>,
    ecr: Option<EcrRepositoryContent>,
    /// Manifests that the repository holds, as a manifest or a list of it says. A cached document alone doesn't prove
    /// that: it may come from another repository.
    reachable: Mutex<HashSet<Digest>>,
}

/// What is known about a manifest before it is read.
struct FoundManifest {
    digest: Digest,
    /// The image in ECR, which has the time of its last pull. `None` if ECR wasn't asked.
    image: Option<EcrImage>,
}

impl CachedContent {
    pub fn new(
        registry: RegistryContent,
        documents: Arc<DocumentCache>,
        ecr: Option<EcrRepositoryContent>,
    ) -> Self {
        Self { registry, documents, ecr, reachable: Mutex::default() }
    }

    /// Returns a manifest that the cache holds, if the repository holds it too.
    fn cached(&self, digest: &Digest) -> Option<RawManifest> {
        let document = self.documents.document(digest, now_ms())?;
        RawManifest::new(document.bytes, Some(&document.media_type)).ok()
    }

    fn is_reachable(&self, digest: &Digest) -> bool {
        self.listed(|image| image.digest == *digest).is_some()
            || locked(&self.reachable).contains(digest)
    }

    /// Returns an image of the list of the repository page.
    fn listed(&self, is: impl Fn(&EcrImage) -> bool) -> Option<EcrImage> {
        let listed = self.ecr.as_ref()?.listed.as_ref()?;
        listed.iter().find(|image| is(image)).cloned()
    }

    /// Finds a manifest without reading it. `None` if the repository doesn't hold it, or doesn't say.
    async fn find(&self, reference: &str) -> Option<FoundManifest> {
        let by_digest = Digest::parse(reference).ok();
        if let Some(ecr) = &self.ecr {
            if let Some(digest) = &by_digest
                && let Some(image) = self.listed(|image| image.digest == *digest)
            {
                return Some(FoundManifest { digest: image.digest.clone(), image: Some(image) });
            }
            let id = match &by_digest {
                Some(digest) => Some(EcrImageId::Digest(digest.clone())),
                None => Tag::parse(reference).ok().map(EcrImageId::Tag),
            };
            match ecr.ecr.described_image(&ecr.name, &id?).await {
                Ok(found) => {
                    let image = found?;
                    return Some(FoundManifest {
                        digest: image.digest.clone(),
                        image: Some(image),
                    });
                }
                // The registry may allow what the API doesn't.
                Err(error) => tracing::info!(%error, reference, "ECR didn't describe an image"),
            }
        }
        let digest = self.registry.digest(reference).await.ok().flatten()?;
        Some(FoundManifest { digest, image: None })
    }

    /// Returns the digest that a tag has now, without a pull.
    pub async fn digest_now(&self, tag: &str) -> Result<Option<Digest>, RegistryError> {
        match self.find(tag).await {
            Some(found) => Ok(Some(found.digest)),
            None => self.registry.digest(tag).await,
        }
    }

    /// Reads a manifest from the registry, after the pull time of its image was recorded. Doesn't ask for one that ECR
    /// doesn't serve.
    async fn read(
        &self,
        reference: &str,
        found: Option<&FoundManifest>,
    ) -> Result<RawManifest, RegistryError> {
        let image = found.and_then(|found| found.image.as_ref());
        let image = self.ecr.as_ref().zip(image);
        let sent_at_ms = now_ms();
        if let Some((ecr, image)) = image {
            if !image.may_be_pulled() {
                return Err(self.registry.archived(reference));
            }
            let pulls = [(&image.digest, image.pulled_at_ms)];
            self.documents.record_reads(&ecr.scope, pulls, sent_at_ms);
        }
        // By digest, so that a tag that moves in the meantime isn't read without its pull time.
        let reference = found.map_or(reference, |found| found.digest.as_str());
        let raw = self.registry.manifest(reference).await?;
        if let Some((ecr, image)) = image
            && let Some(behind) = ecr.ecr.clock_behind_seconds()
        {
            let span = ReadSpan::new(sent_at_ms, now_ms(), behind);
            self.documents.record_answer(&ecr.scope, [&image.digest], sent_at_ms, span);
        }
        let document = (raw.digest(), raw.media_type(), raw.bytes().as_ref());
        self.documents.insert([document], now_ms());
        Ok(raw)
    }

    /// Remembers the manifests of an index.
    fn remember(&self, raw: &RawManifest) {
        let mut reachable = locked(&self.reachable);
        reachable.insert(raw.digest().clone());
        if let Ok(Manifest::Index(index)) = raw.parse() {
            reachable.extend(index.manifests.into_iter().map(|child| child.digest));
        }
    }
}

#[async_trait]
impl ImageContent for CachedContent {
    fn subject(&self, reference: &str) -> String {
        self.registry.subject(reference)
    }

    fn unreadable(&self, reference: &str, source: ManifestError) -> RegistryError {
        self.registry.unreadable(reference, source)
    }

    async fn manifest(&self, reference: &str) -> Result<RawManifest, RegistryError> {
        let known = Digest::parse(reference).ok().filter(|digest| self.is_reachable(digest));
        let cached = known.as_ref().and_then(|digest| self.cached(digest));
        let raw = match cached {
            Some(raw) => raw,
            None => {
                let found = self.find(reference).await;
                match found.as_ref().and_then(|found| self.cached(&found.digest)) {
                    Some(raw) => raw,
                    None => self.read(reference, found.as_ref()).await?,
                }
            }
        };
        self.remember(&raw);
        Ok(raw)
    }

    async fn blob(&self, blob: &Descriptor) -> Result<BlobStream, RegistryError> {
        if blob.size_bytes > DOCUMENT_LIMIT_BYTES as u64 {
            return self.registry.blob(blob).await;
        }
        let cached = self.documents.document(&blob.digest, now_ms());
        if let Some(document) = cached.filter(|one| one.bytes.len() as u64 == blob.size_bytes) {
            return Ok(Box::pin(stream::once(async { Ok(document.bytes) })));
        }
        let mut received = self.registry.blob(blob).await?;
        let mut bytes = Vec::new();
        while let Some(piece) = received.next().await {
            bytes.extend_from_slice(&piece?);
        }
        self.documents.insert([(&blob.digest, blob.media_type.as_str(), &bytes[..])], now_ms());
        Ok(Box::pin(stream::once(async { Ok(bytes.into()) })))
    }

    async fn layer(&self, layer: &Descriptor) -> Result<BlobStream, RegistryError> {
        self.registry.layer(layer).await
    }

    async fn blob_range(
        &self,
        digest: &Digest,
        start: u64,
        length: u64,
    ) -> Result<Option<Vec<u8>>, RegistryError> {
        self.registry.blob_range(digest, start, length).await
    }

    async fn referrers(&self, digest: &Digest) -> Result<Vec<Digest>, RegistryError> {
        let listed = self.ecr.as_ref().and_then(|ecr| ecr.listed.as_ref());
        let found: Vec<Digest> = match listed {
            // The list has the subject of each image.
            Some(images) => images
                .iter()
                .filter(|image| image.may_be_pulled())
                .filter(|image| image.subject.as_ref() == Some(digest))
                .map(|image| image.digest.clone())
                .collect(),
            None => self.registry.referrers(digest).await?,
        };
        locked(&self.reachable).extend(found.iter().cloned());
        Ok(found)
    }

    async fn digest(&self, tag: &str) -> Result<Option<Digest>, RegistryError> {
        let digest = match self.ecr.as_ref().and_then(|ecr| ecr.listed.as_ref()) {
            Some(_) => self
                .listed(|image| image.tags.iter().any(|one| one.as_str() == tag))
                .filter(EcrImage::may_be_pulled)
                .map(|image| image.digest),
            None => self.registry.digest(tag).await?,
        };
        locked(&self.reachable).extend(digest.iter().cloned());
        Ok(digest)
    }
}
