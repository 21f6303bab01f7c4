//! Errors of the Docker Engine.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::UnixListener;

use anyhow::Result;
use transload_contract::{ImageSource, TagMutability};
use transload_errors::ErrorCode;
use transload_tests::aws_home::AwsHome;
use transload_tests::ecr::Ecr;
use transload_tests::faults::{Fault, FaultProxy, Rule};
use transload_tests::headless_app::{HeadlessApp, request};
use transload_tests::images::{Recipe, TestRepository};
use transload_tests::program::Program;
use transload_tests::servers::TestEngine;
use transload_tests::tools::system_tool;

use crate::refusals::{checked, refusal};

#[tokio::test]
async fn an_engine_that_is_not_running() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let address = format!("unix://{}/docker.sock", folder.path().display());
    let ecr = Ecr::practice().await?;
    let app = HeadlessApp::new(ecr.home()?, Some(&address))?;
    let status = app.api.engine_status().await.map_err(transload_tests::headless_app::api_error)?;
    assert!(!status.running);
    let error = checked(status.error.expect("no reason is given"));
    assert_eq!(error.code, ErrorCode::EngineNotRunning);
    assert!(status.tried.iter().any(|attempt| attempt.address == address));
    let migration_request =
        request(&ecr.connection(), &ImageSource::DockerEngine, &[("a", "1", "app")]);
    assert_eq!(refusal(&app, migration_request).await?.code, ErrorCode::EngineNotRunning);
    Ok(())
}

/// Root can open every socket, so if the tests run as root, this story runs itself again as another user.
#[tokio::test]
async fn a_socket_without_permission() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let is_root = std::fs::metadata(folder.path())?.uid() == 0;
    if is_root {
        // The test program may be in a folder that the user cannot read, so the user gets a copy.
        let program = folder.path().join("story");
        std::fs::copy(std::env::current_exe()?, &program)?;
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777))?;
        Program::new(system_tool("setpriv")?)
            .arguments(["--reuid=65534", "--regid=65534", "--clear-groups", "--"])
            .arguments([program.as_os_str()])
            .arguments(["--exact", "refusals::docker::a_socket_without_permission"])
            .variable("TMPDIR", folder.path())
            .succeed()
            .await?;
        return Ok(());
    }
    let socket = folder.path().join("docker.sock");
    let _listener = UnixListener::bind(&socket)?;
    std::fs::set_permissions(&socket, std::fs::Permissions::from_mode(0o000))?;
    let address = format!("unix://{}", socket.display());
    let app = HeadlessApp::new(AwsHome::new()?, Some(&address))?;
    let status = app.api.engine_status().await.map_err(transload_tests::headless_app::api_error)?;
    let error = checked(status.error.expect("no reason is given"));
    assert_eq!(error.code, ErrorCode::EnginePermissionDenied, "{error:?}");
    Ok(())
}

#[tokio::test]
async fn an_image_that_the_engine_does_not_have() -> Result<()> {
    let docker = TestEngine::docker().await?;
    let ecr = Ecr::practice().await?;
    let app = HeadlessApp::new(ecr.home()?, Some(&docker.address()))?;
    let images = [("dencold/pgcli", "latest", "pgcli")];
    let migration_request = request(&ecr.connection(), &ImageSource::DockerEngine, &images);
    assert_eq!(refusal(&app, migration_request).await?.code, ErrorCode::EngineImageMissing);
    Ok(())
}

/// Errors of the registry during the engine's push, after the HTTP status 200 of the engine, and the expected
/// code.
const PUSH_REFUSALS: [(&str, u16, &str, &str, ErrorCode); 4] = [
    (
        "/blobs/uploads/",
        403,
        "DENIED",
        "User: arn:aws:iam::1:user/me is not authorized to perform: ecr:InitiateLayerUpload",
        ErrorCode::RegistryForbidden,
    ),
    (
        "/blobs/uploads/",
        404,
        "NAME_UNKNOWN",
        "The repository with name 'app' does not exist in the registry with id '1'",
        ErrorCode::RepositoryMissing,
    ),
    (
        "/manifests/",
        403,
        "DENIED",
        "Your authorization token has expired. Reauthenticate and try again.",
        ErrorCode::RegistryTokenExpired,
    ),
    ("/manifests/", 400, "MANIFEST_INVALID", "it smells", ErrorCode::EnginePushFailed),
];

#[tokio::test]
async fn an_error_inside_the_push_stream() -> Result<()> {
    let docker = TestEngine::docker().await?;
    docker.cli()?.load(&Recipe::small(49).build()?, "app:1").await?;
    let ecr = Ecr::ministack().await?;
    for (number, (path, status, code, message, expected)) in PUSH_REFUSALS.into_iter().enumerate() {
        let fault = Fault::registry_error(status, code, message);
        let proxy =
            FaultProxy::start(&ecr.api_url(), [Rule::new("POST|PUT", path, fault)?]).await?;
        let app = HeadlessApp::new(ecr.home()?, Some(&docker.address()))?;
        let repository = format!("app{number}");
        let images = [("app", "1", repository.as_str())];
        let migration_request =
            request(&ecr.connection_through(&proxy), &ImageSource::DockerEngine, &images);
        let error = refusal(&app, migration_request).await?;
        assert!(proxy.fault_count() > 0);
        assert_eq!(error.code, expected, "{code}: {error:?}");
        assert_eq!(ecr.aws()?.image_digest(&repository, "1").await?, None);
    }
    Ok(())
}

#[tokio::test]
async fn an_immutable_tag_that_exists_when_the_engine_pushes() -> Result<()> {
    let docker = TestEngine::docker().await?;
    docker.cli()?.load(&Recipe::small(50).build()?, "app:1").await?;
    let ecr = Ecr::practice().await?;
    let app = HeadlessApp::new(ecr.home()?, Some(&docker.address()))?;
    let mut migration_request =
        request(&ecr.connection(), &ImageSource::DockerEngine, &[("app", "1", "app")]);
    migration_request.template.tag_mutability = TagMutability::Immutable.into();
    let plan = app.plan(migration_request).await?;
    // Another user pushes first.
    ecr.aws()?.create_repository("app", "IMMUTABLE").await?;
    let (user, token) = ecr.login().await?;
    let url = format!("http://{}", ecr.registry_host());
    let quicker = Recipe::small(500).build()?;
    TestRepository::new(&url, "app")?.login(Some((&user, &token))).push(&quicker, "1").await?;
    let job = app.api.migration_start(plan.plan.clone()).await;
    let job = job.map_err(transload_tests::headless_app::api_error)?;
    let report = app.follow(job, plan).await?.report;
    let transload_contract::ImageResult::Failed { error } = &report.images[0].result else {
        panic!("{report:#?}")
    };
    assert_eq!(error.code, ErrorCode::DestinationMoved, "the check before the push: {error:?}");
    assert_eq!(ecr.aws()?.image_digest("app", "1").await?, Some(quicker.manifest.digest));
    Ok(())
}
