//! Where the calls of a session go.

use aws_config::profile::ProfileSet;
use aws_runtime::env_config::EnvConfigValue;
use url::Url;

use super::AwsEnvironment;

/// An endpoint in the AWS configuration that is no URL.
#[derive(Debug, thiserror::Error)]
#[error("the endpoint {text:?} for {service} is not a URL with http or https")]
pub(super) struct InvalidEndpoint {
    service: &'static str,
    text: String,
}

/// The endpoint that the AWS configuration names for a service (`ECR`, `STS`), by the SDK's own
/// order: the variable of the service, `AWS_ENDPOINT_URL`, the profile's `services` section, the
/// profile's `endpoint_url`.
pub(super) fn configured(
    environment: &AwsEnvironment,
    profiles: &ProfileSet,
    service: &'static str,
) -> Result<Option<Url>, InvalidEndpoint> {
    let environment = environment.sdk();
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
            Url::parse(&text)
                .ok()
                .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
                .ok_or_else(|| InvalidEndpoint { service, text: text.into_owned() })
        })
        .transpose()
}

/// An endpoint as the SDK takes it.
pub(super) fn endpoint_text(url: &Url) -> String {
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
        let of = |service| configured(&environment, &ProfileSet::default(), service).unwrap();
        assert_eq!(of("ECR").unwrap().port(), Some(2));
        assert_eq!(of("STS").unwrap().port(), Some(1));
    }

    #[test]
    fn configured_endpoints_can_be_ignored() {
        let environment = environment(&[
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
            ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"),
        ]);
        assert_eq!(configured(&environment, &ProfileSet::default(), "ECR").unwrap(), None);
    }

    #[test]
    fn an_endpoint_that_is_no_url_is_said() {
        for text in ["127.0.0.1:4566", "ftp://host", "ecr"] {
            let environment = AwsEnvironment::from_variables([("AWS_ENDPOINT_URL_ECR", text)]);
            let error = configured(&environment, &ProfileSet::default(), "ECR").unwrap_err();
            assert!(error.to_string().contains(text), "{error}");
        }
    }
}
