//! Opens sources of images. Registries are opened once and used by every later call, with the
//! current login.

use std::sync::Arc;

use url::Url;

use crate::api::Api;
use crate::hub_clients::{self, HubClients};
use crate::open_source::{Lists, OpenHub, OpenRegistry, OpenSource};
use crate::stores::open_clients::Clients;
use transload_contract::ImageSource;
use transload_docker::DockerEngine;
use transload_errors::{ApiError, ErrorCode};
use transload_hub::{HubClient, HubLogin};
use transload_migration::stored_logins::StoredLogin;
use transload_model::RegistryHost;
use transload_registry::{LoginSource as _, RegistryClient, RegistryEndpoint};

/// The endpoints of a source.
pub(crate) struct SourceAddress {
    pub endpoint: RegistryEndpoint,
    /// The endpoint of Docker Hub's own API, if the source has one.
    pub hub: Option<Url>,
}

impl Api {
    pub(crate) async fn open_source(&self, source: &ImageSource) -> Result<OpenSource, ApiError> {
        if let ImageSource::Ecr { connection } = source {
            let connected = self.connect(connection).await?;
            let client = Arc::clone(&connected.destination.registry);
            let host = client.host().clone();
            let lists = Lists::Ecr(connected);
            return Ok(OpenSource::Registry(OpenRegistry { client, host, lists }));
        }
        let Some(address) = self.source_address(source).await? else {
            return Ok(OpenSource::Engine(self.engine().await?));
        };
        let namespaces = self.namespaces(source).await?;
        let clients = self.clients(address).await?;
        let lists = match clients.hub {
            Some(clients) => Lists::Hub(Box::new(OpenHub::new(clients, namespaces))),
            None => Lists::Catalog,
        };
        let host = clients.endpoint.host;
        Ok(OpenSource::Registry(OpenRegistry { client: clients.registry, host, lists }))
    }

    /// Returns the client of Docker Hub's own API. `None` for other sources.
    pub(crate) async fn open_hub(
        &self,
        source: &ImageSource,
    ) -> Result<Option<HubClient>, ApiError> {
        match self.source_address(source).await? {
            Some(address) => Ok(self.clients(address).await?.hub.map(|hub| hub.general())),
            None => Ok(None),
        }
    }

    /// Forgets the registry of a source when a list is read from the start, because `docker login`
    /// may have stored a new login.
    pub(crate) async fn reopen_source(&self, source: &ImageSource) -> Result<(), ApiError> {
        if let Some(address) = self.source_address(source).await? {
            self.inner.open_clients.forget(&address.endpoint.host);
        }
        Ok(())
    }

    async fn clients(&self, address: SourceAddress) -> Result<Clients, ApiError> {
        let SourceAddress { endpoint, hub } = address;
        if let Some(open) = self.inner.open_clients.get(&endpoint) {
            return Ok(open);
        }
        let login = Arc::new(self.login_source(endpoint.host.clone()));
        let hub = match hub {
            Some(base) => Some(Box::pin(self.hub_clients(base, &endpoint.host)).await?),
            None => None,
        };
        let network = self.network();
        let reached = Box::pin(endpoint.clone().probed(&network)).await;
        let registry = Arc::new(RegistryClient::with_network(&network, reached, login));
        let clients = Clients { endpoint, registry, hub };
        self.inner.open_clients.put(clients.clone());
        Ok(clients)
    }

    /// Uses the login that the user entered or saved; otherwise the one that `docker login` or
    /// `podman login` stored, if Docker Hub's API accepts it; otherwise none.
    async fn hub_clients(&self, base: Url, host: &RegistryHost) -> Result<HubClients, ApiError> {
        let network = self.network();
        if let Some(held) = self.own_login(host).await {
            let login = HubLogin { identifier: held.login.user, secret: held.login.password };
            let general = HubClient::with_network(&network, base.clone(), Some(login))?;
            return Ok(HubClients::new(network, base, general, None));
        }
        let stored = Arc::new(StoredLogin::new(host.clone(), &self.inner.options.docker));
        let login = stored.login().await.ok().flatten();
        let general = hub_clients::accepted(&network, &base, login).await?;
        Ok(HubClients::new(network, base, general, Some(stored)))
    }

    /// Returns the endpoints of a source. `None` for the Docker Engine, and for ECR, whose
    /// connection has them.
    pub(crate) async fn source_address(
        &self,
        source: &ImageSource,
    ) -> Result<Option<SourceAddress>, ApiError> {
        let invalid = |error: &(dyn std::error::Error + 'static)| ApiError::invalid_input(error);
        Ok(match source {
            ImageSource::DockerEngine | ImageSource::Ecr { .. } => None,
            ImageSource::DockerHub { .. } => Some(SourceAddress {
                endpoint: RegistryEndpoint::docker_hub(),
                hub: Some(HubClient::docker_hub().map_err(|error| invalid(&error))?),
            }),
            ImageSource::Registry { host, plain_http } => {
                let host = RegistryHost::parse(host.trim()).map_err(|error| invalid(&error))?;
                let endpoint = RegistryEndpoint::for_host(&host, *plain_http);
                Some(SourceAddress {
                    endpoint: endpoint.map_err(|error| invalid(&error))?,
                    hub: None,
                })
            }
            ImageSource::PracticeAccount { .. } => Some(self.practice_source().await?),
        })
    }

    /// Returns the Docker Hub namespaces of a source. Empty for other sources.
    pub(crate) async fn namespaces(&self, source: &ImageSource) -> Result<Vec<String>, ApiError> {
        match source {
            ImageSource::DockerHub { namespace } => named(namespace),
            ImageSource::PracticeAccount { namespace: Some(namespace) } => named(namespace),
            ImageSource::PracticeAccount { namespace: None } => {
                Ok(vec![self.with_practice(|practice| practice.hub_account().name).await?])
            }
            _ => Ok(Vec::new()),
        }
    }

    async fn practice_source(&self) -> Result<SourceAddress, ApiError> {
        self.with_practice(|practice| {
            let endpoint = RegistryEndpoint::parse(practice.hub_registry_endpoint().as_str());
            let endpoint = endpoint.map_err(|error| ApiError::internal(error.to_string()))?;
            Ok(SourceAddress { endpoint, hub: Some(practice.hub_endpoint()) })
        })
        .await?
    }

    /// Returns the Docker Engine of this computer.
    pub(crate) async fn engine(&self) -> Result<DockerEngine, ApiError> {
        let setting = self.engine_address();
        let find = DockerEngine::find(&self.inner.options.docker, setting.as_deref());
        let found = Box::pin(find).await;
        match (found.engine, found.error) {
            (Some(found), _) => Ok(found.engine),
            (None, Some(error)) => Err(error.into()),
            (None, None) => Err(ApiError::internal("no engine and no reason")),
        }
    }
}

/// Parses comma-separated namespaces, at least one.
fn named(text: &str) -> Result<Vec<String>, ApiError> {
    let allowed = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-' | b'.')
    };
    let mut namespaces: Vec<String> = Vec::new();
    for namespace in text.split(',').map(str::trim).filter(|namespace| !namespace.is_empty()) {
        if !namespace.bytes().all(allowed) {
            let message = "A Docker Hub user or organization can only contain lowercase letters, digits, '_', '-', and '.'.";
            return Err(ApiError::new(ErrorCode::InputInvalid, message).about(namespace));
        }
        if !namespaces.iter().any(|known| known == namespace) {
            namespaces.push(namespace.to_owned());
        }
    }
    if namespaces.is_empty() {
        let message = "No Docker Hub user or organization specified.";
        return Err(ApiError::new(ErrorCode::InputInvalid, message)
            .hint("Enter one or more names, separated by commas."));
    }
    Ok(namespaces)
}

#[cfg(test)]
mod tests {
    use transload_registry::RegistryApi;

    use super::*;

    async fn client(api: &Api) -> Arc<dyn RegistryApi> {
        let source = ImageSource::Registry { host: "127.0.0.1:1".to_owned(), plain_http: true };
        let OpenSource::Registry(open) = api.open_source(&source).await.unwrap() else {
            panic!("it is a registry");
        };
        open.client
    }

    #[tokio::test]
    async fn a_registry_stays_open_until_its_login_changes() {
        let folder = tempfile::tempdir().unwrap();
        let api = Api::new(crate::ApiOptions::from_process(folder.path().to_owned()));
        let first = client(&api).await;
        assert!(Arc::ptr_eq(&first, &client(&api).await), "no page asks for a new token");
        api.login_changed(&RegistryHost::parse("127.0.0.1:1").unwrap());
        assert!(!Arc::ptr_eq(&first, &client(&api).await));
    }

    #[test]
    fn several_namespaces_are_read_once_each() {
        assert_eq!(named(" acme, dencold,acme ,").unwrap(), ["acme", "dencold"]);
        assert_eq!(named("Acme").unwrap_err().code, ErrorCode::InputInvalid);
        assert_eq!(named(" , ").unwrap_err().code, ErrorCode::InputInvalid);
    }
}
