//! `transload-cli practice`: its printed environment is enough for the AWS CLI and skopeo.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use transload_tests::process::Process;
use transload_tests::program::Program;
use transload_tests::skopeo::{Skopeo, SkopeoImage};
use transload_tests::tools::{command_line, python_tool, system_tool};
use transload_tests::wait::wait_until;

const HUB_IMAGE: &str = "dencold/pgcli:latest";

/// The variables of lines such as `export NAME='value'`.
fn exported(output: &str) -> BTreeMap<String, String> {
    let lines = output.lines().filter_map(|line| line.strip_prefix("export ")?.split_once('='));
    lines.map(|(name, value)| (name.to_owned(), value.trim_matches('\'').to_owned())).collect()
}

#[tokio::test]
async fn the_printed_environment_serves_the_aws_cli_and_skopeo() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = ("XDG_DATA_HOME".to_owned(), folder.path().display().to_string());
    let mut practice = Process::start(&command_line()?, ["practice"], [data])?;
    let output = practice.output_path().to_owned();
    let ready =
        async || std::fs::read_to_string(&output).is_ok_and(|text| text.contains("Press Ctrl-C"));
    practice.wait_until_ready(Duration::from_secs(60), ready).await?;
    let printed = practice.output();
    let environment = exported(&printed);
    let registry = environment.get("PRACTICE_REGISTRY").context("the registry")?;
    let hub = environment.get("PRACTICE_HUB").context("the Docker Hub")?;
    let aws = async |arguments: &[&str]| -> Result<String> {
        // Nothing else: what is printed has to be enough.
        let program = Program::new(python_tool("aws")?)
            .arguments(arguments.iter().copied())
            .variables(environment.clone())
            .variable("HOME", folder.path().display().to_string())
            .without_variable("AWS_PROFILE");
        Ok(program.succeed().await?.text())
    };
    aws(&["ecr", "create-repository", "--repository-name", "shop/pgcli"]).await?;
    let password = aws(&["ecr", "get-login-password"]).await?;
    let target = format!("{registry}/shop/pgcli:latest");
    let source = SkopeoImage { reference: &format!("{hub}/{HUB_IMAGE}"), login: None };
    let to = SkopeoImage { reference: &target, login: Some(("AWS", password.trim())) };
    Skopeo::new()?.copy(source, to).await?;
    let images =
        aws(&["ecr", "describe-images", "--repository-name", "shop/pgcli", "--output", "json"])
            .await?;
    let images: Value = serde_json::from_str(&images)?;
    let details = images["imageDetails"].as_array().context("images")?;
    ensure!(details.iter().any(|image| image["imageTags"][0] == "latest"), "{images}");

    // Ctrl-C ends it.
    let interrupt = ["-INT".to_owned(), practice.id().to_string()];
    Program::new(system_tool("kill")?).arguments(interrupt).succeed().await?;
    wait_until(Duration::from_secs(30), "practice mode to end", async || practice.ended()).await?;
    Ok(())
}
