//! Errors of AWS credentials and of the ECR API.

use anyhow::Result;
use transload_contract::AwsConnection;
use transload_errors::{ApiError, ErrorCode};
use transload_practice::{FaultAction, FaultRule};
use transload_tests::aws_cli::REGION;
use transload_tests::aws_home::AwsHome;
use transload_tests::ecr::{Ecr, PROFILE, SECRET_KEY};
use transload_tests::faults::{Fault, FaultProxy, Rule};
use transload_tests::headless_app::{HeadlessApp, registry_source, request};
use transload_tests::images::{Recipe, TestRepository};
use transload_tests::process::CLOSED_PORT;
use transload_tests::secrets::SecretSearch;
use transload_tests::servers::TestRegistry;

use crate::refusals::{checked, refusal};

const KEY: (&str, &str) = ("AKIAIOSFODNN7EXAMPLE", SECRET_KEY);

/// Returns the error for the identity of a profile.
async fn identity_refusal(home: AwsHome, name: &str) -> Result<ApiError> {
    let app = HeadlessApp::new(home, None)?;
    let error = app.api.aws_identity(AwsConnection::profile(name)).await;
    let error = checked(error.expect_err("nothing is refused"));
    app.record_response(&format!("{error:?}"));
    app.check_no_secrets(&SecretSearch::new())?;
    Ok(error)
}

#[tokio::test]
async fn a_profile_that_does_not_exist() -> Result<()> {
    let home = AwsHome::new()?.profile_with_key(PROFILE, KEY, &[("region", REGION)])?;
    let error = identity_refusal(home, "nobody").await?;
    assert_eq!(error.code, ErrorCode::ProfileMissing);
    assert_eq!(error.subject.as_deref(), Some("nobody"));
    Ok(())
}

#[tokio::test]
async fn a_profile_without_a_region() -> Result<()> {
    let endpoint = format!("http://127.0.0.1:{CLOSED_PORT}");
    let settings = [("endpoint_url", endpoint.as_str())];
    let home = AwsHome::new()?.profile_with_key(PROFILE, KEY, &settings)?;
    assert_eq!(identity_refusal(home, PROFILE).await?.code, ErrorCode::RegionMissing);
    Ok(())
}

#[tokio::test]
async fn a_profile_without_credentials() -> Result<()> {
    let home = AwsHome::new()?.profile(PROFILE, &[("region", REGION)])?;
    assert_eq!(identity_refusal(home, PROFILE).await?.code, ErrorCode::CredentialsMissing);
    Ok(())
}

#[tokio::test]
async fn an_endpoint_that_does_not_respond() -> Result<()> {
    let endpoint = format!("http://127.0.0.1:{CLOSED_PORT}");
    let settings = [("region", REGION), ("endpoint_url", endpoint.as_str())];
    let home = AwsHome::new()?.profile_with_key(PROFILE, KEY, &settings)?;
    let error = identity_refusal(home, PROFILE).await?;
    assert_eq!(error.code, ErrorCode::EndpointUnreachable);
    assert!(error.retryable);
    Ok(())
}

/// Errors of STS, and the expected code.
const STS_REFUSALS: [(&str, &str, ErrorCode); 5] = [
    (
        "InvalidClientTokenId",
        "The security token included in the request is invalid.",
        ErrorCode::CredentialsInvalid,
    ),
    (
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided.",
        ErrorCode::CredentialsInvalid,
    ),
    (
        "ExpiredToken",
        "The security token included in the request is expired",
        ErrorCode::CredentialsExpired,
    ),
    (
        "AccessDenied",
        "User: arn:aws:iam::123456789012:user/me is not authorized to perform: sts:GetCallerIdentity",
        ErrorCode::AccessDenied,
    ),
    ("Throttling", "Rate exceeded", ErrorCode::Throttled),
];

#[tokio::test]
async fn wrong_expired_or_denied_keys() -> Result<()> {
    let upstream = format!("http://127.0.0.1:{CLOSED_PORT}");
    for (code, message, expected) in STS_REFUSALS {
        let status = if code == "Throttling" { 400 } else { 403 };
        let fault = Fault::sts_error(status, code, message);
        let proxy = FaultProxy::start(&upstream, [Rule::new("POST", "^/", fault)?]).await?;
        let url = proxy.url();
        let settings = [("region", REGION), ("endpoint_url", url.as_str())];
        let home = AwsHome::new()?.profile_with_key(PROFILE, KEY, &settings)?;
        let error = identity_refusal(home, PROFILE).await?;
        assert_eq!(error.code, expected, "{code}: {error:?}");
    }
    Ok(())
}

/// Practice mode refuses the identity as STS does, so that the user reads what is missing.
#[tokio::test]
async fn practice_mode_refuses_the_identity_as_sts_does() -> Result<()> {
    let throttle = FaultAction::Throttle { retry_after_seconds: None };
    for (action, expected) in [
        (FaultAction::AccessDenied, ErrorCode::AccessDenied),
        (FaultAction::ExpiredCredentials, ErrorCode::CredentialsExpired),
        (throttle, ErrorCode::Throttled),
    ] {
        let ecr = Ecr::practice().await?;
        ecr.faults()?.add(FaultRule::operation(action, "GetCallerIdentity"));
        let error = identity_refusal(ecr.home()?, PROFILE).await?;
        assert_eq!(error.code, expected, "{error:?}");
        if expected == ErrorCode::AccessDenied {
            assert_eq!(error.subject.as_deref(), Some("sts:GetCallerIdentity"));
        }
    }
    Ok(())
}

/// Operations of ECR, their errors, and the expected code.
const ECR_REFUSALS: [(&str, &str, ErrorCode); 6] = [
    ("GetAuthorizationToken", "AccessDeniedException", ErrorCode::AccessDenied),
    ("DescribeRepositories", "AccessDeniedException", ErrorCode::AccessDenied),
    ("CreateRepository", "AccessDeniedException", ErrorCode::AccessDenied),
    ("CreateRepository", "LimitExceededException", ErrorCode::QuotaExceeded),
    ("CreateRepository", "KmsException", ErrorCode::KmsRefused),
    ("DescribeRepositories", "ExpiredTokenException", ErrorCode::CredentialsExpired),
];

#[tokio::test]
async fn calls_that_ecr_rejects() -> Result<()> {
    let registry = TestRegistry::start().await?;
    TestRepository::new(&registry.url(), "app")?.push(&Recipe::small(41).build()?, "1").await?;
    for (operation, code, expected) in ECR_REFUSALS {
        let ecr = Ecr::practice().await?;
        let message = format!("User: arn:aws:iam::1:user/me may not: ecr:{operation}");
        let fault = Fault::aws_error(400, code, &message);
        let proxy = FaultProxy::start(&ecr.api_url(), [Rule::ecr(operation, fault)?]).await?;
        let app = HeadlessApp::new(ecr.home()?, None)?;
        let AwsConnection::Profile { profile, region, .. } = ecr.connection() else {
            unreachable!("the connection of the stories is a profile")
        };
        let connection = AwsConnection::Profile {
            profile,
            region,
            ecr_endpoint: Some(proxy.url()),
            registry_endpoint: Some(format!("http://{}", ecr.registry_host())),
        };
        let source = registry_source(&registry.host());
        let migration_request = request(&connection, &source, &[("app", "1", "app")]);
        let error = refusal(&app, migration_request).await?;
        assert!(proxy.fault_count() > 0, "{operation} was not called");
        assert_eq!(error.code, expected, "{operation} {code}: {error:?}");
        if expected == ErrorCode::AccessDenied {
            assert_eq!(error.subject, Some(format!("ecr:{operation}")));
        }
    }
    Ok(())
}

#[tokio::test]
async fn an_invalid_repository_name_gets_a_suggestion() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let registry = TestRegistry::start().await?;
    let app = HeadlessApp::new(ecr.home()?, None)?;
    let source = registry_source(&registry.host());
    for (name, better) in [
        ("Tools/PgCli", Some("tools/pgcli")),
        ("a._b", Some("a.b")),
        ("-ab", Some("ab")),
        ("x", Some("x-image")),
    ] {
        let migration_request = request(&ecr.connection(), &source, &[("app", "1", name)]);
        let error = refusal(&app, migration_request).await?;
        assert_eq!(error.code, ErrorCode::RepositoryNameInvalid, "{name}");
        assert_eq!(error.subject.as_deref(), better, "{name}");
        assert!(error.message.contains(name), "{}", error.message);
    }
    Ok(())
}
