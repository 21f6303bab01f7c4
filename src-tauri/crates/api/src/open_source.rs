//! A source of images that is open. `sources` opens it.

use std::sync::Arc;

use transload_contract::MigrationRequest;
use transload_docker::DockerEngine;
use transload_errors::ApiError;
use transload_hub::HubClient;
use transload_migration::{MigrationRequest as ParsedRequest, Source};
use transload_model::{ImageReference, RegistryHost, Tag};
use transload_plan_file::parse_request;
use transload_registry::RegistryApi;

use crate::connected::Connected;
use crate::hub_clients::HubClients;

pub(crate) enum OpenSource {
    Engine(DockerEngine),
    Registry(OpenRegistry),
}

pub(crate) struct OpenRegistry {
    pub client: Arc<dyn RegistryApi>,
    pub host: RegistryHost,
    pub lists: Lists,
}

/// The API that lists the repositories and tags of a registry.
pub(crate) enum Lists {
    /// The registry itself.
    Catalog,
    /// Docker Hub's own API, for some namespaces.
    Hub(Box<OpenHub>),
    /// Amazon ECR's own API.
    Ecr(Arc<Connected>),
}

/// Docker Hub's own API for some namespaces.
pub(crate) struct OpenHub {
    clients: HubClients,
    pub namespaces: Vec<String>,
}

impl OpenHub {
    pub fn new(clients: HubClients, namespaces: Vec<String>) -> Self {
        Self { clients, namespaces }
    }

    /// Returns the client with the login for a namespace or for one of its repositories.
    pub async fn client_for(&self, path: &str) -> Result<HubClient, ApiError> {
        self.clients.client_for(path).await
    }
}

impl OpenSource {
    /// Returns it as the source of a migration.
    pub fn end(self) -> Source {
        match self {
            Self::Engine(engine) => Source::Engine(Arc::new(engine)),
            Self::Registry(registry) => Source::Registry(registry.client),
        }
    }

    /// Returns the connection if it is an ECR.
    pub fn ecr(&self) -> Option<&Arc<Connected>> {
        match self {
            Self::Registry(OpenRegistry { lists: Lists::Ecr(connected), .. }) => Some(connected),
            _ => None,
        }
    }

    /// Parses a request for images of this source.
    pub fn read_request(&self, request: &MigrationRequest) -> Result<ParsedRequest, ApiError> {
        parse_request(request, |repository, tag| self.reference(repository, tag))
    }

    /// Returns the reference of an image that it shows as `repository` and `tag`.
    fn reference(&self, repository: &str, tag: &Tag) -> Result<ImageReference, ApiError> {
        let named = match self {
            Self::Engine(_) => ImageReference::parse(repository),
            Self::Registry(open) => ImageReference::new(open.host.clone(), repository, None, None),
        };
        let named = named.map_err(|error| ApiError::invalid_input(&error))?;
        Ok(named.with_tag(tag.clone()))
    }
}
