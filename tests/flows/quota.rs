//! The pull quota of Docker Hub is used up during a migration: the migration waits, and resumes when the user signs in.

use anyhow::{Result, ensure};
use transload_contract::{
    AwsConnection, ImageSource, JobEventKind, MigrationOutcome, PlanRemark, SourceLogin,
};
use transload_tests::aws_home::AwsHome;
use transload_tests::computer::{Computer, api_error, request};
use transload_tests::practice_hub::use_up_the_quota;

#[tokio::test]
async fn a_quota_that_is_used_up_is_waited_for_and_a_sign_in_ends_the_wait() -> Result<()> {
    let computer = Computer::new(AwsHome::new()?, None)?;
    let practice = computer.api.practice_start().await.map_err(api_error)?;
    let source = ImageSource::PracticeAccount { namespace: None };
    let repositories = computer
        .api
        .source_repositories(source.clone(), None)
        .await
        .map_err(api_error)?
        .repositories;
    let mut images = Vec::new();
    for repository in repositories.iter().filter(|known| known.private != Some(true)) {
        let tags = computer.api.source_tags(source.clone(), repository.name.clone(), None).await;
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
    use_up_the_quota(&computer.data_folder()).await?;
    let plan = computer.plan(request(&AwsConnection::Practice, &source, &named)).await?;
    ensure!(plan.pull_quota.as_ref().is_some_and(|quota| quota.left == Some(0)));
    let later = plan.images.iter().filter(|image| image.remarks.contains(&PlanRemark::ReadLater));
    ensure!(later.count() == images.len(), "nothing is read with nothing left: {plan:#?}");

    let job = computer.api.migration_start(plan.plan.clone()).await.map_err(api_error)?;
    let mut events = computer.api.job_follow(job.clone(), 0).await.map_err(api_error)?;
    let waiting = async {
        while let Some(event) = events.recv().await {
            if let JobEventKind::QuotaUsedUp { look_again_at_ms } = event.kind {
                return Ok(look_again_at_ms);
            }
        }
        anyhow::bail!("it never waits")
    };
    let look_again = tokio::time::timeout(std::time::Duration::from_secs(60), waiting).await??;
    let snapshot = computer.api.job_snapshot(job.clone()).await.map_err(api_error)?;
    assert!(snapshot.quota_look_again_at_ms.is_some_and(|known| known >= look_again));

    let login = SourceLogin {
        source,
        username: practice.hub_account,
        secret: practice.hub_access_token,
        keep: false,
    };
    computer.api.source_login(login).await.map_err(api_error)?;
    let migrated = computer.follow(job, plan).await?;
    assert_eq!(migrated.report.outcome, MigrationOutcome::Succeeded);
    let renewed = migrated.events.iter().any(|event| event.kind == JobEventKind::QuotaRenewed);
    assert!(renewed, "it says that it goes on");
    Ok(())
}
