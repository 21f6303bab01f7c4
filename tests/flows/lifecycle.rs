//! Lifecycle policies: the order of pushes, what the plan shows, and when a policy is set. The AWS CLI reads
//! the destination.

use std::collections::HashMap;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use transload_contract::{
    ImageSource, LifecycleForecast, LifecyclePreset, MigrationRequest, PlanFileOptions,
};
use transload_errors::{ApiError, ErrorCode};
use transload_tests::ecr::Ecr;
use transload_tests::headless_app::{HeadlessApp, api_error, registry_source, request};
use transload_tests::images::{Recipe, TestRepository};
use transload_tests::servers::TestRegistry;

const TAGS: [&str; 6] = ["6", "5", "4", "3", "2", "1"];

/// Six images of one repository, listed newest first.
async fn images(ecr: &Ecr, registry: &TestRegistry, keep: u32) -> Result<MigrationRequest> {
    let target = TestRepository::new(&registry.url(), "app")?;
    for (seed, tag) in (1..).zip(TAGS) {
        target.push(&Recipe::small(seed).build()?, tag).await?;
    }
    let selected = TAGS.map(|tag| ("app", tag, "app"));
    let source = registry_source(&registry.host());
    let mut migration_request = request(&ecr.connection(), &source, &selected);
    migration_request.template.lifecycle = LifecyclePreset::KeepNewest { count: keep };
    Ok(migration_request)
}

async fn aws(ecr: &Ecr, arguments: &[&str]) -> Result<Value> {
    let answer = ecr.aws()?.run(arguments.iter().copied()).succeed().await?;
    Ok(serde_json::from_slice(&answer.stdout)?)
}

/// The tags of the repository in the order in which ECR ranks them, oldest first.
async fn ranked(ecr: &Ecr) -> Result<Vec<String>> {
    let described = aws(ecr, &["ecr", "describe-images", "--repository-name", "app"]).await?;
    let images = described["imageDetails"].as_array().context("images")?;
    let mut ranked: Vec<(String, String)> = images
        .iter()
        .map(|image| {
            let tag = image["imageTags"][0].as_str().unwrap_or_default();
            (image["imagePushedAt"].to_string(), tag.to_owned())
        })
        .collect();
    ranked.sort();
    Ok(ranked.into_iter().map(|(_, tag)| tag).collect())
}

async fn repositories(ecr: &Ecr) -> Result<usize> {
    let described = aws(ecr, &["ecr", "describe-repositories"]).await?;
    Ok(described["repositories"].as_array().context("repositories")?.len())
}

fn refused(outcome: Result<String, ApiError>) -> Result<()> {
    let Err(error) = outcome else { anyhow::bail!("the migration was started") };
    assert_eq!(error.code, ErrorCode::ExpiryUnconfirmed, "{error:?}");
    assert_eq!(error.subject.as_deref(), Some("app"));
    Ok(())
}

#[tokio::test]
async fn the_newest_images_rank_first_and_the_policy_is_set_at_the_end() -> Result<()> {
    let (ecr, registry) = (Ecr::practice().await?, TestRegistry::start().await?);
    let migration_request = images(&ecr, &registry, 6).await?;
    let app = HeadlessApp::new(ecr.home()?, None)?;
    let migrated = app.migrate(migration_request).await?;
    ensure!(migrated.report.policies_not_set.is_empty(), "{:?}", migrated.report);
    assert_eq!(ranked(&ecr).await?, ["1", "2", "3", "4", "5", "6"]);
    let policy = aws(&ecr, &["ecr", "get-lifecycle-policy", "--repository-name", "app"]).await?;
    let text = policy["lifecyclePolicyText"].as_str().context("a policy")?;
    let text: Value = serde_json::from_str(text)?;
    assert_eq!(text["rules"][0]["selection"]["countNumber"], json!(6));
    Ok(())
}

#[tokio::test]
async fn a_plan_that_expires_images_starts_only_when_that_is_confirmed() -> Result<()> {
    let (ecr, registry) = (Ecr::practice().await?, TestRegistry::start().await?);
    let migration_request = images(&ecr, &registry, 4).await?;
    let app = HeadlessApp::new(ecr.home()?, None)?;
    let plan = app.plan(migration_request.clone()).await?;
    let LifecycleForecast::Expires { planned, existing } = &plan.repositories[0].lifecycle else {
        anyhow::bail!("{:?}", plan.repositories);
    };
    // The equivalent commands use the same order: oldest image first, and the policy at the end.
    let commands = &plan.commands;
    let copies = commands.iter().filter(|command| command.starts_with("skopeo copy"));
    let copied: Vec<_> = copies.filter_map(|command| command.rsplit(':').next()).collect();
    assert_eq!(copied, ["1", "2", "3", "4", "5", "6"]);
    let last = commands.last().context("commands")?;
    ensure!(last.contains("aws ecr put-lifecycle-policy"), "{commands:#?}");
    let tags: Vec<_> = planned.iter().map(|image| image.tags[0].as_str()).collect();
    assert_eq!(tags, ["2", "1"], "the oldest, in the order of the plan");
    ensure!(existing.is_empty());
    refused(app.api.migration_start(plan.plan.clone()).await)?;

    // The same for the plan file, on another computer.
    let file = app.data_folder().join("plan.json");
    app.api.migration_plan_export(plan.plan.clone(), file.clone()).await.map_err(api_error)?;
    let options = PlanFileOptions::default();
    refused(app.api.migration_start_file(&file, options.clone()).await)?;
    assert_eq!(repositories(&ecr).await?, 0, "nothing was written");

    let confirmed = vec!["app".to_owned()];
    app.api.migration_expiry_confirm(plan.plan.clone(), confirmed).await.map_err(api_error)?;
    let job = app.api.migration_start(plan.plan.clone()).await.map_err(api_error)?;
    app.follow(job, plan).await?;
    assert_eq!(ranked(&ecr).await?, ["1", "2", "3", "4", "5", "6"]);

    // The repository exists now, so its policy applies to existing and planned images.
    let target = TestRepository::new(&registry.url(), "app")?;
    target.push(&Recipe::small(7).build()?, "7").await?;
    let source = registry_source(&registry.host());
    let plan = app.plan(request(&ecr.connection(), &source, &[("app", "7", "app")])).await?;
    let LifecycleForecast::Expires { planned, existing } = &plan.repositories[0].lifecycle else {
        anyhow::bail!("{:?}", plan.repositories);
    };
    ensure!(planned.is_empty());
    assert_eq!(existing[0].tags, ["3"], "1 and 2 expire anyway");
    app.api.migration_plan_export(plan.plan.clone(), file.clone()).await.map_err(api_error)?;
    let allowed = PlanFileOptions { allow_expiry: true, ..options };
    let job = app.api.migration_start_file(&file, allowed).await.map_err(api_error)?;
    app.follow(job, plan).await?;
    assert_eq!(ranked(&ecr).await?.len(), 7);
    Ok(())
}

/// The plan file shows the effect of the policies at planning time. They are read again when it is run.
#[tokio::test]
async fn a_plan_file_stops_if_a_policy_changed_since_and_would_expire_more() -> Result<()> {
    let (ecr, registry) = (Ecr::practice().await?, TestRegistry::start().await?);
    let app = HeadlessApp::new(ecr.home()?, None)?;
    app.migrate(images(&ecr, &registry, 6).await?).await?;
    let target = TestRepository::new(&registry.url(), "app")?;
    for (seed, tag) in [(17, "7"), (18, "8")] {
        target.push(&Recipe::small(seed).build()?, tag).await?;
    }
    let put = async |keep: u32| {
        let rule = json!({"rules": [{"rulePriority": 1, "selection": {"tagStatus": "any",
            "countType": "imageCountMoreThan", "countNumber": keep}, "action": {"type": "expire"}}]});
        let text = rule.to_string();
        let name = ["--repository-name", "app", "--lifecycle-policy-text", &text];
        aws(&ecr, &[&["ecr", "put-lifecycle-policy"], &name[..]].concat()).await
    };
    put(100).await?;
    let source = registry_source(&registry.host());
    let migration_request =
        request(&ecr.connection(), &source, &[("app", "7", "app"), ("app", "8", "app")]);
    let plan = app.plan(migration_request).await?;
    assert_eq!(plan.repositories[0].lifecycle, LifecycleForecast::NothingExpires);
    let file = app.data_folder().join("plan.json");
    app.api.migration_plan_export(plan.plan.clone(), file.clone()).await.map_err(api_error)?;
    put(7).await?;
    for allow_expiry in [false, true] {
        let options = PlanFileOptions { allow_expiry, ..PlanFileOptions::default() };
        let started = app.api.migration_start_file(&file, options).await;
        let text = format!("{started:?}");
        ensure!(text.contains("changed since the plan was made"), "{text}");
        ensure!(text.contains("1 image would expire"), "{text}");
        refused(started)?;
    }
    assert_eq!(ranked(&ecr).await?.len(), 6, "nothing was written");
    // A policy that expires fewer images than shown does not stop the run.
    put(50).await?;
    let started = app.api.migration_start_file(&file, PlanFileOptions::default()).await;
    app.follow(started.map_err(api_error)?, plan).await?;
    assert_eq!(ranked(&ecr).await?.len(), 8);
    Ok(())
}

#[tokio::test]
async fn the_dates_of_docker_hub_decide_the_order() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let app = HeadlessApp::new(ecr.home()?, None)?;
    let source = ImageSource::PracticeAccount { namespace: None };
    let listed = app.api.source_repositories(source.clone(), None).await.map_err(api_error)?;
    let mut dates: HashMap<String, u64> = HashMap::new();
    let mut name = String::new();
    for repository in listed.repositories {
        let tags = app.api.source_tags(source.clone(), repository.name.clone(), None).await;
        let tags = tags.map_err(api_error)?.tags;
        let dated = tags.iter().filter_map(|tag| Some((tag.tag.clone(), tag.updated_at_ms?)));
        let dated: HashMap<_, _> = dated.collect();
        if dated.len() > dates.len() && dated.len() < 12 {
            (dates, name) = (dated, repository.name);
        }
    }
    ensure!(dates.len() > 2, "a repository with several tags is needed: {dates:?}");
    // In an unrelated order, and with another instance that has not listed the tags yet.
    let mut tags: Vec<&String> = dates.keys().collect();
    tags.sort();
    let selected: Vec<_> = tags.iter().map(|tag| (name.as_str(), tag.as_str(), "app")).collect();
    let other = HeadlessApp::new(ecr.home()?, None)?;
    other.migrate(request(&ecr.connection(), &source, &selected)).await?;
    let described = aws(&ecr, &["ecr", "describe-images", "--repository-name", "app"]).await?;
    let images = described["imageDetails"].as_array().context("images")?;
    let mut ranked: Vec<(String, u64)> = Vec::new();
    for image in images.iter().filter(|image| image["imageTags"].is_array()) {
        let tags = image["imageTags"].as_array().context("tags")?;
        let newest = tags.iter().filter_map(|tag| dates.get(tag.as_str()?)).max();
        ranked.push((image["imagePushedAt"].to_string(), *newest.context("a date")?));
    }
    ranked.sort();
    ensure!(ranked.is_sorted_by_key(|(_, date)| *date), "{ranked:?}");
    Ok(())
}
