//! Conflicts of tags at the destination.

use anyhow::Result;
use transload_contract::{
    ConflictChoice, ConflictResolution, ImageResult, ImageStanding, MigrationOutcome,
    PlannedAction, Proof, SummaryStatus,
};
use transload_errors::ErrorCode;
use transload_tests::computer::{Computer, api_error, registry_source, request, selected};
use transload_tests::ecr::Ecr;
use transload_tests::images::{Image, Recipe, Target};
use transload_tests::labs::RegistryLab;

/// Puts an image under a tag of practice, past Transload.
async fn already_there(ecr: &Ecr, repository: &str, image: &Image, tag: &str) -> Result<()> {
    let (user, token) = ecr.login().await?;
    let url = format!("http://{}", ecr.registry_host());
    Target::new(&url, repository)?.login(Some((&user, &token))).push(image, tag).await
}

#[tokio::test]
async fn an_immutable_tag_with_another_digest_needs_a_choice() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let registry = RegistryLab::start().await?;
    let (old, new) = (Recipe::small(44).build()?, Recipe::small(45).build()?);
    ecr.aws()?.create_repository("app", "IMMUTABLE").await?;
    already_there(&ecr, "app", &old, "1").await?;
    Target::new(&registry.url(), "app")?.push(&new, "1").await?;

    let computer = Computer::new(ecr.home()?, None)?;
    let source = registry_source(&registry.host());
    let mut wanted = request(&ecr.connection(), &source, &[("app", "1", "app")]);
    let plan = computer.plan(wanted.clone()).await?;
    assert_eq!(plan.images[0].action, PlannedAction::Conflict { overwrite_allowed: false });
    assert!(!plan.ready);
    let error = computer.api.migration_start(plan.plan).await.expect_err("it starts");
    assert_eq!(error.code, ErrorCode::PlanHasConflicts);

    // What is there can be kept, and another tag can be taken; it cannot be replaced.
    let choose = |resolution| vec![ConflictChoice { image: selected("app", "1"), resolution }];
    wanted.choices = choose(ConflictResolution::Overwrite);
    assert!(!computer.plan(wanted.clone()).await?.ready);
    wanted.choices = choose(ConflictResolution::KeepExisting);
    let kept = computer.migrate(wanted.clone()).await?;
    assert_eq!(kept.report.images[0].result, ImageResult::Unchanged);
    assert_eq!(kept.report.images[0].standing, ImageStanding::Kept);
    assert_eq!(kept.report.outcome, MigrationOutcome::Kept);
    assert_eq!(kept.report.summary.title, "1 of 1 image skipped, existing image kept");
    assert_eq!(kept.report.summary.status, SummaryStatus::Info, "never green");
    let history = computer.api.history_list().await.map_err(api_error)?;
    assert_eq!(history[0].summary, kept.report.summary, "the history says the same");
    assert_eq!(ecr.aws()?.image_digest("app", "1").await?, Some(old.manifest.digest.clone()));
    wanted.choices = choose(ConflictResolution::NewTag { tag: "1-new".to_owned() });
    let beside = computer.migrate(wanted).await?;
    assert_eq!(beside.report.outcome, MigrationOutcome::Succeeded);
    assert_eq!(ecr.aws()?.image_digest("app", "1").await?, Some(old.manifest.digest));
    assert_eq!(ecr.aws()?.image_digest("app", "1-new").await?, Some(new.manifest.digest));
    Ok(())
}

#[tokio::test]
async fn an_immutable_tag_with_the_same_digest_is_success() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let registry = RegistryLab::start().await?;
    let image = Recipe::small(46).build()?;
    ecr.aws()?.create_repository("app", "IMMUTABLE").await?;
    already_there(&ecr, "app", &image, "1").await?;
    Target::new(&registry.url(), "app")?.push(&image, "1").await?;
    let computer = Computer::new(ecr.home()?, None)?;
    let source = registry_source(&registry.host());
    let migrated =
        computer.migrate(request(&ecr.connection(), &source, &[("app", "1", "app")])).await?;
    assert_eq!(migrated.report.outcome, MigrationOutcome::Succeeded);
    assert_eq!(migrated.report.images[0].result, ImageResult::Unchanged);
    assert_eq!(migrated.report.images[0].proof, Proof::Equal);
    Ok(())
}

#[tokio::test]
async fn an_immutable_tag_that_is_taken_between_plan_and_push() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let registry = RegistryLab::start().await?;
    let (quicker, image) = (Recipe::small(47).build()?, Recipe::small(48).build()?);
    ecr.aws()?.create_repository("app", "IMMUTABLE").await?;
    Target::new(&registry.url(), "app")?.push(&image, "1").await?;
    let computer = Computer::new(ecr.home()?, None)?;
    let source = registry_source(&registry.host());
    let plan = computer.plan(request(&ecr.connection(), &source, &[("app", "1", "app")])).await?;
    already_there(&ecr, "app", &quicker, "1").await?;
    let job = computer.api.migration_start(plan.plan.clone()).await.map_err(api_error)?;
    let report = computer.follow(job, plan).await?.report;
    let ImageResult::Failed { error } = &report.images[0].result else { panic!("{report:#?}") };
    assert_eq!(error.code, ErrorCode::DestinationMoved, "the look before the write sees it");
    assert_eq!(ecr.aws()?.image_digest("app", "1").await?, Some(quicker.manifest.digest));
    Ok(())
}
