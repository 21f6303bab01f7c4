//! Conflicts of tags at the destination.

use anyhow::Result;
use transload_contract::{
    ConflictChoice, ConflictResolution, ImageResult, ImageStanding, MigrationOutcome,
    PlannedAction, Proof, SummaryStatus,
};
use transload_errors::ErrorCode;
use transload_tests::ecr::Ecr;
use transload_tests::headless_app::{HeadlessApp, api_error, registry_source, request, selected};
use transload_tests::images::{Image, Recipe, TestRepository};
use transload_tests::servers::TestRegistry;

/// Pushes an image to the practice ECR, without Transload.
async fn push_existing(ecr: &Ecr, repository: &str, image: &Image, tag: &str) -> Result<()> {
    let (user, token) = ecr.login().await?;
    let url = format!("http://{}", ecr.registry_host());
    TestRepository::new(&url, repository)?.login(Some((&user, &token))).push(image, tag).await
}

#[tokio::test]
async fn an_immutable_tag_with_another_digest_needs_a_choice() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let registry = TestRegistry::start().await?;
    let (old, new) = (Recipe::small(44).build()?, Recipe::small(45).build()?);
    ecr.aws()?.create_repository("app", "IMMUTABLE").await?;
    push_existing(&ecr, "app", &old, "1").await?;
    TestRepository::new(&registry.url(), "app")?.push(&new, "1").await?;

    let app = HeadlessApp::new(ecr.home()?, None)?;
    let source = registry_source(&registry.host());
    let mut migration_request = request(&ecr.connection(), &source, &[("app", "1", "app")]);
    let plan = app.plan(migration_request.clone()).await?;
    assert_eq!(plan.images[0].action, PlannedAction::Conflict { overwrite_allowed: false });
    assert!(!plan.ready);
    let error = app.api.migration_start(plan.plan).await.expect_err("the migration starts");
    assert_eq!(error.code, ErrorCode::PlanHasConflicts);

    // The existing image can be kept, and another tag can be used. It cannot be overwritten.
    let choose = |resolution| vec![ConflictChoice { image: selected("app", "1"), resolution }];
    migration_request.choices = choose(ConflictResolution::Overwrite);
    assert!(!app.plan(migration_request.clone()).await?.ready);
    migration_request.choices = choose(ConflictResolution::KeepExisting);
    let kept = app.migrate(migration_request.clone()).await?;
    assert_eq!(kept.report.images[0].result, ImageResult::Unchanged);
    assert_eq!(kept.report.images[0].standing, ImageStanding::Kept);
    assert_eq!(kept.report.outcome, MigrationOutcome::Kept);
    assert_eq!(kept.report.summary.title, "1 of 1 image skipped, existing image kept");
    assert_eq!(kept.report.summary.status, SummaryStatus::Info, "not a success");
    let history = app.api.history_list().await.map_err(api_error)?;
    assert_eq!(history[0].summary, kept.report.summary, "the history says the same");
    assert_eq!(ecr.aws()?.image_digest("app", "1").await?, Some(old.manifest.digest.clone()));
    migration_request.choices = choose(ConflictResolution::NewTag { tag: "1-new".to_owned() });
    let beside = app.migrate(migration_request).await?;
    assert_eq!(beside.report.outcome, MigrationOutcome::Succeeded);
    assert_eq!(ecr.aws()?.image_digest("app", "1").await?, Some(old.manifest.digest));
    assert_eq!(ecr.aws()?.image_digest("app", "1-new").await?, Some(new.manifest.digest));
    Ok(())
}

#[tokio::test]
async fn an_immutable_tag_with_the_same_digest_is_success() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let registry = TestRegistry::start().await?;
    let image = Recipe::small(46).build()?;
    ecr.aws()?.create_repository("app", "IMMUTABLE").await?;
    push_existing(&ecr, "app", &image, "1").await?;
    TestRepository::new(&registry.url(), "app")?.push(&image, "1").await?;
    let app = HeadlessApp::new(ecr.home()?, None)?;
    let source = registry_source(&registry.host());
    let migrated = app.migrate(request(&ecr.connection(), &source, &[("app", "1", "app")])).await?;
    assert_eq!(migrated.report.outcome, MigrationOutcome::Succeeded);
    assert_eq!(migrated.report.images[0].result, ImageResult::Unchanged);
    assert_eq!(migrated.report.images[0].proof, Proof::Equal);
    Ok(())
}

#[tokio::test]
async fn an_immutable_tag_that_is_pushed_between_plan_and_push() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let registry = TestRegistry::start().await?;
    let (quicker, image) = (Recipe::small(47).build()?, Recipe::small(48).build()?);
    ecr.aws()?.create_repository("app", "IMMUTABLE").await?;
    TestRepository::new(&registry.url(), "app")?.push(&image, "1").await?;
    let app = HeadlessApp::new(ecr.home()?, None)?;
    let source = registry_source(&registry.host());
    let plan = app.plan(request(&ecr.connection(), &source, &[("app", "1", "app")])).await?;
    push_existing(&ecr, "app", &quicker, "1").await?;
    let job = app.api.migration_start(plan.plan.clone()).await.map_err(api_error)?;
    let report = app.follow(job, plan).await?.report;
    let ImageResult::Failed { error } = &report.images[0].result else { panic!("{report:#?}") };
    assert_eq!(error.code, ErrorCode::DestinationMoved, "the check before the write finds it");
    assert_eq!(ecr.aws()?.image_digest("app", "1").await?, Some(quicker.manifest.digest));
    Ok(())
}
