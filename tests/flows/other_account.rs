//! A plan and an interrupted migration belong to one account. With the keys of another account, nothing
//! starts.

use anyhow::{Result, ensure};
use transload_practice::{FaultAction, FaultRule};
use transload_tests::aws::Iam;
use transload_tests::aws_home::AwsHome;
use transload_tests::ecr::{Ecr, PROFILE};
use transload_tests::images::{Recipe, TestRepository};
use transload_tests::program::ProgramOutput;
use transload_tests::servers::TestRegistry;

const ACCOUNT: &str = "123456789012";
const OTHER: &str = "210987654321";

struct Fixture {
    iam: Iam,
    ecr: Ecr,
    registry: TestRegistry,
    home: AwsHome,
}

impl Fixture {
    async fn new() -> Result<Self> {
        let (iam, ecr) = (Iam::start(ACCOUNT).await?, Ecr::practice().await?);
        let registry = TestRegistry::start().await?;
        for (seed, tag) in [(41, "1"), (42, "2")] {
            let image = Recipe::small(seed).build()?;
            TestRepository::new(&registry.url(), "team/app")?.push(&image, tag).await?;
        }
        let home = AwsHome::new()?.profile_with_key(PROFILE, ecr.key(), &[("services", "here")])?;
        let home = home.config_text(&format!(
            "[services here]\nsts =\n  endpoint_url = {}\necr =\n  endpoint_url = {}\n",
            iam.url(),
            ecr.api_url()
        ))?;
        Ok(Self { iam, ecr, registry, home })
    }

    async fn run(&self, line: &str) -> Result<ProgramOutput> {
        self.home.transload_cli(line.split(' '))?.finish().await
    }

    async fn plan(&self) -> Result<String> {
        let out = self.home.path().join("plan.json").display().to_string();
        let (from, region) = (self.registry.host(), self.ecr.region());
        let plan = format!(
            "plan --from registry:{from} --aws-profile {PROFILE} --region {region} --out {out}"
        );
        let planned = self.run(&plan).await?;
        ensure!(planned.status.success(), "{}", planned.stderr);
        Ok(out)
    }
}

/// Checks that a command was refused with a code, both accounts and a next step.
fn refused(finished: &ProgramOutput) -> Result<()> {
    ensure!(finished.status.code() == Some(3), "{}{}", finished.text(), finished.stderr);
    for part in ["(account_differs)", ACCOUNT, OTHER, "plan the migration again"] {
        ensure!(finished.stderr.contains(part), "{part}: {}", finished.stderr);
    }
    Ok(())
}

#[tokio::test]
async fn a_plan_of_another_account_does_not_run() -> Result<()> {
    let fixture = Fixture::new().await?;
    let plan = fixture.plan().await?;
    fixture.iam.set_account(OTHER);
    refused(&fixture.run(&format!("run {plan}")).await?)?;
    // Selecting a profile does not help.
    refused(&fixture.run(&format!("run {plan} --aws-profile {PROFILE}")).await?)?;
    ensure!(fixture.ecr.api().await?.repositories().await?.is_empty(), "something was written");

    fixture.iam.set_account(ACCOUNT);
    let run = fixture.run(&format!("run {plan}")).await?;
    ensure!(run.status.success(), "{}{}", run.text(), run.stderr);
    Ok(())
}

#[tokio::test]
async fn a_migration_is_not_resumed_verified_or_undone_in_another_account() -> Result<()> {
    let fixture = Fixture::new().await?;
    let plan = fixture.plan().await?;
    let denied = FaultRule::operation(FaultAction::AccessDenied, "CreateRepository");
    fixture.ecr.faults()?.add(denied);
    let failed = fixture.run(&format!("run {plan}")).await?;
    ensure!(failed.status.code() == Some(1), "{}{}", failed.text(), failed.stderr);
    fixture.ecr.faults()?.clear();

    fixture.iam.set_account(OTHER);
    for command in ["resume latest", "verify latest", "undo latest --yes"] {
        refused(&fixture.run(command).await?)?;
    }
    ensure!(fixture.ecr.api().await?.repositories().await?.is_empty(), "something was written");

    fixture.iam.set_account(ACCOUNT);
    let resumed = fixture.run("resume latest").await?;
    ensure!(resumed.status.success(), "{}{}", resumed.text(), resumed.stderr);
    Ok(())
}
