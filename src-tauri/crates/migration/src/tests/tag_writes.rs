//! Tests of what a migration may overwrite, and of the state after a crash at any of its writes.

use std::sync::Arc;

use tempfile::TempDir;

use crate::control::Control;
use crate::endpoints::Source;
use crate::error::MigrationError;
use crate::journal::entry::{JournalRecord, NewMigration, Stage};
use crate::journal::log::JournalLog;
use crate::journal::store::Journal;
use crate::plan::Plan;
use crate::report::{ImageResult, Report};
use crate::request::{MigrationRequest, Resolution};
use crate::testing::crash::When;
use crate::testing::engine::FakeEngine;
use crate::testing::registry::FakeRegistry;
use crate::testing::{World, record_error, request, results};
use crate::undo::carry_out::undo;
use crate::undo::facts::undo_facts;
use crate::undo::plan::undo_plan;
use transload_model::{Digest, LifecyclePreset, RepositoryPolicy, RepositorySettings};

const POLICY: &str = r#"{"Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"}}]}"#;

/// A change that somebody else makes to a tag after planning.
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
            Self::Deletes => registry.forget("app", "1"),
            Self::Recreates => {
                registry.forget("app", "1");
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
async fn world(existed: bool) -> (World, MigrationRequest, Option<Digest>) {
    let world = World::new();
    world.source.image("app", Some("1"), &["new"]);
    world.ecr.add("app", RepositorySettings::default());
    let old = existed.then(|| world.registry.image("app", Some("1"), &["old"]));
    if let Some(old) = &old {
        world.ecr.older.lock().unwrap().insert(old.clone());
    }
    let mut request = request("app", "app", &["1"]);
    request.images[0].resolution = Some(Resolution::Overwrite);
    (world, request, old)
}

fn check(report: &Report, registry: &FakeRegistry, outcome: Outcome, before: Option<&Digest>) {
    let image = &report.images[0];
    let held = registry.held("app", "1");
    match (&image.result, outcome) {
        (ImageResult::Moved, Outcome::Written) => {
            assert_eq!(held, image.ecr_digest);
            assert_ne!(held.as_ref(), before);
        }
        (ImageResult::Unchanged, Outcome::Identical) => assert_eq!(held, image.ecr_digest),
        (ImageResult::Failed { error }, Outcome::Kept) => {
            let MigrationError::DestinationMoved { planned, found, .. } = &**error else {
                panic!("{error:?}")
            };
            assert_eq!(planned.as_ref(), before);
            assert_eq!(*found, held, "what others did stays");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_tag_that_changes_after_the_last_blob_is_not_overwritten() {
    for (existed, change, outcome) in CHANGES {
        let (world, request, old) = world(existed).await;
        let plan = world.plan(&request).await;
        // The configuration and one layer are uploaded; then the manifest is written.
        let act = move |registry: &FakeRegistry| change.apply(registry);
        *world.registry.after_blobs.lock().unwrap() = Some((2, Box::new(act)));
        let report = world.run(&plan, &world.registry_source()).await;
        check(&report, &world.registry, outcome, old.as_ref());
        let heads = world.registry.heads.lock().unwrap();
        let in_run = heads.iter().filter(|head| *head == "app:1").count();
        // One for the plan, one before the write, and one for the verification.
        let proof = usize::from(outcome != Outcome::Kept);
        assert_eq!(in_run, 2 + proof, "{existed} {change:?}: {heads:?}");
    }
}

#[tokio::test]
async fn a_resumed_or_saved_plan_overwrites_no_more_than_a_new_plan() {
    for (existed, change, outcome) in CHANGES {
        let (world, request, old) = world(existed).await;
        let mut plan = world.plan(&request).await;
        // As restored from a journal or a plan file.
        for image in &mut plan.images {
            image.content = None;
        }
        change.apply(&world.registry);
        let report = world.run(&plan, &world.registry_source()).await;
        check(&report, &world.registry, outcome, old.as_ref());
        if outcome != Outcome::Written {
            assert!(world.registry.uploads.lock().unwrap().is_empty(), "{existed} {change:?}");
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
        let (world, request, old) = world(existed).await;
        let engine = Arc::new(FakeEngine::new(Arc::clone(&world.registry), false));
        engine.add("source.example/app:1", "image");
        let source = Source::Engine(engine.clone());
        let facts =
            crate::facts::gather::gather(&request, &source, &world.destination()).await.unwrap();
        let plan = crate::plan::make_plan::plan(&request, &facts);
        change.apply(&world.registry);
        let report = world.run(&plan, &source).await;
        check(&report, &world.registry, outcome, old.as_ref());
    }
}

#[tokio::test]
async fn an_image_that_the_engine_pushed_before_counts_as_existing() {
    let (world, request, _) = world(false).await;
    let engine = Arc::new(FakeEngine::new(Arc::clone(&world.registry), false));
    engine.add("source.example/app:1", "image");
    let source = Source::Engine(engine.clone());
    let facts =
        crate::facts::gather::gather(&request, &source, &world.destination()).await.unwrap();
    let plan = crate::plan::make_plan::plan(&request, &facts);
    let pushed = world.registry.image("app", Some("1"), &["image"]);
    engine.remember("registry.example/app", &pushed);
    let report = world.run(&plan, &source).await;
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
    for (planned, copied, held, to_write, left) in cases {
        let world = World::new();
        let image = world.source.image("app", Some("1"), &["new"]);
        world.ecr.add("app", RepositorySettings::default());
        let tag = format!("{}.sig", image.as_str().replace(':', "-"));
        let ours = world.source.image("app", Some(&tag), &["ours"]);
        let put = |text: &str| {
            if !text.is_empty() {
                world.registry.image("app", Some(&tag), &[text]);
            }
        };
        put(planned);
        let plan = world.plan(&request("app", "app", &["1"])).await;
        let planned_tags = plan.images[0].referrer_tags.as_deref().unwrap();
        assert_eq!(planned_tags.len(), 1);
        assert_eq!(
            (planned_tags[0].tag.as_str(), &planned_tags[0].source_digest),
            (tag.as_str(), &ours)
        );
        assert_eq!(plan.totals.referrer_tags, to_write);
        put(copied);
        let report = world.run(&plan, &world.registry_source()).await;
        assert_eq!(results(&report), ["Moved Equal"]);
        let expected = FakeRegistry::new("any.example").image("app", None, &[held]);
        assert_eq!(world.registry.held("app", &tag), Some(expected), "{planned} {copied}");
        let behind = &report.images[0].left_behind;
        assert_eq!(behind.len(), left, "{behind:?}");
        if let Some(one) = behind.first() {
            assert_eq!(one.name, tag);
            let MigrationError::ReferrerKept { found, wanted, .. } = &*one.error else {
                panic!("{behind:?}")
            };
            assert_eq!((Some(found.clone()), wanted), (world.registry.held("app", &tag), &ours));
        }
    }
}

/// A migration with a journal, which may crash at any call and is resumed.
struct Journaled {
    _folder: TempDir,
    journal: Journal,
    world: World,
    request: MigrationRequest,
}

impl Journaled {
    async fn new(world: World, request: MigrationRequest) -> Self {
        let folder = TempDir::new().unwrap();
        let journal = Journal::open(folder.path().join("journal.sqlite")).await.unwrap();
        Self { _folder: folder, journal, world, request }
    }

    async fn begin(&self, plan: &Plan) -> JournalLog {
        let new = NewMigration {
            id: "m-1".to_owned(),
            started_at_ms: 1_795_000_000_000,
            plan: Arc::new(plan.clone()),
            request: String::new(),
            about: String::new(),
        };
        self.journal.begin(new, record_error()).await.unwrap()
    }

    /// Runs until the crash.
    async fn run_until_crash(&self, crash: &crate::testing::crash::CrashPoint) {
        let plan = self.world.plan(&self.request).await;
        let log = self.begin(&plan).await;
        let source = self.world.registry_source();
        tokio::select! {
            report = self.world.run_with(&plan, &source, Some(&log)) => panic!("{report:?}"),
            () = crash.reached() => {}
        }
    }

    async fn resume(&self) -> Report {
        let (record, log) = self.journal.resume("m-1", record_error()).await.unwrap();
        let plan = record.plan(&self.request).unwrap();
        let report = self.world.run_with(&plan, &self.world.registry_source(), Some(&log)).await;
        log.flush().await.unwrap();
        report
    }

    async fn record(&self) -> JournalRecord {
        self.journal.record("m-1").await.unwrap()
    }

    async fn undo(&self) {
        let (record, destination) = (self.record().await, self.world.destination());
        let plan = undo_plan(&record, &undo_facts(&record, &destination).await.unwrap());
        let report = undo(&plan, &destination, &Control::default(), &|_| ()).await;
        assert!(report.left.is_empty(), "{report:?}");
    }
}

/// A signed image for a new repository with both policies.
async fn new_repository() -> (Journaled, String) {
    let world = World::new();
    let image = world.source.image("app", Some("1"), &["new"]);
    let signature = format!("{}.sig", image.as_str().replace(':', "-"));
    world.source.image("app", Some(&signature), &["signature"]);
    let mut request = request("app", "app", &["1"]);
    let settings = request.repositories.values_mut().next().unwrap();
    settings.lifecycle = LifecyclePreset::KeepNewest { count: 5 };
    settings.policy = Some(RepositoryPolicy::parse(POLICY).unwrap());
    (Journaled::new(world, request).await, signature)
}

fn crashes(signature: &str) -> Vec<(String, When)> {
    let calls = ["create", "lifecycle", "policy", "tag 1", &format!("tag {signature}")];
    let both = |call: &&str| [When::Before, When::After].map(|when| ((*call).to_owned(), when));
    calls.iter().flat_map(both).collect()
}

fn crash_point<'a>(world: &'a World, call: &str) -> &'a crate::testing::crash::CrashPoint {
    if call.starts_with("tag") { &world.registry.crash } else { &world.ecr.crash }
}

#[tokio::test]
async fn after_a_crash_at_any_call_the_resumed_migration_is_complete() {
    let (_, signature) = new_repository().await;
    for (call, when) in crashes(&signature) {
        let (story, signature) = new_repository().await;
        let crash = crash_point(&story.world, &call);
        crash.set(&call, when);
        story.run_until_crash(crash).await;
        let report = story.resume().await;
        assert_eq!(results(&report), ["Moved Equal"], "{call} {when:?}");
        assert_eq!(report.repositories_created.len(), 1, "{call} {when:?}");
        assert_eq!(story.world.ecr.policies.lock().unwrap().len(), 1, "{call} {when:?}");
        assert_eq!(story.world.ecr.repository_policies.lock().unwrap().len(), 1, "{call} {when:?}");
        assert!(story.world.registry.held("app", &signature).is_some(), "{call} {when:?}");
        assert!(report.images[0].left_behind.is_empty(), "{call} {when:?}");
        story.undo().await;
        assert!(story.world.ecr.names().is_empty(), "{call} {when:?}");
    }
}

#[tokio::test]
async fn after_a_crash_at_any_call_an_undo_removes_everything() {
    let (_, signature) = new_repository().await;
    for (call, when) in crashes(&signature) {
        let (story, _) = new_repository().await;
        let crash = crash_point(&story.world, &call);
        crash.set(&call, when);
        story.run_until_crash(crash).await;
        story.undo().await;
        assert!(story.world.ecr.names().is_empty(), "{call} {when:?}");
    }
}

#[tokio::test]
async fn a_crash_around_an_overwritten_tag_is_undone_exactly() {
    for (when, resumed) in
        [(When::Before, false), (When::After, false), (When::Before, true), (When::After, true)]
    {
        let (world, request, old) = world(true).await;
        let story = Journaled::new(world, request).await;
        story.world.registry.crash.set("tag 1", when);
        story.run_until_crash(&story.world.registry.crash).await;
        if resumed {
            assert_eq!(results(&story.resume().await), ["Moved Equal"], "{when:?}");
            assert_ne!(story.world.registry.held("app", "1"), old);
        }
        story.undo().await;
        assert_eq!(story.world.registry.held("app", "1"), old, "{when:?} {resumed}");
        let images = story.world.registry.images("app");
        assert_eq!(images.len(), 1, "{when:?} {resumed}: {images:?}");
    }
}

#[tokio::test]
async fn a_tag_that_others_wrote_after_a_crash_is_kept() {
    let (world, request, _) = world(false).await;
    let story = Journaled::new(world, request).await;
    story.world.registry.crash.set("tag 1", When::Before);
    story.run_until_crash(&story.world.registry.crash).await;
    let theirs = story.world.registry.image("app", Some("1"), &["theirs"]);
    let report = story.resume().await;
    assert!(results(&report)[0].contains("was not overwritten"), "{:?}", results(&report));
    let (record, destination) = (story.record().await, story.world.destination());
    let plan = undo_plan(&record, &undo_facts(&record, &destination).await.unwrap());
    undo(&plan, &destination, &Control::default(), &|_| ()).await;
    assert_eq!(story.world.registry.held("app", "1"), Some(theirs));
}

#[tokio::test]
async fn a_repository_that_others_created_before_the_crash_is_kept() {
    let (story, _) = new_repository().await;
    story.world.ecr.crash.set("create", When::Before);
    story.run_until_crash(&story.world.ecr.crash).await;
    // Created long before, so it is not the intended creation.
    story.world.ecr.add_created("app", RepositorySettings::default(), 1);
    let report = story.resume().await;
    assert_eq!(results(&report), ["Moved Equal"]);
    assert!(report.repositories_created.is_empty());
    assert!(story.world.ecr.policies.lock().unwrap().is_empty(), "its policies are not ours");
    story.undo().await;
    assert_eq!(story.world.ecr.names(), ["app"]);
    assert!(story.world.registry.images("app").is_empty());
}

#[tokio::test]
async fn a_creation_whose_response_was_lost_belongs_to_the_migration() {
    let (story, _) = new_repository().await;
    *story.world.ecr.loses_answer.lock().unwrap() = true;
    let plan = story.world.plan(&story.request).await;
    let log = story.begin(&plan).await;
    let report = story.world.run_with(&plan, &story.world.registry_source(), Some(&log)).await;
    log.flush().await.unwrap();
    assert_eq!(report.repositories_created.len(), 1);
    assert_eq!(story.world.ecr.policies.lock().unwrap().len(), 1);
    assert_eq!(story.world.ecr.repository_policies.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_policy_that_others_deleted_after_it_was_set_stays_deleted() {
    let (story, _) = new_repository().await;
    let plan = story.world.plan(&story.request).await;
    let log = story.begin(&plan).await;
    // The lifecycle policy is set after the last image.
    story.world.run_with(&plan, &story.world.registry_source(), Some(&log)).await;
    log.flush().await.unwrap();
    drop(log);
    assert_eq!(story.world.ecr.policies.lock().unwrap().len(), 1);
    story.world.ecr.policies.lock().unwrap().clear();
    let report = story.resume().await;
    assert_eq!(results(&report), ["Moved Equal"]);
    assert!(story.world.ecr.policies.lock().unwrap().is_empty());
}

#[tokio::test]
async fn pushes_of_an_earlier_run_are_known_after_a_run_that_fails_early() {
    let (world, request, old) = world(true).await;
    let story = Journaled::new(world, request).await;
    *story.world.ecr.says.lock().unwrap() = Some(Digest::of(b"something else"));
    let plan = story.world.plan(&story.request).await;
    let log = story.begin(&plan).await;
    story.world.run_with(&plan, &story.world.registry_source(), Some(&log)).await;
    log.flush().await.unwrap();
    drop(log);
    let pushed = story.record().await.images[0].pushed_digest.clone();
    assert!(pushed.is_some());
    *story.world.ecr.says.lock().unwrap() = None;
    *story.world.ecr.tokens_denied.lock().unwrap() = true;
    let report = story.resume().await;
    assert!(matches!(report.images[0].result, ImageResult::Failed { .. }));
    let record = story.record().await;
    assert_eq!(record.images[0].stage, Stage::Failed);
    assert_eq!(record.images[0].pushed_digest, pushed);
    *story.world.ecr.tokens_denied.lock().unwrap() = false;
    story.undo().await;
    assert_eq!(story.world.registry.held("app", "1"), old);
}

#[tokio::test]
async fn a_write_that_cannot_be_journaled_is_not_made() {
    let (story, _) = new_repository().await;
    let plan = story.world.plan(&story.request).await;
    let log = story.begin(&plan).await;
    story.journal.damage("DROP TABLE intent");
    let report = story.world.run_with(&plan, &story.world.registry_source(), Some(&log)).await;
    assert!(matches!(report.images[0].result, ImageResult::Failed { .. }), "{report:?}");
    assert!(story.world.ecr.names().is_empty(), "nothing was created");
}
