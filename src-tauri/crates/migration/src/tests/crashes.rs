//! Tests of the state after a crash at any write of a migration: it is resumed or undone completely.

use tempfile::TempDir;
use transload_model::{Digest, LifecyclePreset, RepositoryPolicy, RepositorySettings};

use crate::control::Control;
use crate::journal::entry::{JournalRecord, Stage};
use crate::journal::log::JournalLog;
use crate::journal::store::Journal;
use crate::plan::Plan;
use crate::report::{ImageResult, Report};
use crate::request::MigrationRequest;
use crate::testing::crash::CrashTiming;
use crate::testing::{TestMigration, new_migration, record_error, request, results};
use crate::tests::tag_writes::migration_with_tag;
use crate::undo::carry_out::undo;
use crate::undo::facts::undo_facts;
use crate::undo::make_plan::undo_plan;

const POLICY: &str = r#"{"Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"ecr:BatchGetImage"}]}"#;

/// A migration with a journal, which may crash at any call and is resumed.
struct JournaledMigration {
    _folder: TempDir,
    journal: Journal,
    migration: TestMigration,
    request: MigrationRequest,
}

impl JournaledMigration {
    async fn new(migration: TestMigration, request: MigrationRequest) -> Self {
        let folder = TempDir::new().unwrap();
        let journal = Journal::open(folder.path().join("journal.sqlite")).await.unwrap();
        Self { _folder: folder, journal, migration, request }
    }

    async fn begin(&self, plan: &Plan) -> JournalLog {
        let new = new_migration("m-1", plan);
        self.journal.begin(new, record_error()).await.unwrap()
    }

    async fn run_until_crash(&self, crash: &crate::testing::crash::CrashPoint) {
        let plan = self.migration.plan(&self.request).await;
        let log = self.begin(&plan).await;
        let source = self.migration.registry_source();
        tokio::select! {
            report = self.migration.run_with(&plan, &source, Some(&log)) => panic!("{report:?}"),
            () = crash.reached() => {}
        }
    }

    async fn resume(&self) -> Report {
        let (record, log) = self.journal.resume("m-1", record_error()).await.unwrap();
        let plan = record.plan(&self.request).unwrap();
        let report =
            self.migration.run_with(&plan, &self.migration.registry_source(), Some(&log)).await;
        log.flush().await.unwrap();
        report
    }

    async fn record(&self) -> JournalRecord {
        self.journal.record("m-1").await.unwrap()
    }

    async fn undo(&self) {
        let (record, destination) = (self.record().await, self.migration.destination());
        let plan = undo_plan(&record, &undo_facts(&record, &destination).await.unwrap());
        let report = undo(&plan, &destination, &Control::default(), &|_| ()).await;
        assert!(report.left.is_empty(), "{report:?}");
    }
}

/// A signed image for a new repository with both policies.
async fn new_repository() -> (JournaledMigration, String) {
    let migration = TestMigration::new();
    let image = migration.source.image("app", Some("1"), &["new"]);
    let signature = format!("{}.sig", image.as_str().replace(':', "-"));
    migration.source.image("app", Some(&signature), &["signature"]);
    let mut request = request("app", "app", &["1"]);
    let settings = request.repositories.values_mut().next().unwrap();
    settings.lifecycle = LifecyclePreset::KeepNewest { count: 5 };
    settings.policy = Some(RepositoryPolicy::parse(POLICY).unwrap());
    (JournaledMigration::new(migration, request).await, signature)
}

fn crashes(signature: &str) -> Vec<(String, CrashTiming)> {
    let calls = ["create", "lifecycle", "policy", "tag 1", &format!("tag {signature}")];
    let both = |call: &&str| {
        [CrashTiming::Before, CrashTiming::After].map(|when| ((*call).to_owned(), when))
    };
    calls.iter().flat_map(both).collect()
}

fn crash_point<'a>(
    migration: &'a TestMigration,
    call: &str,
) -> &'a crate::testing::crash::CrashPoint {
    if call.starts_with("tag") { &migration.registry.crash } else { &migration.ecr.crash }
}

#[tokio::test]
async fn after_a_crash_at_any_call_the_resumed_migration_is_complete() {
    let (_, signature) = new_repository().await;
    for (call, when) in crashes(&signature) {
        let (journaled, signature) = new_repository().await;
        let crash = crash_point(&journaled.migration, &call);
        crash.set(&call, when);
        journaled.run_until_crash(crash).await;
        let report = journaled.resume().await;
        assert_eq!(results(&report), ["Moved Equal"], "{call} {when:?}");
        assert_eq!(report.repositories_created.len(), 1, "{call} {when:?}");
        assert_eq!(journaled.migration.ecr.policies.lock().unwrap().len(), 1, "{call} {when:?}");
        assert_eq!(
            journaled.migration.ecr.repository_policies.lock().unwrap().len(),
            1,
            "{call} {when:?}"
        );
        assert!(
            journaled.migration.registry.digest("app", &signature).is_some(),
            "{call} {when:?}"
        );
        assert!(report.images[0].left_behind.is_empty(), "{call} {when:?}");
        journaled.undo().await;
        assert!(journaled.migration.ecr.names().is_empty(), "{call} {when:?}");
    }
}

#[tokio::test]
async fn after_a_crash_at_any_call_an_undo_removes_everything() {
    let (_, signature) = new_repository().await;
    for (call, when) in crashes(&signature) {
        let (journaled, _) = new_repository().await;
        let crash = crash_point(&journaled.migration, &call);
        crash.set(&call, when);
        journaled.run_until_crash(crash).await;
        journaled.undo().await;
        assert!(journaled.migration.ecr.names().is_empty(), "{call} {when:?}");
    }
}

#[tokio::test]
async fn a_crash_around_an_overwritten_tag_is_undone_exactly() {
    for (when, resumed) in [
        (CrashTiming::Before, false),
        (CrashTiming::After, false),
        (CrashTiming::Before, true),
        (CrashTiming::After, true),
    ] {
        let (migration, request, old) = migration_with_tag(true).await;
        let journaled = JournaledMigration::new(migration, request).await;
        journaled.migration.registry.crash.set("tag 1", when);
        journaled.run_until_crash(&journaled.migration.registry.crash).await;
        if resumed {
            assert_eq!(results(&journaled.resume().await), ["Moved Equal"], "{when:?}");
            assert_ne!(journaled.migration.registry.digest("app", "1"), old);
        }
        journaled.undo().await;
        assert_eq!(journaled.migration.registry.digest("app", "1"), old, "{when:?} {resumed}");
        let images = journaled.migration.registry.images("app");
        assert_eq!(images.len(), 1, "{when:?} {resumed}: {images:?}");
    }
}

#[tokio::test]
async fn a_tag_that_others_wrote_after_a_crash_is_kept() {
    let (migration, request, _) = migration_with_tag(false).await;
    let journaled = JournaledMigration::new(migration, request).await;
    journaled.migration.registry.crash.set("tag 1", CrashTiming::Before);
    journaled.run_until_crash(&journaled.migration.registry.crash).await;
    let theirs = journaled.migration.registry.image("app", Some("1"), &["theirs"]);
    let report = journaled.resume().await;
    assert!(results(&report)[0].contains("was not overwritten"), "{:?}", results(&report));
    let (record, destination) = (journaled.record().await, journaled.migration.destination());
    let plan = undo_plan(&record, &undo_facts(&record, &destination).await.unwrap());
    undo(&plan, &destination, &Control::default(), &|_| ()).await;
    assert_eq!(journaled.migration.registry.digest("app", "1"), Some(theirs));
}

#[tokio::test]
async fn a_repository_that_others_created_before_the_crash_is_kept() {
    let (journaled, _) = new_repository().await;
    journaled.migration.ecr.crash.set("create", CrashTiming::Before);
    journaled.run_until_crash(&journaled.migration.ecr.crash).await;
    // Created long before, so it is not the intended creation.
    journaled.migration.ecr.add_created("app", RepositorySettings::default(), 1);
    let report = journaled.resume().await;
    assert_eq!(results(&report), ["Moved Equal"]);
    assert!(report.repositories_created.is_empty());
    assert!(
        journaled.migration.ecr.policies.lock().unwrap().is_empty(),
        "the migration sets no policies"
    );
    journaled.undo().await;
    assert_eq!(journaled.migration.ecr.names(), ["app"]);
    assert!(journaled.migration.registry.images("app").is_empty());
}

#[tokio::test]
async fn a_creation_whose_response_was_lost_belongs_to_the_migration() {
    let (journaled, _) = new_repository().await;
    *journaled.migration.ecr.loses_response.lock().unwrap() = true;
    let plan = journaled.migration.plan(&journaled.request).await;
    let log = journaled.begin(&plan).await;
    let report = journaled
        .migration
        .run_with(&plan, &journaled.migration.registry_source(), Some(&log))
        .await;
    log.flush().await.unwrap();
    assert_eq!(report.repositories_created.len(), 1);
    assert_eq!(journaled.migration.ecr.policies.lock().unwrap().len(), 1);
    assert_eq!(journaled.migration.ecr.repository_policies.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_policy_that_others_deleted_after_it_was_set_stays_deleted() {
    let (journaled, _) = new_repository().await;
    let plan = journaled.migration.plan(&journaled.request).await;
    let log = journaled.begin(&plan).await;
    // The lifecycle policy is set after the last image.
    journaled.migration.run_with(&plan, &journaled.migration.registry_source(), Some(&log)).await;
    log.flush().await.unwrap();
    drop(log);
    assert_eq!(journaled.migration.ecr.policies.lock().unwrap().len(), 1);
    journaled.migration.ecr.policies.lock().unwrap().clear();
    let report = journaled.resume().await;
    assert_eq!(results(&report), ["Moved Equal"]);
    assert!(journaled.migration.ecr.policies.lock().unwrap().is_empty());
}

#[tokio::test]
async fn pushes_of_an_earlier_run_are_known_after_a_run_that_fails_early() {
    let (migration, request, old) = migration_with_tag(true).await;
    let journaled = JournaledMigration::new(migration, request).await;
    *journaled.migration.ecr.reported_digest.lock().unwrap() = Some(Digest::of(b"something else"));
    let plan = journaled.migration.plan(&journaled.request).await;
    let log = journaled.begin(&plan).await;
    journaled.migration.run_with(&plan, &journaled.migration.registry_source(), Some(&log)).await;
    log.flush().await.unwrap();
    drop(log);
    let pushed = journaled.record().await.images[0].pushed_digest.clone();
    assert!(pushed.is_some());
    *journaled.migration.ecr.reported_digest.lock().unwrap() = None;
    *journaled.migration.ecr.tokens_denied.lock().unwrap() = true;
    let report = journaled.resume().await;
    assert!(matches!(report.images[0].result, ImageResult::Failed { .. }));
    let record = journaled.record().await;
    assert_eq!(record.images[0].stage, Stage::Failed);
    assert_eq!(record.images[0].pushed_digest, pushed);
    *journaled.migration.ecr.tokens_denied.lock().unwrap() = false;
    journaled.undo().await;
    assert_eq!(journaled.migration.registry.digest("app", "1"), old);
}

#[tokio::test]
async fn a_write_that_cannot_be_journaled_is_not_made() {
    let (journaled, _) = new_repository().await;
    let plan = journaled.migration.plan(&journaled.request).await;
    let log = journaled.begin(&plan).await;
    journaled.journal.damage("DROP TABLE intent");
    let report = journaled
        .migration
        .run_with(&plan, &journaled.migration.registry_source(), Some(&log))
        .await;
    assert!(matches!(report.images[0].result, ImageResult::Failed { .. }), "{report:?}");
    assert!(journaled.migration.ecr.names().is_empty(), "nothing was created");
}
