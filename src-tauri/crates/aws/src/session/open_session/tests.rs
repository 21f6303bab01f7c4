//! Tests of opening a session, against a local STS and ECR.

use std::process::Command;

use url::Url;

use super::*;
use crate::ecr::api::EcrApi as _;
use crate::session::request::CallerIdentity;
use crate::testing::{CannedResponse, Home, LocalAws, identity_xml, profile_request};
use transload_model::AccountId;

const KEYS: &str = "aws_access_key_id = AKIACHOSEN\naws_secret_access_key = s3cr3t\n";

/// Starts an STS and an ECR without repositories.
async fn aws() -> LocalAws {
    LocalAws::start(|request| match request.operation.as_str() {
        "GetCallerIdentity" => identity_xml(),
        "AssumeRole" => CannedResponse::xml(
            "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
             <AssumeRoleResult><AssumedRoleUser><AssumedRoleId>AROA:x</AssumedRoleId>\
             <Arn>arn:aws:sts::123456789012:assumed-role/push/x</Arn></AssumedRoleUser>\
             <Credentials><AccessKeyId>ASIAASSUMED</AccessKeyId>\
             <SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>\
             <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult>\
             </AssumeRoleResponse>"
                .to_owned(),
        ),
        _ => CannedResponse::json(serde_json::json!({"repositories": []})),
    })
    .await
}

/// Runs the test again in a process of its own with these variables, because a process can't change its
/// environment safely. Returns false in that process, where the test itself continues.
fn run_in_subprocess(test: &str, variables: &[(&str, &str)]) -> bool {
    const MARK: &str = "TRANSLOAD_TEST_IN_ENVIRONMENT";
    if std::env::var_os(MARK).is_some() {
        return false;
    }
    let module = module_path!().split_once("::").unwrap().1;
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("{module}::{test}"), "--nocapture"])
        .env(MARK, "1")
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let reported = format!("{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && text.contains("1 passed"), "{reported}");
    true
}

#[tokio::test]
async fn keys_in_the_environment_do_not_override_the_chosen_profile() {
    let keys = [("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT"), ("AWS_SECRET_ACCESS_KEY", "s")];
    let test = "keys_in_the_environment_do_not_override_the_chosen_profile";
    if run_in_subprocess(test, &[keys[0], keys[1], ("AWS_PROFILE", "other")]) {
        return;
    }
    let aws = aws().await;
    let config = format!(
        "[profile chosen]\nregion = eu-west-1\nendpoint_url = {}\n{KEYS}[profile other]\n\
         aws_access_key_id = AKIAOTHER\naws_secret_access_key = s\n",
        aws.url
    );
    let home = Home::with(&config, "");
    assert!(AwsEnvironment::from_process().has_keys());
    assert_eq!(AwsEnvironment::from_process().profile(), Some("other"));
    let session = home.open("chosen").await.unwrap();
    session.identity().await.unwrap();
    session.ecr().repositories().await.unwrap();
    let ids: Vec<_> =
        aws.requests().into_iter().map(|request| request.access_key_id.unwrap()).collect();
    assert_eq!(ids, ["AKIACHOSEN", "AKIACHOSEN"]);
}

#[tokio::test]
async fn an_sso_token_that_has_expired_asks_for_a_sign_in() {
    let config = "[profile corp]\nregion = eu-west-1\nsso_session = corp\n\
                  sso_account_id = 123456789012\nsso_role_name = push\n\
                  [sso-session corp]\nsso_region = eu-west-1\n\
                  sso_start_url = https://corp.example/start\n";
    let home = Home::with(config, "");
    let cache = std::path::Path::new(home.path()).join(".aws/sso/cache");
    std::fs::create_dir_all(&cache).unwrap();
    let token = r#"{"accessToken": "secret-token", "expiresAt": "2020-01-01T00:00:00Z",
        "region": "eu-west-1", "startUrl": "https://corp.example/start"}"#;
    // The file name is the SHA-1 of the session name, `corp`.
    std::fs::write(cache.join("ee0bfd2552fbd840c02cc48b6e823320543c450f.json"), token).unwrap();
    let session = home.open("corp").await.unwrap();
    let error = session.identity().await.unwrap_err();
    let AwsError::SignInNeeded { profile, source: Some(source), .. } = &error else {
        panic!("{error:?}");
    };
    assert_eq!(profile, "corp");
    let words = crate::error_causes::full_message(source.as_ref());
    assert!(words.contains("not signed in to corp"), "{words}");
    assert!(!format!("{error:?}").contains("secret-token"));
}

#[tokio::test]
async fn the_identity_is_what_sts_says() {
    let aws = aws().await;
    let config = format!("[default]\nregion = eu-west-1\nendpoint_url = {}\n{KEYS}", aws.url);
    let session = Home::with(&config, "").open("default").await.unwrap();
    assert_eq!(
        session.identity().await.unwrap(),
        CallerIdentity {
            account: AccountId::parse("123456789012").unwrap(),
            arn: "arn:aws:iam::123456789012:user/ada".to_owned(),
            region: Region::parse("eu-west-1").unwrap(),
            expires_at_ms: None,
        }
    );
}

#[tokio::test]
async fn a_role_is_assumed_once_and_its_expiration_is_known() {
    let aws = aws().await;
    let config = format!(
        "[profile role]\nregion = eu-west-1\nservices = local\nsource_profile = keys\n\
         role_arn = arn:aws:iam::123456789012:role/push\n[profile keys]\n{KEYS}\
         [services local]\nsts =\n  endpoint_url = {0}\necr =\n  endpoint_url = {0}\n",
        aws.url
    );
    let session = Home::with(&config, "").open("role").await.unwrap();
    let identity = session.identity().await.unwrap();
    session.ecr().repositories().await.unwrap();
    assert_eq!(identity.expires_at_ms, Some(4_070_908_800_000));
    let requests: Vec<_> = aws
        .requests()
        .into_iter()
        .map(|request| (request.operation, request.access_key_id.unwrap()))
        .collect();
    let expected = [
        ("AssumeRole", "AKIACHOSEN"),
        ("GetCallerIdentity", "ASIAASSUMED"),
        ("DescribeRepositories", "ASIAASSUMED"),
    ];
    assert_eq!(requests, expected.map(|(operation, id)| (operation.to_owned(), id.to_owned())));
}

fn given_keys() -> SessionRequest {
    SessionRequest {
        credentials: SessionCredentials::Static {
            access_key_id: "AKIAGIVEN".to_owned(),
            secret_access_key: Secret::new("hunter2-key".to_owned()),
            session_token: Some(Secret::new("hunter2-token".to_owned())),
        },
        region: Some(Region::parse("eu-west-1").unwrap()),
        ecr_endpoint: None,
        sts_endpoint: None,
    }
}

#[tokio::test]
async fn static_keys_sign_and_are_never_printed() {
    let aws = aws().await;
    // Settings of the default profile don't apply to static keys.
    let config = format!("[default]\nregion = us-east-1\nuse_fips_endpoint = true\n{KEYS}");
    let home = Home::with(&config, "");
    let request = SessionRequest { ecr_endpoint: Some(aws.url.clone()), ..given_keys() };
    assert!(!format!("{request:?}").contains("hunter2"));
    let session = AwsSession::open(request, &home.environment()).await.unwrap();
    session.ecr().repositories().await.unwrap();
    assert_eq!(aws.requests()[0].access_key_id.as_deref(), Some("AKIAGIVEN"));
    let printed = format!("{session:?} {:?}", session.ecr());
    assert!(!printed.contains("hunter2") && !printed.contains("AKIAGIVEN"), "{printed}");
}

#[tokio::test]
async fn a_local_ecr_endpoint_serves_sts() {
    let aws = aws().await;
    let request = SessionRequest { ecr_endpoint: Some(aws.url.clone()), ..given_keys() };
    let session = AwsSession::open(request, &Home::with("", "").environment()).await.unwrap();
    session.identity().await.unwrap();
    assert_eq!(aws.requests()[0].operation, "GetCallerIdentity");
}

#[tokio::test]
async fn a_remote_ecr_endpoint_does_not_serve_sts() {
    let endpoint = Url::parse("https://vpce-1.api.ecr.eu-west-1.vpce.amazonaws.com").unwrap();
    let request = SessionRequest { ecr_endpoint: Some(endpoint), ..given_keys() };
    let session = AwsSession::open(request, &Home::with("", "").environment()).await.unwrap();
    assert_eq!(session.sts.endpoint(), None);
}

#[tokio::test]
async fn an_endpoint_of_the_request_wins_over_every_configured_one() {
    let (chosen, configured) = (aws().await, aws().await);
    let config = format!(
        "[default]\nregion = eu-west-1\nendpoint_url = {}\nuse_fips_endpoint = true\n{KEYS}",
        configured.url
    );
    let home = Home::with(&config, "");
    let environment = home.environment_with(&[("AWS_ENDPOINT_URL_ECR", configured.url.as_str())]);
    let request =
        SessionRequest { ecr_endpoint: Some(chosen.url.clone()), ..profile_request("default") };
    let session = AwsSession::open(request, &environment).await.unwrap();
    session.ecr().repositories().await.unwrap();
    session.identity().await.unwrap();
    assert_eq!(chosen.requests().len(), 1);
    // The profile sets an endpoint for STS, which an ECR endpoint doesn't replace.
    assert_eq!(configured.requests()[0].operation, "GetCallerIdentity");
}

#[tokio::test]
async fn endpoints_come_from_the_variables_and_the_services_section() {
    let (variable, section) = (aws().await, aws().await);
    let config = format!(
        "[default]\nregion = eu-west-1\nservices = local\n{KEYS}\
         [services local]\necr =\n  endpoint_url = {0}\nsts =\n  endpoint_url = {0}\n",
        section.url
    );
    let home = Home::with(&config, "");
    let environment = home.environment_with(&[("AWS_ENDPOINT_URL_STS", variable.url.as_str())]);
    let session = AwsSession::open(profile_request("default"), &environment).await.unwrap();
    session.identity().await.unwrap();
    session.ecr().repositories().await.unwrap();
    assert_eq!(variable.requests()[0].operation, "GetCallerIdentity");
    assert_eq!(section.requests()[0].operation, "DescribeRepositories");
}

#[tokio::test]
async fn the_region_is_the_request_s_then_the_profile_s_then_the_environment_s() {
    let home = Home::with(
        &format!("[profile with]\nregion = eu-west-1\n{KEYS}[profile without]\n{KEYS}"),
        "",
    );
    let environment = home.environment_with(&[("AWS_REGION", "us-east-1")]);
    let requested = Some(Region::parse("ap-south-1").unwrap());
    for (region, profile, expected) in [
        (requested, "with", "ap-south-1"),
        (None, "with", "eu-west-1"),
        (None, "without", "us-east-1"),
    ] {
        let request = SessionRequest { region, ..profile_request(profile) };
        let session = AwsSession::open(request, &environment).await.unwrap();
        assert_eq!(session.region().as_str(), expected);
    }
    let error = home.open("without").await.unwrap_err();
    assert!(matches!(error, AwsError::RegionMissing { profile } if profile == "without"));
}

#[tokio::test]
async fn a_missing_profile_names_the_files() {
    let home = Home::with("[default]\nregion = eu-west-1\n", "");
    match home.open("prod").await.unwrap_err() {
        AwsError::ProfileMissing { profile, files, ignored } => {
            assert_eq!(ignored, Vec::<String>::new());
            assert_eq!(profile, "prod");
            let paths = [home.config(), home.credentials()];
            assert_eq!(files, paths.map(|path| path.display().to_string()));
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_role_with_mfa_names_the_device() {
    let config = format!(
        "[profile outer]\nregion = eu-west-1\nrole_arn = arn:aws:iam::123456789012:role/o\n\
         source_profile = inner\n[profile inner]\nregion = eu-west-1\nrole_arn = arn:aws:iam::123456789012:role/i\n\
         source_profile = keys\nmfa_serial = arn:aws:iam::123456789012:mfa/ada\n\
         [profile keys]\n{KEYS}"
    );
    let home = Home::with(&config, "");
    for profile in ["outer", "inner"] {
        let error = home.open(profile).await.unwrap_err();
        assert!(
            matches!(&error, AwsError::MfaNeeded { profile: reported, serial }
                if reported == profile && serial == "arn:aws:iam::123456789012:mfa/ada"),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn an_invalid_profile_is_rejected_before_any_call() {
    let home = Home::with("[profile a]\nregion = x1\nrole_arn = r\n[profile b]\nregion = x1\n", "");
    let error = home.open("a").await.unwrap_err();
    assert!(
        matches!(&error, AwsError::ProfileInvalid { detail, .. } if detail.contains("source_profile")),
        "{error:?}"
    );
    let error = home.open("b").await.unwrap_err();
    let AwsError::CredentialsMissing { source: Some(source), .. } = error else {
        panic!("{error:?}");
    };
    // The line of the profile's header.
    assert!(source.to_string().ends_with("config:4)"), "{source}");
    let bad_region = Home::with(&format!("[default]\nregion = EU West\n{KEYS}"), "");
    let error = bad_region.open("default").await.unwrap_err();
    assert!(
        matches!(&error, AwsError::ProfileInvalid { detail, .. } if detail.contains("EU West"))
    );
}

#[tokio::test]
async fn an_unreadable_file_rejects_the_profiles_of_the_other_one() {
    let home = Home::with("no section\n", &format!("[default]\n{KEYS}"));
    let error = home.open("default").await.unwrap_err();
    assert!(
        matches!(&error, AwsError::ProfileInvalid { detail, .. } if detail.contains("line 1")),
        "{error:?}"
    );
}

/// As for a container that runs with another user's home folder. The AWS CLI ignores a file that it can't open.
#[tokio::test]
async fn credentials_of_the_environment_need_no_file_that_cannot_be_opened() {
    let keys: &[(&str, &str)] = &[("AWS_ACCESS_KEY_ID", "AKIAENV"), ("AWS_SECRET_ACCESS_KEY", "s")];
    let named: &[(&str, &str)] = &[("AWS_PROFILE", "default")];
    let web: &[(&str, &str)] =
        &[("AWS_WEB_IDENTITY_TOKEN_FILE", "/token"), ("AWS_ROLE_ARN", "arn:aws:iam::1:role/r")];
    // Whether the credentials file has the default profile, the variables, and the name of the caller or a part of the
    // error.
    for (has_default, variables, expected) in [
        (false, keys, Ok(ENVIRONMENT_LABEL)),
        (true, keys, Ok(ENVIRONMENT_LABEL)),
        (false, web, Ok("default")),
        (false, &[], Ok(MACHINE_LABEL)),
        (true, &[], Err("cannot be read")),
        (false, named, Err("cannot be read")),
    ] {
        let case = format!("{has_default} {variables:?}");
        let credentials = if has_default { format!("[default]\n{KEYS}") } else { String::new() };
        let home = Home::with("", &credentials);
        std::fs::create_dir(home.config()).unwrap();
        let request = SessionRequest {
            credentials: SessionCredentials::Machine,
            region: Some(Region::parse("eu-west-1").unwrap()),
            ecr_endpoint: None,
            sts_endpoint: None,
        };
        let opened = AwsSession::open(request, &home.environment_with(variables)).await;
        match (opened, expected) {
            (Ok(session), Ok(caller)) => assert_eq!(session.caller().profile, caller, "{case}"),
            (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{case}: {error}"),
            (opened, _) => panic!("{case}: {:?}", opened.map(|session| session.caller().clone())),
        }
    }
}

#[tokio::test]
async fn an_endpoint_that_is_not_a_url_rejects_the_profile() {
    let home = Home::with(&format!("[default]\nregion = eu-west-1\n{KEYS}"), "");
    let environment = home.environment_with(&[("AWS_ENDPOINT_URL_ECR", "127.0.0.1:4566")]);
    let error = AwsSession::open(profile_request("default"), &environment).await.unwrap_err();
    assert!(
        matches!(&error, AwsError::ProfileInvalid { detail, .. } if detail.contains("127.0.0.1:4566")),
        "{error:?}"
    );
}

#[tokio::test]
async fn an_identity_without_an_account_is_unusable() {
    let aws = LocalAws::start(|_| {
        CannedResponse::xml(
            "<GetCallerIdentityResponse><GetCallerIdentityResult></GetCallerIdentityResult>\
             </GetCallerIdentityResponse>"
                .to_owned(),
        )
    })
    .await;
    let request = SessionRequest { ecr_endpoint: Some(aws.url.clone()), ..given_keys() };
    let session = AwsSession::open(request, &Home::with("", "").environment()).await.unwrap();
    let error = session.identity().await.unwrap_err();
    assert!(error.to_string().contains("the account is missing"), "{error}");
}
