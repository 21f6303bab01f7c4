//! The registries of a copy: one client each, with its login.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use tokio::sync::Mutex;
use transload_aws::{AwsEnvironment, AwsSession, Ecr, SessionCredentials, SessionRequest};
use transload_contract::{AwsConnection, CopyEcr, CopyRequest};
use transload_docker::DockerEnvironment;
use transload_errors::ApiError;
use transload_migration::EcrLogin;
use transload_migration::stored_logins::StoredLogin;
use transload_model::{ImageReference, Region, RegistryHost, Secret};
use transload_network::CaOrigin;
use transload_registry::{LoginSource as _, RegistryApi, RegistryClient, RegistryEndpoint};

use crate::connections::{EcrOptions, of_environment};

/// A client of a registry, or why it couldn't be opened.
type OpenedClient = Result<Arc<dyn RegistryApi>, ApiError>;

pub(super) struct CopyClients {
    source_plain_http: bool,
    destination_plain_http: bool,
    ecr: CopyEcr,
    environment: AwsEnvironment,
    docker: DockerEnvironment,
    /// The stored logins that the clients use.
    stored: Mutex<Vec<Arc<StoredLogin>>>,
    /// A registry that can't be opened isn't tried again for each of its images.
    clients: Mutex<HashMap<(RegistryHost, bool), OpenedClient>>,
    ecrs: Mutex<HashMap<RegistryHost, Arc<Ecr>>>,
}

impl CopyClients {
    pub(super) fn new(request: &CopyRequest) -> Self {
        Self {
            source_plain_http: request.source_plain_http,
            destination_plain_http: request.destination_plain_http,
            ecr: request.ecr.clone(),
            environment: environment(request.ca_file.as_deref()),
            docker: DockerEnvironment::from_process(),
            stored: Mutex::default(),
            clients: Mutex::default(),
            ecrs: Mutex::default(),
        }
    }

    pub(super) async fn source(
        &self,
        reference: &ImageReference,
    ) -> Result<Arc<dyn RegistryApi>, ApiError> {
        let host = reference.registry();
        self.client(host, self.source_plain_http, host.is_amazon_ecr()).await
    }

    pub(super) async fn destination(
        &self,
        reference: &ImageReference,
    ) -> Result<Arc<dyn RegistryApi>, ApiError> {
        let host = reference.registry();
        let is_ecr = self.ecr.profile.is_some() || host.is_amazon_ecr();
        self.client(host, self.destination_plain_http, is_ecr).await
    }

    /// The ECR API of a destination that is an ECR.
    pub(super) async fn ecr_of(&self, host: &RegistryHost) -> Option<Arc<Ecr>> {
        self.ecrs.lock().await.get(host).cloned()
    }

    async fn client(
        &self,
        host: &RegistryHost,
        plain_http: bool,
        is_ecr: bool,
    ) -> Result<Arc<dyn RegistryApi>, ApiError> {
        let mut clients = self.clients.lock().await;
        if let Some(opened) = clients.get(&(host.clone(), is_ecr)) {
            return opened.clone();
        }
        let opened = self.open(host, plain_http, is_ecr).await;
        clients.insert((host.clone(), is_ecr), opened.clone());
        opened
    }

    async fn open(
        &self,
        host: &RegistryHost,
        plain_http: bool,
        is_ecr: bool,
    ) -> Result<Arc<dyn RegistryApi>, ApiError> {
        let endpoint = RegistryEndpoint::for_host(host, plain_http)
            .map_err(|error| ApiError::invalid_input(&error))?;
        Ok(if is_ecr {
            let session = self.open_session(host).await?;
            let ecr = Arc::new(session.ecr());
            self.ecrs.lock().await.insert(host.clone(), Arc::clone(&ecr));
            let login = EcrLogin::new(ecr, host.clone());
            let endpoint = endpoint.probed(session.network()).await;
            Arc::new(RegistryClient::with_network(session.network(), endpoint, Arc::new(login)))
        } else {
            let login = Arc::new(StoredLogin::new(host.clone(), &self.docker));
            self.stored.lock().await.push(Arc::clone(&login));
            let endpoint = endpoint.probed(self.environment.network()).await;
            Arc::new(RegistryClient::with_network(self.environment.network(), endpoint, login))
        })
    }

    /// The stored logins that couldn't be read, as sentences.
    pub(super) async fn login_problems(&self) -> Vec<String> {
        self.stored.lock().await.iter().filter_map(|login| login.problem()).collect()
    }

    async fn open_session(&self, host: &RegistryHost) -> Result<AwsSession, ApiError> {
        let region = self.ecr.region.as_deref().or(host.ecr_region());
        let region = region.map(Region::parse).transpose();
        let region = region.map_err(|error| ApiError::invalid_input(&error))?;
        Ok(AwsSession::open(self.request_of(region), &self.environment).await?)
    }

    /// Submits the code of the MFA device that the role of the profile requires.
    pub(super) async fn submit_mfa_code(&self, code: &Secret<String>) -> Result<(), ApiError> {
        let region = self.ecr.region.as_deref().map(Region::parse).transpose();
        let region = region.map_err(|error| ApiError::invalid_input(&error))?;
        AwsSession::submit_mfa_code(self.request_of(region), &self.environment, code).await?;
        Ok(())
    }

    fn request_of(&self, region: Option<Region>) -> SessionRequest {
        let options = EcrOptions { profile: self.ecr.profile.clone(), ..EcrOptions::default() };
        let credentials = match of_environment(&self.environment, options) {
            AwsConnection::Profile { profile, .. } => SessionCredentials::Profile { name: profile },
            _ => SessionCredentials::Machine,
        };
        SessionRequest { credentials, region, ecr_endpoint: None, sts_endpoint: None }
    }
}

/// The environment of this process with the CA file. It is created once, because it and its clones
/// contain the sessions of MFA codes.
fn environment(ca_file: Option<&str>) -> AwsEnvironment {
    static ENVIRONMENT: OnceLock<AwsEnvironment> = OnceLock::new();
    let environment = ENVIRONMENT.get_or_init(AwsEnvironment::from_process).clone();
    match ca_file {
        Some(path) => {
            let network = environment.network().with_ca_file(CaOrigin::Settings, Path::new(path));
            environment.with_network(network)
        }
        None => environment,
    }
}
