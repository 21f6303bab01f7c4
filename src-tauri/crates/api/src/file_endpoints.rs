//! Endpoints that a file contains. The author of the file chose them, so credentials are sent there
//! only if the user allows it, or if the user's own AWS profile has the same endpoints.

use transload_aws::AwsSession;
use transload_contract::{AwsConnection, ImageSource};
use transload_errors::{ApiError, ErrorCode};
use transload_model::RegistryHost;
use transload_plan_file::{endpoint_address, named_destination};

use crate::api::Api;

impl Api {
    /// Returns the connection to use for one of a file: the same if it contains no endpoints or
    /// they are allowed, otherwise the one without them if it has the same destination.
    pub(crate) async fn allowed_connection(
        &self,
        named: &AwsConnection,
        allowed: bool,
    ) -> Result<AwsConnection, ApiError> {
        let endpoints = connection_endpoints(named);
        if allowed || endpoints.is_empty() {
            return Ok(named.clone());
        }
        let own = without_endpoints(named);
        if self.has_endpoint_of(&own, named).await? {
            let open = self.connect(&own).await?;
            let leads_to = &open.destination.identity;
            if named_destination(named, leads_to)? == *leads_to {
                return Ok(own);
            }
        }
        Err(not_allowed(&endpoints))
    }

    /// The same for the source of a file.
    pub(crate) async fn allowed_source(
        &self,
        named: &ImageSource,
        allowed: bool,
    ) -> Result<ImageSource, ApiError> {
        match named {
            ImageSource::Ecr { connection } => {
                let connection = self.allowed_connection(connection, allowed).await?;
                Ok(ImageSource::Ecr { connection })
            }
            _ => match source_endpoints(named) {
                endpoints if allowed || endpoints.is_empty() => Ok(named.clone()),
                endpoints => Err(not_allowed(&endpoints)),
            },
        }
    }

    /// Whether the AWS configuration has the ECR endpoint of the file. Nothing is sent.
    async fn has_endpoint_of(
        &self,
        own: &AwsConnection,
        named: &AwsConnection,
    ) -> Result<bool, ApiError> {
        let ecr_endpoint = named.endpoints()[0].map(|text| text.trim());
        let Some(named) = ecr_endpoint.filter(|text| !text.is_empty()) else { return Ok(true) };
        let (request, _) = self.session_request(own).await?;
        let session = AwsSession::open(request, &self.aws_environment()).await?;
        Ok(session.ecr_endpoint() == Some(&endpoint_address(named)?))
    }
}

pub fn without_endpoints(connection: &AwsConnection) -> AwsConnection {
    connection.clone().with_endpoints([None, None])
}

/// Returns the endpoints of a connection, so that the user can decide about them.
pub fn connection_endpoints(connection: &AwsConnection) -> Vec<String> {
    let named = ["ECR API", "registry"].into_iter().zip(connection.endpoints());
    let given = named.filter_map(|(what, text)| Some((what, text?.trim())));
    let given = given.filter(|(_, text)| !text.is_empty());
    given.map(|(what, text)| format!("{what} {}", without_login(text))).collect()
}

/// Returns an endpoint without user name and password.
fn without_login(text: &str) -> String {
    let (scheme, rest) = text.split_once("://").map_or(("", text), |(scheme, rest)| (scheme, rest));
    let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
    if scheme.is_empty() { rest.to_owned() } else { format!("{scheme}://{rest}") }
}

/// Returns the endpoints of a source: those of its connection, and a registry that would receive a
/// stored login over plain HTTP.
pub fn source_endpoints(source: &ImageSource) -> Vec<String> {
    match source {
        ImageSource::Ecr { connection } => connection_endpoints(connection),
        ImageSource::Registry { host, plain_http: true } => {
            let loopback = RegistryHost::parse(host.trim()).is_ok_and(|host| host.is_loopback());
            if loopback {
                Vec::new()
            } else {
                vec![format!("source http://{host} (not encrypted)")]
            }
        }
        _ => Vec::new(),
    }
}

fn not_allowed(endpoints: &[String]) -> ApiError {
    let endpoints = endpoints.join(", ");
    let message = format!(
        "The plan file contains endpoints that would receive requests and credentials: {endpoints}."
    );
    ApiError::new(ErrorCode::EndpointsNotAllowed, message)
        .about(endpoints)
        .hint("On the command line, run the plan with --allow-endpoints.")
        .hint("Or set the same endpoints in the AWS profile. Then the option isn't required.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ecr: Option<&str>, registry: Option<&str>) -> AwsConnection {
        AwsConnection::Profile {
            profile: "prod".to_owned(),
            region: None,
            ecr_endpoint: ecr.map(str::to_owned),
            registry_endpoint: registry.map(str::to_owned),
        }
    }

    fn machine(ecr: Option<&str>) -> AwsConnection {
        let ecr_endpoint = ecr.map(str::to_owned);
        AwsConnection::Machine { region: None, ecr_endpoint, registry_endpoint: None }
    }

    fn registry(host: &str, plain_http: bool) -> ImageSource {
        ImageSource::Registry { host: host.to_owned(), plain_http }
    }

    #[test]
    fn every_endpoint_that_would_get_credentials_is_named_and_its_login_is_not_shown() {
        let own = "https://ecr.example";
        for (connection, named) in [
            (at(None, None), vec![]),
            (at(Some(""), Some(" ")), vec![]),
            (at(Some(own), None), vec!["ECR API https://ecr.example"]),
            (
                at(Some(own), Some("registry.lan")),
                vec!["ECR API https://ecr.example", "registry registry.lan"],
            ),
            (at(None, Some("https://ada:hunter2@r.example")), vec!["registry https://r.example"]),
            (at(None, Some("ada:hunter2@r.example")), vec!["registry r.example"]),
            (AwsConnection::Practice, vec![]),
            (machine(None), vec![]),
            (machine(Some("http://ada:hunter2@evil.example")), vec!["ECR API http://evil.example"]),
        ] {
            assert_eq!(connection_endpoints(&connection), named);
            assert_eq!(source_endpoints(&ImageSource::Ecr { connection }), named);
        }
        for (source, named) in [
            (registry("quay.io", false), vec![]),
            (registry("127.0.0.1:5000", true), vec![]),
            (registry("quay.io", true), vec!["source http://quay.io (not encrypted)"]),
            (ImageSource::DockerEngine, vec![]),
        ] {
            assert_eq!(source_endpoints(&source), named);
        }
    }

    #[tokio::test]
    async fn no_request_is_sent_to_an_endpoint_that_only_a_file_names() {
        let folder = tempfile::tempdir().unwrap();
        let mut options = crate::ApiOptions::from_process(folder.path().to_owned());
        options.aws = transload_aws::AwsEnvironment::from_variables([
            ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "key-of-nobody"),
            ("AWS_REGION", "eu-west-1"),
            ("AWS_CONFIG_FILE", "/nonexistent"),
            ("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent"),
        ]);
        let api = Api::new(options);
        for source in [registry("quay.io", true)] {
            let refused = api.allowed_source(&source, false).await.unwrap_err();
            assert_eq!(refused.code, ErrorCode::EndpointsNotAllowed);
            assert_eq!(api.allowed_source(&source, true).await.unwrap(), source);
        }
        let named = at(Some("http://127.0.0.1:1"), None);
        assert_eq!(api.allowed_connection(&named, true).await.unwrap(), named);
        let none = at(None, None);
        assert_eq!(api.allowed_connection(&none, false).await.unwrap(), none);
    }
}
