use std::sync::Arc;

use tempfile::TempDir;

use crate::control::Control;
use crate::endpoints::Source;
use crate::facts::gather::gather;
use crate::journal::entry::{JournalRecord, NewMigration};
use crate::journal::store::Journal;
use crate::plan::Plan;
use crate::plan::make_plan::plan;
use crate::request::{MigrationRequest, Resolution};
use crate::testing::engine::FakeEngine;
use crate::testing::registry::FakeRegistry;
use crate::testing::{World, joined, record_error, request};
use crate::undo::carry_out::{UndoReport, Why, undo};
use crate::undo::facts::undo_facts;
use crate::undo::plan::{LeftReason, TagUndo, UndoPlan, UndoRepository, undo_plan};
use transload_model::{Digest, RepositorySettings};

/// Runs a migration, and gives what its journal knows of it.
async fn migrated(world: &World, request: &MigrationRequest) -> JournalRecord {
    let plan = world.plan(request).await;
    journaled(world, &plan, &world.registry_source()).await
}

async fn journaled(world: &World, plan: &Plan, source: &Source) -> JournalRecord {
    let folder = TempDir::new().unwrap();
    let journal = Journal::open(folder.path().join("journal.sqlite")).await.unwrap();
    let new = NewMigration {
        id: "m-1".to_owned(),
        started_at_ms: 1_795_000_000_000,
        plan: Arc::new(plan.clone()),
        request: String::new(),
        about: String::new(),
    };
    let log = journal.begin(new, record_error()).await.unwrap();
    world.run_with(plan, source, Some(&log)).await;
    log.flush().await.unwrap();
    journal.record("m-1").await.unwrap()
}

/// The same from the Docker Engine.
async fn migrated_from_engine(world: &World, engine: FakeEngine) -> JournalRecord {
    let source = Source::Engine(Arc::new(engine));
    let request = request("app", "app", &["1"]);
    let facts = gather(&request, &source, &world.destination()).await.unwrap();
    let plan = plan(&request, &facts);
    journaled(world, &plan, &source).await
}

async fn planned(world: &World, record: &JournalRecord) -> UndoPlan {
    undo_plan(record, &undo_facts(record, &world.destination()).await.unwrap())
}

async fn carried_out(world: &World, plan: &UndoPlan) -> UndoReport {
    undo(plan, &world.destination(), &Control::default(), &|_| ()).await
}

/// The plan in words, for reading.
fn told(plan: &UndoPlan) -> Vec<String> {
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

/// An index with two platforms, of which one is also tagged by itself, and a signature.
fn with_index(world: &World) -> Digest {
    let first = world.source.image("app", Some("1-amd64"), &["shared", "one"]);
    let second = world.source.image("app", None, &["shared", "two"]);
    let index = world.source.index("app", "1", &[first, second]);
    world.source.signature("app", None, &index);
    index
}

#[tokio::test]
async fn a_repository_that_it_created_goes_with_all_that_it_brought() {
    let world = World::new();
    with_index(&world);
    world.source.image("web", Some("1"), &["another"]);
    let both =
        joined(request("app", "app", &["1", "1-amd64"]), request("web", "web", &["1", "missing"]));
    let record = migrated(&world, &both).await;
    assert_eq!(world.registry.images("app").len(), 4, "an index, two images, a signature");

    let plan = planned(&world, &record).await;
    let expected = [
        "app:1 remove: Goes",
        "app:1-amd64 remove: Goes",
        "app 2 images, Delete",
        "web:1 remove: Goes",
        "web 0 images, Delete",
    ];
    assert_eq!(told(&plan), expected);
    assert_eq!(world.ecr.names(), ["app", "web"], "a plan changes nothing");
    let steps = std::sync::Mutex::new(0);
    let note = |done| *steps.lock().unwrap() = done;
    let report = undo(&plan, &world.destination(), &Control::default(), &note).await;
    assert_eq!((report.tags_removed, report.images_deleted), (3, 5));
    assert_eq!(report.repositories_deleted.len(), 2);
    assert!(report.left.is_empty(), "{report:?}");
    assert_eq!(*steps.lock().unwrap(), plan.steps());
    assert!(world.ecr.names().is_empty());

    let again = planned(&world, &record).await;
    assert!(again.is_empty(), "{again:?}");
}

#[tokio::test]
async fn what_others_brought_stays_and_keeps_its_repository() {
    let world = World::new();
    let index = with_index(&world);
    let record = migrated(&world, &request("app", "app", &["1", "1-amd64"])).await;
    // Somebody else tags what was moved, and pushes an image of their own.
    world.registry.index("app", "theirs", &world.source.children(&index));
    world.registry.image("app", Some("own"), &["own"]);
    let plan = planned(&world, &record).await;
    let expected = [
        "app:1 remove: HasOtherTags",
        "app:1-amd64 remove: BelowIndex",
        "app 0 images, Left { images: 5 }",
    ];
    assert_eq!(told(&plan), expected);
    let report = carried_out(&world, &plan).await;
    assert_eq!(left(&report), ["app"]);
    assert_eq!(tags(&world.registry, "app"), ["own", "theirs"]);
    assert_eq!(world.registry.held("app", "theirs"), Some(index));
    assert_eq!(world.ecr.names(), ["app"]);
}

#[tokio::test]
async fn a_tag_that_was_moved_is_put_back_and_one_that_moved_on_is_left() {
    let world = World::new();
    for tag in ["1", "2", "3"] {
        world.source.image("app", Some(tag), &["new", tag]);
        let old = world.registry.image("app", Some(tag), &["old", tag]);
        world.ecr.older.lock().unwrap().insert(old);
    }
    world.ecr.add("app", RepositorySettings::default());
    let old = world.registry.held("app", "1").unwrap();
    let gone = world.registry.held("app", "3").unwrap();
    let mut wanted = request("app", "app", &["1", "2", "3"]);
    for image in &mut wanted.images {
        image.resolution = Some(Resolution::Overwrite);
    }
    let record = migrated(&world, &wanted).await;
    let theirs = world.registry.image("app", Some("2"), &["theirs"]);
    assert_eq!(world.registry.delete("app", gone.as_str()), None);

    let plan = planned(&world, &record).await;
    let expected = [
        "app:1 restore",
        "app:2 left: PointsElsewhere",
        "app:3 left: EarlierImageGone",
        "app 1 images, WasThere",
    ];
    assert_eq!(told(&plan), expected);
    let report = carried_out(&world, &plan).await;
    assert_eq!((report.tags_restored, report.tags_removed, report.images_deleted), (1, 0, 1));
    assert_eq!(left(&report), ["app:2", "app:3"]);
    assert_eq!(world.registry.held("app", "1"), Some(old));
    assert_eq!(world.registry.held("app", "2"), Some(theirs));
    assert!(world.registry.held("app", "3").is_some());
}

#[tokio::test]
async fn an_image_that_was_there_without_a_tag_is_not_deleted_with_its_new_one() {
    let world = World::new();
    let digest = world.source.image("app", Some("1"), &["layer"]);
    world.registry.image("app", None, &["layer"]);
    world.ecr.older.lock().unwrap().insert(digest.clone());
    world.ecr.add("app", RepositorySettings::default());
    let record = migrated(&world, &request("app", "app", &["1"])).await;
    let plan = planned(&world, &record).await;
    assert_eq!(told(&plan), ["app:1 left: ImageWouldGo", "app 0 images, WasThere"]);
    assert!(plan.is_empty());
}

#[tokio::test]
async fn what_changed_between_plan_and_undo_is_left() {
    let world = World::new();
    for tag in ["1", "2", "3"] {
        world.source.image("app", Some(tag), &["shared", tag]);
    }
    let index = with_index(&world);
    world.ecr.add("app", RepositorySettings::default());
    let record = migrated(&world, &request("app", "app", &["1", "2", "3"])).await;
    let other = world.registry.image("app", Some("other"), &["shared", "3"]);
    let plan = planned(&world, &record).await;
    assert_eq!(told(&plan)[2], "app:3 remove: HasOtherTags", "it has another name: {plan:?}");
    // The index gets a name of somebody, one tag moves on, and the other name goes away.
    world.registry.index("app", "theirs", &world.source.children(&index));
    world.registry.image("app", Some("2"), &["theirs"]);
    assert_eq!(world.registry.delete("app", "other"), None);
    let report = carried_out(&world, &plan).await;
    assert_eq!(left(&report), ["app:2", "app:3"]);
    assert_eq!(world.registry.held("app", "theirs"), Some(index.clone()));
    assert_eq!(world.registry.held("app", "3"), Some(other));
    for child in world.source.children(&index) {
        assert!(world.registry.held("app", child.as_str()).is_some(), "it is of an index");
    }
    let signatures = world.registry.images("app");
    let of_index = signatures.iter().filter(|(raw, _)| match raw.read().unwrap() {
        transload_model::Manifest::Image(image) => image.subject.is_some(),
        transload_model::Manifest::Index(_) => false,
    });
    assert_eq!(of_index.count(), 1, "its signature stays too");
}

#[tokio::test]
async fn a_tag_that_is_moved_or_deleted_between_the_listing_and_the_delete_call_is_left() {
    type Change = fn(&FakeRegistry);
    let push_another: Change = |registry| drop(registry.image("app", Some("1"), &["theirs"]));
    let push_another_and_delete_ours: Change = |registry| {
        let ours = registry.held("app", "1").unwrap();
        registry.image("app", Some("1"), &["theirs"]);
        registry.delete("app", ours.as_str());
    };
    let delete: Change = |registry| assert_eq!(registry.delete("app", "1"), None);
    for (change, theirs) in
        [(push_another, true), (push_another_and_delete_ours, true), (delete, false)]
    {
        let world = World::new();
        world.source.image("app", Some("1"), &["layer"]);
        world.source.image("app", Some("2"), &["layer", "2"]);
        world.ecr.add("app", RepositorySettings::default());
        let record = migrated(&world, &request("app", "app", &["1", "2"])).await;
        let plan = planned(&world, &record).await;
        let registry = Arc::clone(&world.registry);
        *world.ecr.before_deleting.lock().unwrap() = Some(Box::new(move || change(&registry)));
        let report = carried_out(&world, &plan).await;
        assert_eq!(left(&report), ["app:1"]);
        let moved = matches!(&report.left[0].why, Why::Tag(LeftReason::PointsElsewhere { .. }));
        assert_eq!(moved, theirs, "{report:?}");
        assert_eq!((report.tags_removed, report.images_deleted), (1, 1), "{report:?}");
        let there: &[&str] = if theirs { &["1"] } else { &[] };
        assert_eq!(tags(&world.registry, "app"), there);
    }
}

#[tokio::test]
async fn a_repository_that_may_not_be_changed_says_so_and_stops_no_other() {
    let world = World::new();
    world.source.image("app", Some("1"), &["layer"]);
    world.source.image("web", Some("1"), &["layer"]);
    let both = joined(request("app", "app", &["1"]), request("web", "web", &["1"]));
    let record = migrated(&world, &both).await;
    world.ecr.denied.lock().unwrap().insert("app".to_owned());
    let report = carried_out(&world, &planned(&world, &record).await).await;
    assert_eq!(left(&report), ["app"]);
    assert!(
        matches!(&report.left[0].why, Why::Failed(error) if error.to_string().contains("ecr:"))
    );
    assert_eq!(world.ecr.names(), ["app"]);
    assert_eq!(tags(&world.registry, "app"), ["1"]);
}

#[tokio::test]
async fn a_cancelled_undo_leaves_the_rest() {
    let world = World::new();
    world.source.image("app", Some("1"), &["layer"]);
    let record = migrated(&world, &request("app", "app", &["1"])).await;
    let plan = planned(&world, &record).await;
    let control = Control::default();
    control.cancel();
    let report = undo(&plan, &world.destination(), &control, &|_| ()).await;
    assert!(report.cancelled);
    assert_eq!(tags(&world.registry, "app"), ["1"]);
}

#[tokio::test]
async fn a_repository_whose_images_all_failed_is_deleted() {
    let world = World::new();
    world.source.image("app", Some("1"), &["breaks"]);
    world.source.breaking.lock().unwrap().insert(Digest::of(b"breaks"), u32::MAX);
    let record = migrated(&world, &request("app", "app", &["1"])).await;
    assert_eq!(record.summary.repositories_created, 1);
    let plan = planned(&world, &record).await;
    assert_eq!(told(&plan), ["app 0 images, Delete"]);
    carried_out(&world, &plan).await;
    assert!(world.ecr.names().is_empty());

    let world = World::new();
    let engine = FakeEngine::new(Arc::clone(&world.registry), false);
    engine.add("source.example/app:1", "image");
    *engine.fails.lock().unwrap() = true;
    let record = migrated_from_engine(&world, engine).await;
    assert_eq!(told(&planned(&world, &record).await), ["app 0 images, Delete"]);
}
