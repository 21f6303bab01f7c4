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
use transload_errors::{ApiError, ErrorCode};
use transload_migration::commands::AwsOptions;
use transload_migration::{Destination, DestinationEndpoint, DestinationIdentity, EcrLogin};
use transload_model::{Partition, Region, Secret, now_ms};
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
    /// [`ErrorCode::AccountDiffers`], [`ErrorCode::DestinationDiffers`].
    pub(crate) async fn connect_planned(
        &self,
        connection: &AwsConnection,
        planned: &DestinationIdentity,
    ) -> Result<Arc<Connected>, ApiError> {
        planned.ensure_same(&pinned(connection, planned)?)?;
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
        let aws_options = aws_options(connection, &identity.region, given_endpoint.as_deref());
        let network = environment.network().clone();
        Ok(Connected { identity, session, destination, aws_options, network })
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
        let region = given(region).map(Region::parse).transpose();
        let region = region.map_err(|error| ApiError::invalid_input(&error))?;
        let registry = given(registry_endpoint).map(RegistryEndpoint::parse).transpose();
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

/// The options with which `aws` commands use a connection. The practice ECR is an endpoint without a profile.
fn aws_options(connection: &AwsConnection, region: &str, practice: Option<&str>) -> AwsOptions {
    let (profile, endpoint) = match connection {
        AwsConnection::Practice => (None, practice),
        AwsConnection::Machine { ecr_endpoint, .. } => (None, ecr_endpoint.as_deref()),
        AwsConnection::Profile { profile, ecr_endpoint, .. } => {
            (Some(profile.as_str()), ecr_endpoint.as_deref())
        }
    };
    AwsOptions::new(profile, region, endpoint)
}

async fn who_and_token(session: &AwsSession) -> Result<(CallerIdentity, RegistryToken), AwsError> {
    let caller = session.identify().await?;
    Ok((caller, session.ecr().registry_token().await?))
}

/// Returns a planned destination with the region and endpoints that a connection names.
pub(crate) fn pinned(
    connection: &AwsConnection,
    planned: &DestinationIdentity,
) -> Result<DestinationIdentity, ApiError> {
    let invalid = |error: &(dyn std::error::Error + 'static)| ApiError::invalid_input(error);
    let (region, ecr_endpoint, registry_endpoint) = match connection {
        AwsConnection::Practice => return Ok(planned.clone()),
        AwsConnection::Machine { region, ecr_endpoint, registry_endpoint }
        | AwsConnection::Profile { region, ecr_endpoint, registry_endpoint, .. } => {
            (region, ecr_endpoint, registry_endpoint)
        }
    };
    let mut named = planned.clone();
    if let Some(region) = given(region) {
        named.region = Region::parse(region).map_err(|error| invalid(&error))?;
        named.partition = Partition::of_region(&named.region);
    }
    if let Some(registry) = given(registry_endpoint) {
        let registry = RegistryEndpoint::parse(registry).map_err(|error| invalid(&error))?;
        let (account, region) = (named.account.clone(), named.region.clone());
        let of_endpoint = DestinationIdentity::new(account, region, &registry, None);
        named.registry = of_endpoint.registry;
        named.registry_endpoint = of_endpoint.registry_endpoint;
    }
    if let Some(ecr) = given(ecr_endpoint) {
        let url = address(ecr)?;
        // One that AWS itself has is no replacement; opening the connection tells.
        if planned.ecr_endpoint != DestinationEndpoint::Aws || !is_of_aws(&url, &named) {
            named.ecr_endpoint = DestinationEndpoint::At(url);
        }
    }
    Ok(named)
}

fn is_of_aws(url: &Url, named: &DestinationIdentity) -> bool {
    let suffix = format!(".{}", named.partition.dns_suffix());
    url.scheme() == "https" && url.host_str().is_some_and(|host| host.ends_with(&suffix))
}

/// Returns a text that the user entered, unless it is empty.
pub(crate) fn given(text: &Option<String>) -> Option<&str> {
    text.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

pub(crate) fn address(text: &str) -> Result<Url, ApiError> {
    let full = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    match Url::parse(&full) {
        Ok(url) if !url.username().is_empty() || url.password().is_some() => {
            let message = "The ECR endpoint must not contain a user name or a password.";
            Err(ApiError::new(ErrorCode::InputInvalid, message)
                .hint("Remove the part before @. AWS credentials come from the profile."))
        }
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(url),
        _ => Err(ApiError::new(ErrorCode::InputInvalid, "The ECR endpoint isn't a valid URL.")
            .hint(
                "Enter a URL, for example https://vpce-1234.api.ecr.eu-west-1.vpce.amazonaws.com.",
            )),
    }
}

#[cfg(test)]
mod tests {
    use transload_model::AccountId;

    use super::*;

    #[test]
    fn an_endpoint_with_a_login_is_refused_and_the_login_is_not_shown() {
        for text in ["https://ada:hunter2@ecr.example", "hunter2@ecr.example", "https://:hunter2@e"]
        {
            let error = address(text).unwrap_err();
            assert_eq!(error.code, ErrorCode::InputInvalid);
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
        assert!(address("ecr.example").is_ok());
    }

    #[test]
    fn what_a_connection_names_of_its_destination_is_compared_before_it_is_opened() {
        let planned = |ecr: Option<&str>| {
            DestinationIdentity::new(
                AccountId::parse("111122223333").unwrap(),
                Region::parse("eu-west-1").unwrap(),
                &RegistryEndpoint::parse("111122223333.dkr.ecr.eu-west-1.amazonaws.com").unwrap(),
                ecr.map(|url| Url::parse(url).unwrap()),
            )
        };
        let own = "https://vpce-1.api.ecr.eu-west-1.vpce.amazonaws.com";
        for (planned_ecr, region, ecr, registry, same) in [
            (None, None, None, None, true),
            (None, Some("eu-west-1"), None, None, true),
            (None, Some("eu-west-2"), None, None, false),
            (None, None, Some("https://evil.example"), None, false),
            (None, None, Some("https://api.ecr.eu-west-1.amazonaws.com"), None, true),
            (None, None, None, Some("https://evil.example"), false),
            (Some(own), None, Some(own), None, true),
            (Some(own), None, Some("https://evil.example"), None, false),
        ] {
            let connection = AwsConnection::Profile {
                profile: "prod".to_owned(),
                region: region.map(str::to_owned),
                ecr_endpoint: ecr.map(str::to_owned),
                registry_endpoint: registry.map(str::to_owned),
            };
            let planned = planned(planned_ecr);
            let named = pinned(&connection, &planned).unwrap();
            assert_eq!(planned.ensure_same(&named).is_ok(), same, "{connection:?}");
        }
    }

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
}
