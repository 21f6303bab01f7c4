//! Story 2: from a Docker Engine on this computer to ECR, with other programs as witnesses.

use anyhow::{Result, ensure};
use transload_tests::aws_cli::REGION;
use transload_tests::aws_home::AwsHome;
use transload_tests::ecr::SECRET_KEY;
use transload_tests::images::{Format, Recipe};
use transload_tests::secrets::SecretSearch;
use transload_tests::servers::{DockerCli, Ministack, TestEngine};
use transload_tests::window::{Desktop, Role, run_story};

use crate::wizard::{log_in_and_review, next_step, select_tags, start_and_wait, verified_digest};

const IMAGE: &str = "dencold/pgcli:latest";

#[tokio::test]
async fn an_image_of_the_docker_engine_is_in_ecr_with_the_digest_on_screen() -> Result<()> {
    let docker = TestEngine::docker().await?;
    let image = Recipe::small(61).format(Format::Docker).build()?;
    docker.cli()?.load(&image, IMAGE).await?;
    migrates_the_image("docker", &docker.cli()?, &docker.address()).await
}

#[tokio::test]
async fn an_image_of_podman_is_in_ecr_with_the_digest_on_screen() -> Result<()> {
    let podman = TestEngine::podman().await?;
    let cli = podman.cli()?;
    let image = Recipe::small(62).format(Format::Docker).build()?;
    cli.load(&image, IMAGE).await?;
    // A name without a host refers to Docker Hub in Docker, and to localhost in Podman.
    let named = format!("docker.io/{IMAGE}");
    cli.run(["tag", &format!("localhost/{IMAGE}"), &named]).succeed().await?;
    cli.run(["rmi", &format!("localhost/{IMAGE}")]).succeed().await?;
    migrates_the_image("podman", &cli, &podman.address()).await
}

async fn migrates_the_image(name: &str, cli: &DockerCli, address: &str) -> Result<()> {
    let ecr = Ministack::start().await?;
    let key = ("AKIAIOSFODNN7EXAMPLE", SECRET_KEY);
    let home = AwsHome::new()?.profile_with_key("work", key, &[("region", REGION)])?;
    let names_before = cli.image_names().await?;
    let desktop =
        Desktop::new(name).await?.variables(home.environment()).variable("DOCKER_HOST", address);
    run_story(desktop, async |desktop| {
        let window = desktop.open().await?;
        window.click_by_test_id("card-migrate").await?;
        window.click(Role::Radio, "Use work").await?;
        window.expand("advanced-endpoints").await?;
        window.fill_by_test_id("ecr-endpoint", &ecr.url()).await?;
        window.fill_by_test_id("registry-endpoint", &ecr.url()).await?;
        window.find_by_test_id("identity-account").await?;
        next_step(&window, "Images").await?;
        window.choose("Source", "Docker Engine").await?;
        select_tags(&window, "dencold/pgcli", &["latest"]).await?;
        next_step(&window, "Names").await?;
        window.wait_for_text_in("repository-state-dencold/pgcli", "Will be created").await?;
        log_in_and_review(&window).await?;
        ensure!(start_and_wait(&window).await? == "succeeded");
        let on_screen = verified_digest(&window, 0, "same_content").await?;

        let aws = ecr.aws()?;
        ensure!(aws.image_digest("pgcli", "latest").await? == Some(on_screen.clone()));
        ensure!(cli.image_names().await? == names_before, "a tag was left in the engine");
        let pulled = cli.pull(&format!("{}/pgcli:latest", ecr.host())).await?;
        ensure!(pulled == on_screen, "pulled {pulled}, on screen {on_screen}");

        let token = aws.run(["ecr", "get-login-password"]).succeed().await?.text();
        let mut search = SecretSearch::new().secret("the access key", SECRET_KEY)?;
        if token.trim().len() >= 12 {
            search = search.secret("the registry's token", token.trim())?;
        }
        search.check_text("what the program printed", desktop.output())?;
        let files = search.check_folder(desktop.folder())?;
        ensure!(files.contains(&desktop.data_folder().join("draft.json")), "{files:?}");
        ensure!(files.iter().any(|file| file.starts_with(desktop.data_folder().join("logs"))));
        Ok(())
    })
    .await
}
