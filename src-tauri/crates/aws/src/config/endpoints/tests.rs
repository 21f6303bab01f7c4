//! Which variable or setting decides the endpoint of a service.

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
    let of = |service| configured_endpoint(&environment, &ProfileSet::default(), service).unwrap();
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
        let error = configured_endpoint(&environment, &ProfileSet::default(), "ECR").unwrap_err();
        assert!(error.to_string().contains(text), "{error}");
    }
}

#[test]
fn an_endpoint_with_a_password_is_rejected_and_not_shown() {
    for text in ["https://ada:hunter2@ecr.example", "http://hunter2@127.0.0.1:4566"] {
        let environment = AwsEnvironment::from_variables([("AWS_ENDPOINT_URL_ECR", text)]);
        let error = configured_endpoint(&environment, &ProfileSet::default(), "ECR").unwrap_err();
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
