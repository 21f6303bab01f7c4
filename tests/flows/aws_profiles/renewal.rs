use std::time::Duration;

use anyhow::Result;
use transload_api::contract::MigrationOutcome;
use transload_tests::aws::{Role, Sts, check_shapes};
use transload_tests::aws_cli::REGION;
use transload_tests::aws_home::AwsHome;
use transload_tests::computer::{Computer, registry_source, request};
use transload_tests::ecr::Ecr;
use transload_tests::images::{Recipe, Target};
use transload_tests::labs::RegistryLab;

use super::{KEY, profile};

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
