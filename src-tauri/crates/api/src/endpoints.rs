//! Where a connection leads, and why it leads nowhere.

use transload_aws::{
    AwsError, AwsSession, CallerIdentity, EndpointVariant, api_host, list_profiles, registry_host,
};
use transload_contract::{AwsConnection, AwsEndpoints};
use transload_errors::{ApiError, ErrorCode};
use transload_model::{Partition, Region, RegistryHost};
use transload_registry::RegistryEndpoint;
use url::Url;

use crate::api::Api;

/// The registry that belongs to an account. ECR always tells its usual name, so the FIPS or dual-stack
/// name is put in its place where the profile asks for it; what an emulator tells is left.
pub(crate) fn registry(
    told: &Url,
    caller: &CallerIdentity,
    session: &AwsSession,
) -> Result<RegistryEndpoint, ApiError> {
    let host = |variant| registry_host(&caller.account, &caller.region, variant);
    let is_usual = told.host_str() == Some(host(EndpointVariant::default()).as_str());
    let endpoint = if is_usual {
        RegistryEndpoint::parse(&host(variant(session)))
    } else if may_receive_token(told, session.ecr_endpoint()) {
        RegistryEndpoint::parse(told.as_str())
    } else {
        let host = told.host_str().unwrap_or_default();
        let message = format!(
            "The ECR API returned the registry address {}://{host}. Transload doesn't send the authorization token over an unencrypted connection.",
            told.scheme()
        );
        return Err(ApiError::new(ErrorCode::EndpointUnreachable, message)
            .about(host)
            .hint("Check the ECR endpoint, or enter the registry address."));
    };
    endpoint.map_err(|error| ApiError::invalid_input(&error))
}

/// Whether a registry that the ECR API names gets the authorization token: over TLS, or where an
/// emulator that is called in plain text names itself.
fn may_receive_token(told: &Url, ecr_endpoint: Option<&Url>) -> bool {
    let same_place = |ecr: &Url| {
        ecr.scheme() == "http"
            && (ecr.host() == told.host() || (is_loopback(ecr) && is_loopback(told)))
    };
    told.scheme() == "https" || ecr_endpoint.is_some_and(same_place)
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().and_then(|host| RegistryHost::parse(host).ok());
    host.is_some_and(|host| host.is_loopback())
}

/// The endpoint of the ECR API in place of the one of AWS. AWS's own address, written out in the
/// configuration, replaces nothing.
pub(crate) async fn replaced_ecr(session: &AwsSession) -> Option<Url> {
    let url = session.ecr_endpoint()?;
    let usual = api_host(session.region(), EndpointVariant::default()).await;
    let is_usual =
        url.scheme() == "https" && url.port().is_none() && url.host_str() == usual.as_deref();
    (!is_usual).then(|| url.clone())
}

/// The hosts of a connection, for whoever shows them.
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

/// An endpoint of one's own choosing stands in the place of every kind that AWS has.
fn variant(session: &AwsSession) -> EndpointVariant {
    match session.ecr_endpoint() {
        Some(_) => EndpointVariant::default(),
        None => session.endpoint_variant(),
    }
}

impl Api {
    /// Why a connection could not be opened, where its region or its kind of endpoint is the cause.
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
                let mut told = ApiError::from(&error);
                if let (true, Some(host)) =
                    (variant != EndpointVariant::default(), api_host(region, variant).await)
                {
                    let setting =
                        if variant.fips { "use_fips_endpoint" } else { "use_dualstack_endpoint" };
                    told.hints.insert(0, format!(
                        "{setting} is on, so Transload called {host}. Not every region has this endpoint. Choose another region, or turn off the setting in the profile or the environment."
                    ));
                }
                told
            }
            _ => error.into(),
        }
    }

    /// The region that the profile itself names.
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
        for (told, ecr, allowed) in [
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
            let told = Url::parse(told).unwrap();
            assert_eq!(may_receive_token(&told, ecr.as_ref()), allowed, "{told} of {ecr:?}");
        }
    }
}
