//! Sign-in with the command line: the SDK uses the token for ECR, and no secret is printed.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use transload_tests::aws::{IdentityCenter, UserDecision};
use transload_tests::aws_home::AwsHome;
use transload_tests::ecr::Ecr;
use transload_tests::process::Process;
use transload_tests::program::Program;
use transload_tests::secrets::SecretSearch;
use transload_tests::tools::command_line;
use transload_tests::wait::wait_until;

use crate::sign_in::config;

#[tokio::test]
async fn the_command_line_signs_in_and_gets_the_expected_identity() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let center = IdentityCenter::start(ecr.key()).await?;
    let work = format!("endpoint_url = {}\n", ecr.api_url());
    let home = AwsHome::new()?.config_text(&config(&center.start_url(), &work))?;
    let data = home.path().join("data").display().to_string();
    let environment = || {
        let mut all = home.environment();
        all.extend(center.environment());
        all.push(("TRANSLOAD_DATA_DIR".to_owned(), data.clone()));
        all
    };
    let identity = async || {
        let run = Program::new(command_line()?).arguments(["identity", "--aws-profile", "work"]);
        run.variables(environment()).finish().await
    };
    let refused = identity().await?;
    ensure!(refused.status.code() == Some(3), "{}", refused.stderr);
    ensure!(
        refused.stderr.contains("transload-cli sign-in --aws-profile work"),
        "{}",
        refused.stderr
    );

    center.set_user_decision(UserDecision::Pending);
    let arguments = ["sign-in", "--aws-profile", "work"];
    let mut signing_in = Process::start(&command_line()?, arguments, environment())?;
    let page = wait_until(Duration::from_secs(60), "the page", async || {
        let output = signing_in.output();
        let line = output.lines().find(|line| line.contains("?user_code="))?.to_owned();
        line.split(": ").nth(1).map(str::to_owned)
    })
    .await?;
    center.set_user_decision(UserDecision::Allow);
    IdentityCenter::open_page(&page).await?;
    let ended = wait_until(Duration::from_secs(60), "the end", async || signing_in.ended()).await?;
    let printed = signing_in.output();
    ensure!(ended.success() && printed.contains("Signed in to corp."), "{printed}");

    let known = identity().await?;
    ensure!(known.status.success(), "{}{}", known.text(), known.stderr);

    let mut search = SecretSearch::new();
    for secret in center.secrets() {
        search = search.secret("of the sign-in", &secret)?;
    }
    for text in [printed, refused.stderr, known.text(), known.stderr] {
        search.check_text("what the command line printed", text)?;
    }
    let data = home.path().join("data");
    if data.exists() {
        search.check_folder(&data)?;
    }
    // Checks that the search finds the secrets where they are stored.
    let cache = home.path().join(".aws/sso/cache");
    ensure!(search.check_folder(&cache).is_err(), "there is no token");
    Ok(())
}

#[tokio::test]
async fn an_interrupt_cancels_the_sign_in() -> Result<()> {
    let fixture = crate::sign_in::Fixture::new().await?;
    fixture.center.set_user_decision(UserDecision::Pending);
    let environment = fixture.home.environment().into_iter().chain(fixture.center.environment());
    let arguments = ["sign-in", "--aws-profile", "old"];
    let mut signing_in = Process::start(&command_line()?, arguments, environment)?;
    wait_until(Duration::from_secs(60), "the page", async || {
        signing_in.output().contains("Waiting for the sign-in").then_some(())
    })
    .await?;
    let id = signing_in.id().to_string();
    Program::new("/bin/kill").arguments(["-INT", &id]).succeed().await.context("kill")?;
    let ended = wait_until(Duration::from_secs(30), "the end", async || signing_in.ended()).await?;
    ensure!(ended.code() == Some(130), "{ended}: {}", signing_in.output());
    Ok(())
}
