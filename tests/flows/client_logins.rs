//! The user's own docker and Podman are logged in to ECR, other programs use the login, and it is reverted.

use anyhow::{Context, Result, bail, ensure};
use transload_contract::{ClientLogin, ClientLogins, HeldLogin, LoginClient, LoginWay};
use transload_errors::ErrorCode;
use transload_tests::computer::{Computer, api_error};
use transload_tests::ecr::Ecr;
use transload_tests::process::{Finished, Run};
use transload_tests::tools::system_tool;

fn of(logins: &ClientLogins, client: LoginClient) -> Result<&ClientLogin> {
    logins.clients.iter().find(|one| one.client == client).context("the client is not there")
}

/// What skopeo gets to see of a repository that is not there, with the logins of a file.
async fn tags_with(file: &str, registry: &str) -> Result<Finished> {
    Run::new(system_tool("skopeo")?)
        .arguments(["list-tags", "--tls-verify=false", "--authfile", file])
        .arguments([format!("docker://{registry}/nothing-here")])
        .finish()
        .await
}

#[tokio::test]
async fn a_login_in_podmans_file_is_used_by_skopeo_and_taken_back() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let computer = Computer::new(ecr.home()?, None)?;
    let (api, connection) = (&computer.api, ecr.connection());
    let before = api.client_logins(connection.clone()).await.map_err(api_error)?;
    let podman = of(&before, LoginClient::Podman)?;
    assert_eq!(podman.held, Some(HeldLogin::None));
    let (file, registry) = (podman.file.clone(), before.registry.clone());

    let way = LoginWay::Inline;
    let after = api
        .client_login_apply(connection.clone(), LoginClient::Podman, way)
        .await
        .map_err(api_error)?;
    let podman = of(&after, LoginClient::Podman)?;
    assert_eq!((podman.held.clone(), podman.undoable), (Some(HeldLogin::Inline), true));
    let seen = tags_with(&file, &registry).await?;
    ensure!(seen.stderr.contains("404 (Not Found)"), "skopeo was not let in: {}", seen.stderr);

    let back = api.client_login_undo(connection, LoginClient::Podman).await.map_err(api_error)?;
    assert_eq!(of(&back, LoginClient::Podman)?.held, Some(HeldLogin::None));
    ensure!(!std::path::Path::new(&file).exists(), "the file was not there before");
    Ok(())
}

#[tokio::test]
async fn docker_itself_finds_the_login_and_what_it_changed_is_left_alone() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let computer = Computer::new(ecr.home()?, None)?;
    let (api, connection) = (&computer.api, ecr.connection());
    let after = api
        .client_login_apply(connection.clone(), LoginClient::Docker, LoginWay::Inline)
        .await
        .map_err(api_error)?;
    let docker = of(&after, LoginClient::Docker)?;
    let folder = std::path::Path::new(&docker.file).parent().context("a folder")?.to_path_buf();
    let log_out = || async {
        Run::new(system_tool("docker")?)
            .arguments(["--config", &folder.display().to_string(), "logout", &after.registry])
            .finish()
            .await
    };
    let logged_out = log_out().await?;
    ensure!(
        logged_out.text().contains("Removing login credentials"),
        "docker saw no login: {}{}",
        logged_out.text(),
        logged_out.stderr
    );
    let undone = api.client_login_undo(connection.clone(), LoginClient::Docker).await;
    let Err(error) = undone else { bail!("what docker changed was changed back") };
    assert_eq!(error.code, ErrorCode::ClientLoginFailed, "{error:?}");
    // What cannot be undone is not offered again.
    let now = api.client_logins(connection).await.map_err(api_error)?;
    let docker = of(&now, LoginClient::Docker)?;
    assert_eq!((docker.held.clone(), docker.undoable), (Some(HeldLogin::None), false));
    Ok(())
}
