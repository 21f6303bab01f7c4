//! The endpoints of a connection, and why a connection couldn't be opened.

use url::Url;

use crate::api::Api;
use transload_aws::{
    AwsError, AwsSession, CallerIdentity, EndpointVariant, api_host, list_profiles, registry_host,
};
use transload_contract::{AwsConnection, AwsEndpoints};
use transload_errors::{ApiError, ErrorCode};
use transload_model::{Partition, Region, RegistryHost};
use transload_registry::RegistryEndpoint;

/// Returns the registry of an account. ECR always reports the default name, which is replaced by
/// the FIPS or dual-stack name if the profile requires it. The name of an emulator is kept.
pub(crate) fn registry(
    reported: &Url,
    caller: &CallerIdentity,
    session: &AwsSession,
) -> Result<RegistryEndpoint, ApiError> {
    let host = |variant| registry_host(&caller.account, &caller.region, variant);
    let is_usual = reported.host_str() == Some(host(EndpointVariant::default()).as_str());
    let endpoint = if is_usual {
        RegistryEndpoint::parse(&host(variant(session)))
    } else if may_receive_token(reported, session.ecr_endpoint()) {
        RegistryEndpoint::parse(reported.as_str())
    } else {
        let host = reported.host_str().unwrap_or_default();
        let message = format!(
            "The ECR API returned the registry address {}://{host}. Transload doesn't send the authorization token over an unencrypted connection.",
            reported.scheme()
        );
        return Err(ApiError::new(ErrorCode::EndpointUnreachable, message)
            .about(host)
            .hint("Check the ECR endpoint, or enter the registry address."));
    };
    endpoint.map_err(|error| ApiError::invalid_input(&error))
}

/// Whether a registry that the ECR API reported may receive the authorization token: over TLS, or
/// if it is an emulator that is itself called over plain HTTP.
fn may_receive_token(reported: &Url, ecr_endpoint: Option<&Url>) -> bool {
    let same_place = |ecr: &Url| {
        ecr.scheme() == "http"
            && (ecr.host() == reported.host() || (is_loopback(ecr) && is_loopback(reported)))
    };
    reported.scheme() == "https" || ecr_endpoint.is_some_and(same_place)
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().and_then(|host| RegistryHost::parse(host).ok());
    host.is_some_and(|host| host.is_loopback())
}

/// Returns the endpoint of the ECR API that replaces the one of AWS. An endpoint of AWS that the
/// configuration contains replaces nothing.
pub(crate) async fn replaced_ecr(session: &AwsSession) -> Option<Url> {
    let url = session.ecr_endpoint()?;
    let usual = api_host(session.region(), EndpointVariant::default()).await;
    let is_usual =
        url.scheme() == "https" && url.port().is_none() && url.host_str() == usual.as_deref();
    (!is_usual).then(|| url.clone())
}

/// Returns the endpoints of a connection, to show them.
pub(crate) async fn of(session: &AwsSession, registry: &RegistryEndpoint) -> AwsEndpoints {
    let EndpointVariant { fips, dual_stack } = variant(session);
    let api = match session.ecr_endpoint() {
        Some(own) => own.host_str().map(|host| match own.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }),
        None => api_host(session.region(), variant(session)).await,
    };
    AwsEndpoints { api, registry: Some(registry.host.to_string()), fips, dual_stack }
}

/// A custom endpoint replaces every variant of AWS.
fn variant(session: &AwsSession) -> EndpointVariant {
    match session.ecr_endpoint() {
        Some(_) => EndpointVariant::default(),
        None => session.endpoint_variant(),
    }
}

impl Api {
    /// Explains why a connection couldn't be opened, if the cause is its region or its endpoint
    /// variant.
    pub(crate) async fn explained(
        &self,
        error: AwsError,
        session: &AwsSession,
        connection: &AwsConnection,
    ) -> ApiError {
        let region = session.region();
        match &error {
            AwsError::CredentialsInvalid { .. } => match self.own_region(connection).await {
                Some(own) if Partition::of_region(&own) != Partition::of_region(region) => {
                    elsewhere(region, &own).caused_by(&error)
                }
                _ => error.into(),
            },
            AwsError::EndpointUnreachable { .. } => {
                let variant = variant(session);
                let mut reported = ApiError::from(&error);
                if let (true, Some(host)) =
                    (variant != EndpointVariant::default(), api_host(region, variant).await)
                {
                    let setting =
                        if variant.fips { "use_fips_endpoint" } else { "use_dualstack_endpoint" };
                    reported.hints.insert(0, format!(
                        "{setting} is on, so Transload called {host}. Not every region has this endpoint. Choose another region, or turn off the setting in the profile or the environment."
                    ));
                }
                reported
            }
            _ => error.into(),
        }
    }

    /// Returns the region of the profile.
    async fn own_region(&self, connection: &AwsConnection) -> Option<Region> {
        let AwsConnection::Profile { profile, .. } = connection else { return None };
        let known = list_profiles(&self.aws_environment()).await.profiles;
        known.into_iter().find(|known| known.name == *profile)?.region
    }
}

fn elsewhere(region: &Region, own: &Region) -> ApiError {
    let (there, here) = (Partition::of_region(region), Partition::of_region(own));
    let message = format!(
        "The region {region} is in the AWS partition {there}, but the profile belongs to the partition {here}."
    );
    ApiError::new(ErrorCode::RegionElsewhere, message)
        .about(region.as_str())
        .hint(format!("Choose a region in {here}, for example the region of the profile, {own}."))
        .hint(format!("Or choose a profile of an account in {there}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authorization_token_goes_over_tls_or_to_the_emulator_that_issued_it() {
        for (reported, ecr, allowed) in [
            ("https://111122223333.dkr.ecr.eu-west-1.amazonaws.com", None, true),
            ("http://111122223333.dkr.ecr.eu-west-1.amazonaws.com", None, false),
            ("http://evil.example", Some("https://ecr.example"), false),
            ("http://evil.example", Some("http://ecr.example"), false),
            ("http://ecr.example:5000", Some("http://ecr.example"), true),
            ("http://127.0.0.1:5000", Some("http://localhost:4566"), true),
            ("http://127.0.0.1:5000", Some("http://ecr.example"), false),
            ("https://registry.example", Some("http://ecr.example"), true),
        ] {
            let ecr = ecr.map(|url| Url::parse(url).unwrap());
            let reported = Url::parse(reported).unwrap();
            assert_eq!(
                may_receive_token(&reported, ecr.as_ref()),
                allowed,
                "{reported} of {ecr:?}"
            );
        }
    }
}
