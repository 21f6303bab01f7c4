//! Credentials that expire during a migration and are renewed.

use std::time::Duration;

use anyhow::{Result, ensure};
use transload_aws::{AwsEnvironment, SignIn, SignInMethod, SignInRequest, SsoTarget};
use transload_contract::{AwsConnection, JobEventKind, MigrationOutcome};
use transload_practice::{FaultAction, FaultRule};
use transload_tests::aws::{
    ContainerCredentials, IdentityCenter, InstanceMetadata, Role, Sts, check_shapes,
};
use transload_tests::aws_cli::REGION;
use transload_tests::aws_home::AwsHome;
use transload_tests::ecr::Ecr;
use transload_tests::headless_app::{HeadlessApp, registry_source, request};
use transload_tests::images::{Recipe, TestRepository};
use transload_tests::servers::TestRegistry;

use crate::aws_profiles::KEY;

/// Sessions that are too short for two calls: the SDK renews credentials ten seconds before they expire.
const SHORT: Duration = Duration::from_secs(5);

#[tokio::test]
async fn short_lived_credentials_are_renewed_during_a_run() -> Result<()> {
    let (source, ecr) = (TestRegistry::start().await?, Ecr::practice().await?);
    let target = TestRepository::new(&source.url(), "team/app")?;
    for (seed, tag) in [(1, "1.0"), (2, "1.1")] {
        target.push(&Recipe::small(seed).build()?, tag).await?;
    }
    let roles = ["first", "second"]
        .map(|name| Role::named(name).with_session_lifetime(SHORT).with_access_key(ecr.key()));
    let sts = Sts::start([(KEY.0, "ada")], roles).await?;
    let home = AwsHome::new()?.profile_with_key("base", KEY, &[])?;
    let program = home.path().join("creds");
    let counted = home.path().join("calls");
    // A program that issues credentials for five seconds, and counts its calls.
    let keys = format!(
        "echo x >> '{}'; printf '{{\"Version\": 1, \"AccessKeyId\": \"{}\", \"SecretAccessKey\": \
         \"{}\", \"Expiration\": \"%s\"}}' \"$(date -u -d '5 seconds' +%Y-%m-%dT%H:%M:%SZ)\"\n",
        counted.display(),
        ecr.key().0,
        ecr.key().1,
    );
    home.file("creds", &keys)?;
    let services = format!(
        "[services here]\nsts =\n  endpoint_url = {}\necr =\n  endpoint_url = {}\n",
        sts.url(),
        ecr.api_url()
    );
    sts.add_access_key(ecr.key().0, "arn:aws:iam::123456789012:user/practice");
    let home = home.config_text(&format!(
        "[profile first]\nrole_arn = arn:aws:iam::123456789012:role/first\nsource_profile = base\n\
         [profile role]\nrole_arn = arn:aws:iam::123456789012:role/second\nsource_profile = first\n\
         region = {REGION}\nservices = here\n\
         [profile process]\ncredential_process = sh '{}'\nregion = {REGION}\nservices = here\n{services}",
        program.display()
    ))?;
    let app = HeadlessApp::new(home, None)?;
    let source = registry_source(&source.host());
    for (name, prefix) in [("role", "r"), ("process", "p")] {
        let names = [format!("{prefix}/a"), format!("{prefix}/b")];
        let images = [("team/app", "1.0", names[0].as_str()), ("team/app", "1.1", &names[1])];
        let migration = request(&AwsConnection::profile(name), &source, &images);
        let migrated = app.migrate(migration).await?;
        assert_eq!(migrated.report.outcome, MigrationOutcome::Succeeded, "{name}");
    }
    assert!(sts.call_count("AssumeRole") > 4, "{}", sts.call_count("AssumeRole"));
    let calls = std::fs::read_to_string(&counted)?.lines().count();
    assert!(calls > 2, "{calls}");
    check_shapes("sts", &sts.exchanges()).await
}

#[tokio::test]
async fn sso_credentials_and_their_token_are_renewed_during_a_run() -> Result<()> {
    let (source, ecr) = (TestRegistry::start().await?, Ecr::practice().await?);
    let target = TestRepository::new(&source.url(), "team/app")?;
    for (seed, tag) in [(1, "1.0"), (2, "1.1")] {
        target.push(&Recipe::small(seed).build()?, tag).await?;
    }
    let center = IdentityCenter::start(ecr.key()).await?;
    center.set_role_lifetime(SHORT);
    // So short that it is renewed at every use.
    center.set_token_lifetime(Duration::from_secs(600));
    // No environment variable sets the endpoint; the services section of the profile does.
    let home = AwsHome::new()?.config_text(&format!(
        "[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = {start}\n\
         sso_registration_scopes = sso:account:access\n\
         [profile work]\nsso_session = corp\nsso_account_id = 111122223333\n\
         sso_role_name = ImagePusher\nregion = {REGION}\nservices = here\n\
         [services here]\nsso =\n  endpoint_url = {center}\nsso_oidc =\n  endpoint_url = {center}\n\
         sts =\n  endpoint_url = {ecr}\necr =\n  endpoint_url = {ecr}\n",
        start = center.start_url(),
        center = center.url(),
        ecr = ecr.api_url(),
    ))?;
    let environment = AwsEnvironment::from_variables(home.environment());
    let (target, method) = (SsoTarget::profile_named("work"), Some(SignInMethod::Code));
    let poll_interval = Some(Duration::from_millis(20));
    let sign_in =
        SignIn::begin(&SignInRequest { target, method, poll_interval }, &environment).await?;
    IdentityCenter::open_page(&sign_in.prompt().url).await?;
    sign_in.finish().await?;

    let app = HeadlessApp::new(home, None)?;
    let images = [("team/app", "1.0", "s/a"), ("team/app", "1.1", "s/b")];
    let migration =
        request(&AwsConnection::profile("work"), &registry_source(&source.host()), &images);
    let migrated = app.migrate(migration).await?;
    assert_eq!(migrated.report.outcome, MigrationOutcome::Succeeded);
    let waited =
        migrated.events.iter().any(|event| matches!(event.kind, JobEventKind::SignInNeeded { .. }));
    ensure!(!waited, "the user was asked to sign in");
    let given = center.portal_exchanges();
    assert!(given.len() > 4, "{} times", given.len());
    let renewed = center.oidc_exchanges().into_iter();
    let renewed = renewed.filter(|one| one.call.json["grantType"] == "refresh_token").count();
    assert!(renewed > 4, "{renewed} times");
    check_shapes("sso", &given).await
}

#[tokio::test]
async fn machine_credentials_are_renewed_during_a_run_even_if_aws_expired_them_early() -> Result<()>
{
    let (source, ecr) = (TestRegistry::start().await?, Ecr::practice().await?);
    let target = TestRepository::new(&source.url(), "team/app")?;
    for (seed, tag) in [(1, "1.0"), (2, "1.1")] {
        target.push(&Recipe::small(seed).build()?, tag).await?;
    }
    let instance = InstanceMetadata::start(ecr.key(), SHORT).await?;
    let container = ContainerCredentials::start(ecr.key(), SHORT).await?;
    let home = AwsHome::new()?;
    let endpoints = ["ECR", "STS"].map(|name| (format!("AWS_ENDPOINT_URL_{name}"), ecr.api_url()));
    let run = async |line: String, machine: Vec<(String, String)>| {
        let run = home.transload_cli(line.split(' '))?.variable("AWS_REGION", ecr.region());
        run.variables(endpoints.clone()).variables(machine).finish().await
    };
    for (name, machine) in [("i", instance.variables()), ("c", container.variables())] {
        let out = home.path().join(format!("{name}.json")).display().to_string();
        let plan = format!("plan --from registry:{} --prefix {name}/ --out {out}", source.host());
        let planned = run(plan, machine.clone()).await?;
        ensure!(planned.status.success(), "{}", planned.stderr);
        // AWS expires the credentials early, once.
        let ended = FaultRule::operation(FaultAction::ExpiredCredentials, "CreateRepository");
        ecr.faults()?.add(ended.times(1));
        let ran = run(format!("run {out} --machine-role --json"), machine).await?;
        ensure!(ran.status.success(), "{name}: {}{}", ran.text(), ran.stderr);
        ensure!(!ran.text().contains("sign_in_needed"), "{name}: {}", ran.text());
        assert_eq!(ecr.faults()?.active(), 0, "{name}: the credentials did not expire");
    }
    assert!(instance.issued_count() > 6, "{}", instance.issued_count());
    assert!(container.issued_count() > 6, "{}", container.issued_count());
    Ok(())
}
