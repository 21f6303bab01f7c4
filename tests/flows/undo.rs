//! Undo deletes what a migration pushed, and nothing else, in the practice ECR and in ministack.

use anyhow::{Result, ensure};
use transload_contract::{
    AwsConnection, ImageSource, MigrationOutcome, RepositoryUndo, TagUndo, UndoLeftReason,
    UndoTotals,
};
use transload_errors::ErrorCode;
use transload_practice::{FaultAction, FaultRule};
use transload_tests::aws_home::AwsHome;
use transload_tests::ecr::{Ecr, PROFILE};
use transload_tests::headless_app::{
    FinishedMigration, HeadlessApp, api_error, registry_source, request,
};
use transload_tests::images::{Format, Index, Recipe, TestRepository};
use transload_tests::servers::TestRegistry;

/// A registry with an index of two platforms and an image, in two repositories.
async fn source() -> Result<TestRegistry> {
    let registry = TestRegistry::start().await?;
    let target = TestRepository::new(&registry.url(), "team/app")?;
    let index = Index::of_platforms(91, Format::Oci, &["linux/amd64", "linux/arm64"])?;
    target.push_index(&index, "1").await?;
    let target = TestRepository::new(&registry.url(), "team/web")?;
    target.push(&Recipe::small(93).build()?, "1").await?;
    Ok(registry)
}

async fn migrated(
    ecr: &Ecr,
    app: &HeadlessApp,
    registry: &TestRegistry,
) -> Result<FinishedMigration> {
    let images = [("team/app", "1", "app"), ("team/web", "1", "web")];
    let migration_request = request(&ecr.connection(), &registry_source(&registry.host()), &images);
    let migrated = app.migrate(migration_request).await?;
    ensure!(migrated.report.outcome == MigrationOutcome::Succeeded, "{:#?}", migrated.report);
    Ok(migrated)
}

async fn undo_deletes_everything(ecr: &Ecr) -> Result<()> {
    let (registry, app) = (source().await?, HeadlessApp::new(ecr.home()?, None)?);
    let migrated = migrated(ecr, &app, &registry).await?;
    let plan = app.api.migration_undo_plan(migrated.job.clone()).await.map_err(api_error)?;
    let totals = UndoTotals {
        tags_removed: 2,
        tags_restored: 0,
        images_deleted: 4,
        repositories_deleted: 2,
        left: 0,
    };
    assert_eq!(plan.totals, totals, "{plan:#?}");
    let repositories = app.api.repositories_list(ecr.connection()).await.map_err(api_error)?;
    assert_eq!(repositories.len(), 2, "a plan changes nothing");

    let report = app.api.migration_undo(plan.undo.clone(), |_| ()).await.map_err(api_error)?;
    assert_eq!(report.totals, totals, "{report:#?}");
    let repositories = app.api.repositories_list(ecr.connection()).await.map_err(api_error)?;
    assert!(repositories.is_empty(), "{repositories:?}");
    let history = app.api.history_list().await.map_err(api_error)?;
    assert_eq!(history[0].undone.map(|undone| undone.totals), Some(totals));
    let again = app.api.migration_undo(plan.undo, |_| ()).await.unwrap_err();
    assert_eq!(again.code, ErrorCode::ReviewUnknown);
    Ok(())
}

#[tokio::test]
async fn undo_in_practice_deletes_everything() -> Result<()> {
    undo_deletes_everything(&Ecr::practice().await?).await
}

#[tokio::test]
async fn undo_in_ministack_deletes_everything() -> Result<()> {
    undo_deletes_everything(&Ecr::ministack().await?).await
}

#[tokio::test]
async fn undo_keeps_images_of_other_users() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let (registry, app) = (source().await?, HeadlessApp::new(ecr.home()?, None)?);
    let migrated = migrated(&ecr, &app, &registry).await?;
    let (user, token) = ecr.login().await?;
    let url = format!("http://{}", ecr.registry_host());
    let target = TestRepository::new(&url, "app")?.login(Some((&user, &token)));
    target.push(&Recipe::small(94).build()?, "theirs").await?;

    let plan = app.api.migration_undo_plan(migrated.job.clone()).await.map_err(api_error)?;
    let repository = &plan.repositories[0];
    assert_eq!(repository.repository, RepositoryUndo::Left { images: 1 });
    assert!(matches!(repository.tags[0].action, TagUndo::Remove { .. }));
    let report = app.api.migration_undo(plan.undo, |_| ()).await.map_err(api_error)?;
    assert_eq!(report.left.len(), 1);
    assert_eq!(report.left[0].why, UndoLeftReason::Holds { images: 1 });
    let details = app.api.repository_details(ecr.connection(), "app".to_owned()).await;
    let tags: Vec<_> =
        details.map_err(api_error)?.images.into_iter().flat_map(|image| image.tags).collect();
    assert_eq!(tags, ["theirs"]);
    Ok(())
}

#[tokio::test]
async fn undo_without_permission_names_the_missing_action() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let (registry, app) = (source().await?, HeadlessApp::new(ecr.home()?, None)?);
    let migrated = migrated(&ecr, &app, &registry).await?;
    let denied = FaultRule::operation(FaultAction::AccessDenied, "BatchDeleteImage");
    ecr.faults()?.add(denied);
    let plan = app.api.migration_undo_plan(migrated.job.clone()).await.map_err(api_error)?;
    let report = app.api.migration_undo(plan.undo, |_| ()).await.map_err(api_error)?;
    assert_eq!(report.left.len(), 2, "each repository says why: {report:#?}");
    for left in &report.left {
        let UndoLeftReason::Failed { error } = &left.why else { panic!("{left:?}") };
        assert_eq!(error.code, ErrorCode::AccessDenied);
        assert_eq!(error.subject.as_deref(), Some("ecr:BatchDeleteImage"));
    }
    Ok(())
}

#[tokio::test]
async fn the_command_line_shows_the_undo_plan_and_asks_for_confirmation() -> Result<()> {
    let (ecr, registry) = (Ecr::practice().await?, source().await?);
    let home = ecr.home()?;
    let run = |line: &str| home.transload_cli(line.split(' '));
    let out = home.path().join("plan.json").display().to_string();
    let from = registry.host();
    run(&format!("plan --from registry:{from} --aws-profile {PROFILE} --out {out}"))?
        .succeed()
        .await?;
    run(&format!("run {out}"))?.succeed().await?;

    let shown = run("undo latest --dry-run")?.succeed().await?.text();
    assert!(shown.contains("delete   app:1"), "{shown}");
    assert!(shown.contains("delete   web  the repository"), "{shown}");
    let unasked = run("undo latest")?.finish().await?;
    assert_eq!(unasked.status.code(), Some(3), "there is no terminal to confirm");
    assert!(unasked.stderr.contains("--yes"), "{}", unasked.stderr);
    let done = run("undo latest --yes")?.succeed().await?.text();
    assert!(done.contains("2 tags removed"), "{done}");
    assert!(run("history")?.succeed().await?.text().contains("undone"));
    let nothing = run("undo latest --dry-run")?.succeed().await?.text();
    assert!(nothing.contains("0 tags removed"), "{nothing}");
    Ok(())
}

#[tokio::test]
async fn a_migration_in_practice_mode_can_be_undone() -> Result<()> {
    let app = HeadlessApp::new(AwsHome::new()?, None)?;
    let source = ImageSource::PracticeAccount { namespace: None };
    let images = [("dencold/pgcli", "latest", "pgcli")];
    let migration_request = request(&AwsConnection::Practice, &source, &images);
    let migrated = app.migrate(migration_request).await?;
    let plan = app.api.migration_undo_plan(migrated.job).await.map_err(api_error)?;
    let report = app.api.migration_undo(plan.undo, |_| ()).await.map_err(api_error)?;
    assert!(report.left.is_empty(), "{report:#?}");
    let left = app.api.repositories_list(AwsConnection::Practice).await.map_err(api_error)?;
    assert!(left.iter().all(|repository| repository.name != "pgcli"), "{left:?}");
    Ok(())
}
