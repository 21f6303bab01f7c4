//! A plan and a migration belong to one destination. In another region, at another registry or with another endpoint,
//! nothing starts. The AWS CLI reads the destinations.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use transload_contract::{JobEvent, JobEventKind, MigrationOutcome};
use transload_errors::ErrorCode;
use transload_practice::{FaultAction, FaultRule, Plane};
use transload_tests::aws_home::AwsHome;
use transload_tests::computer::{Computer, api_error, registry_source, request};
use transload_tests::ecr::{Ecr, PROFILE};
use transload_tests::faults::FaultProxy;
use transload_tests::images::{Recipe, Target};
use transload_tests::labs::RegistryLab;
use transload_tests::process::{Finished, Run};
use transload_tests::tools::command_line;

const HERE: &str = "eu-central-1";
const THERE: &str = "us-east-1";

/// A source with images, a profile that names neither region nor endpoint, and the command line.
struct Desk {
    source: RegistryLab,
    home: AwsHome,
}

impl Desk {
    async fn new(ecr: &Ecr) -> Result<Self> {
        let source = RegistryLab::start().await?;
        for (seed, tag) in [(51, "1"), (52, "2")] {
            let image = Recipe::small(seed).build()?;
            Target::new(&source.url(), "team/app")?.push(&image, tag).await?;
        }
        Ok(Self { source, home: AwsHome::new()?.profile_with_key(PROFILE, ecr.key(), &[])? })
    }

    fn path(&self, name: &str) -> String {
        self.home.path().join(name).display().to_string()
    }

    /// Runs the command line in a region, with the ECR of the region.
    async fn run(&self, ecr: &Ecr, region: &str, data: &str, line: &str) -> Result<Finished> {
        let mut run = Run::new(command_line()?).arguments(line.split(' '));
        for (name, value) in self.home.environment() {
            run = run.variable(&name, value);
        }
        let run = run.variable("AWS_REGION", region).variable("AWS_ENDPOINT_URL", ecr.api_url());
        run.variable("TRANSLOAD_DATA_DIR", self.path(data)).finish().await
    }

    /// Plans in a region; gives the file.
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

/// Refused with a code, both values and a next step.
fn refused(finished: &Finished, code: &str, parts: &[&str]) -> Result<()> {
    ensure!(finished.status.code() == Some(3), "{}{}", finished.text(), finished.stderr);
    for part in [&[code][..], parts].concat() {
        ensure!(finished.stderr.contains(part), "{part}: {}", finished.stderr);
    }
    Ok(())
}

/// The names of all repositories, as the AWS command line reads them.
async fn repositories(ecr: &Ecr, region: &str) -> Result<Vec<String>> {
    let aws = ecr.aws()?.in_region(region);
    let told: Value = aws.json(["ecr", "describe-repositories"]).await?;
    let all = told["repositories"].as_array().context("repositories")?;
    Ok(all.iter().map(|one| one["repositoryName"].as_str().unwrap_or("").to_owned()).collect())
}

#[tokio::test]
async fn a_plan_of_one_region_is_not_run_resumed_verified_or_undone_in_another() -> Result<()> {
    let (here, there) = (Ecr::practice_in(HERE).await?, Ecr::practice_in(THERE).await?);
    let desk = Desk::new(&here).await?;
    let differs = ["destination_differs", HERE, THERE, "plan the migration again"];
    let plan = desk.plan(&here, HERE, "").await?;
    let ran = desk.run(&there, THERE, "data", &format!("run {plan}")).await?;
    refused(&ran, "destination_differs", &differs)?;
    ensure!(repositories(&there, THERE).await?.is_empty(), "something was written");
    let ran = desk.run(&here, HERE, "data", &format!("run {plan}")).await?;
    ensure!(ran.status.success(), "{}{}", ran.text(), ran.stderr);

    // The same content in the other region, from a plan of its own.
    let other = desk.plan(&there, THERE, "").await?;
    let ran = desk.run(&there, THERE, "other", &format!("run {other}")).await?;
    ensure!(ran.status.success(), "{}{}", ran.text(), ran.stderr);
    let content = async |ecr: &Ecr, region: &str| {
        let aws = ecr.aws()?.in_region(region);
        anyhow::Ok((aws.image_digest("app", "1").await?, aws.image_digest("app", "2").await?))
    };
    let before = content(&there, THERE).await?;
    ensure!(before == content(&here, HERE).await?, "the same content");
    for command in ["verify latest", "resume latest", "undo latest --dry-run", "undo latest --yes"]
    {
        let ran = desk.run(&there, THERE, "data", command).await?;
        refused(&ran, "destination_differs", &differs)?;
    }
    ensure!(before == content(&there, THERE).await?, "something was changed");

    let shown = desk.run(&here, HERE, "data", "undo latest --dry-run").await?;
    for part in ["account 111122223333", &format!("region {HERE}"), &here.registry_host()] {
        ensure!(shown.text().contains(part), "{part}: {}", shown.text());
    }
    let undone = desk.run(&here, HERE, "data", "undo latest --yes").await?;
    ensure!(undone.status.success(), "{}{}", undone.text(), undone.stderr);
    ensure!(repositories(&here, HERE).await?.is_empty(), "it is undone here");
    ensure!(before == content(&there, THERE).await?, "the replica is unchanged");
    Ok(())
}

/// Host and endpoints are the same in both regions, as those of an emulator are: only the region
/// differs.
#[tokio::test]
async fn the_region_alone_makes_another_destination() -> Result<()> {
    let ecr = Ecr::ministack().await?;
    let desk = Desk::new(&ecr).await?;
    let registry = format!(" --registry-endpoint {}", ecr.api_url());
    let plan = desk.plan(&ecr, HERE, &registry).await?;
    let run = format!("run {plan} --allow-endpoints");
    let differs = [HERE, THERE, "AWS_REGION"];
    refused(&desk.run(&ecr, THERE, "data", &run).await?, "destination_differs", &differs)?;
    for region in [HERE, THERE] {
        ensure!(repositories(&ecr, region).await?.is_empty(), "something was written in {region}");
    }
    let ran = desk.run(&ecr, HERE, "data", &run).await?;
    ensure!(ran.status.success(), "{}{}", ran.text(), ran.stderr);
    for command in ["verify latest", "resume latest", "undo latest --yes"] {
        let ran = desk.run(&ecr, THERE, "data", command).await?;
        refused(&ran, "destination_differs", &differs)?;
    }
    ensure!(repositories(&ecr, HERE).await? == ["app"], "nothing was undone");
    Ok(())
}

#[tokio::test]
async fn endpoints_that_only_a_file_names_get_nothing_until_they_are_allowed() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let desk = Desk::new(&ecr).await?;
    let chosen = FaultProxy::start(&ecr.api_url(), []).await?;
    let stranger = FaultProxy::start(&ecr.api_url(), []).await?;
    let more = format!(" --ecr-endpoint {} --registry-endpoint {}", chosen.url(), chosen.url());
    let plan = desk.plan(&ecr, HERE, &more).await?;
    // Whoever changes the file changes it everywhere.
    let (from, to) = (chosen.url(), stranger.url());
    let host = |url: &str| url.trim_end_matches('/').replace("http://", "");
    let text = std::fs::read_to_string(&plan)?.replace(&host(&from), &host(&to));
    let tampered = desk.path("tampered.json");
    std::fs::write(&tampered, text)?;

    let asked = chosen.requests().len();
    for (file, named) in [(&plan, &from), (&tampered, &to)] {
        let ran = desk.run(&ecr, HERE, "data", &format!("run {file}")).await?;
        let named = named.trim_end_matches('/');
        refused(&ran, "endpoints_not_allowed", &[named, "--allow-endpoints"])?;
    }
    ensure!(stranger.requests().is_empty(), "{:?}", stranger.requests());
    ensure!(chosen.requests().len() == asked, "{:?}", chosen.requests());
    ensure!(repositories(&ecr, HERE).await?.is_empty(), "something was written");
    let ran = desk.run(&ecr, HERE, "data", &format!("run {plan} --allow-endpoints")).await?;
    ensure!(ran.status.success(), "{}{}", ran.text(), ran.stderr);
    ensure!(repositories(&ecr, HERE).await? == ["app"], "it runs where it was planned for");
    Ok(())
}

#[tokio::test]
async fn endpoints_of_a_file_that_the_profile_has_too_need_no_permission() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let desk = Desk::new(&ecr).await?;
    let more = format!(" --ecr-endpoint {}", ecr.api_url());
    let plan = desk.plan(&ecr, HERE, &more).await?;
    let ran = desk.run(&ecr, HERE, "data", &format!("run {plan}")).await?;
    ensure!(ran.status.success(), "{}{}", ran.text(), ran.stderr);
    Ok(())
}

#[tokio::test]
async fn a_plan_file_that_was_changed_is_refused_before_anything_is_sent() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let desk = Desk::new(&ecr).await?;
    let plan = desk.plan(&ecr, HERE, "").await?;
    let whole: Value = serde_json::from_slice(&std::fs::read(&plan)?)?;
    for (pointer, value) in [
        ("/transload_plan", Value::from(1)),
        ("/plan/images/0/destination", Value::from("evil.example/app:1")),
        ("/plan/images/0/source", Value::from("evil.example/team/app:1")),
        ("/plan/destination/region", Value::from(THERE)),
        ("/plan/registry", Value::from("evil.example")),
    ] {
        let mut text = whole.clone();
        *text.pointer_mut(pointer).context("a field of the plan")? = value;
        let changed = desk.path("changed.json");
        std::fs::write(&changed, text.to_string())?;
        let ran = desk.run(&ecr, HERE, "data", &format!("run {changed}")).await?;
        refused(&ran, "plan_file_invalid", &["again"])?;
    }
    ensure!(repositories(&ecr, HERE).await?.is_empty(), "something was written");
    Ok(())
}

#[tokio::test]
async fn a_session_that_is_renewed_in_another_region_is_refused_and_the_run_waits() -> Result<()> {
    let (here, there) = (Ecr::practice_in(HERE).await?, Ecr::practice_in(THERE).await?);
    let desk = Desk::new(&here).await?;
    let computer = Computer::new(here.home()?, None)?;
    let images = [("team/app", "1", "app"), ("team/app", "2", "app")];
    let source = registry_source(&desk.source.host());
    let plan = computer.plan(request(&here.connection(), &source, &images)).await?;
    let ended = FaultRule::new(FaultAction::ExpiredCredentials).on(Plane::Ecr);
    here.faults()?.add(ended.after(1));
    let job = computer.api.migration_start(plan.plan.clone()).await.map_err(api_error)?;
    let mut events = computer.api.job_follow(job.clone(), 0).await.map_err(api_error)?;
    let mut needs_sign_in = async || {
        let waiting = async {
            while let Some(JobEvent { kind, .. }) = events.recv().await {
                if let JobEventKind::SignInNeeded { error } = kind {
                    return Ok(error);
                }
            }
            bail!("it never waits")
        };
        tokio::time::timeout(Duration::from_secs(60), waiting).await?
    };
    ensure!(needs_sign_in().await?.code == ErrorCode::CredentialsExpired);

    // Meanwhile the profile was changed to the other region.
    let file = computer.home().join(".aws/config");
    let config = std::fs::read_to_string(&file)?;
    let (from, to) = (here.api_url(), there.api_url());
    std::fs::write(&file, config.replace(&from, &to).replace(HERE, THERE))?;
    computer.api.job_look_again(job.clone()).await.map_err(api_error)?;
    let error = loop {
        let error = needs_sign_in().await?;
        // The run may have looked once more before the change.
        if error.code != ErrorCode::CredentialsExpired {
            break error;
        }
    };
    ensure!(error.code == ErrorCode::DestinationDiffers, "{error:?}");
    ensure!(error.message.contains(HERE) && error.message.contains(THERE), "{error:?}");
    ensure!(repositories(&there, THERE).await?.is_empty(), "something was written");

    std::fs::write(&file, config)?;
    here.faults()?.clear();
    computer.api.job_look_again(job.clone()).await.map_err(api_error)?;
    let migrated = computer.follow(job, plan).await?;
    ensure!(migrated.report.outcome == MigrationOutcome::Succeeded, "{:#?}", migrated.report);
    ensure!(repositories(&there, THERE).await?.is_empty(), "something was written");
    Ok(())
}
