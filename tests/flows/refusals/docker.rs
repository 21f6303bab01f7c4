//! Errors of the Docker Engine.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::UnixListener;

use anyhow::Result;
use transload_contract::{ImageSource, TagMutability};
use transload_errors::ErrorCode;
use transload_tests::aws_home::AwsHome;
use transload_tests::computer::{Computer, request};
use transload_tests::ecr::Ecr;
use transload_tests::faults::{Fault, FaultProxy, Rule};
use transload_tests::images::{Recipe, Target};
use transload_tests::labs::EngineLab;
use transload_tests::process::Run;
use transload_tests::tools::system_tool;

use crate::refusals::{checked, refusal};

#[tokio::test]
async fn an_engine_that_does_not_run() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let address = format!("unix://{}/docker.sock", folder.path().display());
    let ecr = Ecr::practice().await?;
    let computer = Computer::new(ecr.home()?, Some(&address))?;
    let status =
        computer.api.engine_status().await.map_err(transload_tests::computer::api_error)?;
    assert!(!status.running);
    let error = checked(status.error.expect("no reason is given"));
    assert_eq!(error.code, ErrorCode::EngineNotRunning);
    assert!(status.tried.iter().any(|attempt| attempt.address == address));
    let wanted = request(&ecr.connection(), &ImageSource::DockerEngine, &[("a", "1", "app")]);
    assert_eq!(refusal(&computer, wanted).await?.code, ErrorCode::EngineNotRunning);
    Ok(())
}

/// Root may open every socket, so where the tests run as root this story runs itself once more as
/// nobody.
#[tokio::test]
async fn a_socket_that_may_not_be_opened() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let is_root = std::fs::metadata(folder.path())?.uid() == 0;
    if is_root {
        // The test program may lie where nobody may look, so nobody gets a copy of it.
        let program = folder.path().join("story");
        std::fs::copy(std::env::current_exe()?, &program)?;
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777))?;
        Run::new(system_tool("setpriv")?)
            .arguments(["--reuid=65534", "--regid=65534", "--clear-groups", "--"])
            .arguments([program.as_os_str()])
            .arguments(["--exact", "refusals::docker::a_socket_that_may_not_be_opened"])
            .variable("TMPDIR", folder.path())
            .succeed()
            .await?;
        return Ok(());
    }
    let socket = folder.path().join("docker.sock");
    let _listener = UnixListener::bind(&socket)?;
    std::fs::set_permissions(&socket, std::fs::Permissions::from_mode(0o000))?;
    let address = format!("unix://{}", socket.display());
    let computer = Computer::new(AwsHome::new()?, Some(&address))?;
    let status =
        computer.api.engine_status().await.map_err(transload_tests::computer::api_error)?;
    let error = checked(status.error.expect("no reason is given"));
    assert_eq!(error.code, ErrorCode::EnginePermissionDenied, "{error:?}");
    Ok(())
}

#[tokio::test]
async fn an_image_that_the_engine_does_not_have() -> Result<()> {
    let docker = EngineLab::docker().await?;
    let ecr = Ecr::practice().await?;
    let computer = Computer::new(ecr.home()?, Some(&docker.address()))?;
    let images = [("dencold/pgcli", "latest", "pgcli")];
    let wanted = request(&ecr.connection(), &ImageSource::DockerEngine, &images);
    assert_eq!(refusal(&computer, wanted).await?.code, ErrorCode::EngineImageMissing);
    Ok(())
}

/// What the registry answers to the engine in the middle of its push, where HTTP has said 200 to us
/// already, and the code that it must reach.
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
    let docker = EngineLab::docker().await?;
    docker.cli()?.load(&Recipe::small(49).build()?, "app:1").await?;
    let ecr = Ecr::ministack().await?;
    for (number, (path, status, code, message, expected)) in PUSH_REFUSALS.into_iter().enumerate() {
        let fault = Fault::registry_error(status, code, message);
        let proxy =
            FaultProxy::start(&ecr.api_url(), [Rule::new("POST|PUT", path, fault)?]).await?;
        let computer = Computer::new(ecr.home()?, Some(&docker.address()))?;
        let repository = format!("app{number}");
        let images = [("app", "1", repository.as_str())];
        let wanted = request(&ecr.connection_through(&proxy), &ImageSource::DockerEngine, &images);
        let error = refusal(&computer, wanted).await?;
        assert!(proxy.faults() > 0);
        assert_eq!(error.code, expected, "{code}: {error:?}");
        assert_eq!(ecr.aws()?.image_digest(&repository, "1").await?, None);
    }
    Ok(())
}

#[tokio::test]
async fn an_immutable_tag_that_the_engine_runs_into() -> Result<()> {
    let docker = EngineLab::docker().await?;
    docker.cli()?.load(&Recipe::small(50).build()?, "app:1").await?;
    let ecr = Ecr::practice().await?;
    let computer = Computer::new(ecr.home()?, Some(&docker.address()))?;
    let mut wanted = request(&ecr.connection(), &ImageSource::DockerEngine, &[("app", "1", "app")]);
    wanted.template.tag_mutability = TagMutability::Immutable;
    let plan = computer.plan(wanted).await?;
    // Somebody else is quicker.
    ecr.aws()?.create_repository("app", "IMMUTABLE").await?;
    let (user, token) = ecr.login().await?;
    let url = format!("http://{}", ecr.registry_host());
    let quicker = Recipe::small(500).build()?;
    Target::new(&url, "app")?.login(Some((&user, &token))).push(&quicker, "1").await?;
    let job = computer.api.migration_start(plan.plan.clone()).await;
    let job = job.map_err(transload_tests::computer::api_error)?;
    let report = computer.follow(job, plan).await?.report;
    let transload_contract::ImageResult::Failed { error } = &report.images[0].result else {
        panic!("{report:#?}")
    };
    assert_eq!(error.code, ErrorCode::DestinationMoved, "the look before the push: {error:?}");
    assert_eq!(ecr.aws()?.image_digest("app", "1").await?, Some(quicker.manifest.digest));
    Ok(())
}
