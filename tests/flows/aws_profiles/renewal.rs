//! Credentials that expire during a migration and are renewed.

use std::time::Duration;

use anyhow::{Result, ensure};
use transload_aws::{AwsEnvironment, SignIn, SignInMethod, SignInRequest, SsoTarget};
use transload_contract::{JobEventKind, MigrationOutcome};
use transload_practice::{FaultAction, FaultRule};
use transload_tests::aws::{
    ContainerCredentials, IdentityCenter, InstanceMetadata, Role, Sts, check_shapes,
};
use transload_tests::aws_cli::REGION;
use transload_tests::aws_home::AwsHome;
use transload_tests::computer::{Computer, registry_source, request};
use transload_tests::ecr::Ecr;
use transload_tests::images::{Recipe, Target};
use transload_tests::labs::RegistryLab;
use transload_tests::process::Run;
use transload_tests::tools::command_line;

use crate::aws_profiles::{KEY, profile};

/// Sessions so short that none is good for two calls: the SDK renews ten seconds before the end.
const SHORT: Duration = Duration::from_secs(5);

#[tokio::test]
async fn credentials_that_end_all_the_time_are_renewed_in_the_middle_of_a_run() -> Result<()> {
    let (source, ecr) = (RegistryLab::start().await?, Ecr::practice().await?);
    let target = Target::new(&source.url(), "team/app")?;
    for (seed, tag) in [(1, "1.0"), (2, "1.1")] {
        target.push(&Recipe::small(seed).build()?, tag).await?;
    }
    let roles = ["first", "second"].map(|name| Role::named(name).lasting(SHORT).giving(ecr.key()));
    let sts = Sts::start([(KEY.0, "ada")], roles).await?;
    let home = AwsHome::new()?.profile_with_key("base", KEY, &[])?;
    let program = home.path().join("creds");
    let counted = home.path().join("asked");
    // A program that gives keys for five seconds, and counts how often it was asked.
    let keys = format!(
        "echo x >> '{}'; printf '{{\"Version\": 1, \"AccessKeyId\": \"{}\", \"SecretAccessKey\": \
         \"{}\", \"Expiration\": \"%s\"}}' \"$(date -u -d '5 seconds' +%Y-%m-%dT%H:%M:%SZ)\"\n",
        counted.display(),
        ecr.key().0,
        ecr.key().1,
    );
    home.file("creds", &keys)?;
    let here = format!(
        "[services here]\nsts =\n  endpoint_url = {}\necr =\n  endpoint_url = {}\n",
        sts.url(),
        ecr.api_url()
    );
    sts.know(ecr.key().0, "arn:aws:iam::123456789012:user/practice");
    let home = home.config_text(&format!(
        "[profile first]\nrole_arn = arn:aws:iam::123456789012:role/first\nsource_profile = base\n\
         [profile role]\nrole_arn = arn:aws:iam::123456789012:role/second\nsource_profile = first\n\
         region = {REGION}\nservices = here\n\
         [profile process]\ncredential_process = sh '{}'\nregion = {REGION}\nservices = here\n{here}",
        program.display()
    ))?;
    let computer = Computer::new(home, None)?;
    let source = registry_source(&source.host());
    for (name, prefix) in [("role", "r"), ("process", "p")] {
        let names = [format!("{prefix}/a"), format!("{prefix}/b")];
        let images = [("team/app", "1.0", names[0].as_str()), ("team/app", "1.1", &names[1])];
        let asked = request(&profile(name), &source, &images);
        let migrated = computer.migrate(asked).await?;
        assert_eq!(migrated.report.outcome, MigrationOutcome::Succeeded, "{name}");
    }
    assert!(sts.times("AssumeRole") > 4, "{}", sts.times("AssumeRole"));
    let asked = std::fs::read_to_string(&counted)?.lines().count();
    assert!(asked > 2, "{asked}");
    check_shapes("sts", &sts.exchanges()).await
}

#[tokio::test]
async fn sso_credentials_and_their_token_are_renewed_in_the_middle_of_a_run() -> Result<()> {
    let (source, ecr) = (RegistryLab::start().await?, Ecr::practice().await?);
    let target = Target::new(&source.url(), "team/app")?;
    for (seed, tag) in [(1, "1.0"), (2, "1.1")] {
        target.push(&Recipe::small(seed).build()?, tag).await?;
    }
    let center = IdentityCenter::start(ecr.key()).await?;
    center.role_lasts(SHORT);
    // So near its end that it is renewed whenever it is used.
    center.token_lasts(Duration::from_secs(600));
    // No variable leads there: the profile's services section does.
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
    let (target, way) = (SsoTarget::Profile("work".to_owned()), Some(SignInMethod::Code));
    let poll_interval = Some(Duration::from_millis(20));
    let sign_in =
        SignIn::begin(&SignInRequest { target, way, poll_interval }, &environment).await?;
    IdentityCenter::open_page(&sign_in.prompt().url).await?;
    sign_in.finish().await?;

    let computer = Computer::new(home, None)?;
    let images = [("team/app", "1.0", "s/a"), ("team/app", "1.1", "s/b")];
    let asked = request(&profile("work"), &registry_source(&source.host()), &images);
    let migrated = computer.migrate(asked).await?;
    assert_eq!(migrated.report.outcome, MigrationOutcome::Succeeded);
    let waited =
        migrated.events.iter().any(|event| matches!(event.kind, JobEventKind::SignInNeeded { .. }));
    ensure!(!waited, "somebody was asked to sign in");
    let given = center.portal_exchanges();
    assert!(given.len() > 4, "{} times", given.len());
    let renewed = center.oidc_exchanges().into_iter();
    let renewed = renewed.filter(|one| one.call.json["grantType"] == "refresh_token").count();
    assert!(renewed > 4, "{renewed} times");
    check_shapes("sso", &given).await
}

#[tokio::test]
async fn what_a_machine_gives_is_renewed_in_the_middle_of_a_run_also_where_aws_ended_it()
-> Result<()> {
    let (source, ecr) = (RegistryLab::start().await?, Ecr::practice().await?);
    let target = Target::new(&source.url(), "team/app")?;
    for (seed, tag) in [(1, "1.0"), (2, "1.1")] {
        target.push(&Recipe::small(seed).build()?, tag).await?;
    }
    let instance = InstanceMetadata::start(ecr.key(), SHORT).await?;
    let container = ContainerCredentials::start(ecr.key(), SHORT).await?;
    let home = AwsHome::new()?;
    let endpoints = ["ECR", "STS"].map(|name| (format!("AWS_ENDPOINT_URL_{name}"), ecr.api_url()));
    let run = async |line: String, machine: Vec<(String, String)>| {
        let mut run = Run::new(command_line()?).arguments(line.split(' '));
        let region = ("AWS_REGION".to_owned(), ecr.region().to_owned());
        let all = home.environment().into_iter().chain(endpoints.clone()).chain([region]);
        for (name, value) in all.chain(machine) {
            run = run.variable(&name, value);
        }
        run.variable("TRANSLOAD_DATA_DIR", home.path().join("data")).finish().await
    };
    for (name, machine) in [("i", instance.variables()), ("c", container.variables())] {
        let out = home.path().join(format!("{name}.json")).display().to_string();
        let plan = format!("plan --from registry:{} --prefix {name}/ --out {out}", source.host());
        let planned = run(plan, machine.clone()).await?;
        ensure!(planned.status.success(), "{}", planned.stderr);
        // AWS ends it before its time, once.
        let ended = FaultRule::operation(FaultAction::ExpiredCredentials, "CreateRepository");
        ecr.faults()?.add(ended.times(1));
        let ran = run(format!("run {out} --machine-role --json"), machine).await?;
        ensure!(ran.status.success(), "{name}: {}{}", ran.text(), ran.stderr);
        ensure!(!ran.text().contains("sign_in_needed"), "{name}: {}", ran.text());
        assert_eq!(ecr.faults()?.active(), 0, "{name}: it was not ended");
    }
    assert!(instance.times() > 6, "{}", instance.times());
    assert!(container.times() > 6, "{}", container.times());
    Ok(())
}
