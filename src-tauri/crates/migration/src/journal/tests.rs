use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;
use tempfile::TempDir;

use crate::destination_identity::DestinationEndpoint;
use crate::engine_route::predict::{EngineOutcome, EngineWay};
use crate::error::MigrationError;
use crate::journal::codes::{ActionCode, Coded, WriteCode};
use crate::journal::entry::{JournalImage, JournalState, NewMigration, Stage, Undone};
use crate::journal::error::JournalError;
use crate::journal::intent::{Write, WriteOutcome, tag_histories};
use crate::journal::log::JournalLog;
use crate::journal::store::Journal;
use crate::outcome::{Headline, OutcomeCounts, Standing};
use crate::plan::{Action, Plan, Remark, Route};
use crate::proof::Proof;
use crate::recorded_error::RecordedError;
use crate::report::ImageResult;
use crate::request::MigrationRequest;
use crate::testing::{World, joined, record_error, request};
use crate::undo::totals::UndoTotals;
use transload_model::{RepositoryName, RepositorySettings, Tag};

async fn open(folder: &TempDir) -> Journal {
    Journal::open(folder.path().join("data").join("journal.sqlite")).await.unwrap()
}

async fn begin(journal: &Journal, id: &str, plan: &Plan) -> JournalLog {
    let new = NewMigration {
        id: id.to_owned(),
        started_at_ms: 1_795_000_000_000,
        plan: Arc::new(plan.clone()),
        request: "{\"what\":\"was asked\"}".to_owned(),
        about: "{}".to_owned(),
    };
    journal.begin(new, record_error()).await.unwrap()
}

/// Three images that are new, one that is there, one that the source does not have.
async fn world() -> (World, MigrationRequest, Plan) {
    let world = World::new();
    for tag in ["1", "2", "3", "there"] {
        world.source.image("app", Some(tag), &["shared", tag]);
    }
    world.registry.image("app", Some("there"), &["shared", "there"]);
    world.ecr.add("app", RepositorySettings::default());
    let request = request("app", "app", &["1", "2", "3", "there", "missing"]);
    let plan = world.plan(&request).await;
    (world, request, plan)
}

#[tokio::test]
async fn what_is_entered_is_read_again() {
    let folder = TempDir::new().unwrap();
    let journal = open(&folder).await;
    let (_, request, plan) = world().await;
    let log = begin(&journal, "m-1", &plan).await;
    let record = journal.record("m-1").await.unwrap();
    assert_eq!(record.summary.state, JournalState::Running);
    assert_eq!(record.request, "{\"what\":\"was asked\"}");
    let read = record.plan(&request).unwrap();
    assert_eq!(read.images.len(), plan.images.len());
    for (read, planned) in read.images.iter().zip(&plan.images) {
        // Manifests are not kept, and a refusal is kept when the run tells it.
        let mut planned = planned.clone();
        planned.content = None;
        if let Action::Refused { .. } = planned.action {
            assert!(matches!(read.action, Action::Refused { .. }));
            continue;
        }
        assert_eq!(format!("{read:?}"), format!("{planned:?}"));
    }
    assert_eq!(read.repositories, plan.repositories);
    drop(log);
    assert_eq!(journal.list().await.unwrap()[0].state, JournalState::Interrupted);
}

#[tokio::test]
async fn a_run_is_written_image_by_image_to_its_end() {
    let folder = TempDir::new().unwrap();
    let journal = open(&folder).await;
    let (world, _, plan) = world().await;
    let log = begin(&journal, "m-1", &plan).await;
    let report = world.run_with(&plan, &world.registry_source(), Some(&log)).await;
    log.flush().await.unwrap();
    let record = journal.record("m-1").await.unwrap();
    let stages: Vec<_> = record.images.iter().map(|image| image.stage).collect();
    use Stage::{Failed, Moved, Unchanged};
    assert_eq!(stages, [Moved, Moved, Moved, Unchanged, Failed]);
    assert_eq!(record.summary.state, JournalState::Ended);
    let counts = record.summary.counts;
    assert_eq!((counts.moved, counts.unchanged, counts.failed, counts.open()), (3, 1, 1, 0));
    for (kept, told) in record.images.iter().zip(&report.images) {
        assert_eq!(kept.pushed_digest, told.pushed_digest);
        assert_eq!(kept.ecr_digest, told.ecr_digest);
        assert_eq!(kept.proof, told.proof);
        assert_eq!(kept.sent_bytes, told.sent_bytes);
    }
    assert!(record.images[4].error.as_ref().unwrap().message.contains("missing"));
    assert!(record.images[0].attempts == 1 && record.images[3].attempts == 0);
}

#[tokio::test]
async fn list_record_and_report_have_one_outcome_and_a_kill_leaves_what_is_not_known() {
    let folder = TempDir::new().unwrap();
    let journal = open(&folder).await;
    let (world, _, plan) = world().await;
    let log = begin(&journal, "m-1", &plan).await;
    let report = world.run_with(&plan, &world.registry_source(), Some(&log)).await;
    journal.flush().await.unwrap();
    let outcome = report.outcome();
    assert_eq!(outcome.headline, Headline::PartlyFailed);
    let OutcomeCounts { images, equal, up_to_date, failed, .. } = outcome.counts;
    assert_eq!((images, equal, up_to_date, failed), (5, 4, 1, 1));
    assert_eq!(journal.list().await.unwrap()[0].outcome, outcome);
    assert_eq!(journal.record("m-1").await.unwrap().summary.outcome, outcome);
    drop(log);

    // The process was killed while two images were being copied, and one was kept by choice.
    mark(journal.path(), "UPDATE migration SET ended_at_ms = NULL");
    mark(journal.path(), "UPDATE image SET stage = 'begun', proof = 'not_proved' WHERE number = 1");
    mark(
        journal.path(),
        "UPDATE image SET stage = 'pushed', proof = 'not_proved' WHERE number = 2",
    );
    mark(
        journal.path(),
        "UPDATE image SET action = 'keep_existing', proof = 'not_proved' WHERE number = 3",
    );
    mark(journal.path(), "UPDATE image SET sent_uncounted = 1 WHERE number = 0");
    let summary = journal.list().await.unwrap().remove(0);
    assert_eq!(summary.outcome.headline, Headline::Interrupted);
    let OutcomeCounts { images, equal, kept, failed, unknown, .. } = summary.outcome.counts;
    assert_eq!((images, equal, kept, failed, unknown), (5, 1, 1, 1, 2));
    assert_eq!(summary.counts.sent_bytes, None);
    let record = journal.record("m-1").await.unwrap();
    assert_eq!(record.summary, summary);
    let standings: Vec<_> = record.images.iter().map(JournalImage::standing).collect();
    use Standing::{Equal, Failed, Kept, Unknown};
    assert_eq!(standings, [Equal, Unknown, Unknown, Kept, Failed]);
    assert_eq!(record.images[0].sent_bytes, None);
}

#[tokio::test]
async fn only_a_repository_that_it_created_is_its_own_when_it_goes_on() {
    let folder = TempDir::new().unwrap();
    let (journal, world) = (open(&folder).await, World::new());
    for name in ["app", "web"] {
        world.source.image(name, Some("1"), &["layer"]);
    }
    world.ecr.add("app", RepositorySettings::default());
    let request = joined(request("app", "app", &["1"]), request("web", "web", &["1"]));
    let plan = world.plan(&request).await;
    let log = begin(&journal, "m-1", &plan).await;
    world.run_with(&plan, &world.registry_source(), Some(&log)).await;
    log.flush().await.unwrap();
    let again = journal.record("m-1").await.unwrap().plan(&request).unwrap();
    let own =
        again.repositories.iter().map(|repository| (repository.name.as_str(), repository.is_own));
    assert_eq!(own.collect::<Vec<_>>(), [("app", false), ("web", true)]);
}

#[tokio::test]
async fn what_was_stopped_goes_on_with_what_is_left() {
    let folder = TempDir::new().unwrap();
    let journal = open(&folder).await;
    let (mut world, request, plan) = world().await;
    let log = begin(&journal, "m-1", &plan).await;
    world.control.cancel();
    world.run_with(&plan, &world.registry_source(), Some(&log)).await;
    log.flush().await.unwrap();
    assert!(matches!(
        journal.resume("m-1", record_error()).await,
        Err(JournalError::RunsElsewhere { .. })
    ));
    drop(log);
    assert_eq!(journal.list().await.unwrap()[0].state, JournalState::Cancelled);
    // Half of it was done when the power went: the second image was on the way.
    mark(journal.path(), "UPDATE image SET stage = 'moved', proof = 'equal' WHERE number = 0");
    mark(journal.path(), "UPDATE image SET stage = 'begun', attempts = 1 WHERE number = 1");

    world.control = Default::default();
    let (record, log) = journal.resume("m-1", record_error()).await.unwrap();
    let report =
        world.run_with(&record.plan(&request).unwrap(), &world.registry_source(), Some(&log)).await;
    log.flush().await.unwrap();
    assert!(matches!(report.images[0].result, ImageResult::Moved));
    assert_eq!(world.registry.held("app", "1"), None, "what is settled is not done again");
    for tag in ["2", "3"] {
        assert!(world.registry.held("app", tag).is_some(), "{tag}");
    }
    let attempts: Vec<_> =
        journal.record("m-1").await.unwrap().images.iter().map(|image| image.attempts).collect();
    assert_eq!(attempts, [0, 2, 1, 0, 0]);
    // The refusal of the plan stands: the plan is what is gone on with.
    assert!(matches!(report.images[4].result, ImageResult::Failed { .. }));
}

#[tokio::test]
async fn an_image_that_arrived_before_the_power_went_counts_as_moved_and_one_of_others_does_not() {
    let folder = TempDir::new().unwrap();
    let journal = open(&folder).await;
    let (world, request, plan) = world().await;
    drop(begin(&journal, "m-1", &plan).await);
    let digest = plan.images[0].source_digest.clone().unwrap();
    mark(journal.path(), "UPDATE image SET stage = 'begun', attempts = 1 WHERE number = 0");
    mark(
        journal.path(),
        &format!(
            "INSERT INTO intent (migration, number, write, repository, tag, image, digest,
                 intended_at_ms)
             VALUES ('m-1', 0, 'image_tag', 'app', '1', 0, '{digest}', 1)"
        ),
    );
    world.registry.image("app", Some("1"), &["shared", "1"]);
    world.registry.image("app", Some("2"), &["shared", "2"]);
    world.registry.image("app", Some("3"), &["another"]);

    let (record, log) = journal.resume("m-1", record_error()).await.unwrap();
    let report =
        world.run_with(&record.plan(&request).unwrap(), &world.registry_source(), Some(&log)).await;
    assert!(matches!(report.images[0].result, ImageResult::Moved));
    assert!(matches!(report.images[1].result, ImageResult::Unchanged));
    let ImageResult::Failed { error } = &report.images[2].result else { panic!("{report:?}") };
    assert!(matches!(error.as_ref(), MigrationError::DestinationMoved { .. }), "{error}");
    assert!(world.registry.uploads.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_tag_that_moves_while_it_is_copied_is_told() {
    let folder = TempDir::new().unwrap();
    let journal = open(&folder).await;
    let (world, _, plan) = world().await;
    let now = world.source.image("app", Some("1"), &["newer"]);
    let log = begin(&journal, "m-1", &plan).await;
    let report = world.run_with(&plan, &world.registry_source(), Some(&log)).await;
    log.flush().await.unwrap();
    assert!(matches!(report.images[0].result, ImageResult::Moved), "what was planned is moved");
    assert_eq!(report.images[0].source_moved_to.as_ref(), Some(&now));
    assert_eq!(report.images[1].source_moved_to, None);
    let record = journal.record("m-1").await.unwrap();
    assert_eq!(record.images[0].source_moved_to, Some(now));
}

#[tokio::test]
async fn a_full_disk_is_told_and_loses_nothing() {
    let folder = TempDir::new().unwrap();
    let journal = open(&folder).await;
    let (world, _, plan) = world().await;
    // As much text as fits on no page that is there.
    let mut long = plan.clone();
    let error = Arc::new(MigrationError::Recorded(Box::new(RecordedError::new(
        "internal",
        "x".repeat(20_000),
    ))));
    for image in &mut long.images {
        image.action = Action::Refused { error: Arc::clone(&error) };
    }
    let new = NewMigration {
        id: "m-2".to_owned(),
        started_at_ms: 1,
        plan: Arc::new(long.clone()),
        request: String::new(),
        about: String::new(),
    };
    let log = journal.begin(new, record_error()).await.unwrap();
    log.writer().limit_pages(1);
    world.run_with(&long, &world.registry_source(), Some(&log)).await;
    let error = log.flush().await.unwrap_err();
    assert!(error.is_disk_full(), "{error:?}");
    assert!(log.trouble().is_some());
    assert_eq!(journal.list().await.unwrap().len(), 1, "it can still be read");

    log.writer().limit_pages(1_000_000);
    for _ in 0..100 {
        if log.flush().await.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let record = journal.record("m-2").await.unwrap();
    assert_eq!(record.summary.counts.failed, 5, "what could not be written is written now");
    assert_eq!(record.summary.state, JournalState::Ended);
}

#[tokio::test]
async fn a_folder_that_cannot_be_used_is_named() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("data"), "a file").unwrap();
    let error = Journal::open(folder.path().join("data").join("journal.sqlite")).await.err();
    let error = error.unwrap();
    assert!(matches!(error, JournalError::Unusable { .. }), "{error}");
}

#[tokio::test]
async fn a_journal_of_a_later_version_is_left_alone() {
    let folder = TempDir::new().unwrap();
    let journal = open(&folder).await;
    mark(journal.path(), "PRAGMA user_version = 999");
    let error = Journal::open(journal.path().to_owned()).await.err().unwrap();
    assert!(matches!(error, JournalError::TooNew { found: 999, .. }), "{error}");
}

/// Every version that was ever released has a file here, as that version wrote it.
#[tokio::test]
async fn the_journals_of_earlier_versions_open() {
    for (version, text) in [
        (1, include_str!("fixtures/version_1.sql")),
        (2, include_str!("fixtures/version_2.sql")),
        (3, include_str!("fixtures/version_3.sql")),
        (4, include_str!("fixtures/version_4.sql")),
        (5, include_str!("fixtures/version_5.sql")),
        (6, include_str!("fixtures/version_6.sql")),
        (7, include_str!("fixtures/version_7.sql")),
    ] {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("journal.sqlite");
        mark(&path, text);
        mark(&path, &format!("PRAGMA user_version = {version}"));
        let journal = Journal::open(path).await.unwrap();
        let record = journal.record("migration-1").await.unwrap();
        let stages: Vec<_> = record.images.iter().map(|image| image.stage).collect();
        assert_eq!(stages, [Stage::Moved, Stage::Failed, Stage::Begun], "version {version}");
        assert_eq!(record.images[0].proof, Proof::Equal);
        assert_eq!(record.images[0].planned.platforms.len(), 2);
        let error = record.images[1].error.as_ref().unwrap();
        assert_eq!(error.code, "image_missing", "version {version}");
        assert_eq!(record.repositories.len(), 1);
        // What it wrote, as far as that version noted it, can be undone.
        let histories = tag_histories(&record.intents);
        let history = |tag: &str| {
            let key = (RepositoryName::parse("app").unwrap(), Tag::parse(tag).unwrap());
            histories.get(&key).cloned().unwrap_or_default()
        };
        let (moved, begun) = (&record.images[0], history("3"));
        assert_eq!(history("1").digests.first(), moved.pushed_digest.as_ref());
        assert_eq!(history("1").earlier, moved.planned.destination_digest);
        assert_eq!(moved.pushed_digest.is_some(), version >= 4);
        assert!(begun.is_uncertain && begun.digests.is_empty(), "version {version}");
        assert_eq!(history("2"), Default::default(), "version {version}");
        assert_eq!(record.summary.state, JournalState::Interrupted);
        // The host names account and region; endpoints were not recorded.
        let destination = record.destination().unwrap();
        assert_eq!(destination.account.as_str(), "111122223333", "version {version}");
        assert_eq!(destination.region.as_str(), "eu-west-1", "version {version}");
        assert_eq!(destination.ecr_endpoint, DestinationEndpoint::NotRecorded);
        assert_eq!(destination.registry_endpoint, DestinationEndpoint::NotRecorded);
    }
}

/// Images of the Docker Engine, as the versions before the engine's image was planned wrote them.
#[tokio::test]
async fn what_earlier_versions_noted_of_engine_images_policies_and_intents_is_kept() {
    for (version, text) in [
        (5, include_str!("fixtures/version_5.sql")),
        (6, include_str!("fixtures/version_6.sql")),
        (7, include_str!("fixtures/version_7.sql")),
    ] {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("journal.sqlite");
        mark(&path, text);
        mark(&path, &format!("PRAGMA user_version = {version}"));
        let journal = Journal::open(path).await.unwrap();
        let record = journal.record("engine-5").await.unwrap();
        let images = &record.images;
        let stages: Vec<_> = images.iter().map(|image| image.stage).collect();
        assert_eq!(stages, [Stage::Moved, Stage::Moved, Stage::Begun], "version {version}");
        assert!(images.iter().all(|image| image.planned.route == Route::DockerEngine));
        // Version 5 is the first that tells an unknown number from zero.
        let sent: Vec<_> = images.iter().map(|image| image.sent_bytes).collect();
        assert_eq!(sent, [None, Some(77), Some(0)], "version {version}");
        assert_eq!(images[0].proof, Proof::EqualToPushed, "version {version}");
        // Which image of the engine was planned is not known, so that a resume refuses it.
        assert!(images.iter().all(|image| image.planned.engine.is_none()));
        assert!(images.iter().all(|image| image.planned.part_of.is_none()));
        // Version 6 is the first with an order of pushes and with policies that were not set.
        let order: Vec<_> = images.iter().map(|image| image.planned.push_order).collect();
        let not_set: Vec<(String, Option<RecordedError>)> = if version == 5 {
            assert_eq!(order, [0, 0, 0]);
            Vec::new()
        } else {
            assert_eq!(order, [2, 1, 0], "version {version}");
            let refused = RecordedError::new("internal", "it was refused");
            vec![("tool".to_owned(), Some(refused)), ("other".to_owned(), None)]
        };
        assert_eq!(record.policies_not_set, not_set, "version {version}");
        let histories = tag_histories(&record.intents);
        let history = |tag: &str| {
            let key = (RepositoryName::parse("tool").unwrap(), Tag::parse(tag).unwrap());
            histories[&key].clone()
        };
        let pushed: Vec<_> = images[0].pushed_digest.iter().cloned().collect();
        assert_eq!(history("1").digests, pushed, "version {version}");
        assert!(history("1").is_confirmed, "version {version}");
        assert!(history("3").is_uncertain, "version {version}");

        // Version 7 is the first with intents and referrer tags of its own, and they are not entered
        // a second time.
        let record = journal.record("migration-1").await.unwrap();
        let numbers: Vec<_> = record.intents.iter().map(|intent| intent.number).collect();
        let tags = record.images[0].planned.referrer_tags.as_ref().map(Vec::len);
        if version == 7 {
            assert_eq!(numbers, [0, 2, 10, 11, 12]);
            assert_eq!(record.intents[4].write, Write::SetRepositoryPolicy);
            assert_eq!(record.intents[4].outcome, None);
            assert_eq!(tags, Some(1));
        } else {
            assert_eq!(numbers, [0, 2], "version {version}");
            assert_eq!(tags, None, "version {version}");
        }
    }
}

#[tokio::test]
async fn the_destination_of_an_earlier_entry_comes_from_what_it_recorded_of_the_caller() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("journal.sqlite");
    mark(&path, include_str!("fixtures/version_3.sql"));
    mark(&path, "PRAGMA user_version = 3");
    let journal = Journal::open(path).await.unwrap();
    let record = journal.record("migration-2").await.unwrap();
    let destination = record.destination().unwrap();
    assert_eq!(destination.account.as_str(), "444455556666");
    assert_eq!(destination.region.as_str(), "eu-north-1");
    assert_eq!(destination.registry.as_str(), "registry.lan:5000");
    let unknown = journal.record("migration-3").await.unwrap();
    let error = unknown.destination().unwrap_err();
    assert!(matches!(error, MigrationError::DestinationNotRecorded { .. }), "{error}");
    assert_eq!(journal.list().await.unwrap().len(), 3, "the others are still listed");
}

#[tokio::test]
async fn an_undo_holds_its_migration_and_is_noted() {
    let folder = TempDir::new().unwrap();
    let journal = open(&folder).await;
    let (_, _, plan) = world().await;
    let log = begin(&journal, "m-1", &plan).await;
    assert!(matches!(journal.hold("m-1").await, Err(JournalError::RunsElsewhere { .. })));
    drop(log);
    assert!(matches!(journal.hold("m-2").await, Err(JournalError::Unknown { .. })));
    let held = journal.hold("m-1").await.unwrap();
    assert!(matches!(
        journal.resume("m-1", record_error()).await,
        Err(JournalError::RunsElsewhere { .. })
    ));
    let totals = UndoTotals { tags_removed: 3, images_deleted: 2, left: 1, ..Default::default() };
    let undone = Undone { at_ms: 1_795_000_001_000, totals, cancelled: true };
    journal.note_undo(held, undone).await.unwrap();
    let listed = journal.list().await.unwrap();
    assert_eq!(listed[0].undone, Some(undone));
    assert_eq!(listed[0].state, JournalState::Interrupted, "nobody holds it any more");
    // As versions before the column had a version wrote it.
    let earlier = r#"{"at_ms":1,"totals":{"tags_removed":3,"tags_restored":0,"images_deleted":2,"repositories_deleted":0,"left":1},"cancelled":true}"#;
    journal.damage(&format!("UPDATE migration SET undo = '{earlier}'"));
    assert_eq!(journal.list().await.unwrap()[0].undone, Some(undone));
    journal.damage("UPDATE migration SET undo = '{}'");
    assert_eq!(journal.list().await.unwrap()[0].undone, None);
}

#[tokio::test]
async fn what_is_forgotten_is_gone_with_its_images() {
    let folder = TempDir::new().unwrap();
    let journal = open(&folder).await;
    let (_, _, plan) = world().await;
    let log = begin(&journal, "m-1", &plan).await;
    assert!(matches!(journal.forget("m-1").await, Err(JournalError::RunsElsewhere { .. })));
    drop(log);
    journal.forget("m-1").await.unwrap();
    assert!(matches!(journal.record("m-1").await, Err(JournalError::Unknown { .. })));
    assert!(matches!(journal.forget("m-1").await, Err(JournalError::Unknown { .. })));
    let connection = Connection::open(journal.path()).unwrap();
    let images: u32 =
        connection.query_row("SELECT count(*) FROM image", [], |row| row.get(0)).unwrap();
    assert_eq!(images, 0);
}

#[test]
fn every_value_has_a_word_of_its_own() {
    fn check<T: Coded + std::fmt::Debug>(all: &[T]) {
        for value in all {
            assert_eq!(T::read(value.code()).unwrap(), *value);
        }
        assert_eq!(T::CODES.len(), all.len());
        assert!(T::read("nonsense").is_err());
    }
    use Stage::{Begun, Cancelled, Failed, Moved, Pushed, Unchanged, Waiting};
    check(&[Waiting, Begun, Pushed, Moved, Unchanged, Failed, Cancelled]);
    check(&[Route::DockerEngine, Route::RegistryToRegistry]);
    check(&[
        Proof::Equal,
        Proof::EqualToPart,
        Proof::SameContent,
        Proof::EqualToPushed,
        Proof::Different,
        Proof::NotProved,
    ]);
    check(&[EngineWay::Push, EngineWay::PushPlatform, EngineWay::OwnPush]);
    check(&[
        EngineOutcome::Whole,
        EngineOutcome::Part,
        EngineOutcome::SeenWhileSending,
        EngineOutcome::Repacked,
        EngineOutcome::Mounted,
    ]);
    check(&[
        Remark::DigestChanges,
        Remark::OnePlatform,
        Remark::SizeUnpacked,
        Remark::ChosenPlatform,
        Remark::ReadLater,
        Remark::NotForAmd64,
        Remark::NotForLambda,
        Remark::BuildCache,
        Remark::ForeignLayers,
        Remark::DestinationHasIndex,
    ]);
    check(&[WriteOutcome::Done, WriteOutcome::Refused]);
    check(&[
        WriteCode::CreateRepository,
        WriteCode::SetLifecyclePolicy,
        WriteCode::SetRepositoryPolicy,
        WriteCode::ImageTag,
        WriteCode::ReferrerTag,
    ]);
    use ActionCode as A;
    check(&[
        A::Move,
        A::Overwrite,
        A::AlreadyThere,
        A::KeepExisting,
        A::Conflict,
        A::FixedConflict,
        A::Refused,
    ]);
}

/// What a version of the program, or a power cut, left in the file.
fn mark(path: &Path, sql: &str) {
    Connection::open(path).unwrap().execute_batch(sql).unwrap();
}
