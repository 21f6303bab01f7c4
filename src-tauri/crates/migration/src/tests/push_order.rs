//! Tests of the push order of a run, of lifecycle policies that are set after the last push, and of
//! repositories that end up empty.

use std::sync::Arc;

use crate::endpoints::Source;
use crate::plan::Plan;
use crate::report::Report;
use crate::request::MigrationRequest;
use crate::testing::engine::FakeEngine;
use crate::testing::{TestMigration, joined, request, results};
use transload_model::{Digest, LifecyclePreset, RepositoryName};

const TAGS: [&str; 12] = ["12", "11", "10", "9", "8", "7", "6", "5", "4", "3", "2", "1"];

fn name(text: &str) -> RepositoryName {
    RepositoryName::parse(text).unwrap()
}

/// Sets a lifecycle policy that keeps the newest images of every repository.
fn with_lifecycle(mut request: MigrationRequest) -> MigrationRequest {
    for settings in request.repositories.values_mut() {
        settings.lifecycle = LifecyclePreset::KeepNewest { count: 100 };
    }
    request
}

/// Returns the tags written to the destination, in order.
fn written(migration: &TestMigration) -> Vec<String> {
    let stored = migration.registry.stored.lock().unwrap();
    stored.iter().filter(|name| !name.contains(':')).cloned().collect()
}

#[tokio::test]
async fn tags_are_written_oldest_first_while_content_is_copied_concurrently() {
    let migration = TestMigration::new();
    for tag in TAGS {
        migration.source.image("app", Some(tag), &["shared", tag]);
    }
    let plan = migration.plan(&request("app", "app", &TAGS)).await;
    // The content of the oldest image arrives last; one image in the middle never arrives.
    for (content, breaks) in [(b"1", 1), (b"6", u32::MAX)] {
        migration.source.breaking.lock().unwrap().insert(Digest::of(content), breaks);
    }
    let report = migration.run(&plan, &migration.registry_source()).await;
    assert_eq!(written(&migration), ["1", "2", "3", "4", "5", "7", "8", "9", "10", "11", "12"]);
    assert_eq!(report.failed().collect::<Vec<_>>(), [6]);
}

#[tokio::test]
async fn an_older_image_that_waits_does_not_delay_other_repositories() {
    let migration = TestMigration::new();
    migration.source.image("app", Some("1"), &["endless"]);
    // More images than are copied concurrently.
    let tags: Vec<String> = (2..60).map(|tag| tag.to_string()).collect();
    let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
    for tag in &tags {
        migration.source.image("app", Some(tag), &[tag]);
    }
    migration.source.image("web", Some("1"), &["layer"]);
    let all = joined(request("app", "app", &["1"]), request("app", "app", &tags));
    let plan = migration.plan(&joined(all, request("web", "web", &["1"]))).await;
    migration.source.endless.lock().unwrap().insert(Digest::of(b"endless"));
    let source = migration.registry_source();
    let other_is_done = async {
        while migration.registry.digest("web", "1").is_none() {
            tokio::task::yield_now().await;
        }
        migration.control.cancel();
    };
    let (report, ()) =
        futures_util::future::join(migration.run(&plan, &source), other_is_done).await;
    assert_eq!(results(&report).last().map(String::as_str), Some("Moved Equal"));
    assert_eq!(written(&migration), ["1"], "only web: every tag of app waits for its oldest image");
}

#[tokio::test]
async fn a_lifecycle_policy_is_set_after_the_last_image_of_its_repository() {
    let migration = TestMigration::new();
    for tag in TAGS {
        migration.source.image("app", Some(tag), &[tag]);
        migration.source.image("web", Some(tag), &[tag]);
    }
    migration.source.breaking.lock().unwrap().insert(Digest::of(b"12"), u32::MAX);
    let both = joined(request("app", "app", &TAGS), request("web", "web", &TAGS[1..]));
    let plan = migration.plan(&with_lifecycle(both)).await;
    let report = migration.run(&plan, &migration.registry_source()).await;
    assert!(report.policies_not_set.is_empty());
    let mut put = migration.ecr.policy_puts.lock().unwrap().clone();
    put.sort();
    // A failed image counts as finished, too.
    assert_eq!(put, [("app".to_owned(), 11), ("web".to_owned(), 11)]);
}

#[tokio::test]
async fn a_lifecycle_policy_that_is_not_set_is_reported_and_set_on_resume() {
    let migration = TestMigration::new();
    migration.source.image("app", Some("1"), &["layer"]);
    let mut plan = migration.plan(&with_lifecycle(request("app", "app", &["1"]))).await;
    *migration.ecr.lifecycle_denied.lock().unwrap() = true;
    let report = migration.run(&plan, &migration.registry_source()).await;
    assert_eq!(results(&report), ["Moved Equal"], "the image is in ECR nevertheless");
    let not_set = &report.policies_not_set[0];
    assert_eq!(not_set.repository, name("app"));
    let error = not_set.error.as_ref().unwrap().to_string();
    assert!(error.contains("ecr:PutLifecyclePolicy"), "{error}");

    // As after a resume: every image exists.
    *migration.ecr.lifecycle_denied.lock().unwrap() = false;
    for repository in &mut plan.repositories {
        (repository.exists, repository.is_own) = (true, true);
    }
    for _ in 0..2 {
        let report = migration.run(&plan, &migration.registry_source()).await;
        assert!(report.policies_not_set.is_empty());
        assert_eq!(
            migration.ecr.policy_puts.lock().unwrap().len(),
            1,
            "an existing policy is kept"
        );
    }
}

#[tokio::test]
async fn a_cancelled_migration_reports_the_policies_that_are_not_set() {
    let migration = TestMigration::new();
    for name in ["app", "web"] {
        migration.source.image(name, Some("1"), &[name]);
    }
    migration.source.endless.lock().unwrap().insert(Digest::of(b"app"));
    let both = joined(request("app", "app", &["1"]), request("web", "web", &["1"]));
    let plan = migration.plan(&with_lifecycle(both)).await;
    let source = migration.registry_source();
    let web_is_done = async {
        while migration.ecr.policy_puts.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        migration.control.cancel();
    };
    let (report, ()) = futures_util::future::join(migration.run(&plan, &source), web_is_done).await;
    assert_eq!(report.policies_not_set.len(), 1);
    assert_eq!(report.policies_not_set[0].repository, name("app"));
    assert!(report.policies_not_set[0].error.is_none());
    assert_eq!(report.repositories_empty, [name("app")]);
}

#[tokio::test]
async fn without_readable_content_no_repository_is_created() {
    let migration = TestMigration::new();
    for tag in ["1", "2"] {
        migration.source.image("app", Some(tag), &["shared", tag]);
        migration.source.image("web", Some(tag), &["shared", tag]);
    }
    let both = joined(request("app", "app", &["1", "2"]), request("web", "web", &["1", "2"]));
    let plan = migration.plan(&both).await;
    migration.source.remove_blob("app", "shared");
    migration.source.remove_blob("web", "1");
    let report = migration.run(&plan, &migration.registry_source()).await;
    assert_eq!(report.failed().collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!(*migration.ecr.creation_requests.lock().unwrap(), ["web"]);
    assert!(report.repositories_empty.is_empty());
}

#[tokio::test]
async fn an_empty_created_repository_is_reported() {
    let migration = TestMigration::new();
    migration.source.image("app", Some("1"), &["breaks"]);
    migration.source.image("web", Some("1"), &["layer"]);
    migration.source.breaking.lock().unwrap().insert(Digest::of(b"breaks"), u32::MAX);
    let both = joined(request("app", "app", &["1"]), request("web", "web", &["1"]));
    let plan = migration.plan(&both).await;
    let report = migration.run(&plan, &migration.registry_source()).await;
    assert_eq!(report.repositories_created, [name("app"), name("web")]);
    assert_eq!(report.repositories_empty, [name("app")]);
}

async fn engine_run(
    migration: &TestMigration,
    engine: &Arc<FakeEngine>,
    tags: &[&str],
) -> (Plan, Report) {
    for tag in tags {
        engine.add(&format!("source.example/app:{tag}"), tag);
    }
    let source = Source::Engine(Arc::clone(engine) as _);
    let request = request("app", "app", tags);
    let plan = migration.plan_from(&request, &source).await;
    let report = migration.run(&plan, &source).await;
    (plan, report)
}

#[tokio::test]
async fn the_engine_pushes_the_images_of_a_repository_oldest_first() {
    let migration = TestMigration::new();
    let engine = Arc::new(FakeEngine::new(Arc::clone(&migration.registry), false));
    engine_run(&migration, &engine, &TAGS).await;
    assert_eq!(written(&migration), TAGS.map(str::to_owned).into_iter().rev().collect::<Vec<_>>());
}

#[tokio::test]
async fn an_empty_repository_after_an_engine_push_is_reported() {
    let migration = TestMigration::new();
    let engine = Arc::new(FakeEngine::new(Arc::clone(&migration.registry), false));
    *engine.fails.lock().unwrap() = true;
    let (_, report) = engine_run(&migration, &engine, &["1"]).await;
    assert_eq!(report.repositories_empty, [name("app")]);
}
