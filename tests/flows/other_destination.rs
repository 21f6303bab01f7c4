//! A plan and a migration belong to one destination. In another region, at another registry or with another
//! endpoint, nothing starts. The AWS CLI reads the destinations.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use transload_contract::{JobEvent, JobEventKind, MigrationOutcome};
use transload_errors::ErrorCode;
use transload_practice::{FaultAction, FaultRule, Plane};
use transload_tests::aws_home::AwsHome;
use transload_tests::ecr::{Ecr, PROFILE};
use transload_tests::faults::FaultProxy;
use transload_tests::headless_app::{HeadlessApp, api_error, registry_source, request};
use transload_tests::images::{Recipe, TestRepository};
use transload_tests::program::ProgramOutput;
use transload_tests::servers::TestRegistry;

const REGION: &str = "eu-central-1";
const OTHER_REGION: &str = "us-east-1";

/// A source with images, a profile without region and endpoint, and the command line.
struct Fixture {
    source: TestRegistry,
    home: AwsHome,
}

impl Fixture {
    async fn new(ecr: &Ecr) -> Result<Self> {
        let source = TestRegistry::start().await?;
        for (seed, tag) in [(51, "1"), (52, "2")] {
            let image = Recipe::small(seed).build()?;
            TestRepository::new(&source.url(), "team/app")?.push(&image, tag).await?;
        }
        Ok(Self { source, home: AwsHome::new()?.profile_with_key(PROFILE, ecr.key(), &[])? })
    }

    fn path(&self, name: &str) -> String {
        self.home.path().join(name).display().to_string()
    }

    /// Runs the command line in a region, with an ECR.
    async fn run(&self, ecr: &Ecr, region: &str, data: &str, line: &str) -> Result<ProgramOutput> {
        let run = self.home.transload_cli(line.split(' '))?;
        let run = run.variable("AWS_REGION", region).variable("AWS_ENDPOINT_URL", ecr.api_url());
        run.variable("TRANSLOAD_DATA_DIR", self.path(data)).finish().await
    }

    async fn plan(&self, ecr: &Ecr, region: &str, more: &str) -> Result<String> {
        let out = self.path(&format!("plan-{region}.json"));
        let from = self.source.host();
        let line = format!("plan --from registry:{from} --aws-profile {PROFILE} --out {out}{more}");
        let planned = self.run(ecr, region, "data", &line).await?;
        ensure!(planned.status.success(), "{}{}", planned.text(), planned.stderr);
        ensure!(planned.text().contains(&format!("region {region}")), "{}", planned.text());
        Ok(out)
    }
}

/// Checks that a command was refused with a code, both values and a next step.
fn refused(finished: &ProgramOutput, code: &str, parts: &[&str]) -> Result<()> {
    ensure!(finished.status.code() == Some(3), "{}{}", finished.text(), finished.stderr);
    for part in [&[code][..], parts].concat() {
        ensure!(finished.stderr.contains(part), "{part}: {}", finished.stderr);
    }
    Ok(())
}

/// The names of all repositories, as the AWS CLI reads them.
async fn repositories(ecr: &Ecr, region: &str) -> Result<Vec<String>> {
    let aws = ecr.aws()?.in_region(region);
    let listed: Value = aws.json(["ecr", "describe-repositories"]).await?;
    let all = listed["repositories"].as_array().context("repositories")?;
    Ok(all.iter().map(|one| one["repositoryName"].as_str().unwrap_or("").to_owned()).collect())
}

#[tokio::test]
async fn a_plan_is_not_run_resumed_verified_or_undone_in_another_region() -> Result<()> {
    let (ecr, other_ecr) = (Ecr::practice_in(REGION).await?, Ecr::practice_in(OTHER_REGION).await?);
    let fixture = Fixture::new(&ecr).await?;
    let differs = ["destination_differs", REGION, OTHER_REGION, "plan the migration again"];
    let plan = fixture.plan(&ecr, REGION, "").await?;
    let ran = fixture.run(&other_ecr, OTHER_REGION, "data", &format!("run {plan}")).await?;
    refused(&ran, "destination_differs", &differs)?;
    ensure!(repositories(&other_ecr, OTHER_REGION).await?.is_empty(), "something was written");
    let ran = fixture.run(&ecr, REGION, "data", &format!("run {plan}")).await?;
    ensure!(ran.status.success(), "{}{}", ran.text(), ran.stderr);

    // The same content in the other region, with another plan.
    let other = fixture.plan(&other_ecr, OTHER_REGION, "").await?;
    let ran = fixture.run(&other_ecr, OTHER_REGION, "other", &format!("run {other}")).await?;
    ensure!(ran.status.success(), "{}{}", ran.text(), ran.stderr);
    let content = async |ecr: &Ecr, region: &str| {
        let aws = ecr.aws()?.in_region(region);
        anyhow::Ok((aws.image_digest("app", "1").await?, aws.image_digest("app", "2").await?))
    };
    let before = content(&other_ecr, OTHER_REGION).await?;
    ensure!(before == content(&ecr, REGION).await?, "the same content");
    for command in ["verify latest", "resume latest", "undo latest --dry-run", "undo latest --yes"]
    {
        let ran = fixture.run(&other_ecr, OTHER_REGION, "data", command).await?;
        refused(&ran, "destination_differs", &differs)?;
    }
    ensure!(before == content(&other_ecr, OTHER_REGION).await?, "something was changed");

    let shown = fixture.run(&ecr, REGION, "data", "undo latest --dry-run").await?;
    for part in ["account 111122223333", &format!("region {REGION}"), &ecr.registry_host()] {
        ensure!(shown.text().contains(part), "{part}: {}", shown.text());
    }
    let undone = fixture.run(&ecr, REGION, "data", "undo latest --yes").await?;
    ensure!(undone.status.success(), "{}{}", undone.text(), undone.stderr);
    ensure!(repositories(&ecr, REGION).await?.is_empty(), "the repositories are deleted");
    ensure!(before == content(&other_ecr, OTHER_REGION).await?, "the replica is unchanged");
    Ok(())
}

/// Host and endpoints are the same in both regions, like those of an emulator: only the region differs.
#[tokio::test]
async fn another_region_is_another_destination() -> Result<()> {
    let ecr = Ecr::ministack().await?;
    let fixture = Fixture::new(&ecr).await?;
    let registry = format!(" --registry-endpoint {}", ecr.api_url());
    let plan = fixture.plan(&ecr, REGION, &registry).await?;
    let run = format!("run {plan} --allow-endpoints");
    let differs = [REGION, OTHER_REGION, "AWS_REGION"];
    refused(
        &fixture.run(&ecr, OTHER_REGION, "data", &run).await?,
        "destination_differs",
        &differs,
    )?;
    for region in [REGION, OTHER_REGION] {
        ensure!(repositories(&ecr, region).await?.is_empty(), "something was written in {region}");
    }
    let ran = fixture.run(&ecr, REGION, "data", &run).await?;
    ensure!(ran.status.success(), "{}{}", ran.text(), ran.stderr);
    for command in ["verify latest", "resume latest", "undo latest --yes"] {
        let ran = fixture.run(&ecr, OTHER_REGION, "data", command).await?;
        refused(&ran, "destination_differs", &differs)?;
    }
    ensure!(repositories(&ecr, REGION).await? == ["app"], "nothing was undone");
    Ok(())
}

#[tokio::test]
async fn endpoints_of_a_plan_file_get_no_request_until_they_are_allowed() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let fixture = Fixture::new(&ecr).await?;
    let chosen = FaultProxy::start(&ecr.api_url(), []).await?;
    let attacker = FaultProxy::start(&ecr.api_url(), []).await?;
    let more = format!(" --ecr-endpoint {} --registry-endpoint {}", chosen.url(), chosen.url());
    let plan = fixture.plan(&ecr, REGION, &more).await?;
    // An attacker who changes the file changes all its endpoints.
    let (from, to) = (chosen.url(), attacker.url());
    let host = |url: &str| url.trim_end_matches('/').replace("http://", "");
    let text = std::fs::read_to_string(&plan)?.replace(&host(&from), &host(&to));
    let tampered = fixture.path("tampered.json");
    std::fs::write(&tampered, text)?;

    let requests = chosen.requests().len();
    for (file, named) in [(&plan, &from), (&tampered, &to)] {
        let ran = fixture.run(&ecr, REGION, "data", &format!("run {file}")).await?;
        let named = named.trim_end_matches('/');
        refused(&ran, "endpoints_not_allowed", &[named, "--allow-endpoints"])?;
    }
    ensure!(attacker.requests().is_empty(), "{:?}", attacker.requests());
    ensure!(chosen.requests().len() == requests, "{:?}", chosen.requests());
    ensure!(repositories(&ecr, REGION).await?.is_empty(), "something was written");
    let ran = fixture.run(&ecr, REGION, "data", &format!("run {plan} --allow-endpoints")).await?;
    ensure!(ran.status.success(), "{}{}", ran.text(), ran.stderr);
    ensure!(repositories(&ecr, REGION).await? == ["app"], "it runs at the planned destination");
    Ok(())
}

#[tokio::test]
async fn endpoints_that_the_profile_has_too_need_no_option() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let fixture = Fixture::new(&ecr).await?;
    let more = format!(" --ecr-endpoint {}", ecr.api_url());
    let plan = fixture.plan(&ecr, REGION, &more).await?;
    let ran = fixture.run(&ecr, REGION, "data", &format!("run {plan}")).await?;
    ensure!(ran.status.success(), "{}{}", ran.text(), ran.stderr);
    Ok(())
}

#[tokio::test]
async fn a_changed_plan_file_is_rejected_before_any_request() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let fixture = Fixture::new(&ecr).await?;
    let plan = fixture.plan(&ecr, REGION, "").await?;
    let whole: Value = serde_json::from_slice(&std::fs::read(&plan)?)?;
    for (pointer, value) in [
        ("/transload_plan", Value::from(1)),
        ("/plan/images/0/destination", Value::from("evil.example/app:1")),
        ("/plan/images/0/source", Value::from("evil.example/team/app:1")),
        ("/plan/destination/region", Value::from(OTHER_REGION)),
        ("/plan/registry", Value::from("evil.example")),
    ] {
        let mut text = whole.clone();
        *text.pointer_mut(pointer).context("a field of the plan")? = value;
        let changed = fixture.path("changed.json");
        std::fs::write(&changed, text.to_string())?;
        let ran = fixture.run(&ecr, REGION, "data", &format!("run {changed}")).await?;
        refused(&ran, "plan_file_invalid", &["again"])?;
    }
    ensure!(repositories(&ecr, REGION).await?.is_empty(), "something was written");
    Ok(())
}

#[tokio::test]
async fn a_session_renewed_in_another_region_is_rejected_and_the_run_waits() -> Result<()> {
    let (ecr, other_ecr) = (Ecr::practice_in(REGION).await?, Ecr::practice_in(OTHER_REGION).await?);
    let fixture = Fixture::new(&ecr).await?;
    let app = HeadlessApp::new(ecr.home()?, None)?;
    let images = [("team/app", "1", "app"), ("team/app", "2", "app")];
    let source = registry_source(&fixture.source.host());
    let plan = app.plan(request(&ecr.connection(), &source, &images)).await?;
    let ended = FaultRule::new(FaultAction::ExpiredCredentials).on(Plane::Ecr);
    ecr.faults()?.add(ended.after(1));
    let job = app.api.migration_start(plan.plan.clone()).await.map_err(api_error)?;
    let mut events = app.api.job_follow(job.clone(), 0).await.map_err(api_error)?;
    let mut needs_sign_in = async || {
        let waiting = async {
            while let Some(JobEvent { kind, .. }) = events.recv().await {
                if let JobEventKind::SignInNeeded { error } = kind {
                    return Ok(error);
                }
            }
            bail!("the migration does not wait")
        };
        tokio::time::timeout(Duration::from_secs(60), waiting).await?
    };
    ensure!(needs_sign_in().await?.code == ErrorCode::CredentialsExpired);

    // In the meantime, the profile is changed to the other region.
    let file = app.home().join(".aws/config");
    let config = std::fs::read_to_string(&file)?;
    let (from, to) = (ecr.api_url(), other_ecr.api_url());
    std::fs::write(&file, config.replace(&from, &to).replace(REGION, OTHER_REGION))?;
    app.api.job_check_now(job.clone()).await.map_err(api_error)?;
    let error = loop {
        let error = needs_sign_in().await?;
        // The run may have retried once before the change.
        if error.code != ErrorCode::CredentialsExpired {
            break error;
        }
    };
    ensure!(error.code == ErrorCode::DestinationDiffers, "{error:?}");
    ensure!(error.message.contains(REGION) && error.message.contains(OTHER_REGION), "{error:?}");
    ensure!(repositories(&other_ecr, OTHER_REGION).await?.is_empty(), "something was written");

    std::fs::write(&file, config)?;
    ecr.faults()?.clear();
    app.api.job_check_now(job.clone()).await.map_err(api_error)?;
    let migrated = app.follow(job, plan).await?;
    ensure!(migrated.report.outcome == MigrationOutcome::Succeeded, "{:#?}", migrated.report);
    ensure!(repositories(&other_ecr, OTHER_REGION).await?.is_empty(), "something was written");
    Ok(())
}
