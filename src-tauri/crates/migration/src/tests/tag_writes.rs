//! Tests of what a migration may overwrite, and of the state after a crash at any of its writes.

use std::sync::Arc;

use tempfile::TempDir;
use transload_model::{Digest, LifecyclePreset, RepositoryPolicy, RepositorySettings};

use crate::control::Control;
use crate::endpoints::Source;
use crate::error::MigrationError;
use crate::journal::entry::{JournalRecord, NewMigration, Stage};
use crate::journal::log::JournalLog;
use crate::journal::store::Journal;
use crate::journal::stored_value::StoredValue;
use crate::plan::Plan;
use crate::report::{ImageResult, Report};
use crate::request::{MigrationRequest, Resolution};
use crate::testing::crash::CrashTiming;
use crate::testing::engine::FakeEngine;
use crate::testing::registry::FakeRegistry;
use crate::testing::{TestMigration, record_error, request, results};
use crate::undo::carry_out::undo;
use crate::undo::facts::undo_facts;
use crate::undo::plan::undo_plan;

const POLICY: &str = r#"{"Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"}}]}"#;

/// A change that another client makes to a tag after planning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    Nothing,
    /// Pushes another image.
    Pushes,
    /// Pushes the same image that is about to be written.
    PushesTheSame,
    Deletes,
    /// Deletes the tag and pushes another image.
    Recreates,
}

impl Change {
    fn apply(self, registry: &FakeRegistry) {
        match self {
            Self::Nothing => {}
            Self::Pushes => _ = registry.image("app", Some("1"), &["theirs"]),
            Self::PushesTheSame => _ = registry.image("app", Some("1"), &["new"]),
            Self::Deletes => registry.remove("app", "1"),
            Self::Recreates => {
                registry.remove("app", "1");
                registry.image("app", Some("1"), &["theirs"]);
            }
        }
    }
}

/// The expected result: `Written` over the planned digest, `Kept` with an error, or found
/// `Identical`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Written,
    Kept,
    Identical,
}

/// Whether the tag existed at planning time, the change after it, and the expected result.
const CHANGES: [(bool, Change, Outcome); 8] = [
    (false, Change::Nothing, Outcome::Written),
    (false, Change::Pushes, Outcome::Kept),
    (false, Change::PushesTheSame, Outcome::Identical),
    (true, Change::Nothing, Outcome::Written),
    (true, Change::Pushes, Outcome::Kept),
    (true, Change::PushesTheSame, Outcome::Identical),
    (true, Change::Deletes, Outcome::Kept),
    (true, Change::Recreates, Outcome::Kept),
];

/// A source with one image, a destination whose tag may exist, and the plan to overwrite it.
async fn migration_with_tag(existed: bool) -> (TestMigration, MigrationRequest, Option<Digest>) {
    let migration = TestMigration::new();
    migration.source.image("app", Some("1"), &["new"]);
    migration.ecr.add("app", RepositorySettings::default());
    let old = existed.then(|| migration.registry.image("app", Some("1"), &["old"]));
    if let Some(old) = &old {
        migration.ecr.older.lock().unwrap().insert(old.clone());
    }
    let mut request = request("app", "app", &["1"]);
    request.images[0].resolution = Some(Resolution::Overwrite);
    (migration, request, old)
}

fn check(report: &Report, registry: &FakeRegistry, outcome: Outcome, before: Option<&Digest>) {
    let image = &report.images[0];
    let found = registry.digest("app", "1");
    match (&image.result, outcome) {
        (ImageResult::Moved, Outcome::Written) => {
            assert_eq!(found, image.ecr_digest);
            assert_ne!(found.as_ref(), before);
        }
        (ImageResult::Unchanged, Outcome::Identical) => assert_eq!(found, image.ecr_digest),
        (ImageResult::Failed { error }, Outcome::Kept) => {
            let MigrationError::DestinationMoved { planned, found: error_found, .. } = &**error
            else {
                panic!("{error:?}")
            };
            assert_eq!(planned.as_ref(), before);
            assert_eq!(*error_found, found, "a change of others is kept");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_tag_that_changes_after_the_last_blob_is_not_overwritten() {
    for (existed, change, outcome) in CHANGES {
        let (migration, request, old) = migration_with_tag(existed).await;
        let plan = migration.plan(&request).await;
        // The configuration and one layer are uploaded; then the manifest is written.
        let apply = move |registry: &FakeRegistry| change.apply(registry);
        *migration.registry.after_blobs.lock().unwrap() = Some((2, Box::new(apply)));
        let report = migration.run(&plan, &migration.registry_source()).await;
        check(&report, &migration.registry, outcome, old.as_ref());
        let heads = migration.registry.heads.lock().unwrap();
        let in_run = heads.iter().filter(|head| *head == "app:1").count();
        // One for the plan, one before the write, and one for the verification.
        let proof = usize::from(outcome != Outcome::Kept);
        assert_eq!(in_run, 2 + proof, "{existed} {change:?}: {heads:?}");
    }
}

#[tokio::test]
async fn a_resumed_or_saved_plan_overwrites_no_more_than_a_new_plan() {
    for (existed, change, outcome) in CHANGES {
        let (migration, request, old) = migration_with_tag(existed).await;
        let mut plan = migration.plan(&request).await;
        // As restored from a journal or a plan file.
        for image in &mut plan.images {
            image.content = None;
        }
        change.apply(&migration.registry);
        let report = migration.run(&plan, &migration.registry_source()).await;
        check(&report, &migration.registry, outcome, old.as_ref());
        if outcome != Outcome::Written {
            assert!(migration.registry.uploads.lock().unwrap().is_empty(), "{existed} {change:?}");
        }
    }
}

#[tokio::test]
async fn the_docker_engine_overwrites_no_more_than_a_copy() {
    for (existed, change, outcome) in CHANGES {
        // Only the engine knows which image it will push.
        if change == Change::PushesTheSame {
            continue;
        }
        let (migration, request, old) = migration_with_tag(existed).await;
        let engine = Arc::new(FakeEngine::new(Arc::clone(&migration.registry), false));
        engine.add("source.example/app:1", "image");
        let source = Source::Engine(engine.clone());
        let facts = crate::facts::gather::gather(&request, &source, &migration.destination())
            .await
            .unwrap();
        let plan = crate::plan::make_plan::plan(&request, &facts);
        change.apply(&migration.registry);
        let report = migration.run(&plan, &source).await;
        check(&report, &migration.registry, outcome, old.as_ref());
    }
}

#[tokio::test]
async fn an_image_that_the_engine_pushed_before_counts_as_existing() {
    let (migration, request, _) = migration_with_tag(false).await;
    let engine = Arc::new(FakeEngine::new(Arc::clone(&migration.registry), false));
    engine.add("source.example/app:1", "image");
    let source = Source::Engine(engine.clone());
    let facts =
        crate::facts::gather::gather(&request, &source, &migration.destination()).await.unwrap();
    let plan = crate::plan::make_plan::plan(&request, &facts);
    let pushed = migration.registry.image("app", Some("1"), &["image"]);
    engine.add_repository_digest("registry.example/app", &pushed);
    let report = migration.run(&plan, &source).await;
    assert_eq!(results(&report), ["Unchanged SameContent"]);
}

/// A signed image, with the tag of its signature at the destination when it is planned and when it
/// is copied, and the expected result for that tag.
#[tokio::test]
async fn a_signature_written_by_others_is_kept_and_reported() {
    let cases = [
        ("", "", "ours", 1, 0),
        ("ours", "ours", "ours", 0, 0),
        ("theirs", "theirs", "theirs", 0, 1),
        ("", "theirs", "theirs", 1, 1),
        ("", "ours", "ours", 1, 0),
    ];
    for (planned, copied, expected, to_write, left) in cases {
        let migration = TestMigration::new();
        let image = migration.source.image("app", Some("1"), &["new"]);
        migration.ecr.add("app", RepositorySettings::default());
        let tag = format!("{}.sig", image.as_str().replace(':', "-"));
        let ours = migration.source.image("app", Some(&tag), &["ours"]);
        let put = |text: &str| {
            if !text.is_empty() {
                migration.registry.image("app", Some(&tag), &[text]);
            }
        };
        put(planned);
        let plan = migration.plan(&request("app", "app", &["1"])).await;
        let planned_tags = plan.images[0].referrer_tags.as_deref().unwrap();
        assert_eq!(planned_tags.len(), 1);
        assert_eq!(
            (planned_tags[0].tag.as_str(), &planned_tags[0].source_digest),
            (tag.as_str(), &ours)
        );
        assert_eq!(plan.totals.referrer_tags, to_write);
        put(copied);
        let report = migration.run(&plan, &migration.registry_source()).await;
        assert_eq!(results(&report), ["Moved Equal"]);
        let expected_digest = FakeRegistry::new("any.example").image("app", None, &[expected]);
        assert_eq!(
            migration.registry.digest("app", &tag),
            Some(expected_digest),
            "{planned} {copied}"
        );
        let left_behind = &report.images[0].left_behind;
        assert_eq!(left_behind.len(), left, "{left_behind:?}");
        if let Some(one) = left_behind.first() {
            assert_eq!(one.name, tag);
            let MigrationError::ReferrerKept { found, wanted, .. } = &*one.error else {
                panic!("{left_behind:?}")
            };
            assert_eq!(
                (Some(found.clone()), wanted),
                (migration.registry.digest("app", &tag), &ours)
            );
        }
    }
}

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
        let new = NewMigration {
            id: "m-1".to_owned(),
            started_at_ms: 1_795_000_000_000,
            plan: Arc::new(plan.clone()),
            request: StoredValue::of_column(String::new()),
            about: StoredValue::of_column(String::new()),
        };
        self.journal.begin(new, record_error()).await.unwrap()
    }

    /// Runs until the crash.
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
