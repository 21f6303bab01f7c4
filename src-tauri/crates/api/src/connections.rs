//! Connections to ECR: opened once, used by every call that names them.

use std::sync::Arc;

use transload_engine::aws::{
    AwsError, AwsSession, CallerIdentity, EcrApi, RegistryToken, SessionCredentials, SessionRequest,
};
use transload_engine::migration::{Destination, EcrLogin};
use transload_engine::model::{Region, Secret, now_ms};
use transload_engine::network::Network;
use transload_engine::registry::{RegistryClient, RegistryEndpoint};
use url::Url;

use crate::api::Api;
use crate::commands::AwsOptions;
use crate::contract::{ApiError, AwsConnection, AwsIdentity, ErrorCode};
use crate::{convert, endpoints};

/// An open connection.
pub(crate) struct Connected {
    pub identity: AwsIdentity,
    pub session: AwsSession,
    pub destination: Destination,
    /// What `aws` commands that do the same need.
    pub aws_options: AwsOptions,
    /// The network that it was opened through.
    network: Network,
}

impl Connected {
    /// Refuses an account that is not the one of a migration's beginning.
    pub(crate) fn expect_account(&self, then: &str) -> Result<(), ApiError> {
        let now = &self.identity.account_id;
        if now == then {
            return Ok(());
        }
        let message = format!(
            "This migration is for the account {then}, but its profile is the account {now} now."
        );
        Err(ApiError::new(ErrorCode::AccountDiffers, message)
            .about(then)
            .hint(format!("Sign in to the account {then}, or use a profile of it."))
            .hint(format!("To move the images to {now}, make the plan again with this profile: what is there already is another in each account.")))
    }
}

impl Api {
    /// The open connection, or a new one where there is none or its credentials have ended.
    pub(crate) async fn connect(
        &self,
        connection: &AwsConnection,
    ) -> Result<Arc<Connected>, ApiError> {
        let mut connections = self.inner.connections.lock().await;
        if let Some(open) = connections.get(connection)
            && open.identity.expires_at_ms.is_none_or(|end| end > now_ms())
            && open.network.is(&self.network())
        {
            return Ok(Arc::clone(open));
        }
        let open = Arc::new(self.open(connection).await?);
        connections.insert(connection.clone(), Arc::clone(&open));
        Ok(open)
    }

    /// Forgets the open connection, so that the next call reads the AWS configuration again.
    pub(crate) async fn disconnect(&self, connection: &AwsConnection) {
        self.inner.connections.lock().await.remove(connection);
    }

    async fn open(&self, connection: &AwsConnection) -> Result<Connected, ApiError> {
        let (request, registry_endpoint) = self.session_request(connection).await?;
        let given_endpoint = request.ecr_endpoint.as_ref().map(Url::to_string);
        let environment = self.aws_environment();
        let session = AwsSession::open(request, &environment).await?;
        let (caller, token) = match who_and_token(&session).await {
            Ok(known) => known,
            Err(error) => return Err(self.explained(error, &session, connection).await),
        };
        let endpoint = match registry_endpoint {
            Some(endpoint) => endpoint,
            None => endpoints::registry(&token.proxy_endpoint, &caller, &session)?,
        };
        let practice = matches!(connection, AwsConnection::Practice);
        let endpoints = endpoints::of(&session, &endpoint).await;
        let identity = convert::identity(&caller, practice, endpoints);
        let ecr: Arc<dyn EcrApi> = Arc::new(session.ecr());
        let login = EcrLogin::with_token(Arc::clone(&ecr), endpoint.host.clone(), token);
        let login = Arc::new(login);
        let registry =
            RegistryClient::through(session.network(), endpoint, Arc::clone(&login) as _);
        let destination = Destination { ecr, registry: Arc::new(registry), login };
        let aws_options = AwsOptions::of(connection, &identity.region, given_endpoint.as_deref());
        let network = environment.network().clone();
        Ok(Connected { identity, session, destination, aws_options, network })
    }

    /// What a connection asks of the engine, and its registry where that was typed.
    pub(crate) async fn session_request(
        &self,
        connection: &AwsConnection,
    ) -> Result<(SessionRequest, Option<RegistryEndpoint>), ApiError> {
        let (profile, region, ecr_endpoint, registry_endpoint) = match connection {
            AwsConnection::Practice => return Ok((self.practice_request().await?, None)),
            AwsConnection::Machine { region } => (None, region, &None, &None),
            AwsConnection::Profile { profile, region, ecr_endpoint, registry_endpoint } => {
                (Some(profile), region, ecr_endpoint, registry_endpoint)
            }
        };
        let region = given(region).map(Region::parse).transpose();
        let region = region.map_err(|error| ApiError::invalid_input(&error))?;
        let registry = given(registry_endpoint).map(RegistryEndpoint::at).transpose();
        let registry = registry.map_err(|error| ApiError::invalid_input(&error))?;
        let request = SessionRequest {
            credentials: match profile {
                Some(name) => SessionCredentials::Profile { name: name.clone() },
                None => SessionCredentials::Machine,
            },
            region,
            ecr_endpoint: given(ecr_endpoint).map(address).transpose()?,
            sts_endpoint: None,
        };
        Ok((request, registry))
    }

    async fn practice_request(&self) -> Result<SessionRequest, ApiError> {
        self.with_practice(|practice| {
            let region = Region::parse(practice.region());
            let region = region.map_err(|error| ApiError::internal(error.to_string()))?;
            Ok(SessionRequest {
                credentials: SessionCredentials::Static {
                    access_key_id: practice.access_key_id().to_owned(),
                    secret_access_key: Secret::new(practice.secret_access_key().to_owned()),
                    session_token: None,
                },
                region: Some(region),
                ecr_endpoint: Some(practice.ecr_endpoint()),
                sts_endpoint: Some(practice.ecr_endpoint()),
            })
        })
        .await?
    }
}

async fn who_and_token(session: &AwsSession) -> Result<(CallerIdentity, RegistryToken), AwsError> {
    let caller = session.identify().await?;
    Ok((caller, session.ecr().registry_token().await?))
}

/// What a person left empty was not given.
fn given(text: &Option<String>) -> Option<&str> {
    text.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

fn address(text: &str) -> Result<Url, ApiError> {
    let full = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    match Url::parse(&full) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(url),
        _ => Err(ApiError::new(
            ErrorCode::InputInvalid,
            "The ECR endpoint is not an address that can be called.",
        )
        .hint("Give an address such as https://vpce-1234.api.ecr.eu-west-1.vpce.amazonaws.com.")),
    }
}
