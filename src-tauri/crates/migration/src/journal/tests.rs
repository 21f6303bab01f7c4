//! Tests of the journal: what a crash leaves, upgrades of old files, and claims of several processes.

mod earlier_versions;
mod unreadable;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;
use tempfile::TempDir;
use transload_model::RepositorySettings;

use crate::error::MigrationError;
use crate::journal::entry::{JournalImage, JournalState, Stage, Undone};
use crate::journal::error::JournalError;
use crate::journal::log::JournalLog;
use crate::journal::store::Journal;
use crate::outcome::{Headline, OutcomeCounts, Standing};
use crate::plan::{Action, Plan};
use crate::recorded_error::RecordedError;
use crate::report::ImageResult;
use crate::request::MigrationRequest;
use crate::testing::{TestMigration, joined, new_migration, record_error, request, summaries};
use crate::undo::totals::UndoTotals;

async fn open(folder: &TempDir) -> Journal {
    Journal::open(folder.path().join("data").join("journal.sqlite")).await.unwrap()
}

async fn begin(journal: &Journal, id: &str, plan: &Plan) -> JournalLog {
    let new = new_migration(id, plan);
    journal.begin(new, record_error()).await.unwrap()
}

/// Three new images, one that exists at the destination, and one that the source doesn't have.
async fn planned_migration() -> (TestMigration, MigrationRequest, Plan) {
    let migration = TestMigration::new();
    for tag in ["1", "2", "3", "existing"] {
        migration.source.image("app", Some(tag), &["shared", tag]);
    }
    migration.registry.image("app", Some("existing"), &["shared", "existing"]);
    migration.ecr.add("app", RepositorySettings::default());
    let request = request("app", "app", &["1", "2", "3", "existing", "missing"]);
    let plan = migration.plan(&request).await;
    (migration, request, plan)
}

#[tokio::test]
async fn a_started_migration_is_read_back_as_planned() {
    let folder = TempDir::new().unwrap();
    let journal = open(&folder).await;
    let (_, request, plan) = planned_migration().await;
    let log = begin(&journal, "m-1", &plan).await;
    let record = journal.record("m-1").await.unwrap();
    assert_eq!(record.summary.state, JournalState::Running);
    let new = new_migration("m-1", &plan);
    assert_eq!(record.request.read().unwrap(), *new.request);
    assert_eq!(record.summary.about.read().unwrap(), new.about);
    let recorded = record.plan(&request).unwrap();
    assert_eq!(recorded.images.len(), plan.images.len());
    for (recorded, planned) in recorded.images.iter().zip(&plan.images) {
        // Manifests are not recorded. The reason of a refusal is recorded when the run reports it.
        let mut planned = planned.clone();
        planned.content = None;
        if let Action::Refused { .. } = planned.action {
            assert!(matches!(recorded.action, Action::Refused { .. }));
            continue;
        }
        assert_eq!(format!("{recorded:?}"), format!("{planned:?}"));
    }
    assert_eq!(recorded.repositories, plan.repositories);
    drop(log);
    assert_eq!(summaries(&journal).await[0].state, JournalState::Interrupted);
}

#[tokio::test]
async fn a_run_records_each_image_and_its_end() {
    let folder = TempDir::new().unwrap();
    let journal = open(&folder).await;
    let (migration, _, plan) = planned_migration().await;
    let log = begin(&journal, "m-1", &plan).await;
    let report = migration.run_with(&plan, &migration.registry_source(), Some(&log)).await;
    log.flush().await.unwrap();
    let record = journal.record("m-1").await.unwrap();
    let stages: Vec<_> = record.images.iter().map(|image| image.stage).collect();
    use Stage::{Failed, Moved, Unchanged};
    assert_eq!(stages, [Moved, Moved, Moved, Unchanged, Failed]);
    assert_eq!(record.summary.state, JournalState::Ended);
    let counts = record.summary.counts;
    assert_eq!((counts.moved, counts.unchanged, counts.failed, counts.open()), (3, 1, 1, 0));
    for (recorded, reported) in record.images.iter().zip(&report.images) {
        assert_eq!(recorded.pushed_digest, reported.pushed_digest);
        assert_eq!(recorded.ecr_digest, reported.ecr_digest);
        assert_eq!(recorded.proof, reported.proof);
        assert_eq!(recorded.sent_bytes, reported.sent_bytes);
    }
    assert!(record.images[4].error.as_ref().unwrap().message.contains("missing"));
    assert!(record.images[0].attempts == 1 && record.images[3].attempts == 0);
}

#[tokio::test]
async fn list_record_and_report_agree_and_images_of_a_killed_run_are_unknown() {
    let folder = TempDir::new().unwrap();
    let journal = open(&folder).await;
    let (migration, _, plan) = planned_migration().await;
    let log = begin(&journal, "m-1", &plan).await;
    let report = migration.run_with(&plan, &migration.registry_source(), Some(&log)).await;
    journal.flush().await.unwrap();
    let outcome = report.outcome();
    assert_eq!(outcome.headline, Headline::PartlyFailed);
    let OutcomeCounts { images, equal, up_to_date, failed, .. } = outcome.counts;
    assert_eq!((images, equal, up_to_date, failed), (5, 4, 1, 1));
    assert_eq!(summaries(&journal).await[0].outcome, outcome);
    assert_eq!(journal.record("m-1").await.unwrap().summary.outcome, outcome);
    drop(log);

    // The process was killed while two images were being copied, and one was kept by choice.
    execute_sql(journal.path(), "UPDATE migration SET ended_at_ms = NULL");
    execute_sql(
        journal.path(),
        "UPDATE image SET stage = 'begun', proof = 'not_proved' WHERE number = 1",
    );
    execute_sql(
        journal.path(),
        "UPDATE image SET stage = 'pushed', proof = 'not_proved' WHERE number = 2",
    );
    execute_sql(
        journal.path(),
        "UPDATE image SET action = 'keep_existing', proof = 'not_proved' WHERE number = 3",
    );
    execute_sql(journal.path(), "UPDATE image SET sent_uncounted = 1 WHERE number = 0");
    let summary = summaries(&journal).await.remove(0);
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
async fn a_resume_owns_only_repositories_that_the_migration_created() {
    let folder = TempDir::new().unwrap();
    let (journal, migration) = (open(&folder).await, TestMigration::new());
    for name in ["app", "web"] {
        migration.source.image(name, Some("1"), &["layer"]);
    }
    migration.ecr.add("app", RepositorySettings::default());
    let request = joined(request("app", "app", &["1"]), request("web", "web", &["1"]));
    let plan = migration.plan(&request).await;
    let log = begin(&journal, "m-1", &plan).await;
    migration.run_with(&plan, &migration.registry_source(), Some(&log)).await;
    log.flush().await.unwrap();
    let resumed = journal.record("m-1").await.unwrap().plan(&request).unwrap();
    let own =
        resumed.repositories.iter().map(|repository| (repository.name.as_str(), repository.is_own));
    assert_eq!(own.collect::<Vec<_>>(), [("app", false), ("web", true)]);
}

#[tokio::test]
async fn a_resume_after_a_cancel_migrates_only_unsettled_images() {
    let folder = TempDir::new().unwrap();
    let journal = open(&folder).await;
    let (mut migration, request, plan) = planned_migration().await;
    let log = begin(&journal, "m-1", &plan).await;
    migration.control.cancel();
    migration.run_with(&plan, &migration.registry_source(), Some(&log)).await;
    log.flush().await.unwrap();
    assert!(matches!(
        journal.resume("m-1", record_error()).await,
        Err(JournalError::RunsElsewhere { .. })
    ));
    drop(log);
    assert_eq!(summaries(&journal).await[0].state, JournalState::Cancelled);
    // A power cut after the first image, while the second one was being copied.
    execute_sql(
        journal.path(),
        "UPDATE image SET stage = 'moved', proof = 'equal' WHERE number = 0",
    );
    execute_sql(journal.path(), "UPDATE image SET stage = 'begun', attempts = 1 WHERE number = 1");

    migration.control = Default::default();
    let (record, log) = journal.resume("m-1", record_error()).await.unwrap();
    let report = migration
        .run_with(&record.plan(&request).unwrap(), &migration.registry_source(), Some(&log))
        .await;
    log.flush().await.unwrap();
    assert!(matches!(report.images[0].result, ImageResult::Moved));
    assert_eq!(
        migration.registry.digest("app", "1"),
        None,
        "a settled image is not migrated again"
    );
    for tag in ["2", "3"] {
        assert!(migration.registry.digest("app", tag).is_some(), "{tag}");
    }
    let attempts: Vec<_> =
        journal.record("m-1").await.unwrap().images.iter().map(|image| image.attempts).collect();
    assert_eq!(attempts, [0, 2, 1, 0, 0]);
    // The resume uses the recorded plan, so it refuses the image again.
    assert!(matches!(report.images[4].result, ImageResult::Failed { .. }));
}

#[tokio::test]
async fn an_image_that_arrived_before_a_power_cut_counts_as_moved_and_an_image_of_others_does_not()
{
    let folder = TempDir::new().unwrap();
    let journal = open(&folder).await;
    let (migration, request, plan) = planned_migration().await;
    drop(begin(&journal, "m-1", &plan).await);
    let digest = plan.images[0].source_digest.clone().unwrap();
    execute_sql(journal.path(), "UPDATE image SET stage = 'begun', attempts = 1 WHERE number = 0");
    execute_sql(
        journal.path(),
        &format!(
            "INSERT INTO intent (migration, number, write, repository, tag, image, digest,
                 intended_at_ms)
             VALUES ('m-1', 0, 'image_tag', 'app', '1', 0, '{digest}', 1)"
        ),
    );
    migration.registry.image("app", Some("1"), &["shared", "1"]);
    migration.registry.image("app", Some("2"), &["shared", "2"]);
    migration.registry.image("app", Some("3"), &["another"]);

    let (record, log) = journal.resume("m-1", record_error()).await.unwrap();
    let report = migration
        .run_with(&record.plan(&request).unwrap(), &migration.registry_source(), Some(&log))
        .await;
    assert!(matches!(report.images[0].result, ImageResult::Moved));
    assert!(matches!(report.images[1].result, ImageResult::Unchanged));
    let ImageResult::Failed { error } = &report.images[2].result else { panic!("{report:?}") };
    assert!(matches!(error.as_ref(), MigrationError::DestinationMoved { .. }), "{error}");
    assert!(migration.registry.uploads.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_source_tag_that_moves_during_the_copy_is_reported() {
    let folder = TempDir::new().unwrap();
    let journal = open(&folder).await;
    let (migration, _, plan) = planned_migration().await;
    let newer = migration.source.image("app", Some("1"), &["newer"]);
    let log = begin(&journal, "m-1", &plan).await;
    let report = migration.run_with(&plan, &migration.registry_source(), Some(&log)).await;
    log.flush().await.unwrap();
    assert!(matches!(report.images[0].result, ImageResult::Moved), "the planned image is migrated");
    assert_eq!(report.images[0].source_moved_to.as_ref(), Some(&newer));
    assert_eq!(report.images[1].source_moved_to, None);
    let record = journal.record("m-1").await.unwrap();
    assert_eq!(record.images[0].source_moved_to, Some(newer));
}

#[tokio::test]
async fn a_full_disk_is_reported_and_loses_nothing() {
    let folder = TempDir::new().unwrap();
    let journal = open(&folder).await;
    let (migration, _, plan) = planned_migration().await;
    // More text than fits on the existing pages.
    let mut long = plan.clone();
    let error = Arc::new(MigrationError::Recorded(Box::new(RecordedError::new(
        "internal",
        "x".repeat(20_000),
    ))));
    for image in &mut long.images {
        image.action = Action::Refused { error: Arc::clone(&error) };
    }
    let new = new_migration("m-2", &long);
    let log = journal.begin(new, record_error()).await.unwrap();
    log.writer().limit_pages(1);
    migration.run_with(&long, &migration.registry_source(), Some(&log)).await;
    let error = log.flush().await.unwrap_err();
    assert!(error.is_disk_full(), "{error:?}");
    assert!(log.write_failure().is_some());
    assert_eq!(summaries(&journal).await.len(), 1, "the journal can still be read");

    log.writer().limit_pages(1_000_000);
    for _ in 0..100 {
        if log.flush().await.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let record = journal.record("m-2").await.unwrap();
    assert_eq!(record.summary.counts.failed, 5, "unwritten changes are retried");
    assert_eq!(record.summary.state, JournalState::Ended);
}

#[tokio::test]
async fn an_unusable_folder_is_an_error() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("data"), "a file").unwrap();
    let error = Journal::open(folder.path().join("data").join("journal.sqlite")).await.err();
    let error = error.unwrap();
    assert!(matches!(error, JournalError::Unusable { .. }), "{error}");
}

#[tokio::test]
async fn a_journal_of_a_later_version_is_refused() {
    let folder = TempDir::new().unwrap();
    let journal = open(&folder).await;
    execute_sql(journal.path(), "PRAGMA user_version = 999");
    let error = Journal::open(journal.path().to_owned()).await.err().unwrap();
    assert!(matches!(error, JournalError::TooNew { found: 999, .. }), "{error}");
}

#[tokio::test]
async fn an_undo_claims_its_migration_and_is_recorded() {
    let folder = TempDir::new().unwrap();
    let journal = open(&folder).await;
    let (_, _, plan) = planned_migration().await;
    let log = begin(&journal, "m-1", &plan).await;
    assert!(matches!(journal.claim("m-1").await, Err(JournalError::RunsElsewhere { .. })));
    drop(log);
    assert!(matches!(journal.claim("m-2").await, Err(JournalError::Unknown { .. })));
    let claimed = journal.claim("m-1").await.unwrap();
    assert!(matches!(
        journal.resume("m-1", record_error()).await,
        Err(JournalError::RunsElsewhere { .. })
    ));
    let totals = UndoTotals { tags_removed: 3, images_deleted: 2, left: 1, ..Default::default() };
    let undone = Undone { at_ms: 1_795_000_001_000, totals, cancelled: true };
    journal.record_undo(claimed, undone).await.unwrap();
    let listed = summaries(&journal).await;
    assert_eq!(listed[0].undone, Some(undone));
    assert_eq!(listed[0].state, JournalState::Interrupted, "the claim is released");
    // As versions wrote it before the column contained a version.
    let earlier = r#"{"at_ms":1,"totals":{"tags_removed":3,"tags_restored":0,"images_deleted":2,"repositories_deleted":0,"left":1},"cancelled":true}"#;
    journal.damage(&format!("UPDATE migration SET undo = '{earlier}'"));
    assert_eq!(summaries(&journal).await[0].undone, Some(undone));
    journal.damage("UPDATE migration SET undo = '{}'");
    assert_eq!(summaries(&journal).await[0].undone, None);
}

#[tokio::test]
async fn deleting_a_migration_deletes_its_images() {
    let folder = TempDir::new().unwrap();
    let journal = open(&folder).await;
    let (_, _, plan) = planned_migration().await;
    let log = begin(&journal, "m-1", &plan).await;
    assert!(matches!(journal.delete("m-1").await, Err(JournalError::RunsElsewhere { .. })));
    drop(log);
    journal.delete("m-1").await.unwrap();
    assert!(matches!(journal.record("m-1").await, Err(JournalError::Unknown { .. })));
    assert!(matches!(journal.delete("m-1").await, Err(JournalError::Unknown { .. })));
    let connection = Connection::open(journal.path()).unwrap();
    let images: u32 =
        connection.query_row("SELECT count(*) FROM image", [], |row| row.get(0)).unwrap();
    assert_eq!(images, 0);
}

/// Changes the file as an earlier version or an interruption would have left it.
fn execute_sql(path: &Path, sql: &str) {
    Connection::open(path).unwrap().execute_batch(sql).unwrap();
}
