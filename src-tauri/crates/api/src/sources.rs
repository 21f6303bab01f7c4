//! Sources of images: opened for each call, with the login that applies.

use std::sync::Arc;

use transload_engine::docker::DockerEngine;
use transload_engine::hub::{HubClient, HubLogin};
use transload_engine::migration::Source;
use transload_engine::model::{ImageReference, RegistryHost, Tag};
use transload_engine::registry::{RegistryClient, RegistryEndpoint};
use url::Url;

use crate::api::Api;
use crate::contract::{ApiError, ErrorCode, ImageSource};

/// An open source.
pub(crate) enum OpenSource {
    /// The Docker Engine.
    Engine(DockerEngine),
    /// A registry, and Docker Hub's own API where it has one.
    Registry(OpenRegistry),
}

/// An open registry.
pub(crate) struct OpenRegistry {
    pub client: RegistryClient,
    pub host: RegistryHost,
    pub hub: Option<OpenHub>,
}

/// Docker Hub's own API for one namespace.
pub(crate) struct OpenHub {
    pub client: HubClient,
    pub namespace: String,
}

/// Where a source is reached.
pub(crate) struct SourceAddress {
    pub endpoint: RegistryEndpoint,
    pub hub: Option<(Url, String)>,
}

impl OpenSource {
    /// The end of a migration that it is.
    pub fn end(self) -> Source {
        match self {
            Self::Engine(engine) => Source::Engine(Arc::new(engine)),
            Self::Registry(registry) => Source::Registry(Arc::new(registry.client)),
        }
    }

    /// The full name of an image that it shows as `repository` and `tag`.
    pub fn reference(&self, repository: &str, tag: &Tag) -> Result<ImageReference, ApiError> {
        let named = match self {
            Self::Engine(_) => ImageReference::parse(repository),
            Self::Registry(open) => ImageReference::new(open.host.clone(), repository, None, None),
        };
        let named = named.map_err(|error| ApiError::invalid_input(&error))?;
        Ok(named.with_tag(tag.clone()))
    }
}

impl Api {
    pub(crate) async fn open_source(&self, source: &ImageSource) -> Result<OpenSource, ApiError> {
        let Some(address) = self.source_address(source).await? else {
            return Ok(OpenSource::Engine(self.engine().await?));
        };
        let host = address.endpoint.host.clone();
        let typed = self.typed_login(&host);
        let hub_login = typed.as_ref().map(|login| HubLogin {
            identifier: login.user.clone(),
            secret: login.password.clone(),
        });
        let login = Arc::new(self.login_source(host.clone()));
        let hub = match address.hub {
            Some((base, namespace)) => {
                Some(OpenHub { client: HubClient::new(base, hub_login)?, namespace })
            }
            None => None,
        };
        let client = RegistryClient::new(address.endpoint, login);
        Ok(OpenSource::Registry(OpenRegistry { client, host, hub }))
    }

    /// Where a source is; nothing for the Docker Engine.
    pub(crate) async fn source_address(
        &self,
        source: &ImageSource,
    ) -> Result<Option<SourceAddress>, ApiError> {
        let invalid = |error: &(dyn std::error::Error + 'static)| ApiError::invalid_input(error);
        Ok(match source {
            ImageSource::DockerEngine => None,
            ImageSource::DockerHub { namespace } => Some(SourceAddress {
                endpoint: RegistryEndpoint::docker_hub(),
                hub: Some((
                    HubClient::docker_hub().map_err(|error| invalid(&error))?,
                    named(namespace)?,
                )),
            }),
            ImageSource::Registry { host, plain_http } => {
                let host = RegistryHost::parse(host.trim()).map_err(|error| invalid(&error))?;
                let endpoint = RegistryEndpoint::of(&host, *plain_http);
                Some(SourceAddress {
                    endpoint: endpoint.map_err(|error| invalid(&error))?,
                    hub: None,
                })
            }
            ImageSource::PracticeAccount => Some(self.practice_source().await?),
        })
    }

    async fn practice_source(&self) -> Result<SourceAddress, ApiError> {
        self.with_practice(|practice| {
            let endpoint = RegistryEndpoint::at(practice.hub_registry_endpoint().as_str());
            let endpoint = endpoint.map_err(|error| ApiError::internal(error.to_string()))?;
            let hub = Some((practice.hub_endpoint(), practice.hub_account().name));
            Ok(SourceAddress { endpoint, hub })
        })
        .await?
    }

    /// The Docker Engine of this computer.
    pub(crate) async fn engine(&self) -> Result<DockerEngine, ApiError> {
        let setting = self.engine_address();
        let found = DockerEngine::find(&self.inner.options.docker, setting.as_deref()).await;
        match (found.engine, found.error) {
            (Some(found), _) => Ok(found.engine),
            (None, Some(error)) => Err(error.into()),
            (None, None) => Err(ApiError::internal("no engine and no reason")),
        }
    }
}

fn named(namespace: &str) -> Result<String, ApiError> {
    let namespace = namespace.trim();
    let allowed = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-' | b'.')
    };
    if !namespace.is_empty() && namespace.bytes().all(allowed) {
        return Ok(namespace.to_owned());
    }
    let message =
        "A Docker Hub user or organisation has lower-case letters, digits, '_', '-' and '.'.";
    Err(ApiError::new(ErrorCode::InputInvalid, message).about(namespace))
}
