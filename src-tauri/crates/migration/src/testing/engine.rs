//! An in-memory Docker Engine.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use crate::testing::registry::FakeRegistry;
use transload_docker::{
    ApiVersion, DockerApi, DockerError, EngineImage, EngineInfo, EngineLogin, EngineManifest,
    EngineManifestKind, EnginePlatform, ImageArchive, ImageStore, PushFailure, PushLayerState,
    PushOutcome, PushProgress,
};
use transload_model::{Digest, ImageReference, Manifest, RegistryHost};

/// The repository of [`FakeEngine::content`] with all images.
const CONTENT: &str = "content";

/// An in-memory Docker Engine that pushes to a fake registry.
pub struct FakeEngine {
    registry: Arc<FakeRegistry>,
    /// The content of a containerd image store.
    pub content: FakeRegistry,
    names: Mutex<HashMap<ImageReference, EngineImage>>,
    /// Names that are listed but can't be inspected.
    pub listed_only: Mutex<Vec<ImageReference>>,
    info: EngineInfo,
    /// The repository digests of all images.
    known: Mutex<Vec<ImageReference>>,
    /// Whether a push hangs until it is cancelled.
    pub hangs: bool,
    /// Whether every push fails.
    pub fails: Mutex<bool>,
    /// The content of graph-driver images by ID.
    contents: Mutex<HashMap<Digest, String>>,
    /// The failures of the next pushes.
    pub failures: Mutex<VecDeque<PushFailure>>,
    /// The platform of every push, in order.
    pub pushes: Mutex<Vec<Option<EnginePlatform>>>,
    /// Children of indexes whose content does not exist in the engine.
    pub absent: Mutex<Vec<Digest>>,
    /// Images whose layers are missing, because another image has their unpacked content.
    pub shadowed: Mutex<Vec<Digest>>,
    /// Number of bytes after which the next archives are interrupted, if they are.
    pub broken_archives: Mutex<VecDeque<Option<usize>>>,
    /// Number of archives that were opened.
    pub archives: Mutex<u32>,
    /// Whether archives can't be exported.
    pub exports_nothing: Mutex<bool>,
    /// The image that a push stores instead of the requested one, as a faulty engine would.
    pub pushes_instead: Mutex<Option<Digest>>,
}

impl FakeEngine {
    /// Returns an engine with a graph driver.
    pub fn new(registry: Arc<FakeRegistry>, hangs: bool) -> Self {
        Self::with_store(registry, hangs, ImageStore::GraphDriver, 41)
    }

    /// Returns an engine with the containerd image store and API version 1.`minor`.
    pub fn containerd(registry: Arc<FakeRegistry>, minor: u32) -> Self {
        Self::with_store(registry, false, ImageStore::Containerd, minor)
    }

    fn with_store(registry: Arc<FakeRegistry>, hangs: bool, store: ImageStore, minor: u32) -> Self {
        let info = EngineInfo {
            product: "Fake Engine".to_owned(),
            version: "1".to_owned(),
            store,
            api: ApiVersion { major: 1, minor },
            os: "linux".to_owned(),
            architecture: "cpu0".to_owned(),
        };
        Self {
            registry,
            content: FakeRegistry::new("engine.example"),
            names: Mutex::default(),
            known: Mutex::default(),
            listed_only: Mutex::default(),
            info,
            hangs,
            fails: Mutex::default(),
            contents: Mutex::default(),
            failures: Mutex::default(),
            pushes: Mutex::default(),
            absent: Mutex::default(),
            shadowed: Mutex::default(),
            broken_archives: Mutex::default(),
            archives: Mutex::default(),
            exports_nothing: Mutex::default(),
            pushes_instead: Mutex::default(),
        }
    }

    /// Adds an image of a graph driver. Its ID is the digest of the configuration that a push of the
    /// same content stores.
    pub fn add(&self, name: &str, content: &str) {
        let id = Digest::of(FakeRegistry::config_text(&[content]).as_bytes());
        self.contents.lock().unwrap().insert(id.clone(), content.to_owned());
        self.name(name, EngineImage { size_bytes: 100, ..plain(id) });
    }

    /// Adds an image of the containerd store, whose content is in [`FakeEngine::content`].
    pub fn add_from_content(&self, name: &str, root: &Digest) {
        let raw = self.content.raw(CONTENT, root);
        let absent = self.absent.lock().unwrap().clone();
        let parts = match raw.parse().unwrap() {
            Manifest::Image(_) => {
                let is_held = !self.shadowed.lock().unwrap().contains(root);
                vec![part(root, None, EngineManifestKind::Image, is_held)]
            }
            Manifest::Index(index) => index
                .manifests
                .iter()
                .map(|child| {
                    let kind = if child.is_attestation() {
                        EngineManifestKind::Attestation
                    } else {
                        EngineManifestKind::Image
                    };
                    let platform =
                        child.platform.clone().filter(|_| kind == EngineManifestKind::Image);
                    let platform =
                        platform.map(|platform| EnginePlatform { platform, os_version: None });
                    part(&child.digest, platform, kind, !absent.contains(&child.digest))
                })
                .collect(),
        };
        let available = parts.iter().filter(|part| part.is_available);
        let platforms: Vec<_> =
            available.filter_map(|part| Some(part.platform.as_ref()?.platform.clone())).collect();
        let lists_parts = self.info.lists_parts();
        // An engine that does not list parts reports only the best available platform.
        let platforms =
            if lists_parts { platforms } else { platforms.into_iter().take(1).collect() };
        let manifests = lists_parts.then_some(parts);
        self.name(name, EngineImage { manifests, platforms, ..plain(root.clone()) });
    }

    /// Returns the repository of [`FakeEngine::content`] with the images of the containerd store.
    pub fn path(&self) -> &'static str {
        CONTENT
    }

    /// Whether a push is refused: of an incomplete index, and of an image whose layers neither
    /// the engine has nor the registry mounts.
    fn lacks_content(&self, image: &EngineImage, platform: Option<&EnginePlatform>) -> bool {
        if self.info.store != ImageStore::Containerd {
            return false;
        }
        match self.content.raw(CONTENT, &image.id).parse().unwrap() {
            Manifest::Index(index) => {
                let absent = self.absent.lock().unwrap();
                platform.is_none()
                    && index.manifests.iter().any(|child| absent.contains(&child.digest))
            }
            Manifest::Image(_) => {
                let is_shadowed = self.shadowed.lock().unwrap().contains(&image.id);
                is_shadowed && !(self.registry.mounts && self.registry.has_manifest(&image.id))
            }
        }
    }

    fn name(&self, name: &str, image: EngineImage) {
        let name = ImageReference::parse(name).unwrap();
        let image = EngineImage { references: vec![name.clone()], ..image };
        self.names.lock().unwrap().insert(name, image);
    }

    pub fn remove(&self, name: &str) {
        self.names.lock().unwrap().remove(&ImageReference::parse(name).unwrap());
    }

    pub fn add_repository_digest(&self, repository: &str, digest: &Digest) {
        let name = ImageReference::parse(&format!("{repository}@{digest}")).unwrap();
        self.known.lock().unwrap().push(name);
    }

    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<_> =
            self.names.lock().unwrap().keys().map(ToString::to_string).collect();
        names.sort();
        names
    }
}

fn plain(id: Digest) -> EngineImage {
    EngineImage {
        id,
        references: Vec::new(),
        repository_digests: Vec::new(),
        platforms: Vec::new(),
        manifests: None,
        layers: Vec::new(),
        size_bytes: 0,
        created_at_ms: None,
    }
}

fn part(
    digest: &Digest,
    platform: Option<EnginePlatform>,
    kind: EngineManifestKind,
    is_available: bool,
) -> EngineManifest {
    EngineManifest { digest: digest.clone(), kind, platform, is_available, content_bytes: 10 }
}

#[async_trait]
impl DockerApi for FakeEngine {
    async fn info(&self) -> Result<EngineInfo, DockerError> {
        Ok(self.info.clone())
    }

    async fn images(&self) -> Result<Vec<EngineImage>, DockerError> {
        Ok(self.names.lock().unwrap().values().cloned().collect())
    }

    async fn image(&self, reference: &ImageReference) -> Result<EngineImage, DockerError> {
        let found = self.names.lock().unwrap().get(reference).cloned();
        let found = found.filter(|_| !self.listed_only.lock().unwrap().contains(reference));
        let known = self.known.lock().unwrap().clone();
        let found = found.map(|image| EngineImage { repository_digests: known, ..image });
        found.ok_or_else(|| DockerError::ImageMissing { reference: reference.to_string() })
    }

    async fn image_by_id(&self, id: &Digest) -> Result<EngineImage, DockerError> {
        let found = self.names.lock().unwrap().values().find(|image| image.id == *id).cloned();
        found.ok_or_else(|| DockerError::ImageMissing { reference: id.to_string() })
    }

    async fn tag(&self, id: &Digest, target: &ImageReference) -> Result<(), DockerError> {
        let image = self.image_by_id(id).await?;
        self.names.lock().unwrap().insert(target.clone(), image);
        Ok(())
    }

    async fn archive(&self, id: &Digest) -> Result<ImageArchive, DockerError> {
        *self.archives.lock().unwrap() += 1;
        if *self.exports_nothing.lock().unwrap() {
            let (reference, message) = (id.to_string(), "no manifests file".to_owned());
            return Err(DockerError::NotExportable { reference, message });
        }
        let mut absent = self.absent.lock().unwrap().clone();
        for image in self.shadowed.lock().unwrap().iter() {
            if let Manifest::Image(image) = self.content.raw(CONTENT, image).parse().unwrap() {
                absent.extend(image.layers.into_iter().map(|layer| layer.digest));
            }
        }
        let archive = self.content.archive(CONTENT, id, &absent);
        let mut pieces: Vec<_> =
            archive.chunks(300).map(|piece| Ok(bytes::Bytes::copy_from_slice(piece))).collect();
        if let Some(Some(bytes)) = self.broken_archives.lock().unwrap().pop_front() {
            pieces.truncate(bytes / 300);
            let source = "the engine went away".into();
            pieces.push(Err(DockerError::ConnectionLost { source }));
        }
        Ok(ImageArchive::new(Box::pin(futures_util::stream::iter(pieces))))
    }

    async fn untag(&self, reference: &ImageReference) -> Result<(), DockerError> {
        self.names.lock().unwrap().remove(reference);
        Ok(())
    }

    async fn log_in(&self, _: &RegistryHost, _: &EngineLogin) -> Result<(), DockerError> {
        Ok(())
    }

    async fn push(
        &self,
        reference: &ImageReference,
        platform: Option<&EnginePlatform>,
        _: &EngineLogin,
        progress: &mut (dyn FnMut(PushProgress) + Send),
        cancel: &CancellationToken,
    ) -> Result<PushOutcome, DockerError> {
        self.pushes.lock().unwrap().push(platform.cloned());
        if let Some(cause) = self.failures.lock().unwrap().pop_front() {
            let (reference, message) = (reference.clone(), format!("{cause:?}"));
            return Err(DockerError::PushFailed { reference, cause, message });
        }
        let image = self.image(reference).await?;
        let layer = "0123456789ab".to_owned();
        let state = PushLayerState::Sending { sent_bytes: 40, total_bytes: Some(100) };
        progress(PushProgress { layer: layer.clone(), state });
        if self.hangs {
            cancel.cancelled().await;
            return Err(DockerError::Cancelled);
        }
        if self.lacks_content(&image, platform) {
            let (cause, message) = (PushFailure::ContentMissing, "missing content".to_owned());
            return Err(DockerError::PushFailed { reference: reference.clone(), cause, message });
        }
        if *self.fails.lock().unwrap() {
            let detail = "the push was interrupted".to_owned();
            return Err(DockerError::InvalidResponse { detail });
        }
        progress(PushProgress { layer, state: PushLayerState::Done });
        let tag = reference.tag().map(ToString::to_string);
        let tag = tag.as_deref();
        let instead = self.pushes_instead.lock().unwrap().clone();
        let digest = match (&image.manifests, self.info.store) {
            (_, ImageStore::Containerd) => {
                let parts = image.manifests.unwrap_or_default();
                let requested = parts
                    .iter()
                    .find(|part| platform.is_some() && part.platform.as_ref() == platform);
                let root = requested.map_or(image.id, |part| part.digest.clone());
                let root = instead.unwrap_or(root);
                self.content.copy_to(CONTENT, &root, &self.registry, reference.path(), tag);
                root
            }
            _ => {
                let content = self.contents.lock().unwrap()[&image.id].clone();
                let content = if instead.is_some() { "something else" } else { &content };
                self.registry.image(reference.path(), tag, &[content])
            }
        };
        self.registry.stored.lock().unwrap().extend(tag.map(str::to_owned));
        Ok(PushOutcome { digest, instead_of_index: None })
    }
}
