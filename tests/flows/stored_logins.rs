//! The login for a source. Unreadable stored logins are reported and prevent nothing. A sign-in that the
//! registry can't confirm is used, but not saved.

use anyhow::{Result, ensure};
use axum::Router;
use transload_contract::{ImageSource, SourceLogin, SourceLoginOrigin};
use transload_errors::ErrorCode;
use transload_tests::aws_home::AwsHome;
use transload_tests::headless_app::{HeadlessApp, api_error};
use transload_tests::images::{Recipe, TestRepository};
use transload_tests::program::Program;
use transload_tests::servers::TestRegistry;
use transload_tests::tools::command_line;

/// A registry with anonymous access that gives this response to all requests, and ends with the test.
async fn open_registry(answer: &'static str) -> Result<ImageSource> {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
    let host = listener.local_addr()?.to_string();
    let router = Router::new().fallback(async move || answer);
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(ImageSource::Registry { host, plain_http: true })
}

#[tokio::test]
async fn an_unreadable_stored_login_is_named_and_public_images_are_listed() -> Result<()> {
    let app = HeadlessApp::new(AwsHome::new()?, None)?;
    let folder = app.home().join(".docker");
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("config.json"), "{\"credsStore\":\"not-installed\"}")?;
    let source = open_registry("{\"repositories\":[\"team/app\"],\"tags\":[\"1\"]}").await?;
    let api = &app.api;

    let status = api.source_login_status(source.clone()).await.map_err(api_error)?;
    assert_eq!(status.origin, SourceLoginOrigin::Anonymous);
    let error = status.login_error.ok_or_else(|| anyhow::anyhow!("the helper is named"))?;
    assert_eq!(error.code, ErrorCode::StoredLoginUnreadable);
    ensure!(error.message.contains("docker-credential-not-installed"), "{}", error.message);
    let listed = api.source_repositories(source.clone(), None).await.map_err(api_error)?;
    assert_eq!(listed.repositories[0].name, "team/app");

    let entry = "{\"auths\":{\"HOST\":{\"auth\":\"YWRhOnB3\"}}}";
    let ImageSource::Registry { host, .. } = &source else { unreachable!("it is a registry") };
    std::fs::write(folder.join("config.json"), entry.replace("HOST", host))?;
    let status = api.source_login_status(source).await.map_err(api_error)?;
    assert_eq!(status.username.as_deref(), Some("ada"));
    let file = folder.join("config.json").display().to_string();
    assert_eq!((status.origin, status.stored_in), (SourceLoginOrigin::DockerLogin, Some(file)));
    Ok(())
}

#[tokio::test]
async fn a_sign_in_that_the_registry_does_not_check_is_used_but_not_saved() -> Result<()> {
    let app = HeadlessApp::new(AwsHome::new()?, None)?;
    let source = open_registry("{\"repositories\":[]}").await?;
    let login = SourceLogin {
        source: source.clone(),
        username: "ada".to_owned(),
        secret: "surely-wrong".to_owned(),
        keep: true,
    };
    let status = app.api.source_login(login).await.map_err(api_error)?;
    assert_eq!(status.origin, SourceLoginOrigin::Typed);
    assert_eq!(status.login_error.map(|error| error.code), Some(ErrorCode::LoginUntested));
    assert_eq!(status.keychain_error, None, "the keychain was not accessed");
    ensure!(!app.data_folder().join("kept-logins.json").exists(), "the login is not saved");
    Ok(())
}

#[tokio::test]
async fn the_command_line_copies_public_images_and_names_a_missing_credential_helper() -> Result<()>
{
    let (source, destination) = (TestRegistry::start().await?, TestRegistry::start().await?);
    let image = Recipe::small(141).build()?;
    TestRepository::new(&source.url(), "team/app")?.push(&image, "1").await?;
    let home = AwsHome::new()?;
    home.file(".docker/config.json", "{\"credsStore\":\"not-installed\"}")?;
    let copy = |tag: &str, json: bool| {
        let [from, to] =
            [source.host(), destination.host()].map(|host| format!("{host}/team/app:{tag}"));
        let run = Program::new(command_line()?).arguments(["copy", &from, &to]);
        let run = if json { run.arguments(["--json"]) } else { run };
        anyhow::Ok(
            run.variable("HOME", home.path())
                .variable("XDG_RUNTIME_DIR", home.path())
                .without_variable("DOCKER_CONFIG")
                .without_variable("DOCKER_AUTH_CONFIG")
                .without_variable("REGISTRY_AUTH_FILE")
                .without_variable("XDG_CONFIG_HOME"),
        )
    };
    let copied = copy("1", false)?.finish().await?;
    ensure!(copied.status.success(), "{}", copied.stderr);
    // "Not found" could mean that a login is required, so the stored login is read now.
    let words = "warning: Couldn't read a stored login: docker-credential-not-installed: ";
    let missing = copy("none", false)?.finish().await?;
    assert_eq!(missing.status.code(), Some(1), "{}", missing.stderr);
    ensure!(missing.stderr.contains(words), "{}", missing.stderr);
    let missing = copy("none", true)?.finish().await?;
    // Source and destination have the same problem, which is reported once.
    let warnings = missing.text().matches("\"type\":\"warning\"").count();
    ensure!(warnings == 1, "{}", missing.text());
    Ok(())
}
