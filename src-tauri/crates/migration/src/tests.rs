//! Tests of a whole migration against fake registries: digests, errors, cancelling and the Docker
//! Engine route.

mod cancel;
mod crashes;
mod engine;
mod push_order;
mod tag_writes;

use std::sync::Arc;
use std::time::Duration;

use crate::endpoints::Source;
use crate::error::MigrationError;
use crate::plan::{Action, Difference};
use crate::proof::Proof;
use crate::report::ImageResult;
use crate::request::Resolution;
use crate::testing::engine::FakeEngine;
use crate::testing::registry::FakeRegistry;
use crate::testing::{TestMigration, request, results};
use transload_model::{Digest, ImageReference, RepositorySettings, Tag, TagMutability};

#[tokio::test]
async fn an_index_is_copied_after_its_children_and_shared_layers_once() {
    let migration = TestMigration::new();
    let first = migration.source.image("team/app", None, &["shared", "one"]);
    let second = migration.source.image("team/app", None, &["shared", "two"]);
    let index = migration.source.index("team/app", "1", &[first.clone(), second.clone()]);
    let request = request("team/app", "app", &["1"]);
    let plan = migration.plan(&request).await;
    assert!(plan.is_ready());
    assert_eq!(plan.totals.repositories_to_create, 1);
    assert_eq!(plan.images[0].platforms.len(), 2);

    let report = migration.run(&plan, &migration.registry_source()).await;
    assert_eq!(results(&report), ["Moved Equal"]);
    assert_eq!(migration.registry.digest("app", "1"), Some(index.clone()));
    assert_eq!(report.images[0].ecr_digest, Some(index));
    let stored = migration.registry.stored.lock().unwrap().clone();
    assert_eq!(stored.last().map(String::as_str), Some("1"), "{stored:?}");
    assert_eq!(stored.len(), 3);
    let uploads = migration.registry.uploads.lock().unwrap().clone();
    let shared = format!("app@{}", Digest::of(b"shared"));
    assert_eq!(uploads.iter().filter(|upload| **upload == shared).count(), 1);
}

#[tokio::test]
async fn a_plan_warns_where_an_image_does_not_run() {
    use super::Remark::{NotForAmd64, NotForLambda};
    let migration = TestMigration::new();
    for (tag, architecture) in [("laptop", "arm64"), ("server", "amd64")] {
        let image = migration.source.image("app", None, &[tag]);
        migration.source.attested("app", tag, architecture, &image);
    }
    let plan = migration.plan(&request("app", "app", &["laptop", "server"])).await;
    assert_eq!(plan.images[0].remarks, [NotForAmd64, NotForLambda]);
    assert_eq!(plan.images[1].remarks, [NotForLambda]);
}

#[tokio::test]
async fn the_events_of_a_migration_are_in_order() {
    let migration = TestMigration::new();
    migration.source.image("app", Some("1"), &["layer"]);
    let plan = migration.plan(&request("app", "app", &["1"])).await;
    migration.run(&plan, &migration.registry_source()).await;
    insta::assert_snapshot!(migration.events.lines().join("\n"));
}

#[tokio::test]
async fn existing_images_are_verified_and_not_sent() {
    let migration = TestMigration::new();
    migration.source.image("app", Some("1"), &["layer"]);
    migration.registry.image("app", Some("1"), &["layer"]);
    migration.ecr.add("app", RepositorySettings::default());
    let plan = migration.plan(&request("app", "app", &["1"])).await;
    assert!(matches!(plan.images[0].action, Action::AlreadyThere));
    assert!(plan.images[0].content.is_none(), "one HEAD request to each registry is enough");
    assert_eq!(plan.images[0].existing, None, "it is the same image");
    let report = migration.run(&plan, &migration.registry_source()).await;
    assert_eq!(results(&report), ["Unchanged Equal"]);
    assert!(migration.registry.uploads.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_tag_of_another_image_needs_a_choice() {
    let migration = TestMigration::new();
    migration.source.image("app", Some("1"), &["new"]);
    migration.registry.image("app", Some("1"), &["old"]);
    let immutable = RepositorySettings {
        tag_mutability: TagMutability::Immutable.into(),
        ..RepositorySettings::default()
    };
    migration.ecr.add("app", immutable);
    let mut request = request("app", "app", &["1"]);
    let plan = migration.plan(&request).await;
    assert!(matches!(plan.images[0].action, Action::Conflict { overwrite_allowed: false }));
    assert!(!plan.is_ready());
    assert!(matches!(plan.repositories[0].differences[0], Difference::TagMutability { .. }));
    let existing = plan.images[0].existing.unwrap();
    assert_eq!((existing.pushed_at_ms, existing.size_bytes), (Some(9_000_000_000_000), None));

    request.images[0].resolution = Some(Resolution::Overwrite);
    let plan = migration.plan(&request).await;
    assert!(
        matches!(plan.images[0].action, Action::Conflict { .. }),
        "an immutable tag is not overwritten"
    );

    request.images[0].resolution = Some(Resolution::KeepExisting);
    let plan = migration.plan(&request).await;
    assert!(matches!(plan.images[0].action, Action::KeepExisting));
    assert!(plan.images[0].existing.is_some());

    request.images[0].resolution = Some(Resolution::NewTag(Tag::parse("1-new").unwrap()));
    let plan = migration.plan(&request).await;
    assert!(matches!(plan.images[0].action, Action::Move));
    assert_eq!(plan.images[0].existing, None);
    assert_eq!(plan.images[0].destination.to_string(), "registry.example/app:1-new");

    migration.ecr.add("app", RepositorySettings::default());
    request.images[0].resolution = Some(Resolution::Overwrite);
    let plan = migration.plan(&request).await;
    assert!(matches!(plan.images[0].action, Action::Overwrite));
    let report = migration.run(&plan, &migration.registry_source()).await;
    assert_eq!(results(&report), ["Moved Equal"]);
}

#[tokio::test]
async fn an_immutable_tag_that_became_identical_counts_as_existing() {
    let migration = TestMigration::new();
    migration.source.image("app", Some("1"), &["layer"]);
    let plan = migration.plan(&request("app", "app", &["1"])).await;
    migration.registry.image("app", Some("1"), &["layer"]);
    migration.registry.immutable.lock().unwrap().insert("1".to_owned());
    let report = migration.run(&plan, &migration.registry_source()).await;
    assert_eq!(results(&report), ["Unchanged Equal"]);

    let other = TestMigration::new();
    other.source.image("app", Some("1"), &["layer"]);
    let plan = other.plan(&request("app", "app", &["1"])).await;
    other.registry.image("app", Some("1"), &["another"]);
    other.registry.immutable.lock().unwrap().insert("1".to_owned());
    let report = other.run(&plan, &other.registry_source()).await;
    assert!(results(&report)[0].contains("was not overwritten"), "{:?}", results(&report));
}

#[tokio::test]
async fn one_failed_image_does_not_stop_the_others() {
    let migration = TestMigration::new();
    for tag in ["1", "2", "3", "4", "5"] {
        migration.source.image("app", Some(tag), &[tag]);
    }
    let broken = Digest::of(b"3");
    migration.source.breaking.lock().unwrap().insert(broken, u32::MAX);
    let plan = migration.plan(&request("app", "app", &["1", "2", "3", "4", "5"])).await;
    let source = migration.registry_source();
    let run = tokio::time::timeout(Duration::from_secs(60), migration.run(&plan, &source));
    let report = run.await.unwrap();
    assert_eq!(report.failed().collect::<Vec<_>>(), [2]);
    assert_eq!(migration.registry.digest("app", "3"), None);
    assert!(migration.registry.digest("app", "5").is_some());
}

#[tokio::test]
async fn a_layer_whose_download_is_interrupted_is_retried() {
    let migration = TestMigration::new();
    migration.source.image("app", Some("1"), &["layer"]);
    migration.source.breaking.lock().unwrap().insert(Digest::of(b"layer"), 2);
    let plan = migration.plan(&request("app", "app", &["1"])).await;
    let report = migration.run(&plan, &migration.registry_source()).await;
    assert_eq!(results(&report), ["Moved Equal"]);
}

#[tokio::test]
async fn a_cancel_during_a_layer_writes_no_tag() {
    let migration = TestMigration::new();
    migration.source.image("app", Some("1"), &["layer"]);
    migration.source.endless.lock().unwrap().insert(Digest::of(b"layer"));
    let plan = migration.plan(&request("app", "app", &["1"])).await;
    let control = migration.control.clone();
    let source = migration.registry_source();
    let (report, ()) = futures_util::future::join(migration.run(&plan, &source), async {
        while !migration.events.lines().iter().any(|line| line.contains("Pushing")) {
            tokio::task::yield_now().await;
        }
        control.cancel();
    })
    .await;
    assert!(report.cancelled);
    assert_eq!(results(&report), ["Cancelled NotProved"]);
    assert_eq!(migration.registry.digest("app", "1"), None);
}

#[tokio::test]
async fn a_different_digest_in_ecr_fails_with_both_digests() {
    let migration = TestMigration::new();
    let sent = migration.source.image("app", Some("1"), &["layer"]);
    *migration.ecr.reported_digest.lock().unwrap() = Some(Digest::of(b"something else"));
    let plan = migration.plan(&request("app", "app", &["1"])).await;
    let report = migration.run(&plan, &migration.registry_source()).await;
    assert_eq!(report.images[0].proof, Proof::Different);
    let result = &results(&report)[0];
    assert!(result.contains(sent.as_str()), "{result}");
    assert!(result.contains(Digest::of(b"something else").as_str()), "{result}");
}

#[tokio::test]
async fn without_a_token_every_image_fails_with_the_reason() {
    let migration = TestMigration::new();
    migration.source.image("app", Some("1"), &["layer"]);
    let plan = migration.plan(&request("app", "app", &["1"])).await;
    *migration.ecr.tokens_denied.lock().unwrap() = true;
    let report = migration.run(&plan, &migration.registry_source()).await;
    let ImageResult::Failed { error } = &report.images[0].result else { panic!("{report:?}") };
    assert!(matches!(**error, MigrationError::EarlierStepFailed { .. }), "{error}");
}

#[tokio::test]
async fn an_image_that_is_missing_at_its_source_is_refused_in_the_plan() {
    let migration = TestMigration::new();
    migration.source.image("app", Some("1"), &["layer"]);
    let plan = migration.plan(&request("app", "app", &["1", "2"])).await;
    assert!(matches!(plan.images[1].action, Action::Refused { .. }));
    assert_eq!((plan.totals.images_to_move, plan.totals.refused), (1, 1));
    let report = migration.run(&plan, &migration.registry_source()).await;
    assert_eq!(report.failed().collect::<Vec<_>>(), [1]);
}

#[tokio::test]
async fn every_platform_of_an_index_is_verified() {
    let migration = TestMigration::new();
    let children: Vec<_> =
        ["one", "two"].map(|layer| migration.source.image("app", None, &[layer])).into();
    migration.source.index("app", "1", &children);
    let plan = migration.plan(&request("app", "app", &["1"])).await;
    let report = migration.run(&plan, &migration.registry_source()).await;
    assert_eq!(results(&report), ["Moved Equal"]);
    let platforms = &report.images[0].platforms;
    assert_eq!(platforms.len(), 2);
    assert!(platforms.iter().all(|part| part.in_ecr && children.contains(&part.digest)));

    let migration = TestMigration::new();
    for layer in ["one", "two"] {
        migration.source.image("app", None, &[layer]);
    }
    migration.source.index("app", "1", &children);
    migration.ecr.missing_images.lock().unwrap().insert(children[1].clone());
    let plan = migration.plan(&request("app", "app", &["1"])).await;
    let report = migration.run(&plan, &migration.registry_source()).await;
    let image = &report.images[0];
    assert_eq!(image.proof, Proof::Different);
    let ImageResult::Failed { error } = &image.result else { panic!("{report:?}") };
    assert!(
        matches!(&**error, MigrationError::PlatformsLost { platforms, .. } if platforms.len() == 1)
    );
    assert_eq!(image.platforms.iter().filter(|part| part.in_ecr).count(), 1);
}

#[tokio::test]
async fn two_images_with_one_destination_are_refused() {
    let migration = TestMigration::new();
    migration.source.image("app", Some("1"), &["layer"]);
    migration.source.image("web", Some("1"), &["another"]);
    let mut both = request("app", "app", &["1"]);
    both.images.extend(request("web", "app", &["1"]).images);
    let plan = migration.plan(&both).await;
    let Action::Refused { error } = &plan.images[1].action else { panic!("{plan:?}") };
    assert!(matches!(**error, MigrationError::SameDestination { .. }));
}

#[tokio::test]
async fn nested_indexes_are_limited() {
    let migration = TestMigration::new();
    // A digest can't contain itself, but a chain of indexes can be of any length.
    let mut inner = migration.source.image("app", None, &["layer"]);
    for depth in 0..6 {
        inner = migration.source.index("app", &format!("depth-{depth}"), &[inner]);
    }
    let plan = migration.plan(&request("app", "app", &["depth-5"])).await;
    let Action::Refused { error } = &plan.images[0].action else { panic!("{plan:?}") };
    assert!(matches!(**error, MigrationError::NestedTooDeep { .. }), "{error}");
}

#[tokio::test]
async fn the_engine_pushes_with_a_temporary_tag_that_is_removed() {
    let migration = TestMigration::new();
    let engine = Arc::new(FakeEngine::new(Arc::clone(&migration.registry), false));
    engine.add("source.example/app:1", "image");
    let source = Source::Engine(engine.clone());
    let mut request = request("app", "app", &["1"]);
    let plan = migration.plan_from(&request, &source).await;
    let report = migration.run(&plan, &source).await;
    assert_eq!(results(&report), ["Moved SameContent"]);
    let config = FakeRegistry::config_text(&["image"]).len() as u64;
    let stored = "image".len() as u64 + config;
    assert_eq!(report.images[0].sent_bytes, Some(stored), "as ECR stores it");
    assert_eq!(engine.names(), ["source.example/app:1"]);

    let plan = migration.plan_from(&request, &source).await;
    assert!(matches!(plan.images[0].action, Action::AlreadyThere), "{:?}", plan.images[0].action);
    assert_eq!(results(&migration.run(&plan, &source).await), ["Unchanged SameContent"]);

    engine.add("source.example/app:1", "rebuilt");
    request.remove_temporary_tags = false;
    request.images[0].resolution = Some(Resolution::Overwrite);
    let plan = migration.plan_from(&request, &source).await;
    let report = migration.run(&plan, &source).await;
    assert_eq!(report.temporary_tags_left.len(), 1);
    assert_eq!(engine.names(), ["registry.example/app:1", "source.example/app:1"]);
}

#[tokio::test]
async fn an_existing_tag_of_another_image_is_not_touched() {
    let migration = TestMigration::new();
    let engine = Arc::new(FakeEngine::new(Arc::clone(&migration.registry), false));
    engine.add("source.example/app:1", "image");
    engine.add("registry.example/app:1", "another image");
    let source = Source::Engine(engine.clone());
    let plan = migration.plan_from(&request("app", "app", &["1"]), &source).await;
    let Action::Refused { error } = &plan.images[0].action else { panic!("{plan:?}") };
    assert!(matches!(**error, MigrationError::EngineNameTaken { .. }));
}

#[tokio::test]
async fn a_cancelled_push_removes_its_temporary_tag() {
    let migration = TestMigration::new();
    let engine = Arc::new(FakeEngine::new(Arc::clone(&migration.registry), true));
    engine.add("source.example/app:1", "image");
    let source = Source::Engine(engine.clone());
    let plan = migration.plan_from(&request("app", "app", &["1"]), &source).await;
    let (report, ()) = futures_util::future::join(migration.run(&plan, &source), async {
        while !migration.events.lines().iter().any(|line| line.contains("Pushing")) {
            tokio::task::yield_now().await;
        }
        migration.control.cancel();
    })
    .await;
    assert_eq!(results(&report), ["Cancelled NotProved"]);
    assert_eq!(engine.names(), ["source.example/app:1"]);
    assert_eq!(ImageReference::parse("source.example/app:1").unwrap().path(), "app");
}
