//! The user's own docker and Podman: the change is shown first, made, used by another program, and reverted.

use std::path::Path;

use anyhow::{Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use transload_tests::aws_home::AwsHome;
use transload_tests::ecr::Ecr;
use transload_tests::images::{Recipe, Target};
use transload_tests::labs::RegistryLab;
use transload_tests::process::Run;
use transload_tests::secrets::SecretSearch;
use transload_tests::tools::system_tool;
use transload_tests::window::{Role, Stage, Window, story};

use crate::wizard::{at_images_of, next, select};

/// As a person's editor may have left it: docker itself writes its file otherwise.
const DOCKERS_FILE: &str = "{ \"auths\": {\"registry.example\": {\"auth\": \"YWRhOnB3\"}},\n\n  \"psFormat\":\"{{.ID}}\" }";

#[tokio::test]
async fn docker_and_podman_are_logged_in_as_shown_and_undone_to_the_byte() -> Result<()> {
    let (registry, ecr) = (RegistryLab::start().await?, Ecr::practice().await?);
    let target = Target::new(&registry.url(), "team/app")?;
    target.push(&Recipe::small(98).build()?, "1.0").await?;
    let url = ecr.api_url();
    let settings = [("region", ecr.region()), ("endpoint_url", url.as_str())];
    let home = AwsHome::new()?.profile_with_key("work", ecr.key(), &settings)?;
    let auth_file = home.path().join("podman/auth.json");
    let stage = Stage::new("client-logins").await?.variables(home.environment());
    let stage = stage.variable("REGISTRY_AUTH_FILE", &auth_file.display().to_string());
    let docker_file = stage.folder().join("home/.docker/config.json");
    std::fs::create_dir_all(stage.folder().join("home/.docker"))?;
    std::fs::write(&docker_file, DOCKERS_FILE)?;
    story(stage, async |stage| {
        let window = stage.open().await?;
        window.click_by_test_id("card-migrate").await?;
        window.click(Role::Radio, "Use work").await?;
        window.find_by_test_id("identity-account").await?;
        at_images_of(&window, &registry.host()).await?;
        select(&window, "team/app", &["1.0"]).await?;
        next(&window, "Repositories").await?;
        next(&window, "Log in").await?;
        window.wait_for_text_in("login-registry", "Logged in").await?;
        let ecr_host = ecr.registry_host();
        for (client, file) in [("docker", &docker_file), ("podman", &auth_file)] {
            window.expand("client-logins").await?;
            let block = format!("client-login-{client}");
            window.wait_for_text_in(&block, &format!("No login for {ecr_host}")).await?;
            // What is shown is what is changed: the file, the place in it, and nothing else.
            let shown = format!("{}: set auths \u{2192} {ecr_host} to", file.display());
            window.wait_for_text_in(&block, &shown).await?;
            window.screenshot(&format!("1-{client}-before")).await?;
            window.check_accessibility().await?;
            window.click_by_test_id(&format!("{block}-agree")).await?;
            window.click_by_test_id(&format!("{block}-apply")).await?;
            window
                .wait_for_text_in(&block, &format!("The file contains a login for {ecr_host}"))
                .await?;
            window.screenshot(&format!("2-{client}-after")).await?;
            logged_in(file, &ecr_host).await?;
        }
        window.click(Role::Button, "Dark mode").await?;
        window.screenshot("3-dark").await?;
        window.check_accessibility().await?;
        let after: Value = serde_json::from_slice(&std::fs::read(&docker_file)?)?;
        let secret = after["auths"][&ecr_host]["auth"].as_str().unwrap_or_default().to_owned();
        ensure!(after["auths"]["registry.example"]["auth"] == "YWRhOnB3", "{after}");
        ensure!(after["psFormat"] == "{{.ID}}", "{after}");

        for client in ["docker", "podman"] {
            undo(&window, client, &ecr_host).await?;
        }
        window.screenshot("4-undone").await?;
        ensure!(std::fs::read_to_string(&docker_file)? == DOCKERS_FILE, "docker's file is another");
        ensure!(!auth_file.exists(), "Podman's file was not there before");

        let login = String::from_utf8(STANDARD.decode(&secret)?)?;
        let password = login.strip_prefix("AWS:").unwrap_or_default();
        let search = SecretSearch::new().secret("the login", password)?;
        search.check_text("what the program printed", stage.output())?;
        search.check_folder(stage.folder())?;
        Ok(())
    })
    .await
}

async fn undo(window: &Window, client: &str, ecr_host: &str) -> Result<()> {
    let block = format!("client-login-{client}");
    window.click_by_test_id(&format!("{block}-undo")).await?;
    window.wait_for_text_in(&block, &format!("No login for {ecr_host}")).await
}

/// Another program is let in with the file: it is told that the repository is not there.
async fn logged_in(file: &Path, ecr_host: &str) -> Result<()> {
    let asked = Run::new(system_tool("skopeo")?)
        .arguments(["list-tags", "--tls-verify=false", "--authfile"])
        .arguments([file.display().to_string(), format!("docker://{ecr_host}/nothing-here")])
        .finish()
        .await?;
    ensure!(asked.stderr.contains("404 (Not Found)"), "skopeo was not let in: {}", asked.stderr);
    Ok(())
}
