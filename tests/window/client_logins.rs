//! The user's own docker and Podman: the change is shown first, made, used by another program, and reverted.

use std::path::Path;

use anyhow::{Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use transload_tests::aws_home::AwsHome;
use transload_tests::ecr::Ecr;
use transload_tests::images::{Recipe, TestRepository};
use transload_tests::program::Program;
use transload_tests::secrets::SecretSearch;
use transload_tests::servers::TestRegistry;
use transload_tests::tools::system_tool;
use transload_tests::window::{Desktop, Role, Window, run_story};

use crate::wizard::{
    log_in_and_review, next_step, open_registry_images, select_tags, start_and_wait,
};

/// Formatted as by a text editor; docker itself formats its file differently.
const DOCKERS_FILE: &str = "{ \"auths\": {\"registry.example\": {\"auth\": \"YWRhOnB3\"}},\n\n  \"psFormat\":\"{{.ID}}\" }";

#[tokio::test]
async fn docker_and_podman_are_logged_in_as_shown_and_undo_restores_each_byte() -> Result<()> {
    let (registry, ecr) = (TestRegistry::start().await?, Ecr::practice().await?);
    let target = TestRepository::new(&registry.url(), "team/app")?;
    target.push(&Recipe::small(98).build()?, "1.0").await?;
    let url = ecr.api_url();
    let settings = [("region", ecr.region()), ("endpoint_url", url.as_str())];
    let home = AwsHome::new()?.profile_with_key("work", ecr.key(), &settings)?;
    let auth_file = home.path().join("podman/auth.json");
    let desktop = Desktop::new("client-logins").await?.variables(home.environment());
    let desktop = desktop.variable("REGISTRY_AUTH_FILE", &auth_file.display().to_string());
    let docker_file = desktop.folder().join("home/.docker/config.json");
    std::fs::create_dir_all(desktop.folder().join("home/.docker"))?;
    std::fs::write(&docker_file, DOCKERS_FILE)?;
    run_story(desktop, async |desktop| {
        let window = desktop.open().await?;
        window.click_by_test_id("card-migrate").await?;
        window.click(Role::Radio, "Use work").await?;
        window.find_by_test_id("identity-account").await?;
        open_registry_images(&window, &registry.host()).await?;
        select_tags(&window, "team/app", &["1.0"]).await?;
        next_step(&window, "Names").await?;
        log_in_and_review(&window).await?;
        ensure!(start_and_wait(&window).await? == "succeeded");
        let ecr_host = ecr.registry_host();
        window.click(Role::Tab, "Next steps").await?;
        for (client, file) in [("docker", &docker_file), ("podman", &auth_file)] {
            window.expand("client-logins").await?;
            let block = format!("client-login-{client}");
            window.wait_for_text_in(&block, &format!("No login for {ecr_host}")).await?;
            // The change is exactly what is shown: the file, the field, and nothing else.
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
        window.click(Role::Button, "Dark theme").await?;
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
        ensure!(std::fs::read_to_string(&docker_file)? == DOCKERS_FILE, "docker's file differs");
        ensure!(!auth_file.exists(), "Podman's file did not exist before");

        let login = String::from_utf8(STANDARD.decode(&secret)?)?;
        let password = login.strip_prefix("AWS:").unwrap_or_default();
        let search = SecretSearch::new().secret("the login", password)?;
        search.check_text("what the program printed", desktop.output())?;
        search.check_folder(desktop.folder())?;
        Ok(())
    })
    .await
}

async fn undo(window: &Window, client: &str, ecr_host: &str) -> Result<()> {
    let block = format!("client-login-{client}");
    window.click_by_test_id(&format!("{block}-undo")).await?;
    window.wait_for_text_in(&block, &format!("No login for {ecr_host}")).await
}

/// Checks that another program can log in with the file: it gets "not found" for a nonexistent repository.
async fn logged_in(file: &Path, ecr_host: &str) -> Result<()> {
    let listed = Program::new(system_tool("skopeo")?)
        .arguments(["list-tags", "--tls-verify=false", "--authfile"])
        .arguments([file.display().to_string(), format!("docker://{ecr_host}/nothing-here")])
        .finish()
        .await?;
    ensure!(
        listed.stderr.contains("404 (Not Found)"),
        "the login of skopeo was rejected: {}",
        listed.stderr
    );
    Ok(())
}
