//! From one ECR to another: the source tables of the window, and a copy from registry to registry.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use transload_contract::{
    AwsConnection, ImageSource, JobEventKind, MigrationOutcome, Proof, Route,
};
use transload_errors::ErrorCode;
use transload_model::{RepositoryName, RepositorySettings};
use transload_practice::{FaultAction, FaultRule, Plane};
use transload_tests::aws_home::AwsHome;
use transload_tests::ecr::Ecr;
use transload_tests::headless_app::{HeadlessApp, api_error, request};
use transload_tests::images::{Format, Index, Recipe, TestRepository};

/// How long a state may take to be reached.
const LIMIT: Duration = Duration::from_secs(60);
const PLATFORMS: [&str; 2] = ["linux/amd64", "linux/arm64/v8"];

/// Adds a profile that uses an ECR.
fn with_profile(home: AwsHome, name: &str, ecr: &Ecr) -> Result<AwsHome> {
    let endpoint = ecr.api_url();
    let settings = [("region", ecr.region()), ("endpoint_url", endpoint.as_str())];
    home.profile_with_key(name, ecr.key(), &settings)
}

fn profile(name: &str, ecr: &Ecr) -> AwsConnection {
    let registry =
        matches!(ecr, Ecr::Ministack(_)).then(|| format!("http://{}", ecr.registry_host()));
    AwsConnection::Profile {
        profile: name.to_owned(),
        region: None,
        ecr_endpoint: None,
        registry_endpoint: registry,
    }
}

#[tokio::test]
async fn copies_from_practice_to_ministack() -> Result<()> {
    migrates(&Ecr::practice().await?, &Ecr::ministack().await?).await
}

#[tokio::test]
async fn copies_from_ministack_to_practice() -> Result<()> {
    migrates(&Ecr::ministack().await?, &Ecr::practice().await?).await
}

#[tokio::test]
async fn copies_from_practice_to_practice_although_the_token_expires() -> Result<()> {
    migrates(&Ecr::practice().await?, &Ecr::practice().await?).await
}

/// If the session of the source expires, its images wait for the user, like those of the destination.
#[tokio::test]
async fn the_migration_waits_if_the_session_of_the_source_expires() -> Result<()> {
    let (old, new) = (&Ecr::practice().await?, &Ecr::practice().await?);
    let single = Recipe::small(73).build()?;
    fill(old, |target| async move { target.push(&single, "1").await.map(drop) }).await?;
    let home = with_profile(with_profile(AwsHome::new()?, "old", old)?, "new", new)?;
    let app = HeadlessApp::new(home, None)?;
    let source = ImageSource::Ecr { connection: profile("old", old) };
    let migration_request =
        request(&profile("new", new), &source, &[("team/app", "1", "moved/app")]);
    let plan = app.plan(migration_request).await?;

    let Ecr::Practice { practice, .. } = old else { bail!("it is a practice") };
    practice.expire_tokens();
    old.faults()?.add(FaultRule::new(FaultAction::ExpiredCredentials).on(Plane::Ecr));
    let job = app.api.migration_start(plan.plan.clone()).await.map_err(api_error)?;
    let mut events = app.api.job_follow(job.clone(), 0).await.map_err(api_error)?;
    let waiting = async {
        while let Some(event) = events.recv().await {
            if let JobEventKind::SignInNeeded { error } = event.kind {
                return Ok(error);
            }
        }
        bail!("the migration does not wait")
    };
    let error = tokio::time::timeout(LIMIT, waiting).await??;
    assert_eq!(error.code, ErrorCode::CredentialsExpired);

    old.faults()?.clear();
    app.api.job_check_now(job.clone()).await.map_err(api_error)?;
    let migrated = app.follow(job, plan).await?;
    assert_eq!(migrated.report.outcome, MigrationOutcome::Succeeded, "{:#?}", migrated.report);
    assert_eq!(migrated.report.images[0].proof, Proof::Equal);
    Ok(())
}

/// Pushes content to the repository `team/app`.
async fn fill<F: Future<Output = Result<()>>>(
    ecr: &Ecr,
    put: impl FnOnce(TestRepository) -> F,
) -> Result<()> {
    let name = RepositoryName::parse("team/app")?;
    ecr.api().await?.create_repository(&name, &RepositorySettings::default()).await?;
    let (user, token) = ecr.login().await?;
    let target = TestRepository::new(&format!("http://{}", ecr.registry_host()), "team/app")?;
    put(target.login(Some((&user, &token)))).await
}

async fn migrates(old: &Ecr, new: &Ecr) -> Result<()> {
    let index = &Index::of_platforms(71, Format::Oci, &PLATFORMS)?;
    let single = &Recipe::small(72).build()?;
    fill(old, |target| async move {
        target.push_index(index, "2").await?;
        target.push(single, "1").await.map(drop)
    })
    .await?;

    let home = with_profile(with_profile(AwsHome::new()?, "old", old)?, "new", new)?;
    let app = HeadlessApp::new(home, None)?;
    let source = ImageSource::Ecr { connection: profile("old", old) };
    let listed = app.api.source_repositories(source.clone(), None).await.map_err(api_error)?;
    assert_eq!(listed.repositories.len(), 1);
    assert_eq!((listed.repositories[0].name.as_str(), listed.total), ("team/app", Some(1)));
    let tags = app.api.source_tags(source.clone(), "team/app".to_owned(), None).await;
    let tags = tags.map_err(api_error)?.tags;
    let two = tags.iter().find(|tag| tag.tag == "2").context("the tag 2")?;
    assert_eq!(two.digest.as_ref(), Some(&index.manifest.digest));
    ensure!(two.updated_at_ms.is_some(), "ECR says when it was pushed: {two:?}");
    let details = app
        .api
        .source_tag_details(source.clone(), "team/app".to_owned(), vec!["2".to_owned()])
        .await
        .map_err(api_error)?;
    assert_eq!(details[0].platforms, PLATFORMS);

    if let Ecr::Practice { practice, .. } = old {
        practice.expire_tokens();
    }
    let images = [("team/app", "2", "moved/app"), ("team/app", "1", "moved/app")];
    let migration_request = request(&profile("new", new), &source, &images);
    let migrated = app.migrate(migration_request).await?;
    assert_eq!(migrated.report.outcome, MigrationOutcome::Succeeded, "{:#?}", migrated.report);
    assert!(migrated.plan.images.iter().all(|image| image.route == Route::RegistryToRegistry));
    for (host, profile) in [(new.registry_host(), "new"), (old.registry_host(), "old")] {
        let logs_in = |line: &&String| {
            line.contains(&format!("--profile {profile} ")) && line.ends_with(host.as_str())
        };
        ensure!(migrated.plan.commands.iter().any(|line| logs_in(&line)), "a login to {host}");
    }
    for (image, digest) in
        migrated.report.images.iter().zip([&index.manifest.digest, &single.manifest.digest])
    {
        assert_eq!((image.proof, image.ecr_digest.as_ref()), (Proof::Equal, Some(digest)));
    }

    let unknown = ImageSource::Ecr { connection: profile("nobody", old) };
    let error = app.api.source_repositories(unknown, None).await.err();
    assert_eq!(error.context("there is no such profile")?.code, ErrorCode::ProfileMissing);
    Ok(())
}
