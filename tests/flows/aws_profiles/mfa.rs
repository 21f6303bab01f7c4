//! Codes of MFA devices.

use std::time::Duration;

use anyhow::Result;
use transload_contract::{AwsConnection, MigrationOutcome};
use transload_errors::ErrorCode;
use transload_tests::aws::{MFA_CODE, Role, Sts, check_shapes};
use transload_tests::aws_cli::REGION;
use transload_tests::aws_home::AwsHome;
use transload_tests::ecr::Ecr;
use transload_tests::headless_app::{HeadlessApp, api_error, registry_source, request};
use transload_tests::images::{Recipe, TestRepository};
use transload_tests::secrets::SecretSearch;
use transload_tests::servers::TestRegistry;
use transload_tests::wait::wait_until;

use crate::aws_profiles::{KEY, token_only};

const SERIAL: &str = "arn:aws:iam::123456789012:mfa/ada";

/// A home folder with a profile `mfa` whose role requires a code.
fn home(sts: &Sts, ecr: &str, role: &Role, more: &str) -> Result<AwsHome> {
    AwsHome::new()?.profile_with_key("base", KEY, &[])?.config_text(&format!(
        "[profile mfa]\nregion = {REGION}\nrole_arn = {}\nsource_profile = base\n\
         mfa_serial = {SERIAL}\nservices = here\n{more}\n\
         [services here]\nsts =\n  endpoint_url = {}\necr =\n  endpoint_url = {ecr}\n",
        role.arn(),
        sts.url(),
    ))
}

#[tokio::test]
async fn one_code_is_enough_for_a_migration_and_all_later_calls() -> Result<()> {
    let (source, ecr) = (TestRegistry::start().await?, Ecr::practice().await?);
    let target = TestRepository::new(&source.url(), "team/app")?;
    for (seed, tag) in [(1, "1.0"), (2, "1.1"), (3, "2.0")] {
        target.push(&Recipe::small(seed).build()?, tag).await?;
    }
    let role = Role::named("push")
        .with_mfa(SERIAL)
        .with_external_id("partner-7")
        .with_max_session_seconds(7200)
        .with_access_key(ecr.key());
    let sts = Sts::start([(KEY.0, "ada")], [role.clone()]).await?;
    let more = "external_id = partner-7\nduration_seconds = 7200\nrole_session_name = ada-at-work";
    let app = HeadlessApp::new(home(&sts, &ecr.api_url(), &role, more)?, None)?;
    let api = &app.api;

    let needed =
        api.aws_identity(AwsConnection::profile("mfa")).await.expect_err("no code is required");
    assert_eq!(needed.code, ErrorCode::MfaNeeded);
    assert_eq!(needed.subject.as_deref(), Some("mfa"));
    assert!(needed.message.contains(SERIAL), "{}", needed.message);
    assert_eq!(sts.calls().len(), 0, "STS is called before the code is entered");

    let refused = api.aws_mfa_submit(AwsConnection::profile("mfa"), "000000".to_owned()).await;
    let refused = refused.expect_err("a wrong code is accepted");
    assert_eq!(refused.code, ErrorCode::MfaCodeRefused);
    let no_code = api.aws_mfa_submit(AwsConnection::profile("mfa"), "12".to_owned()).await;
    assert_eq!(no_code.expect_err("two digits").code, ErrorCode::MfaCodeRefused);
    assert_eq!(sts.call_count("AssumeRole"), 1, "two digits are sent to STS");

    let identity = api
        .aws_mfa_submit(AwsConnection::profile("mfa"), MFA_CODE.to_owned())
        .await
        .map_err(api_error)?;
    assert_eq!(identity.arn, "arn:aws:sts::123456789012:assumed-role/push/ada-at-work");
    assert!(identity.expires_at_ms.is_some());

    let source = registry_source(&source.host());
    let images = [("1.0", "one"), ("1.1", "two"), ("2.0", "three")];
    let images = images.map(|(tag, repository)| ("team/app", tag, repository));
    let migrated = app.migrate(request(&AwsConnection::profile("mfa"), &source, &images)).await?;
    assert_eq!(migrated.report.outcome, MigrationOutcome::Succeeded);
    // Another connection with the same profile opens another session, without another code.
    let other_connection = AwsConnection::Profile {
        profile: "mfa".to_owned(),
        region: Some(identity.region.clone()),
        ecr_endpoint: None,
        registry_endpoint: None,
    };
    api.aws_identity(other_connection).await.map_err(api_error)?;
    assert_eq!(sts.call_count("AssumeRole"), 2);

    let request = sts.calls().into_iter().rfind(|call| call.operation == "AssumeRole").unwrap();
    for (name, value) in [
        ("SerialNumber", SERIAL),
        ("TokenCode", MFA_CODE),
        ("ExternalId", "partner-7"),
        ("DurationSeconds", "7200"),
        ("RoleSessionName", "ada-at-work"),
    ] {
        assert_eq!(request.value(name), Some(value), "{name}");
    }
    check_shapes("sts", &sts.exchanges()).await?;
    let secrets = SecretSearch::new()
        .secret("the code as a value", &format!("\"{MFA_CODE}\""))?
        .secret("the code in a request", &format!("TokenCode={MFA_CODE}"))?
        .secret("the session", "token-of-session-1")?;
    app.record_response(&format!("{needed:?} {refused:?} {identity:?}"));
    app.check_no_secrets(&secrets)
}

#[tokio::test]
async fn an_expired_session_and_a_new_process_require_another_code() -> Result<()> {
    let ecr = token_only().await?;
    // Treated as expired ten seconds before its end.
    let role = Role::named("push").with_mfa(SERIAL).with_session_lifetime(Duration::from_secs(12));
    let sts = Sts::start([(KEY.0, "ada")], [role.clone()]).await?;
    let app = HeadlessApp::new(home(&sts, &ecr.url(), &role, "")?, None)?;
    let api = &app.api;
    api.aws_mfa_submit(AwsConnection::profile("mfa"), MFA_CODE.to_owned())
        .await
        .map_err(api_error)?;
    let ended = async || match api.aws_identity(AwsConnection::profile("mfa")).await {
        Ok(_) => None,
        Err(error) => Some(error.code),
    };
    let code = wait_until(Duration::from_secs(30), "the session to end", ended).await?;
    assert_eq!(code, ErrorCode::MfaNeeded);
    // A code can be used only once.
    let again = api.aws_mfa_submit(AwsConnection::profile("mfa"), MFA_CODE.to_owned()).await;
    assert_eq!(again.expect_err("a used code").code, ErrorCode::MfaCodeRefused);
    sts.add_mfa_code("550221");
    api.aws_mfa_submit(AwsConnection::profile("mfa"), "550 221".to_owned())
        .await
        .map_err(api_error)?;

    let other = HeadlessApp::new(home(&sts, &ecr.url(), &role, "")?, None)?;
    let prompted = other.api.aws_identity(AwsConnection::profile("mfa")).await;
    assert_eq!(prompted.expect_err("a session was stored on disk").code, ErrorCode::MfaNeeded);
    Ok(())
}

#[tokio::test]
async fn the_error_names_the_role_of_the_chain_and_the_line_of_the_file() -> Result<()> {
    let ecr = token_only().await?;
    let first = Role::named("first").with_mfa(SERIAL);
    let short = Role::named("short");
    let sts = Sts::start([(KEY.0, "ada")], [first.clone(), short.clone()]).await?;
    let more = format!(
        "[profile last]\nrole_arn = arn:aws:iam::123456789012:role/secret\nsource_profile = mfa\n\
         region = {REGION}\nservices = here\n\
         [profile long]\nrole_arn = {}\nsource_profile = mfa\nregion = {REGION}\n\
         services = here\nduration_seconds = 43200\n",
        short.arn()
    );
    let home = home(&sts, &ecr.url(), &first, &more)?;
    let config = home.path().join(".aws/config");
    let app = HeadlessApp::new(home, None)?;
    let api = &app.api;
    let needed =
        api.aws_identity(AwsConnection::profile("last")).await.expect_err("a code is needed");
    assert_eq!((needed.code, needed.subject.as_deref()), (ErrorCode::MfaNeeded, Some("last")));
    // The role that requires the code accepts it. The next role denies access.
    let denied = api.aws_mfa_submit(AwsConnection::profile("last"), MFA_CODE.to_owned()).await;
    let denied = denied.expect_err("a role that cannot be assumed");
    assert_eq!(denied.code, ErrorCode::AccessDenied);
    assert_eq!(denied.subject.as_deref(), Some("sts:AssumeRole"));
    for part in ["role/secret", "\"last\"", "assumed-role/first/"] {
        assert!(denied.message.contains(part), "{part}: {}", denied.message);
    }
    // The session of the first role is reused for other profiles that start with it.
    let long = api.aws_identity(AwsConnection::profile("long")).await.expect_err("twelve hours");
    assert_eq!(long.code, ErrorCode::ProfileInvalid);
    let text = std::fs::read_to_string(&config)?;
    let line = text.lines().position(|line| line.starts_with("duration_seconds")).unwrap() + 1;
    for part in ["MaxSessionDuration", "role/short", &format!("{}:{line}", config.display())] {
        assert!(long.message.contains(part), "{part}: {}", long.message);
    }
    let codes = sts.calls().iter().filter(|call| call.value("TokenCode").is_some()).count();
    assert_eq!(codes, 1);
    check_shapes("sts", &sts.exchanges()).await
}

#[tokio::test]
async fn the_command_line_prompts_for_the_code() -> Result<()> {
    let ecr = token_only().await?;
    let role = Role::named("push").with_mfa(SERIAL);
    let sts = Sts::start([(KEY.0, "ada")], [role.clone()]).await?;
    let home = home(&sts, &ecr.url(), &role, "")?;
    let run = |input: &str| {
        let arguments = ["identity", "--aws-profile", "mfa", "--json"];
        anyhow::Ok(home.transload_cli(arguments)?.input(input))
    };
    let finished = run(&format!("000000\n{MFA_CODE}\n"))?.succeed().await?;
    let identity: serde_json::Value = serde_json::from_slice(&finished.stdout)?;
    assert_eq!(identity["account_id"], "123456789012");
    assert!(finished.stderr.contains(SERIAL), "{}", finished.stderr);
    assert!(finished.stderr.contains("rejected the code"), "{}", finished.stderr);

    let without = run("")?.finish().await?;
    assert_eq!(without.status.code(), Some(3));
    assert!(without.stderr.contains("requires a code"), "{}", without.stderr);
    Ok(())
}
