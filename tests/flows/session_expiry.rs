//! An AWS session that expires during a migration: the migration waits for the user and resumes. Nothing
//! fails, and nothing is sent twice.

use std::time::Duration;

use anyhow::{Result, bail, ensure};
use transload_contract::{JobEvent, JobEventKind, JobStatus, MigrationOutcome};
use transload_errors::ErrorCode;
use transload_practice::{FaultAction, FaultRule, Plane};
use transload_tests::ecr::{Ecr, PROFILE};
use transload_tests::faults::FaultProxy;
use transload_tests::headless_app::{HeadlessApp, api_error, registry_source, request};
use transload_tests::images::{Recipe, TestRepository};
use transload_tests::servers::TestRegistry;

const LIMIT: Duration = Duration::from_secs(60);
const IMAGES: usize = 6;

/// A registry with images, each in its own repository.
async fn source() -> Result<TestRegistry> {
    let registry = TestRegistry::start().await?;
    for number in 0..IMAGES {
        let image = Recipe::small(81).layers([9_000, 40_000 + number]).build()?;
        TestRepository::new(&registry.url(), &format!("team/app{number}"))?
            .push(&image, "1")
            .await?;
    }
    Ok(registry)
}

/// Rejects every call after `after_calls` more calls, like AWS after a session expired.
fn expire_session(ecr: &Ecr, after_calls: u32) -> Result<()> {
    let ended = FaultRule::new(FaultAction::ExpiredCredentials).on(Plane::Ecr);
    ecr.faults()?.add(ended.after(after_calls));
    Ok(())
}

#[tokio::test]
async fn the_migration_waits_until_the_session_is_renewed() -> Result<()> {
    let (ecr, registry) = (Ecr::practice().await?, source().await?);
    let proxy = FaultProxy::start(&ecr.api_url(), []).await?;
    let app = HeadlessApp::new(ecr.home()?, None)?;
    let names: Vec<_> =
        (0..IMAGES).map(|number| (format!("team/app{number}"), format!("app{number}"))).collect();
    let images: Vec<_> = names.iter().map(|(from, to)| (from.as_str(), "1", to.as_str())).collect();
    let connection = ecr.connection_through(&proxy);
    let migration_request = request(&connection, &registry_source(&registry.host()), &images);
    let plan = app.plan(migration_request).await?;
    // Two repositories are created before it expires.
    expire_session(&ecr, 2)?;
    let job = app.api.migration_start(plan.plan.clone()).await.map_err(api_error)?;
    let mut events = app.api.job_follow(job.clone(), 0).await.map_err(api_error)?;
    let waiting = async {
        while let Some(JobEvent { kind, .. }) = events.recv().await {
            if let JobEventKind::SignInNeeded { error } = kind {
                return Ok(error);
            }
        }
        bail!("the migration does not wait")
    };
    let error = tokio::time::timeout(LIMIT, waiting).await??;
    assert_eq!(error.code, ErrorCode::CredentialsExpired);
    let snapshot = app.api.job_snapshot(job.clone()).await.map_err(api_error)?;
    assert_eq!(snapshot.status, JobStatus::Running);
    assert!(snapshot.sign_in_error.is_some());
    assert_eq!(snapshot.connection, connection);

    // The user signs in, and requests an immediate retry.
    ecr.faults()?.clear();
    app.api.job_check_now(job.clone()).await.map_err(api_error)?;
    let migrated = app.follow(job.clone(), plan).await?;
    assert_eq!(migrated.report.outcome, MigrationOutcome::Succeeded, "{:#?}", migrated.report);
    let signed_in = migrated.events.iter().any(|event| event.kind == JobEventKind::SignedIn);
    assert!(signed_in, "the renewed session is reported");
    let snapshot = app.api.job_snapshot(job).await.map_err(api_error)?;
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
async fn a_script_gets_an_exit_code_and_can_resume_later() -> Result<()> {
    let (ecr, registry) = (Ecr::practice().await?, source().await?);
    let home = ecr.home()?;
    let run = async |line: &str| home.transload_cli(line.split(' '))?.finish().await;
    let out = home.path().join("plan.json").display().to_string();
    let from = registry.host();
    let plan = format!("plan --from registry:{from} --aws-profile {PROFILE} --out {out}");
    let planned = run(&plan).await?;
    ensure!(planned.status.success(), "{}", planned.stderr);
    // The run opens its connection with three calls. Later calls find the session expired.
    expire_session(&ecr, 5)?;
    let stopped = run(&format!("run {out}")).await?;
    assert_eq!(stopped.status.code(), Some(4), "{}{}", stopped.text(), stopped.stderr);
    assert!(stopped.stderr.contains("session"), "it says why: {}", stopped.stderr);
    ecr.faults()?.clear();
    let resumed = run("resume latest").await?;
    ensure!(resumed.status.success(), "{}{}", resumed.text(), resumed.stderr);
    Ok(())
}
