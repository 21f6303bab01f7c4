//! Names and settings of new repositories, what a plan contains before anything is written, and the registry
//! settings that are offered.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Result, ensure};
use transload_contract::{
    CopyTool, MigrationOutcome, MigrationRequest, Naming, PlanProgress, RegistryOffer, RenameRule,
    RenameRuleKind, RepositorySettings,
};
use transload_errors::ErrorCode;
use transload_tests::ecr::Ecr;
use transload_tests::faults::{Fault, FaultProxy, Rule};
use transload_tests::headless_app::{HeadlessApp, api_error, registry_source, request};
use transload_tests::images::{Recipe, TestRepository};
use transload_tests::servers::TestRegistry;
use transload_tests::wait::wait_until_true;

/// How long a state may take to be reached.
const LIMIT: Duration = Duration::from_secs(60);

const POLICY: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"Pull","Effect":"Allow","Principal":{"AWS":["111122223333"]},"Action":["ecr:BatchGetImage"]}]}"#;

fn glob(pattern: &str, replacement: &str) -> RenameRule {
    let (pattern, replacement) = (pattern.to_owned(), replacement.to_owned());
    RenameRule { kind: RenameRuleKind::Glob, pattern, replacement }
}

/// A request without repository names: its naming rules create all of them.
fn by_rules(
    ecr: &Ecr,
    registry: &TestRegistry,
    images: &[&str],
    rules: Vec<RenameRule>,
) -> MigrationRequest {
    let images: Vec<_> = images.iter().map(|path| (*path, "1", "unused")).collect();
    let mut migration_request =
        request(&ecr.connection(), &registry_source(&registry.host()), &images);
    migration_request.repositories.clear();
    migration_request.naming = Naming { prefix: "hub/".to_owned(), rules };
    migration_request
}

#[tokio::test]
async fn rules_name_repositories_and_colliding_names_are_rejected() -> Result<()> {
    let (ecr, registry) = (Ecr::practice().await?, TestRegistry::start().await?);
    for (seed, path) in [(1, "one/app"), (2, "two/app")] {
        let image = Recipe::small(seed).build()?;
        TestRepository::new(&registry.url(), path)?.push(&image, "1").await?;
    }
    let app = HeadlessApp::new(ecr.home()?, None)?;
    let meet = by_rules(&ecr, &registry, &["one/app", "two/app"], vec![glob("*/*", "$2")]);
    let Err(error) = app.api.migration_plan_with_progress(meet.clone(), |_| {}).await else {
        anyhow::bail!("two repositories got the same name");
    };
    assert_eq!(error.code, ErrorCode::NamesCollide);
    assert_eq!(error.subject.as_deref(), Some("hub/app"));
    ensure!(error.message.contains("“one/app” and “two/app”"), "{}", error.message);

    let apart = by_rules(&ecr, &registry, &["one/app", "two/app"], vec![glob("*/*", "$2-$1")]);
    let migrated = app.migrate(apart.clone()).await?;
    assert_eq!(migrated.report.outcome, MigrationOutcome::Succeeded);
    assert_eq!(migrated.report.repositories_created, ["hub/app-one", "hub/app-two"]);

    // A migration that is run again knows its rules, also for a new repository.
    let again = app.api.history_request(migrated.job.clone()).await.map_err(api_error)?;
    assert_eq!(again.naming, apart.naming);
    let proposed = app
        .api
        .repository_names_propose(vec!["three/app".to_owned()], again.naming.rules)
        .await
        .map_err(api_error)?;
    assert_eq!(proposed.names[0].name, "app-three");
    assert_eq!(proposed.problems, [None]);
    let wrong = RenameRule { kind: RenameRuleKind::Regex, ..glob("(", "") };
    let proposed = app
        .api
        .repository_names_propose(vec!["a/app".to_owned()], vec![wrong, glob("*/*", "$1")])
        .await
        .map_err(api_error)?;
    assert_eq!((proposed.names[0].name.as_str(), &*proposed.names[0].rules), ("a", &[1][..]));
    ensure!(proposed.problems[0].as_ref().is_some_and(|text| text.contains("unclosed group")));
    Ok(())
}

async fn policy_story(ecr: Ecr) -> Result<()> {
    let registry = TestRegistry::start().await?;
    let target = TestRepository::new(&registry.url(), "team/app")?;
    target.push(&Recipe::small(3).build()?, "1").await?;
    let app = HeadlessApp::new(ecr.home()?, None)?;
    let source = registry_source(&registry.host());
    let mut migration_request = request(&ecr.connection(), &source, &[("team/app", "1", "app")]);
    migration_request.template.policy = Some(POLICY.to_owned());
    let migrated = app.migrate(migration_request.clone()).await?;
    assert_eq!(migrated.report.outcome, MigrationOutcome::Succeeded, "{:#?}", migrated.report);
    let command = migrated.plan.commands.iter().find(|line| line.contains("set-repository-policy"));
    ensure!(command.is_some_and(|line| line.contains("--repository-name app --policy-text '{")));
    let name = transload_model::RepositoryName::parse("app")?;
    let policy = ecr.api().await?.repository_policy(&name).await?;
    ensure!(policy.is_some_and(|policy| policy.contains("BatchGetImage")));

    // An existing policy is not changed, and the plan shows the difference.
    let plan = app.plan(migration_request.clone()).await?;
    assert_eq!(plan.repositories[0].differences, []);
    migration_request.template.policy =
        Some(POLICY.replace("BatchGetImage", "GetDownloadUrlForLayer"));
    let plan = app.plan(migration_request.clone()).await?;
    let difference = &plan.repositories[0].differences[0];
    assert_eq!(
        (difference.setting.as_str(), difference.actual.as_str()),
        ("Repository policy", "another policy")
    );
    migration_request.template.policy = Some("{}".to_owned());
    let error = app.api.migration_plan_with_progress(migration_request, |_| {}).await.err();
    assert_eq!(error.map(|error| error.code), Some(ErrorCode::InputInvalid));
    Ok(())
}

#[tokio::test]
async fn a_repository_policy_is_set_once_in_practice() -> Result<()> {
    policy_story(Ecr::practice().await?).await
}

#[tokio::test]
async fn a_repository_policy_is_set_once_in_ministack() -> Result<()> {
    policy_story(Ecr::ministack().await?).await
}

#[tokio::test]
async fn a_plan_knows_existing_layers_bytes_to_send_and_commands_of_other_tools() -> Result<()> {
    let (ecr, registry) = (Ecr::practice().await?, TestRegistry::start().await?);
    let target = TestRepository::new(&registry.url(), "app")?;
    let first = Recipe::small(5).layers([3_000_000, 900_000]).build()?;
    target.push(&first, "1").await?;
    let app = HeadlessApp::new(ecr.home()?, None)?;
    let source = registry_source(&registry.host());
    let migration_request = request(&ecr.connection(), &source, &[("app", "1", "app")]);
    let migrated = app.migrate(migration_request).await?;
    assert_eq!(migrated.plan.expected, None, "nothing is known yet");

    // The same layers with another configuration: only the configuration is sent.
    let recipe = Recipe::small(5).layers([3_000_000, 900_000]);
    let second = recipe.platform("linux/arm64").build()?;
    target.push(&second, "2").await?;
    let migration_request = request(&ecr.connection(), &source, &[("app", "2", "app")]);
    let plan = app.plan(migration_request.clone()).await?;
    let layers: usize = first.layers.iter().map(|layer| layer.compressed.len()).sum();
    assert_eq!(plan.totals.there_bytes, layers as u64);
    assert_eq!(plan.totals.unique_bytes, second.config.len() as u64);
    assert_eq!(plan.images[0].platforms, ["linux/arm64"]);
    let moved = app.migrate(migration_request).await?;
    assert_eq!(moved.report.sent_bytes, Some(plan.totals.unique_bytes));

    let crane = app.api.migration_commands(plan.plan.clone(), CopyTool::Crane).await;
    let crane = crane.map_err(api_error)?;
    ensure!(crane[0].contains("| crane auth login"), "{crane:#?}");
    let copy = format!("crane copy {0}/app:2 {1}/app:2", registry.host(), ecr.registry_host());
    assert_eq!(crane[1], copy);
    ensure!(plan.commands[0].contains("| skopeo login"), "{:#?}", plan.commands);
    Ok(())
}

#[tokio::test]
async fn planning_reports_progress_and_can_be_cancelled() -> Result<()> {
    let (ecr, registry) = (Ecr::practice().await?, TestRegistry::start().await?);
    let target = TestRepository::new(&registry.url(), "app")?;
    for tag in ["1", "2", "3"] {
        target.push(&Recipe::small(7).build()?, tag).await?;
    }
    // The third image never gets a response.
    let hang = Rule::new("HEAD", "/v2/app/manifests/3", Fault::Delay(LIMIT * 10))?;
    let proxy = FaultProxy::start(&registry.url(), [hang]).await?;
    let app = Arc::new(HeadlessApp::new(ecr.home()?, None)?);
    let images = [("app", "1", "app"), ("app", "2", "app"), ("app", "3", "app")];
    let migration_request = request(&ecr.connection(), &registry_source(&proxy.host()), &images);
    let progress: Arc<Mutex<Vec<PlanProgress>>> = Arc::default();
    let planning = {
        let (app, progress) = (Arc::clone(&app), Arc::clone(&progress));
        tokio::spawn(async move {
            let report_progress = move |current: PlanProgress| {
                if let Ok(mut progress) = progress.lock() {
                    progress.push(current);
                }
            };
            app.api.migration_plan(migration_request, "mine".to_owned(), report_progress).await
        })
    };
    let progress_so_far = || progress.lock().map(|seen| seen.clone()).unwrap_or_default();
    wait_until_true(LIMIT, "progress to be reported", async || !progress_so_far().is_empty())
        .await?;
    assert_eq!(progress_so_far()[0].images, 3);
    ensure!(!planning.is_finished());
    app.api.migration_plan_cancel("mine".to_owned()).await.map_err(api_error)?;
    let planned = planning.await?.map_err(api_error)?;
    ensure!(planned.is_none(), "a cancelled plan was returned");
    Ok(())
}

#[tokio::test]
async fn offers_show_their_command_and_only_write_when_accepted() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let app = HeadlessApp::new(ecr.home()?, None)?;
    let (api, connection) = (&app.api, ecr.connection());
    let before = api.registry_settings(connection.clone()).await.map_err(api_error)?;
    assert_eq!(before.blob_mounting, Some(false));
    assert_eq!((before.templates, before.cache_rules), (Some(Vec::new()), Some(Vec::new())));
    let policy = Some(POLICY.to_owned());
    let settings = RepositorySettings { policy, ..RepositorySettings::default() };
    let template = RegistryOffer::CreateOnPush { prefix: "team".to_owned(), settings, role: None };
    let rule = RegistryOffer::PullThroughCache {
        prefix: "hub".to_owned(),
        secret: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:ecr-pullthroughcache/hub"
            .to_owned(),
    };
    for (offer, call) in [
        (&RegistryOffer::BlobMounting, "put-account-setting"),
        (&template, "create-repository-creation-template"),
        (&rule, "create-pull-through-cache-rule"),
    ] {
        let shown = api.registry_offer_commands(connection.clone(), offer.clone()).await;
        ensure!(shown.map_err(api_error)?[0].contains(call), "{offer:?}");
    }
    let unchanged = api.registry_settings(connection.clone()).await.map_err(api_error)?;
    assert_eq!(unchanged.blob_mounting, Some(false), "showing the command changes nothing");
    for offer in [RegistryOffer::BlobMounting, template.clone(), rule] {
        api.registry_offer_accept(connection.clone(), offer).await.map_err(api_error)?;
    }
    let after = api.registry_settings(connection.clone()).await.map_err(api_error)?;
    assert_eq!(after.blob_mounting, Some(true));
    assert_eq!(after.templates.map(|known| known[0].prefix.clone()).as_deref(), Some("team"));
    assert_eq!(after.cache_rules.map(|known| known[0].prefix.clone()).as_deref(), Some("hub"));
    let twice = api.registry_offer_accept(connection.clone(), template).await.err();
    ensure!(twice.is_some_and(|error| error.message.contains("already exists")));
    let no_secret = RegistryOffer::PullThroughCache { prefix: "hub".into(), secret: "x".into() };
    let error = api.registry_offer_commands(connection, no_secret).await.err();
    assert_eq!(error.map(|error| error.code), Some(ErrorCode::InputInvalid));
    Ok(())
}
