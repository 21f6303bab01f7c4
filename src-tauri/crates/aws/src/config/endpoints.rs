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
mod tests {
    use super::*;

    fn environment(variables: &[(&'static str, &'static str)]) -> AwsEnvironment {
        AwsEnvironment::from_variables(variables.to_vec())
    }

    #[test]
    fn the_variable_of_the_service_wins_over_the_general_one() {
        let environment = environment(&[
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
            ("AWS_ENDPOINT_URL_ECR", "http://127.0.0.1:2"),
        ]);
        let of =
            |service| configured_endpoint(&environment, &ProfileSet::default(), service).unwrap();
        assert_eq!(of("ECR").unwrap().port(), Some(2));
        assert_eq!(of("STS").unwrap().port(), Some(1));
    }

    #[test]
    fn configured_endpoints_can_be_ignored() {
        let environment = environment(&[
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
            ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"),
        ]);
        assert_eq!(configured_endpoint(&environment, &ProfileSet::default(), "ECR").unwrap(), None);
    }

    #[test]
    fn an_endpoint_that_is_not_a_url_is_reported() {
        for text in ["127.0.0.1:4566", "ftp://host", "ecr"] {
            let environment = AwsEnvironment::from_variables([("AWS_ENDPOINT_URL_ECR", text)]);
            let error =
                configured_endpoint(&environment, &ProfileSet::default(), "ECR").unwrap_err();
            assert!(error.to_string().contains(text), "{error}");
        }
    }

    #[test]
    fn an_endpoint_with_a_password_is_rejected_and_not_shown() {
        for text in ["https://ada:hunter2@ecr.example", "http://hunter2@127.0.0.1:4566"] {
            let environment = AwsEnvironment::from_variables([("AWS_ENDPOINT_URL_ECR", text)]);
            let error =
                configured_endpoint(&environment, &ProfileSet::default(), "ECR").unwrap_err();
            assert!(matches!(error, InvalidEndpoint::UserInfo { .. }), "{error:?}");
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
        }
    }

    #[tokio::test]
    async fn hosts_depend_on_partition_and_variant() {
        let account = AccountId::parse("111122223333").unwrap();
        let kind = |fips, dual_stack| EndpointVariant { fips, dual_stack };
        for (region, variant, registry, api) in [
            (
                "eu-west-1",
                kind(false, false),
                "111122223333.dkr.ecr.eu-west-1.amazonaws.com",
                "api.ecr.eu-west-1.amazonaws.com",
            ),
            (
                "us-gov-west-1",
                kind(true, false),
                "111122223333.dkr.ecr-fips.us-gov-west-1.amazonaws.com",
                "api.ecr-fips.us-gov-west-1.amazonaws.com",
            ),
            (
                "us-east-1",
                kind(false, true),
                "111122223333.dkr-ecr.us-east-1.on.aws",
                "ecr.us-east-1.api.aws",
            ),
            (
                "us-east-1",
                kind(true, true),
                "111122223333.dkr-ecr-fips.us-east-1.on.aws",
                "ecr-fips.us-east-1.api.aws",
            ),
            (
                "cn-north-1",
                kind(false, true),
                "111122223333.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn",
                "ecr.cn-north-1.api.amazonwebservices.com.cn",
            ),
            (
                "eusc-de-east-1",
                kind(false, false),
                "111122223333.dkr.ecr.eusc-de-east-1.amazonaws.eu",
                "api.ecr.eusc-de-east-1.amazonaws.eu",
            ),
            (
                "us-iso-east-1",
                kind(false, true),
                "111122223333.dkr.ecr.us-iso-east-1.c2s.ic.gov",
                "ecr.us-iso-east-1.api.aws.ic.gov",
            ),
        ] {
            let region = Region::parse(region).unwrap();
            assert_eq!(registry_host(&account, &region, variant), registry);
            assert_eq!(api_host(&region, variant).await.as_deref(), Some(api));
        }
    }
}
