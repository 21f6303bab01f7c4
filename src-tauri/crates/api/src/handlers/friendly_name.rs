//! Commands for a name of one's own in front of ECR: diagnosis, the answers with their files, and the files of the
//! clients on this computer.

use std::path::PathBuf;
use std::sync::Arc;

use transload_contract::{
    AwsConnection, CheckResult, ClientFile, GeneratedFileId, NameAnswers, NameAnswersRequest,
    NameDiagnosis, NameDiagnosisRequest,
};
use transload_errors::{ApiError, ErrorCode};
use transload_friendly_name::{
    ClientFileStore, ClientFiles, DiagnosisEnvironment, FriendlyName, NameTarget, RegistryBehind,
    RegistryCredentials, SystemResolver, VPC_RESOLVER, answers, diagnose, generate, generate_file,
    situations, warnings,
};
use transload_migration::DestinationEndpoint;
use transload_model::RegistryHost;
use transload_plan_file::entered_text;
use url::Url;

use crate::api::Api;
use crate::connected::Connected;
use crate::exported_file::write_exported;

/// The registry of an open connection, as the diagnosis uses it.
struct ConnectedRegistry {
    connected: Arc<Connected>,
    url: Url,
}

impl ConnectedRegistry {
    fn new(connected: Arc<Connected>) -> Result<Self, ApiError> {
        let host = connected.destination.host();
        let url = match &connected.destination.identity.registry_endpoint {
            DestinationEndpoint::At(url) => url.clone(),
            DestinationEndpoint::Aws | DestinationEndpoint::NotRecorded => {
                let scheme = if host.is_loopback() { "http" } else { "https" };
                let url = Url::parse(&format!("{scheme}://{host}/"));
                url.map_err(|error| ApiError::internal(error.to_string()))?
            }
        };
        Ok(Self { connected, url })
    }
}

#[async_trait::async_trait]
impl RegistryBehind for ConnectedRegistry {
    fn host(&self) -> &RegistryHost {
        self.connected.destination.host()
    }

    fn url(&self) -> Url {
        self.url.clone()
    }

    async fn credentials(&self) -> Result<RegistryCredentials, String> {
        let token = self.connected.destination.login.token().await;
        let token = token.map_err(|error| ApiError::from(error).message)?;
        Ok(RegistryCredentials { user: token.user, password: token.password })
    }
}

impl Api {
    /// Diagnoses a name. Returns `None` if the user cancelled it. A test upload that was started expires by itself.
    pub async fn name_diagnose(
        &self,
        request: NameDiagnosisRequest,
        connection: Option<AwsConnection>,
        attempt: String,
        progress: impl Fn(CheckResult) + Send + Sync + 'static,
    ) -> Result<Option<NameDiagnosis>, ApiError> {
        let diagnosis = Box::pin(self.name_diagnosis(request, connection, progress));
        self.inner.cancellable_calls.run(attempt, diagnosis).await.transpose()
    }

    /// Cancels a diagnosis. Does nothing if it already finished.
    pub async fn name_diagnose_cancel(&self, attempt: String) -> Result<(), ApiError> {
        self.inner.cancellable_calls.stop(&attempt);
        Ok(())
    }

    /// Diagnoses a name. The connection is opened only if the user allows sending the token.
    pub async fn name_diagnosis(
        &self,
        request: NameDiagnosisRequest,
        connection: Option<AwsConnection>,
        progress: impl Fn(CheckResult) + Send + Sync + 'static,
    ) -> Result<NameDiagnosis, ApiError> {
        let name = FriendlyName::parse(&request.name)?;
        let registry = match connection.filter(|_| request.with_login) {
            Some(connection) => {
                let connected = self.connect(&connection).await?;
                Some(Arc::new(ConnectedRegistry::new(connected)?) as Arc<dyn RegistryBehind>)
            }
            None => None,
        };
        let environment = DiagnosisEnvironment {
            network: self.network(),
            resolver: Arc::new(SystemResolver),
            registry,
            clients: self.client_configuration(),
        };
        Ok(Box::pin(diagnose(&name, &request, &environment, &progress)).await)
    }

    /// Returns the answers for a name, with every file. Writes nothing.
    pub async fn name_answers(
        &self,
        request: NameAnswersRequest,
        connection: Option<AwsConnection>,
    ) -> Result<NameAnswers, ApiError> {
        let target = self.name_target(&request, connection).await?;
        Ok(NameAnswers {
            situations: situations(),
            answers: answers(&target, &generate(&target)),
            warnings: warnings(),
            name: target.name.to_string(),
            registry: target.registry.to_string(),
        })
    }

    /// Writes a generated file to a path.
    pub async fn name_file_export(
        &self,
        request: NameAnswersRequest,
        connection: Option<AwsConnection>,
        file: GeneratedFileId,
        path: PathBuf,
    ) -> Result<(), ApiError> {
        let target = self.name_target(&request, connection).await?;
        write_exported(path, generate_file(&target, file).text).await
    }

    /// Returns the files of the clients on this computer, and their state. Writes nothing.
    pub async fn name_client_files(
        &self,
        request: NameAnswersRequest,
        connection: Option<AwsConnection>,
    ) -> Result<Vec<ClientFile>, ApiError> {
        let target = self.name_target(&request, connection).await?;
        Ok(self.client_file_store().list(&target)?)
    }

    /// Installs a file for a client on this computer, and returns the new state.
    pub async fn name_client_file_apply(
        &self,
        request: NameAnswersRequest,
        connection: Option<AwsConnection>,
        file: GeneratedFileId,
    ) -> Result<Vec<ClientFile>, ApiError> {
        let target = self.name_target(&request, connection).await?;
        let store = self.client_file_store();
        store.apply(&target, file)?;
        Ok(store.list(&target)?)
    }

    /// Restores what was there before a file was installed, and returns the new state.
    pub async fn name_client_file_undo(
        &self,
        request: NameAnswersRequest,
        connection: Option<AwsConnection>,
        file: GeneratedFileId,
    ) -> Result<Vec<ClientFile>, ApiError> {
        let target = self.name_target(&request, connection).await?;
        let store = self.client_file_store();
        store.undo(&target, file)?;
        Ok(store.list(&target)?)
    }

    fn client_file_store(&self) -> ClientFileStore {
        ClientFileStore::new(self.client_configuration(), &self.inner.options.data_folder)
    }

    /// Returns where the clients of this computer have their configuration.
    fn client_configuration(&self) -> ClientFiles {
        let docker = &self.inner.options.docker;
        let etc = docker.containers_folder.as_ref().and_then(|folder| folder.parent());
        ClientFiles {
            etc: etc.map(PathBuf::from),
            home: docker.home.clone(),
            docker_config: docker.configuration_folder(),
            registries_conf: docker.registries_conf.clone(),
        }
    }

    async fn name_target(
        &self,
        request: &NameAnswersRequest,
        connection: Option<AwsConnection>,
    ) -> Result<NameTarget, ApiError> {
        let name = FriendlyName::parse(&request.name)?;
        let (registry, region) = match (entered_text(&request.registry), connection) {
            (Some(registry), _) => {
                let registry = RegistryHost::parse(registry);
                let registry = registry.map_err(|error| ApiError::invalid_input(&error))?;
                let region = registry.ecr_region().map(str::to_owned);
                (registry, region)
            }
            (None, Some(connection)) => {
                let connected = self.connect(&connection).await?;
                let region = connected.identity.region.clone();
                (connected.destination.host().clone(), Some(region))
            }
            (None, None) => {
                let message = "No registry is selected.";
                return Err(ApiError::new(ErrorCode::InputInvalid, message).hint(
                    "Choose an AWS profile, or enter the registry, such as 111122223333.dkr.ecr.eu-west-1.amazonaws.com.",
                ));
            }
        };
        let resolver = entered_text(&request.resolver).unwrap_or(VPC_RESOLVER);
        // The text goes into a configuration file.
        if !resolver.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".:[]-".contains(&byte)) {
            let message = "The DNS server isn't an IP address.";
            return Err(ApiError::new(ErrorCode::InputInvalid, message).about(resolver));
        }
        let hub_prefix = entered_text(&request.hub_prefix).map(|prefix| prefix.trim_matches('/'));
        if let Some(prefix) = hub_prefix {
            transload_model::RepositoryName::parse(prefix)?;
        }
        Ok(NameTarget {
            name,
            registry,
            region,
            resolver: resolver.to_owned(),
            hub_prefix: hub_prefix.map(str::to_owned),
        })
    }
}
