//! The user's own docker and Podman are logged in to ECR, other programs use the login, and it is reverted.

use anyhow::{Context, Result, bail, ensure};
use transload_contract::{ClientLogin, ClientLogins, ExistingLogin, LoginClient, LoginMethod};
use transload_errors::ErrorCode;
use transload_tests::ecr::Ecr;
use transload_tests::headless_app::{HeadlessApp, api_error};
use transload_tests::program::{Program, ProgramOutput};
use transload_tests::tools::system_tool;

fn login_of(logins: &ClientLogins, client: LoginClient) -> Result<&ClientLogin> {
    logins.clients.iter().find(|one| one.client == client).context("the client is not listed")
}

/// Lists the tags of a nonexistent repository with skopeo, with the logins of a file.
async fn tags_with(file: &str, registry: &str) -> Result<ProgramOutput> {
    Program::new(system_tool("skopeo")?)
        .arguments(["list-tags", "--tls-verify=false", "--authfile", file])
        .arguments([format!("docker://{registry}/nothing-here")])
        .finish()
        .await
}

#[tokio::test]
async fn skopeo_uses_a_login_in_podmans_file_and_undo_removes_it() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let app = HeadlessApp::new(ecr.home()?, None)?;
    let (api, connection) = (&app.api, ecr.connection());
    let before = api.client_logins(connection.clone()).await.map_err(api_error)?;
    let podman = login_of(&before, LoginClient::Podman)?;
    assert_eq!(podman.existing, Some(ExistingLogin::None));
    let (file, registry) = (podman.file.clone(), before.registry.clone());

    let method = LoginMethod::Inline;
    let after = api
        .client_login_apply(connection.clone(), LoginClient::Podman, method)
        .await
        .map_err(api_error)?;
    let podman = login_of(&after, LoginClient::Podman)?;
    assert_eq!((podman.existing.clone(), podman.undoable), (Some(ExistingLogin::Inline), true));
    let seen = tags_with(&file, &registry).await?;
    ensure!(
        seen.stderr.contains("404 (Not Found)"),
        "the login of skopeo was rejected: {}",
        seen.stderr
    );

    let back = api.client_login_undo(connection, LoginClient::Podman).await.map_err(api_error)?;
    assert_eq!(login_of(&back, LoginClient::Podman)?.existing, Some(ExistingLogin::None));
    ensure!(!std::path::Path::new(&file).exists(), "the file did not exist before");
    Ok(())
}

#[tokio::test]
async fn docker_finds_the_login_and_undo_does_not_touch_later_changes() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let app = HeadlessApp::new(ecr.home()?, None)?;
    let (api, connection) = (&app.api, ecr.connection());
    let after = api
        .client_login_apply(connection.clone(), LoginClient::Docker, LoginMethod::Inline)
        .await
        .map_err(api_error)?;
    let docker = login_of(&after, LoginClient::Docker)?;
    let folder = std::path::Path::new(&docker.file).parent().context("a folder")?.to_path_buf();
    let log_out = || async {
        Program::new(system_tool("docker")?)
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
    let Err(error) = undone else { bail!("undo changed what docker had changed") };
    assert_eq!(error.code, ErrorCode::ClientLoginFailed, "{error:?}");
    // A login that cannot be undone is not offered for undo again.
    let now = api.client_logins(connection).await.map_err(api_error)?;
    let docker = login_of(&now, LoginClient::Docker)?;
    assert_eq!((docker.existing.clone(), docker.undoable), (Some(ExistingLogin::None), false));
    Ok(())
}
