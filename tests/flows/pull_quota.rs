//! The pull quota of Docker Hub is exhausted during a migration: the migration waits, and resumes when the
//! user signs in.

use anyhow::{Result, ensure};
use transload_contract::{
    AwsConnection, ImageSource, JobEventKind, MigrationOutcome, PlanRemark, SourceLogin,
};
use transload_tests::aws_home::AwsHome;
use transload_tests::headless_app::{HeadlessApp, api_error, request};
use transload_tests::practice_hub::use_up_the_quota;

#[tokio::test]
async fn the_migration_waits_for_the_quota_until_the_user_signs_in() -> Result<()> {
    let app = HeadlessApp::new(AwsHome::new()?, None)?;
    let practice = app.api.practice_start().await.map_err(api_error)?;
    let source = ImageSource::PracticeAccount { namespace: None };
    let repositories =
        app.api.source_repositories(source.clone(), None).await.map_err(api_error)?.repositories;
    let mut images = Vec::new();
    for repository in repositories.iter().filter(|known| known.private != Some(true)) {
        let tags = app.api.source_tags(source.clone(), repository.name.clone(), None).await;
        let tags = tags.map_err(api_error)?.tags;
        images.extend(tags.into_iter().map(|tag| (repository.name.clone(), tag.tag)));
    }
    let named: Vec<_> = images
        .iter()
        .map(|(repository, tag)| {
            let name = repository.rsplit('/').next().unwrap_or(repository);
            (repository.as_str(), tag.as_str(), name)
        })
        .collect();
    use_up_the_quota(&app.data_folder()).await?;
    let plan = app.plan(request(&AwsConnection::Practice, &source, &named)).await?;
    ensure!(plan.pull_quota.as_ref().is_some_and(|quota| quota.left == Some(0)));
    let later = plan.images.iter().filter(|image| image.remarks.contains(&PlanRemark::ReadLater));
    ensure!(later.count() == images.len(), "nothing is read without quota: {plan:#?}");

    let job = app.api.migration_start(plan.plan.clone()).await.map_err(api_error)?;
    let mut events = app.api.job_follow(job.clone(), 0).await.map_err(api_error)?;
    let waiting = async {
        while let Some(event) = events.recv().await {
            if let JobEventKind::QuotaUsedUp { check_at_ms } = event.kind {
                return Ok(check_at_ms);
            }
        }
        anyhow::bail!("the migration does not wait")
    };
    let check_at_ms = tokio::time::timeout(std::time::Duration::from_secs(60), waiting).await??;
    let snapshot = app.api.job_snapshot(job.clone()).await.map_err(api_error)?;
    assert!(snapshot.quota_check_at_ms.is_some_and(|known| known >= check_at_ms));

    let login = SourceLogin {
        source,
        username: practice.hub_account,
        secret: practice.hub_access_token,
        keep: false,
    };
    app.api.source_login(login).await.map_err(api_error)?;
    let migrated = app.follow(job, plan).await?;
    assert_eq!(migrated.report.outcome, MigrationOutcome::Succeeded);
    let renewed = migrated.events.iter().any(|event| event.kind == JobEventKind::QuotaRenewed);
    assert!(renewed, "the renewed quota is reported");
    Ok(())
}
