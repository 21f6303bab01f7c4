//! Tests of the conversion of SDK errors, with real responses of a local server.

use super::*;
use crate::ecr::api::EcrApi as _;
use crate::session::aws_session::AwsSession;
use crate::session::request::{SessionCredentials, SessionRequest};
use crate::testing::{CannedResponse, Home, LocalAws, identity_xml, profile_request, session_at};
use transload_model::RepositorySettings;

fn name() -> RepositoryName {
    RepositoryName::parse("pgcli").unwrap()
}

/// Returns the error of CreateRepository for a response.
async fn create(answer: CannedResponse) -> AwsError {
    let aws = LocalAws::start(move |_| answer.clone()).await;
    let ecr = session_at(&aws).await.ecr();
    ecr.create_repository(&name(), &RepositorySettings::default()).await.unwrap_err()
}

#[tokio::test]
async fn access_denied_names_the_action_and_keeps_the_message_of_aws() {
    for code in ["AccessDeniedException", "AccessDenied"] {
        match create(CannedResponse::error(400, code, "user/ada may not")).await {
            AwsError::AccessDenied { action, message } => {
                assert_eq!(action, "ecr:CreateRepository");
                assert_eq!(message, "user/ada may not");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn rejected_keys_are_recognized_by_code() {
    for code in [
        "UnrecognizedClientException",
        "InvalidClientTokenId",
        "SignatureDoesNotMatch",
        "InvalidSignatureException",
    ] {
        match create(CannedResponse::error(403, code, "no")).await {
            AwsError::CredentialsInvalid { code: actual, .. } => assert_eq!(actual, code),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn an_expired_token_is_an_expired_session() {
    for code in ["ExpiredToken", "ExpiredTokenException"] {
        let error = create(CannedResponse::error(400, code, "it is expired")).await;
        assert!(
            matches!(&error, AwsError::CredentialsExpired { message } if message == "it is expired"),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn throttling_is_recognized() {
    for answer in [
        CannedResponse::error(400, "ThrottlingException", "Rate exceeded"),
        CannedResponse::error(400, "Throttling", "Rate exceeded"),
        CannedResponse::error(400, "TooManyRequestsException", "Rate exceeded"),
        CannedResponse::of(429, "text/html", "<h1>slow down</h1>"),
    ] {
        let error = create(answer).await;
        assert!(
            matches!(&error, AwsError::Throttled { action } if action == "ecr:CreateRepository"),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn errors_about_a_repository_name_it() {
    let error =
        create(CannedResponse::error(400, "RepositoryAlreadyExistsException", "there")).await;
    assert!(matches!(&error, AwsError::RepositoryExists { name: actual } if *actual == name()));
    let error =
        create(CannedResponse::error(400, "RepositoryNotFoundException", "not there")).await;
    assert!(matches!(&error, AwsError::RepositoryMissing { name: actual } if *actual == name()));
    let error = create(CannedResponse::error(400, "LimitExceededException", "10000 at most")).await;
    assert!(matches!(&error, AwsError::QuotaExceeded { message } if message == "10000 at most"));
    let error = create(CannedResponse::error(400, "KmsException", "key disabled")).await;
    assert!(matches!(&error, AwsError::KmsRefused { message } if message == "key disabled"));
}

#[tokio::test]
async fn any_other_error_keeps_code_message_and_request_id() {
    for (status, code) in [(400, "InvalidParameterException"), (500, "ServerException")] {
        match create(CannedResponse::error(status, code, "words")).await {
            AwsError::Refused { action, code: actual, message, request_id } => {
                assert_eq!(
                    (action.as_str(), actual.as_str(), message.as_str(), request_id.as_deref()),
                    ("ecr:CreateRepository", code, "words", Some("request-1"))
                );
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_response_that_is_not_from_aws_is_unusable() {
    for status in [200, 404, 502] {
        let error = create(CannedResponse::of(status, "text/html", "<html>a proxy</html>")).await;
        assert!(
            matches!(&error, AwsError::AnswerUnusable { action, .. } if action == "ecr:CreateRepository"),
            "{status} {error:?}"
        );
        if status == 502 {
            assert!(error.to_string().contains("HTTP 502 with text/html"), "{error}");
        }
    }
}

/// Returns an address on this computer where nothing listens.
fn closed_port() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[tokio::test]
async fn a_closed_port_is_an_unreachable_endpoint() {
    let config = format!(
        "[default]\nregion = eu-west-1\nmax_attempts = 1\nendpoint_url = {}\n\
         aws_access_key_id = AKIATEST\naws_secret_access_key = s\n",
        closed_port()
    );
    let session = Home::with(&config, "").open("default").await.unwrap();
    let error = session.ecr().repositories().await.unwrap_err();
    assert!(
        matches!(&error, AwsError::EndpointUnreachable { action, .. } if action == "ecr:DescribeRepositories"),
        "{error:?}"
    );
    let error = session.identity().await.unwrap_err();
    assert!(
        matches!(&error, AwsError::EndpointUnreachable { action, .. } if action == "sts:GetCallerIdentity"),
        "{error:?}"
    );
}

fn role(sts: &str) -> String {
    // The role is assumed at the STS of the profile's `services` section.
    format!(
        "[profile role]\nregion = eu-west-1\nmax_attempts = 1\nservices = local\n\
         role_arn = arn:aws:iam::123456789012:role/push\nsource_profile = keys\n\
         [profile keys]\naws_access_key_id = AKIATEST\naws_secret_access_key = s\n\
         [services local]\nsts =\n  endpoint_url = {sts}\necr =\n  endpoint_url = {sts}\n"
    )
}

#[tokio::test]
async fn a_denied_role_names_the_action() {
    for (code, expired) in [("AccessDenied", false), ("ExpiredToken", true)] {
        let aws =
            LocalAws::start(move |_| CannedResponse::xml_error(403, code, "not this role")).await;
        let session = Home::with(&role(aws.url.as_str()), "").open("role").await.unwrap();
        match session.ecr().repositories().await.unwrap_err() {
            AwsError::AccessDenied { action, message } if !expired => {
                assert_eq!(
                    (action.as_str(), message.as_str()),
                    (
                        "sts:AssumeRole",
                        "the role arn:aws:iam::123456789012:role/push of the profile \"role\": not this role"
                    )
                );
            }
            AwsError::CredentialsExpired { message } if expired => {
                assert_eq!(message, "not this role");
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(aws.requests()[0].operation, "AssumeRole");
    }
}

#[tokio::test]
async fn an_sts_that_does_not_answer_is_unreachable() {
    let session = Home::with(&role(&closed_port()), "").open("role").await.unwrap();
    let error = session.ecr().repositories().await.unwrap_err();
    assert!(
        matches!(&error, AwsError::EndpointUnreachable { action, .. } if action == "sts:AssumeRole"),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_failed_program_is_reported_with_its_error_output() {
    // Like the AWS CLI, we start the program without a shell.
    let config = "[profile tool]\nregion = eu-west-1\n\
                  credential_process = sh -c 'echo out of luck >&2; exit 3'\n";
    let session = Home::with(config, "").open("tool").await.unwrap();
    match session.ecr().repositories().await.unwrap_err() {
        AwsError::ProcessFailed { profile, detail } => {
            assert_eq!(profile, "tool");
            assert_eq!(detail, "ended with exit status: 3: out of luck");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn expired_credentials_are_not_used() {
    let aws = LocalAws::start(|_| identity_xml()).await;
    let printed = r#"{"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "s", "Expiration": "2020-01-02T03:04:05+0000"}"#;
    let config = format!(
        "[profile tool]\nregion = eu-west-1\nendpoint_url = {}\n\
         credential_process = echo '{printed}'\n",
        aws.url
    );
    let home = Home::with(&config, "");
    let keys = [
        ("AWS_ACCESS_KEY_ID", "AKIA"),
        ("AWS_SECRET_ACCESS_KEY", "s"),
        ("AWS_CREDENTIAL_EXPIRATION", "2020-01-02T03:04:05Z"),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ENDPOINT_URL", aws.url.as_str()),
    ];
    let default_credentials =
        SessionRequest { credentials: SessionCredentials::Machine, ..profile_request("") };
    let sessions = [
        home.open("tool").await.unwrap(),
        AwsSession::open(default_credentials, &home.environment_with(&keys)).await.unwrap(),
    ];
    for session in sessions {
        match session.identity().await.unwrap_err() {
            AwsError::CredentialsExpired { message } => {
                assert!(message.contains("2020-01-02"), "{message}");
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(aws.requests().is_empty(), "a call was signed with them");
}

#[tokio::test]
async fn an_endless_response_is_not_read_into_memory() {
    let endless = "x".repeat(17 << 20);
    let aws = LocalAws::start(move |_| CannedResponse::xml(endless.clone())).await;
    let error = session_at(&aws).await.identity().await.unwrap_err();
    assert!(
        matches!(&error, AwsError::AnswerUnusable { detail, .. } if detail.contains("more than 16777216 bytes")),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_profile_without_an_sso_session_needs_a_sign_in() {
    let config = "[profile corp]\nregion = eu-west-1\nsso_session = nowhere-signed-in-yet\n\
                  sso_account_id = 123456789012\nsso_role_name = push\n\
                  [profile legacy]\nregion = eu-west-1\nsso_account_id = 123456789012\n\
                  sso_role_name = push\nsso_region = eu-west-1\n\
                  sso_start_url = https://nowhere-signed-in-yet.example/start\n\
                  [profile login]\nregion = eu-west-1\n\
                  login_session = arn:aws:iam::123456789012:user/nowhere-signed-in-yet\n\
                  [sso-session nowhere-signed-in-yet]\nsso_region = eu-west-1\n\
                  sso_start_url = https://nowhere-signed-in-yet.example/start\n";
    let home = Home::with(config, "");
    for profile in ["corp", "legacy", "login"] {
        let session = home.open(profile).await.unwrap();
        let error = session.identity().await.unwrap_err();
        assert!(
            matches!(&error, AwsError::SignInNeeded { profile: actual, source: Some(_), kind }
                if actual == profile && (*kind == ProfileKind::Login) == (profile == "login")),
            "{profile} {error:?}"
        );
    }
}

#[test]
fn a_full_message_has_each_cause_once_in_one_line() {
    #[derive(Debug, thiserror::Error)]
    #[error("outer\n  words")]
    struct Outer(#[source] Middle);
    #[derive(Debug, thiserror::Error)]
    #[error("inner")]
    struct Middle(#[source] Inner);
    #[derive(Debug, thiserror::Error)]
    #[error("inner")]
    struct Inner;
    assert_eq!(full_message(&Outer(Middle(Inner))), "outer words: inner");
}
