//! The endpoints of a session: hosts of ECR and its registry, and endpoints that the configuration
//! overrides.

use aws_config::profile::ProfileSet;
use aws_runtime::env_config::EnvConfigValue;
use aws_sdk_ecr::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};
use url::Url;

use crate::config::environment::AwsEnvironment;
use transload_model::{AccountId, Partition, Region};

/// Which of AWS's own endpoints a session uses, from `use_fips_endpoint` and `use_dualstack_endpoint`
/// of the profile or the environment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EndpointVariant {
    /// Endpoints whose cryptography is validated by FIPS 140.
    pub fips: bool,
    /// Endpoints that also answer over IPv6.
    pub dual_stack: bool,
}

/// Returns the host of an account's registry. In a partition without dual-stack names it is the default
/// host.
///
/// Source: Amazon ECR user guide, "Private registry" and "Making requests over dual-stack endpoints".
pub fn registry_host(account: &AccountId, region: &Region, variant: EndpointVariant) -> String {
    let partition = Partition::of_region(region);
    let fips = if variant.fips { "-fips" } else { "" };
    match partition.registry_dual_stack_suffix().filter(|_| variant.dual_stack) {
        Some(suffix) => format!("{account}.dkr-ecr{fips}.{region}.{suffix}"),
        None => format!("{account}.dkr.ecr{fips}.{region}.{}", partition.dns_suffix()),
    }
}

/// Returns the host of the ECR API by the SDK's endpoint rules, or `None` if they have no such
/// endpoint.
pub async fn api_host(region: &Region, variant: EndpointVariant) -> Option<String> {
    let params = Params::builder()
        .region(region.as_str())
        .use_fips(variant.fips)
        .use_dual_stack(variant.dual_stack)
        .build()
        .ok()?;
    let resolver = DefaultResolver::new();
    let endpoint = ResolveEndpoint::resolve_endpoint(&resolver, &params).await.ok()?;
    Url::parse(endpoint.url()).ok()?.host_str().map(str::to_owned)
}

/// An endpoint in the AWS configuration that can't be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InvalidEndpoint {
    #[error("the endpoint {text:?} for {service} is not a URL with http or https")]
    NotAUrl { service: &'static str, text: String },
    /// The endpoint contains a user name or a password, which is not shown.
    #[error("the endpoint for {service} must not contain a user name or a password")]
    UserInfo { service: &'static str },
}

/// Returns the endpoint that the AWS configuration sets for a service, by the SDK's order: the variable
/// of the service, `AWS_ENDPOINT_URL`, the profile's `services` section, the profile's `endpoint_url`.
///
/// `service` is written with underscores (`ECR`, `SSO_OIDC`), as in variables and files. The SDK itself
/// looks for a hyphen in files.
pub(crate) fn configured_endpoint(
    environment: &AwsEnvironment,
    profiles: &ProfileSet,
    service: &'static str,
) -> Result<Option<Url>, InvalidEndpoint> {
    let environment = environment.sdk_variables();
    let ignored = EnvConfigValue::new()
        .env("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
        .profile("ignore_configured_endpoint_urls")
        .load(&environment, Some(profiles))
        .is_some_and(|(value, _)| value.eq_ignore_ascii_case("true"));
    if ignored {
        return Ok(None);
    }
    EnvConfigValue::new()
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url")
        .service_id(service)
        .load(&environment, Some(profiles))
        .map(|(text, _)| {
            let url = Url::parse(&text).ok();
            let has_login = |url: &Url| !url.username().is_empty() || url.password().is_some();
            if url.as_ref().is_some_and(has_login) {
                return Err(InvalidEndpoint::UserInfo { service });
            }
            url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
                .ok_or_else(|| InvalidEndpoint::NotAUrl { service, text: text.into_owned() })
        })
        .transpose()
}

/// Returns an endpoint as the SDK expects it.
pub(crate) fn endpoint_text(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests;
