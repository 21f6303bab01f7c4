//! An AWS session that expires during a migration: the migration waits for the user and resumes. Nothing fails, and
//! nothing is sent twice.

use std::time::Duration;

use anyhow::{Result, bail, ensure};
use transload_contract::{JobEvent, JobEventKind, JobStatus, MigrationOutcome};
use transload_errors::ErrorCode;
use transload_practice::{FaultAction, FaultRule, Plane};
use transload_tests::computer::{Computer, api_error, registry_source, request};
use transload_tests::ecr::{Ecr, PROFILE};
use transload_tests::faults::FaultProxy;
use transload_tests::images::{Recipe, Target};
use transload_tests::labs::RegistryLab;
use transload_tests::process::Run;
use transload_tests::tools::command_line;

const LIMIT: Duration = Duration::from_secs(60);
const IMAGES: usize = 6;

/// A registry with images, each in a repository of its own.
async fn source() -> Result<RegistryLab> {
    let registry = RegistryLab::start().await?;
    for number in 0..IMAGES {
        let image = Recipe::small(81).layers([9_000, 40_000 + number]).build()?;
        Target::new(&registry.url(), &format!("team/app{number}"))?.push(&image, "1").await?;
    }
    Ok(registry)
}

/// Every call of the session is refused from a moment on, as AWS does when it ended.
fn session_ends(ecr: &Ecr, after_calls: u32) -> Result<()> {
    let ended = FaultRule::new(FaultAction::ExpiredCredentials).on(Plane::Ecr);
    ecr.faults()?.add(ended.after(after_calls));
    Ok(())
}

#[tokio::test]
async fn a_session_that_ends_in_the_middle_is_waited_for() -> Result<()> {
    let (ecr, registry) = (Ecr::practice().await?, source().await?);
    let proxy = FaultProxy::start(&ecr.api_url(), []).await?;
    let computer = Computer::new(ecr.home()?, None)?;
    let names: Vec<_> =
        (0..IMAGES).map(|number| (format!("team/app{number}"), format!("app{number}"))).collect();
    let images: Vec<_> = names.iter().map(|(from, to)| (from.as_str(), "1", to.as_str())).collect();
    let connection = ecr.connection_through(&proxy);
    let wanted = request(&connection, &registry_source(&registry.host()), &images);
    let plan = computer.plan(wanted).await?;
    // Two repositories are created before it ends.
    session_ends(&ecr, 2)?;
    let job = computer.api.migration_start(plan.plan.clone()).await.map_err(api_error)?;
    let mut events = computer.api.job_follow(job.clone(), 0).await.map_err(api_error)?;
    let waiting = async {
        while let Some(JobEvent { kind, .. }) = events.recv().await {
            if let JobEventKind::SignInNeeded { error } = kind {
                return Ok(error);
            }
        }
        bail!("it never waits")
    };
    let error = tokio::time::timeout(LIMIT, waiting).await??;
    assert_eq!(error.code, ErrorCode::CredentialsExpired);
    let snapshot = computer.api.job_snapshot(job.clone()).await.map_err(api_error)?;
    assert_eq!(snapshot.status, JobStatus::Running);
    assert!(snapshot.sign_in_error.is_some());
    assert_eq!(snapshot.connection, connection);

    // The person signs in, and asks to look at once.
    ecr.faults()?.clear();
    computer.api.job_look_again(job.clone()).await.map_err(api_error)?;
    let migrated = computer.follow(job.clone(), plan).await?;
    assert_eq!(migrated.report.outcome, MigrationOutcome::Succeeded, "{:#?}", migrated.report);
    let goes_on = migrated.events.iter().any(|event| event.kind == JobEventKind::SignedIn);
    assert!(goes_on, "it says that it goes on");
    let snapshot = computer.api.job_snapshot(job).await.map_err(api_error)?;
    assert!(snapshot.sign_in_error.is_none());

    let requests = proxy.requests();
    let uploads = requests
        .iter()
        .filter(|request| request.method == "PUT" && request.path.contains("/blobs/uploads/"))
        .filter_map(|request| {
            Some((request.path.split("/blobs/").next()?, request.path.split_once("digest=")?.1))
        });
    let mut uploads: Vec<_> = uploads.collect();
    let all = uploads.len();
    uploads.sort_unstable();
    uploads.dedup();
    assert_eq!(uploads.len(), all, "nothing was sent twice");
    Ok(())
}

#[tokio::test]
async fn a_script_is_told_by_an_exit_code_and_goes_on_later() -> Result<()> {
    let (ecr, registry) = (Ecr::practice().await?, source().await?);
    let (home, folder) = (ecr.home()?, tempfile::tempdir()?);
    let run = |arguments: Vec<String>| {
        let mut run = Run::new(command_line()?).arguments(arguments);
        for (name, value) in home.environment() {
            run = run.variable(&name, value);
        }
        let data = folder.path().join("data").display().to_string();
        Ok::<_, anyhow::Error>(run.variable("TRANSLOAD_DATA_DIR", data))
    };
    let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let out = folder.path().join("plan.json").display().to_string();
    let from = registry.host();
    let plan = format!("plan --from registry:{from} --aws-profile {PROFILE} --out {out}");
    let planned = run(words(&plan))?.finish().await?;
    ensure!(planned.status.success(), "{}", planned.stderr);
    // The run opens its connection with three calls; later ones find the session ended.
    session_ends(&ecr, 5)?;
    let stopped = run(words(&format!("run {out}")))?.finish().await?;
    assert_eq!(stopped.status.code(), Some(4), "{}{}", stopped.text(), stopped.stderr);
    assert!(stopped.stderr.contains("session"), "it says why: {}", stopped.stderr);
    ecr.faults()?.clear();
    let resumed = run(words("resume latest"))?.finish().await?;
    ensure!(resumed.status.success(), "{}{}", resumed.text(), resumed.stderr);
    Ok(())
}
