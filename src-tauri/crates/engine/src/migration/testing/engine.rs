use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use super::FakeRegistry;
use crate::docker::{
    DockerApi, DockerError, EngineImage, EngineInfo, EngineLogin, PushLayerState, PushOutcome,
    PushProgress,
};
use crate::model::{Digest, ImageReference, RegistryHost};

/// A Docker Engine in memory that pushes into a fake registry.
pub struct FakeEngine {
    registry: Arc<FakeRegistry>,
    names: Mutex<HashMap<ImageReference, Digest>>,
    /// The digests under which it knows that registries have its images.
    known: Mutex<Vec<ImageReference>>,
    /// Whether a push hangs until it is cancelled.
    pub hangs: bool,
    /// Whether every push fails.
    pub fails: Mutex<bool>,
}

impl FakeEngine {
    pub fn new(registry: Arc<FakeRegistry>, hangs: bool) -> Self {
        let (names, known, fails) = (Mutex::default(), Mutex::default(), Mutex::default());
        Self { registry, names, known, hangs, fails }
    }

    pub fn add(&self, name: &str, content: &str) {
        let name = ImageReference::parse(name).unwrap();
        self.names.lock().unwrap().insert(name, Digest::of(content.as_bytes()));
    }

    /// Remembers that a repository has its images under a digest.
    pub fn remember(&self, repository: &str, digest: &Digest) {
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

#[async_trait]
impl DockerApi for FakeEngine {
    async fn info(&self) -> Result<EngineInfo, DockerError> {
        let (product, version) = ("Fake Engine".to_owned(), "1".to_owned());
        Ok(EngineInfo { product, version, keeps_digests: false })
    }

    async fn images(&self) -> Result<Vec<EngineImage>, DockerError> {
        Ok(Vec::new())
    }

    async fn image(&self, reference: &ImageReference) -> Result<EngineImage, DockerError> {
        let id = self.names.lock().unwrap().get(reference).cloned();
        let Some(id) = id else {
            return Err(DockerError::ImageMissing { reference: reference.to_string() });
        };
        Ok(EngineImage {
            id,
            references: vec![reference.clone()],
            repository_digests: self.known.lock().unwrap().clone(),
            platforms: Vec::new(),
            size_bytes: 100,
            created_at_ms: None,
        })
    }

    async fn tag(
        &self,
        source: &ImageReference,
        target: &ImageReference,
    ) -> Result<(), DockerError> {
        let id = self.image(source).await?.id;
        self.names.lock().unwrap().insert(target.clone(), id);
        Ok(())
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
        _: &EngineLogin,
        progress: &mut (dyn FnMut(PushProgress) + Send),
        cancel: &CancellationToken,
    ) -> Result<PushOutcome, DockerError> {
        let layer = "0123456789ab".to_owned();
        let state = PushLayerState::Sending { sent_bytes: 40, total_bytes: Some(100) };
        progress(PushProgress { layer: layer.clone(), state });
        if self.hangs {
            cancel.cancelled().await;
            return Err(DockerError::Cancelled);
        }
        if *self.fails.lock().unwrap() {
            let detail = "the push broke off".to_owned();
            return Err(DockerError::AnswerUnusable { detail });
        }
        progress(PushProgress { layer, state: PushLayerState::Done });
        let tag = reference.tag().map(ToString::to_string);
        let digest = self.registry.image(reference.path(), tag.as_deref(), &["packed anew"]);
        self.registry.stored.lock().unwrap().extend(tag);
        Ok(PushOutcome { digest })
    }
}
