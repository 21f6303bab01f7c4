//! Tests of undo plans and of carrying them out against fake registries.

use std::sync::Arc;

use tempfile::TempDir;
use transload_model::{Digest, RepositorySettings};

use crate::control::Control;
use crate::endpoints::Source;
use crate::journal::entry::JournalRecord;
use crate::journal::store::Journal;
use crate::plan::Plan;
use crate::request::{MigrationRequest, Resolution};
use crate::testing::engine::FakeEngine;
use crate::testing::registry::FakeRegistry;
use crate::testing::{TestMigration, joined, new_migration, record_error, request};
use crate::undo::carry_out::undo;
use crate::undo::facts::undo_facts;
use crate::undo::make_plan::undo_plan;
use crate::undo::plan::{TagLeftReason, TagUndo, UndoPlan, UndoRepository};
use crate::undo::report::{ItemLeftReason, UndoReport};

async fn migrated(migration: &TestMigration, request: &MigrationRequest) -> JournalRecord {
    let plan = migration.plan(request).await;
    journaled(migration, &plan, &migration.registry_source()).await
}

async fn journaled(migration: &TestMigration, plan: &Plan, source: &Source) -> JournalRecord {
    let folder = TempDir::new().unwrap();
    let journal = Journal::open(folder.path().join("journal.sqlite")).await.unwrap();
    let new = new_migration("m-1", plan);
    let log = journal.begin(new, record_error()).await.unwrap();
    migration.run_with(plan, source, Some(&log)).await;
    log.flush().await.unwrap();
    journal.record("m-1").await.unwrap()
}

/// Runs a migration from the Docker Engine and returns its journal record.
async fn migrated_from_engine(migration: &TestMigration, engine: FakeEngine) -> JournalRecord {
    let source = Source::Engine(Arc::new(engine));
    let request = request("app", "app", &["1"]);
    let plan = migration.plan_from(&request, &source).await;
    journaled(migration, &plan, &source).await
}

async fn planned(migration: &TestMigration, record: &JournalRecord) -> UndoPlan {
    undo_plan(record, &undo_facts(record, &migration.destination()).await.unwrap())
}

async fn carried_out(migration: &TestMigration, plan: &UndoPlan) -> UndoReport {
    undo(plan, &migration.destination(), &Control::default(), &|_| ()).await
}

/// Returns a readable summary of the plan.
fn summary(plan: &UndoPlan) -> Vec<String> {
    let mut lines = Vec::new();
    for UndoRepository { name, tags, images, repository } in &plan.repositories {
        for tag in tags {
            let action = match &tag.action {
                TagUndo::Remove { image } => format!("remove: {image:?}"),
                TagUndo::Restore { .. } => "restore".to_owned(),
                TagUndo::Left { reason } => {
                    let reason = format!("{reason:?}");
                    format!("left: {}", reason.split_whitespace().next().unwrap_or_default())
                }
            };
            lines.push(format!("{name}:{} {action}", tag.tag));
        }
        lines.push(format!("{name} {} images, {repository:?}", images.len()));
    }
    lines
}

fn left(report: &UndoReport) -> Vec<&str> {
    report.left.iter().map(|left| left.name.as_str()).collect()
}

fn tags(registry: &FakeRegistry, path: &str) -> Vec<String> {
    let images = registry.images(path).into_iter();
    let mut tags: Vec<_> = images.flat_map(|(_, tags)| tags).map(|tag| tag.to_string()).collect();
    tags.sort();
    tags
}

/// Adds an index with two platforms, one of which also has a tag, and a signature.
fn with_index(migration: &TestMigration) -> Digest {
    let first = migration.source.image("app", Some("1-amd64"), &["shared", "one"]);
    let second = migration.source.image("app", None, &["shared", "two"]);
    let index = migration.source.index("app", "1", &[first, second]);
    migration.source.signature("app", None, &index);
    index
}

#[tokio::test]
async fn a_created_repository_is_deleted_with_all_migrated_images() {
    let migration = TestMigration::new();
    with_index(&migration);
    migration.source.image("web", Some("1"), &["another"]);
    let both =
        joined(request("app", "app", &["1", "1-amd64"]), request("web", "web", &["1", "missing"]));
    let record = migrated(&migration, &both).await;
    assert_eq!(migration.registry.images("app").len(), 4, "an index, two images, a signature");

    let plan = planned(&migration, &record).await;
    let expected = [
        "app:1 remove: Goes",
        "app:1-amd64 remove: Goes",
        "app 2 images, Delete",
        "web:1 remove: Goes",
        "web 0 images, Delete",
    ];
    assert_eq!(summary(&plan), expected);
    assert_eq!(migration.ecr.names(), ["app", "web"], "a plan changes nothing");
    let steps = std::sync::Mutex::new(0);
    let note = |done| *steps.lock().unwrap() = done;
    let report = undo(&plan, &migration.destination(), &Control::default(), &note).await;
    assert_eq!((report.tags_removed, report.images_deleted), (3, 5));
    assert_eq!(report.repositories_deleted.len(), 2);
    assert!(report.left.is_empty(), "{report:?}");
    assert_eq!(*steps.lock().unwrap(), plan.steps());
    assert!(migration.ecr.names().is_empty());

    let second_plan = planned(&migration, &record).await;
    assert!(second_plan.is_empty(), "{second_plan:?}");
}

/// ECR keeps the image of a tag while an index lists it. An index without a tag is deleted only after the tags.
#[tokio::test]
async fn a_tagged_image_of_a_nested_index_without_a_tag_is_deleted() {
    let migration = TestMigration::new();
    let leaf = migration.source.image("app", Some("1-amd64"), &["shared", "one"]);
    let other = migration.source.image("app", None, &["shared", "two"]);
    let inner = migration.source.index("app", "inner", &[leaf.clone(), other]);
    migration.source.index("app", "1", &[inner]);
    for tag in ["1-amd64", "1-latest"] {
        migration.source.copy_to("app", &leaf, &migration.source, "app", Some(tag));
    }
    let record = migrated(&migration, &request("app", "app", &["1", "1-amd64", "1-latest"])).await;
    assert_eq!(tags(&migration.registry, "app"), ["1", "1-amd64", "1-latest"]);
    let plan = planned(&migration, &record).await;
    let expected = [
        "app:1 remove: Goes",
        "app:1-amd64 remove: Goes",
        "app:1-latest remove: Goes",
        "app 2 images, Delete",
    ];
    assert_eq!(summary(&plan), expected);
    let steps = std::sync::Mutex::new(0);
    let note = |done| *steps.lock().unwrap() = done;
    let report = undo(&plan, &migration.destination(), &Control::default(), &note).await;
    assert!(report.left.is_empty(), "{report:?}");
    assert_eq!((report.tags_removed, report.images_deleted), (3, 4));
    assert_eq!(*steps.lock().unwrap(), plan.steps());
    assert!(migration.ecr.names().is_empty(), "the repository is empty, and deleted");
}

/// Another index of someone else, pushed after the plan, keeps the image.
#[tokio::test]
async fn a_tag_that_an_index_of_others_keeps_is_reported_once() {
    let migration = TestMigration::new();
    let index = with_index(&migration);
    let record = migrated(&migration, &request("app", "app", &["1", "1-amd64"])).await;
    let plan = planned(&migration, &record).await;
    migration.registry.index("app", "theirs", &migration.source.children(&index)[..1]);
    let report = carried_out(&migration, &plan).await;
    assert_eq!(left(&report), ["app:1-amd64", "app"]);
    assert_eq!((report.tags_removed, report.images_deleted), (1, 3));
    assert_eq!(tags(&migration.registry, "app"), ["1-amd64", "theirs"]);
}

#[tokio::test]
async fn images_of_others_stay_and_keep_their_repository() {
    let migration = TestMigration::new();
    let index = with_index(&migration);
    let record = migrated(&migration, &request("app", "app", &["1", "1-amd64"])).await;
    // Another client tags the migrated index, and pushes another image.
    migration.registry.index("app", "theirs", &migration.source.children(&index));
    migration.registry.image("app", Some("own"), &["own"]);
    let plan = planned(&migration, &record).await;
    let expected = [
        "app:1 remove: HasOtherTags",
        "app:1-amd64 left: BelowIndex",
        "app 0 images, Left { images: 5 }",
    ];
    assert_eq!(summary(&plan), expected);
    let report = carried_out(&migration, &plan).await;
    assert_eq!(left(&report), ["app:1-amd64", "app"]);
    assert_eq!(tags(&migration.registry, "app"), ["1-amd64", "own", "theirs"]);
    assert_eq!(migration.registry.digest("app", "theirs"), Some(index));
    assert_eq!(migration.ecr.names(), ["app"]);
}

#[tokio::test]
async fn an_overwritten_tag_is_restored_unless_it_was_moved_again() {
    let migration = TestMigration::new();
    for tag in ["1", "2", "3"] {
        migration.source.image("app", Some(tag), &["new", tag]);
        let old = migration.registry.image("app", Some(tag), &["old", tag]);
        migration.ecr.older.lock().unwrap().insert(old);
    }
    migration.ecr.add("app", RepositorySettings::default());
    let old = migration.registry.digest("app", "1").unwrap();
    let gone = migration.registry.digest("app", "3").unwrap();
    let mut wanted = request("app", "app", &["1", "2", "3"]);
    for image in &mut wanted.images {
        image.resolution = Some(Resolution::Overwrite);
    }
    let record = migrated(&migration, &wanted).await;
    let theirs = migration.registry.image("app", Some("2"), &["theirs"]);
    assert_eq!(migration.registry.delete("app", gone.as_str()), None);

    let plan = planned(&migration, &record).await;
    let expected = [
        "app:1 restore",
        "app:2 left: PointsElsewhere",
        "app:3 left: EarlierImageGone",
        "app 1 images, WasThere",
    ];
    assert_eq!(summary(&plan), expected);
    let report = carried_out(&migration, &plan).await;
    assert_eq!((report.tags_restored, report.tags_removed, report.images_deleted), (1, 0, 1));
    assert_eq!(left(&report), ["app:2", "app:3"]);
    assert_eq!(migration.registry.digest("app", "1"), Some(old));
    assert_eq!(migration.registry.digest("app", "2"), Some(theirs));
    assert!(migration.registry.digest("app", "3").is_some());
}

#[tokio::test]
async fn an_image_that_existed_untagged_is_not_deleted_with_its_new_tag() {
    let migration = TestMigration::new();
    let digest = migration.source.image("app", Some("1"), &["layer"]);
    migration.registry.image("app", None, &["layer"]);
    migration.ecr.older.lock().unwrap().insert(digest.clone());
    migration.ecr.add("app", RepositorySettings::default());
    let record = migrated(&migration, &request("app", "app", &["1"])).await;
    let plan = planned(&migration, &record).await;
    assert_eq!(summary(&plan), ["app:1 left: ImageWouldGo", "app 0 images, WasThere"]);
    assert!(plan.is_empty());
}

#[tokio::test]
async fn tags_and_images_that_changed_after_the_plan_stay_unchanged() {
    let migration = TestMigration::new();
    for tag in ["1", "2", "3"] {
        migration.source.image("app", Some(tag), &["shared", tag]);
    }
    let index = with_index(&migration);
    migration.ecr.add("app", RepositorySettings::default());
    let record = migrated(&migration, &request("app", "app", &["1", "2", "3"])).await;
    let other = migration.registry.image("app", Some("other"), &["shared", "3"]);
    let plan = planned(&migration, &record).await;
    assert_eq!(
        summary(&plan)[2],
        "app:3 remove: HasOtherTags",
        "the image has another tag: {plan:?}"
    );
    // Another client tags the index, one tag moves, and the other tag is deleted.
    migration.registry.index("app", "theirs", &migration.source.children(&index));
    migration.registry.image("app", Some("2"), &["theirs"]);
    assert_eq!(migration.registry.delete("app", "other"), None);
    let report = carried_out(&migration, &plan).await;
    assert_eq!(left(&report), ["app:2", "app:3"]);
    assert_eq!(migration.registry.digest("app", "theirs"), Some(index.clone()));
    assert_eq!(migration.registry.digest("app", "3"), Some(other));
    for child in migration.source.children(&index) {
        assert!(
            migration.registry.digest("app", child.as_str()).is_some(),
            "it belongs to an index"
        );
    }
    let signatures = migration.registry.images("app");
    let of_index = signatures.iter().filter(|(raw, _)| match raw.parse().unwrap() {
        transload_model::Manifest::Image(image) => image.subject.is_some(),
        transload_model::Manifest::Index(_) => false,
    });
    assert_eq!(of_index.count(), 1, "the signature stays too");
}

#[tokio::test]
async fn a_tag_that_changes_between_the_listing_and_the_delete_call_stays_unchanged() {
    type Change = fn(&FakeRegistry);
    let push_another: Change = |registry| drop(registry.image("app", Some("1"), &["theirs"]));
    let push_another_and_delete_ours: Change = |registry| {
        let ours = registry.digest("app", "1").unwrap();
        registry.image("app", Some("1"), &["theirs"]);
        registry.delete("app", ours.as_str());
    };
    let delete: Change = |registry| assert_eq!(registry.delete("app", "1"), None);
    for (change, theirs) in
        [(push_another, true), (push_another_and_delete_ours, true), (delete, false)]
    {
        let migration = TestMigration::new();
        migration.source.image("app", Some("1"), &["layer"]);
        migration.source.image("app", Some("2"), &["layer", "2"]);
        migration.ecr.add("app", RepositorySettings::default());
        let record = migrated(&migration, &request("app", "app", &["1", "2"])).await;
        let plan = planned(&migration, &record).await;
        let registry = Arc::clone(&migration.registry);
        *migration.ecr.before_deleting.lock().unwrap() = Some(Box::new(move || change(&registry)));
        let report = carried_out(&migration, &plan).await;
        assert_eq!(left(&report), ["app:1"]);
        let moved = matches!(
            &report.left[0].why,
            ItemLeftReason::Tag(TagLeftReason::PointsElsewhere { .. })
        );
        assert_eq!(moved, theirs, "{report:?}");
        assert_eq!((report.tags_removed, report.images_deleted), (1, 1), "{report:?}");
        let remaining: &[&str] = if theirs { &["1"] } else { &[] };
        assert_eq!(tags(&migration.registry, "app"), remaining);
    }
}

#[tokio::test]
async fn a_repository_that_may_not_be_changed_is_reported_and_the_others_are_undone() {
    let migration = TestMigration::new();
    migration.source.image("app", Some("1"), &["layer"]);
    migration.source.image("web", Some("1"), &["layer"]);
    let both = joined(request("app", "app", &["1"]), request("web", "web", &["1"]));
    let record = migrated(&migration, &both).await;
    migration.ecr.denied.lock().unwrap().insert("app".to_owned());
    let report = carried_out(&migration, &planned(&migration, &record).await).await;
    assert_eq!(left(&report), ["app"]);
    assert!(
        matches!(&report.left[0].why, ItemLeftReason::Failed(error) if error.to_string().contains("ecr:"))
    );
    assert_eq!(migration.ecr.names(), ["app"]);
    assert_eq!(tags(&migration.registry, "app"), ["1"]);
}

#[tokio::test]
async fn a_cancelled_undo_leaves_the_remaining_items() {
    let migration = TestMigration::new();
    migration.source.image("app", Some("1"), &["layer"]);
    let record = migrated(&migration, &request("app", "app", &["1"])).await;
    let plan = planned(&migration, &record).await;
    let control = Control::default();
    control.cancel();
    let report = undo(&plan, &migration.destination(), &control, &|_| ()).await;
    assert!(report.cancelled);
    assert_eq!(tags(&migration.registry, "app"), ["1"]);

    // A cancel after the last step cancels nothing.
    let control = Control::default();
    let cancel_at_end = |done| {
        if done == plan.steps() {
            control.cancel();
        }
    };
    let report = undo(&plan, &migration.destination(), &control, &cancel_at_end).await;
    assert!(control.is_cancelled() && !report.cancelled, "{report:?}");
    assert!(migration.ecr.names().is_empty());
}

#[tokio::test]
async fn a_repository_whose_images_all_failed_is_deleted() {
    let migration = TestMigration::new();
    migration.source.image("app", Some("1"), &["breaks"]);
    migration.source.breaking.lock().unwrap().insert(Digest::of(b"breaks"), u32::MAX);
    let record = migrated(&migration, &request("app", "app", &["1"])).await;
    assert_eq!(record.summary.repositories_created, 1);
    let plan = planned(&migration, &record).await;
    assert_eq!(summary(&plan), ["app 0 images, Delete"]);
    carried_out(&migration, &plan).await;
    assert!(migration.ecr.names().is_empty());

    let migration = TestMigration::new();
    let engine = FakeEngine::new(Arc::clone(&migration.registry), false);
    engine.add("source.example/app:1", "image");
    *engine.fails.lock().unwrap() = true;
    let record = migrated_from_engine(&migration, engine).await;
    assert_eq!(summary(&planned(&migration, &record).await), ["app 0 images, Delete"]);
}
