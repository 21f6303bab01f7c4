//! Opens connections to ECR. Each is opened once and used by every call that names it.

use std::sync::Arc;

use url::Url;

use crate::api::Api;
use crate::connected::Connected;
use crate::{convert, endpoints};
use transload_aws::{
    AwsEnvironment, AwsError, AwsSession, CallerIdentity, EcrApi, RegistryToken,
    SessionCredentials, SessionRequest,
};
use transload_contract::AwsConnection;
use transload_errors::ApiError;
use transload_migration::commands::AwsCommands;
use transload_migration::{Destination, DestinationIdentity, EcrLogin};
use transload_model::{Region, Secret, now_ms};
use transload_plan_file::{endpoint_address, entered_text, named_destination};
use transload_registry::{RegistryClient, RegistryEndpoint};

impl Api {
    /// Returns the open connection, or opens one if it isn't open or its credentials expired.
    pub(crate) async fn connect(
        &self,
        connection: &AwsConnection,
    ) -> Result<Arc<Connected>, ApiError> {
        let network = self.network();
        let is_good = |open: &Connected| {
            open.identity.expires_at_ms.is_none_or(|end| end > now_ms())
                && open.network.is_same(&network)
        };
        // On the heap: the AWS SDK makes a future of many kilobytes of it (`call_sizes`).
        let opening = Box::pin(self.open(connection));
        self.inner.connections.get_or_open(connection, is_good, opening).await
    }

    /// Opens the connection of a migration that was planned for this destination. Nothing is sent
    /// to an endpoint that is not the planned one.
    ///
    /// # Errors
    /// `account_differs`, `destination_differs`.
    pub(crate) async fn connect_planned(
        &self,
        connection: &AwsConnection,
        planned: &DestinationIdentity,
    ) -> Result<Arc<Connected>, ApiError> {
        planned.ensure_same(&named_destination(connection, planned)?)?;
        let connected = self.connect(connection).await?;
        planned.ensure_same(&connected.destination.identity)?;
        Ok(connected)
    }

    /// Forgets the open connection, so that the next call reads the AWS configuration again.
    pub(crate) async fn disconnect(&self, connection: &AwsConnection) {
        self.inner.connections.forget(connection);
    }

    async fn open(&self, connection: &AwsConnection) -> Result<Connected, ApiError> {
        let (request, registry_endpoint) = self.session_request(connection).await?;
        let given = given_aws(connection, &request);
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
        let replaced = endpoints::replaced_ecr(&session).await;
        let (account, region) = (caller.account.clone(), caller.region.clone());
        let known = DestinationIdentity::new(account, region, &endpoint, replaced);
        let practice = matches!(connection, AwsConnection::Practice);
        let endpoints = endpoints::of(&session, &endpoint).await;
        let identity = convert::identity(&caller, practice, endpoints);
        let ecr: Arc<dyn EcrApi> = Arc::new(session.ecr());
        let login = EcrLogin::with_token(Arc::clone(&ecr), endpoint.host.clone(), token);
        let login = Arc::new(login);
        let registry =
            RegistryClient::with_network(session.network(), endpoint, Arc::clone(&login) as _);
        let destination = Destination { identity: known, ecr, registry: Arc::new(registry), login };
        let aws_commands = given.commands(&identity.region);
        let network = environment.network().clone();
        Ok(Connected { identity, session, destination, aws_commands, network })
    }

    /// Returns the session request of a connection, and its registry if the user entered one.
    pub(crate) async fn session_request(
        &self,
        connection: &AwsConnection,
    ) -> Result<(SessionRequest, Option<RegistryEndpoint>), ApiError> {
        let (profile, region, ecr_endpoint, registry_endpoint) = match connection {
            AwsConnection::Practice => return Ok((self.practice_request().await?, None)),
            AwsConnection::Machine { region, ecr_endpoint, registry_endpoint } => {
                (None, region, ecr_endpoint, registry_endpoint)
            }
            AwsConnection::Profile { profile, region, ecr_endpoint, registry_endpoint } => {
                (Some(profile), region, ecr_endpoint, registry_endpoint)
            }
        };
        let region = entered_text(region).map(Region::parse).transpose();
        let region = region.map_err(|error| ApiError::invalid_input(&error))?;
        let registry = entered_text(registry_endpoint).map(RegistryEndpoint::parse).transpose();
        let registry = registry.map_err(|error| ApiError::invalid_input(&error))?;
        let request = SessionRequest {
            credentials: match profile {
                Some(name) => SessionCredentials::Profile { name: name.clone() },
                None => SessionCredentials::Machine,
            },
            region,
            ecr_endpoint: entered_text(ecr_endpoint).map(endpoint_address).transpose()?,
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

/// Returns the connection for options of a command line, in the order of the AWS CLI: the given
/// profile; otherwise credentials of the environment, such as keys; otherwise the profile that the
/// environment names; otherwise the credentials of the machine. The region of the environment isn't
/// part of it, so that a plan that runs in another environment notices the difference.
pub fn environment_connection(options: EcrOptions) -> AwsConnection {
    of_environment(&AwsEnvironment::from_process(), options)
}

pub(crate) fn of_environment(environment: &AwsEnvironment, options: EcrOptions) -> AwsConnection {
    let EcrOptions { profile, region, ecr_endpoint, registry_endpoint } = options;
    let of_environment = || environment.profile().filter(|_| !environment.has_credentials());
    let given = profile.filter(|name| !name.is_empty());
    match given.or_else(|| of_environment().map(str::to_owned)) {
        Some(profile) => {
            AwsConnection::Profile { profile, region, ecr_endpoint, registry_endpoint }
        }
        None => AwsConnection::Machine { region, ecr_endpoint, registry_endpoint },
    }
}

/// Options of a connection to ECR on a command line.
#[derive(Clone, Debug, Default)]
pub struct EcrOptions {
    pub profile: Option<String>,
    pub region: Option<String>,
    /// Replaces the endpoint of the ECR API.
    pub ecr_endpoint: Option<String>,
    /// Replaces the endpoint of the registry.
    pub registry_endpoint: Option<String>,
}

/// What `aws` commands need to use the same connection.
struct GivenAws {
    profile: Option<String>,
    endpoint: Option<String>,
    /// The key ID and the secret key of practice mode, which aren't secret.
    practice_keys: Option<(String, String)>,
}

impl GivenAws {
    fn commands(&self, region: &str) -> AwsCommands {
        let commands = AwsCommands::new(self.profile.as_deref(), region, self.endpoint.as_deref());
        match &self.practice_keys {
            Some((key_id, secret_key)) => commands.with_public_keys(key_id, secret_key),
            None => commands,
        }
    }
}

fn given_aws(connection: &AwsConnection, request: &SessionRequest) -> GivenAws {
    let is_practice = matches!(connection, AwsConnection::Practice);
    let (profile, practice_keys) = match &request.credentials {
        SessionCredentials::Profile { name } => (Some(name.clone()), None),
        SessionCredentials::Static { access_key_id, secret_access_key, .. } if is_practice => {
            let secret_key = secret_access_key.expose().clone();
            (None, Some((access_key_id.clone(), secret_key)))
        }
        _ => (None, None),
    };
    let endpoint = request.ecr_endpoint.as_ref().map(Url::to_string);
    GivenAws { profile, endpoint, practice_keys }
}

async fn who_and_token(session: &AwsSession) -> Result<(CallerIdentity, RegistryToken), AwsError> {
    let caller = session.identify().await?;
    Ok((caller, session.ecr().registry_token().await?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_named_profile_the_environment_decides_as_for_the_aws_cli() {
        let keys = [("AWS_ACCESS_KEY_ID", "AKIA"), ("AWS_SECRET_ACCESS_KEY", "s")];
        let (new, old) = (("AWS_PROFILE", "new"), ("AWS_DEFAULT_PROFILE", "old"));
        let token = ("AWS_WEB_IDENTITY_TOKEN_FILE", "/token");
        let region = ("AWS_REGION", "eu-west-1");
        for (variables, named, expected) in [
            (vec![], None, None),
            (vec![new], None, Some("new")),
            (vec![new, old], None, Some("old")),
            (vec![old, region], None, Some("old")),
            (vec![old], Some("given"), Some("given")),
            (vec![new, keys[0], keys[1]], None, None),
            (vec![new, keys[0], keys[1]], Some("given"), Some("given")),
            (vec![new, token], None, None),
            (vec![new], Some(""), Some("new")),
        ] {
            let environment = AwsEnvironment::from_variables(variables.clone());
            let options = EcrOptions { profile: named.map(str::to_owned), ..EcrOptions::default() };
            let (profile, region) = match of_environment(&environment, options) {
                AwsConnection::Profile { profile, region, .. } => (Some(profile), region),
                AwsConnection::Machine { region, .. } => (None, region),
                AwsConnection::Practice => panic!("nobody asked for practice"),
            };
            assert_eq!(profile.as_deref(), expected, "{variables:?} {named:?}");
            assert_eq!(region, None, "{variables:?} {named:?}");
        }
    }

    #[test]
    fn aws_commands_use_the_profile_the_endpoint_and_the_keys_of_the_connection() {
        let own = Some("https://ecr.example.com".to_owned());
        let (region, registry_endpoint) = (None, None);
        let profile = |ecr_endpoint| AwsConnection::Profile {
            profile: "prod".to_owned(),
            region: region.clone(),
            ecr_endpoint,
            registry_endpoint: registry_endpoint.clone(),
        };
        let machine = |ecr_endpoint| AwsConnection::Machine {
            region: region.clone(),
            ecr_endpoint,
            registry_endpoint: registry_endpoint.clone(),
        };
        let keys = || SessionCredentials::Static {
            access_key_id: "AKIA".to_owned(),
            secret_access_key: Secret::new("public".to_owned()),
            session_token: None,
        };
        let named = || SessionCredentials::Profile { name: "prod".to_owned() };
        let practice_keys = "AWS_ACCESS_KEY_ID=AKIA AWS_SECRET_ACCESS_KEY=public ";
        let url = " --endpoint-url https://ecr.example.com/";
        for (connection, credentials, endpoint, before, profile, after) in [
            (AwsConnection::Practice, keys(), true, practice_keys, "", url),
            (profile(own.clone()), named(), true, "", " --profile prod", url),
            (profile(None), named(), false, "", " --profile prod", ""),
            (machine(own.clone()), SessionCredentials::Machine, true, "", "", url),
            (machine(None), SessionCredentials::Machine, false, "", "", ""),
            // Keys of anything else than practice mode are secret.
            (machine(None), keys(), false, "", "", ""),
        ] {
            let request = SessionRequest {
                credentials,
                region: None,
                ecr_endpoint: endpoint.then(|| Url::parse("https://ecr.example.com").unwrap()),
                sts_endpoint: None,
            };
            let command = given_aws(&connection, &request).commands("eu-west-1").ecr("x");
            let expected = format!("{before}aws ecr x{profile} --region eu-west-1{after}");
            assert_eq!(command, expected, "{connection:?}");
        }
    }
}
