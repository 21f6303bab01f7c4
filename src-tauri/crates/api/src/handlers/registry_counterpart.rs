//! The command that looks for images of the Docker Engine in the registries that they came from.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use transload_contract::{ImageSource, RegistryCounterpart as ShownCounterpart};
use transload_docker::{DockerApi, DockerEngine, EngineImage, ImageStore};
use transload_errors::ApiError;
use transload_migration::{CounterpartDifferences, RegistryCounterpart, came_from_registry};
use transload_model::{ImageReference, RegistryHost, Tag};

use crate::api::Api;
use crate::concurrency::MAX_CONCURRENT_COUNTERPART_LOOKUPS;
use crate::open_source::{Lists, OpenSource};

/// The longest time of a lookup. Its result is an optional hint.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(10);

impl Api {
    /// Returns what registries have of images that the Docker Engine pulled from there, if they
    /// have more platforms or another image. Lookups don't count as pulls. Failed ones are ignored.
    pub async fn registry_counterparts(
        &self,
        repository: String,
        tags: Vec<String>,
    ) -> Result<Vec<ShownCounterpart>, ApiError> {
        let engine = self.engine().await?;
        let named = ImageReference::parse(&repository);
        let named = named.map_err(|error| ApiError::invalid_input(&error))?;
        let store = engine.info().await?.store;
        let (api, engine) = (self, &engine);
        let lookups = tags.into_iter().filter_map(|tag| {
            let name = named.with_tag(Tag::parse(&tag).ok()?);
            Some(async move {
                api.counterpart(engine, store, &name).await.unwrap_or_else(|error| {
                    tracing::debug!(%name, reason = error.message, "couldn't look up the counterpart");
                    None
                })
            })
        });
        let lookups: Vec<_> = lookups.collect();
        let found: Vec<_> =
            stream::iter(lookups).buffered(MAX_CONCURRENT_COUNTERPART_LOOKUPS).collect().await;
        Ok(found.into_iter().flatten().collect())
    }

    async fn counterpart(
        &self,
        engine: &DockerEngine,
        store: ImageStore,
        name: &ImageReference,
    ) -> Result<Option<ShownCounterpart>, ApiError> {
        let held = engine.image(name).await?;
        if !came_from_registry(&held, name, store) {
            return Ok(None);
        }
        let key = format!("{name} {}", held.id);
        if let Some(known) = self.inner.counterparts.get(&key) {
            return Ok(known);
        }
        let looked_up =
            tokio::time::timeout(LOOKUP_TIMEOUT, self.look_up(&held, name, store)).await;
        let found = looked_up.unwrap_or(Ok(None));
        self.inner.counterparts.add(key, found.as_ref().ok().cloned().flatten());
        found
    }

    async fn look_up(
        &self,
        held: &EngineImage,
        name: &ImageReference,
        store: ImageStore,
    ) -> Result<Option<ShownCounterpart>, ApiError> {
        let (source, repository) = self.source_of(name).await?;
        let OpenSource::Registry(open) = self.open_source(&source).await? else {
            return Ok(None);
        };
        let counterpart = match (&open.lists, name.path().split_once('/'), name.tag()) {
            (Lists::Hub(hub), Some((namespace, path)), Some(tag)) => {
                let found =
                    hub.client_for(name.path()).await?.tag(namespace, path, tag.as_str()).await?;
                found.and_then(|found| {
                    Some(RegistryCounterpart {
                        digest: found.digest?,
                        platforms: found.platforms,
                        children: found.image_digests,
                    })
                })
            }
            _ => RegistryCounterpart::look_up(open.client.as_ref(), name).await?,
        };
        let Some(counterpart) = counterpart else { return Ok(None) };
        let shown = |platforms: &[transload_model::Platform]| {
            platforms.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        // Without the list of its parts the containerd store names one platform of those it holds.
        let is_known = store != ImageStore::Containerd || held.manifests.is_some();
        let is_more =
            |differs: &CounterpartDifferences| differs.more_platforms || differs.layers_missing;
        Ok(counterpart.differs(held, name, store).map(|differs| ShownCounterpart {
            tag: name.tag().map(Tag::to_string).unwrap_or_default(),
            registry: open.host.to_string(),
            source,
            repository,
            platforms: if is_more(&differs) { shown(&counterpart.platforms) } else { Vec::new() },
            held_platforms: if is_known { shown(&held.platforms) } else { Vec::new() },
            moved: differs.moved,
            layers_missing: differs.layers_missing,
        }))
    }

    /// Returns the source of a name of the engine, and the repository as that source shows it.
    async fn source_of(&self, name: &ImageReference) -> Result<(ImageSource, String), ApiError> {
        let host = name.registry();
        let namespace = name.path().split('/').next().unwrap_or_default().to_owned();
        let source = if host.is_docker_hub() {
            ImageSource::DockerHub { namespace }
        } else if self.is_practice_hub(host).await {
            ImageSource::PracticeAccount { namespace: Some(namespace) }
        } else {
            ImageSource::Registry { host: host.to_string(), plain_http: false }
        };
        Ok((source, name.path().to_owned()))
    }

    /// Whether a registry is the Docker Hub of practice mode. Doesn't start practice mode.
    async fn is_practice_hub(&self, host: &RegistryHost) -> bool {
        let running = self.inner.practice.lock().await;
        running.as_ref().is_some_and(|practice| practice.hub_registry_host() == host.as_str())
    }
}
