//! Tests with a Docker Engine that uses the containerd image store: the predicted content is
//! pushed, and nothing else is if the engine changes after planning.

mod own_push;

use std::sync::Arc;

use crate::endpoints::Source;
use crate::engine_route::predict::{EngineOutcome, EnginePushMethod};
use crate::error::MigrationError;
use crate::plan::{Action, Plan, Remark};
use crate::report::ImageResult;
use crate::request::Resolution;
use crate::testing::engine::FakeEngine;
use crate::testing::{TestMigration, request, results};
use transload_model::Digest;

const NAME: &str = "source.example/app:1";

/// An index of two images, in an engine that has only the first one.
struct Partial {
    migration: TestMigration,
    engine: Arc<FakeEngine>,
    source: Source,
    index: Digest,
    children: Vec<Digest>,
}

impl Partial {
    fn new(minor: u32) -> Self {
        Self::with_migration(TestMigration::new(), minor)
    }

    fn with_migration(migration: TestMigration, minor: u32) -> Self {
        let engine = Arc::new(FakeEngine::containerd(Arc::clone(&migration.registry), minor));
        let path = engine.path();
        let children = vec![
            engine.content.image(path, None, &["first", "shared"]),
            engine.content.image(path, None, &["second", "shared"]),
        ];
        let index = engine.content.index(path, "x", &children);
        engine.absent.lock().unwrap().push(children[1].clone());
        engine.add_from_content(NAME, &index);
        let source = Source::Engine(engine.clone());
        Self { migration, engine, source, index, children }
    }

    /// An engine that has both images of the index.
    fn whole(minor: u32) -> Self {
        let whole = Self::new(minor);
        whole.engine.absent.lock().unwrap().clear();
        whole.engine.add_from_content(NAME, &whole.index);
        whole
    }

    async fn plan(&self) -> Plan {
        self.plan_for(&request("app", "app", &["1"])).await
    }

    async fn plan_for(&self, request: &crate::request::MigrationRequest) -> Plan {
        self.migration.plan_from(request, &self.source).await
    }

    async fn run(&self, plan: &Plan) -> crate::report::Report {
        self.migration.run(plan, &self.source).await
    }

    fn at_destination(&self) -> Option<Digest> {
        self.migration.registry.digest("app", "1")
    }
}

fn refusal(plan: &Plan) -> &MigrationError {
    match &plan.images[0].action {
        Action::Refused { error } => error,
        other => panic!("{other:?}"),
    }
}

fn error_of(report: &crate::report::Report) -> &MigrationError {
    match &report.images[0].result {
        ImageResult::Failed { error } => error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn one_platform_of_an_index_is_pushed_as_predicted_and_found_the_next_time() {
    // Version 28 pushes the platform itself; 26 can't, and doesn't report what it holds.
    for (minor, outcome, method, archives) in [
        (51, EngineOutcome::Part, EnginePushMethod::PushPlatform, 0),
        // Each plan opens one archive, the run reads two, and the second plan reads the index of
        // another.
        (45, EngineOutcome::SeenWhileSending, EnginePushMethod::Push, 5),
        // 27.0 would push another image without saying so beforehand.
        (46, EngineOutcome::SeenWhileSending, EnginePushMethod::OwnPush, 5),
    ] {
        let partial = Partial::new(minor);
        let plan = partial.plan().await;
        let planned = &plan.images[0];
        let engine = planned.engine.as_ref().unwrap();
        assert_eq!((engine.outcome, engine.method), (outcome, method));
        if outcome == EngineOutcome::Part {
            assert_eq!(planned.source_digest.as_ref(), Some(&partial.children[0]));
            assert_eq!(planned.part_of.as_ref(), Some(&partial.index));
        }
        let report = partial.run(&plan).await;
        assert_eq!(results(&report), ["Moved EqualToPart"], "1.{minor}");
        let image = &report.images[0];
        assert_eq!(image.planned.part_of.as_ref(), Some(&partial.index));
        assert_eq!(image.planned.source_digest.as_ref(), Some(&partial.children[0]));
        assert_eq!(partial.at_destination().as_ref(), Some(&partial.children[0]));
        assert!(partial.migration.registry.digest("app", partial.children[1].as_str()).is_none());
        assert_eq!(partial.engine.names(), [NAME], "no temporary tag is left");
        assert!(image.sent_bytes.is_some_and(|bytes| bytes > 0));

        let plan = partial.plan().await;
        assert!(
            matches!(plan.images[0].action, Action::AlreadyThere),
            "{:?}",
            plan.images[0].action
        );
        assert_eq!(results(&partial.run(&plan).await), ["Unchanged EqualToPart"]);
        assert_eq!(*partial.engine.archives.lock().unwrap(), archives);
    }
}

#[tokio::test]
async fn a_whole_index_keeps_its_digest_with_either_push() {
    for minor in [45, 51] {
        let whole = Partial::whole(minor);
        let plan = whole.plan().await;
        let report = whole.run(&plan).await;
        assert_eq!(results(&report), ["Moved Equal"], "1.{minor}");
        assert_eq!(whole.at_destination().as_ref(), Some(&whole.index));
        assert_eq!(report.images[0].platforms.len(), 2, "each platform is proved");
        assert!(report.images[0].platforms.iter().all(|part| part.in_ecr));
        let plan = whole.plan().await;
        assert!(matches!(plan.images[0].action, Action::AlreadyThere));
    }
}

#[tokio::test]
async fn only_the_chosen_platform_is_sent() {
    for minor in [45, 51] {
        let whole = Partial::whole(minor);
        let mut request = request("app", "app", &["1"]);
        request.extent.platform = Some("linux/cpu1".parse().unwrap());
        let plan = whole.plan_for(&request).await;
        let report = whole.run(&plan).await;
        assert_eq!(results(&report), ["Moved EqualToPart"], "1.{minor}");
        assert_eq!(whole.at_destination().as_ref(), Some(&whole.children[1]));
        request.extent.platform = Some("linux/s390x".parse().unwrap());
        let plan = whole.plan_for(&request).await;
        if minor == 51 {
            assert!(matches!(refusal(&plan), MigrationError::PlatformMissing { .. }));
            continue;
        }
        // Only the archive shows that it exists; nothing is created for it.
        request.images[0].resolution =
            Some(Resolution::NewTag(transload_model::Tag::parse("2").unwrap()));
        let created = whole.migration.ecr.names();
        let plan = whole.plan_for(&request).await;
        let report = whole.run(&plan).await;
        assert!(matches!(error_of(&report), MigrationError::PlatformMissing { .. }));
        assert_eq!(whole.migration.ecr.names(), created);
    }
}

#[tokio::test]
async fn an_index_at_the_destination_is_not_overwritten_by_one_of_its_images() {
    let partial = Partial::new(51);
    partial.migration.ecr.add("app", Default::default());
    let content = &partial.engine.content;
    content.copy_to(
        partial.engine.path(),
        &partial.index,
        &partial.migration.registry,
        "app",
        Some("1"),
    );
    let plan = partial.plan().await;
    assert!(matches!(plan.images[0].action, Action::AlreadyThere), "{:?}", plan.images[0].action);
    assert!(plan.images[0].remarks.contains(&Remark::DestinationHasIndex));
    let report = partial.run(&plan).await;
    assert_eq!(results(&report), ["Unchanged Equal"]);
    assert_eq!(partial.at_destination(), Some(partial.index));
}

/// The engine changes between planning and running.
#[tokio::test]
async fn a_name_that_moved_to_another_image_is_refused_before_any_write() {
    type Change = fn(&Partial);
    let rebuilt: Change = |partial| {
        let other = partial.engine.content.image(partial.engine.path(), None, &["rebuilt"]);
        partial.engine.add_from_content(NAME, &other);
    };
    let removed: Change = |partial| partial.engine.remove(NAME);
    let content_removed: Change = |partial| {
        partial.engine.absent.lock().unwrap().extend(partial.children.clone());
        partial.engine.add_from_content(NAME, &partial.index);
    };
    let cases: [(&str, Change, &str); 3] = [
        ("rebuilt", rebuilt, "SourceMoved"),
        ("removed", removed, "ImageMissing"),
        ("content removed", content_removed, "EngineContentMissing"),
    ];
    for minor in [45, 51] {
        for (what, change, expected) in cases {
            let partial = Partial::new(minor);
            let plan = partial.plan().await;
            change(&partial);
            let names = partial.engine.names();
            let report = partial.run(&plan).await;
            let text = format!("{:?}", error_of(&report));
            assert!(text.contains(expected), "{what} on 1.{minor}: {text}");
            assert!(partial.migration.ecr.names().is_empty(), "{what} on 1.{minor}: no repository");
            assert_eq!(partial.at_destination(), None, "{what} on 1.{minor}");
            assert_eq!(partial.engine.names(), names, "{what} on 1.{minor}");
        }
    }
}

#[tokio::test]
async fn a_whole_index_that_lost_an_image_since_is_not_pushed_in_part() {
    let whole = Partial::whole(51);
    let plan = whole.plan().await;
    assert_eq!(plan.images[0].engine.as_ref().unwrap().outcome, EngineOutcome::Whole);
    whole.engine.absent.lock().unwrap().push(whole.children[1].clone());
    whole.engine.add_from_content(NAME, &whole.index);
    let report = whole.run(&plan).await;
    let error = error_of(&report);
    assert!(matches!(error, MigrationError::EngineContentMissing { .. }), "{error:?}");
    assert!(whole.migration.ecr.names().is_empty(), "no repository");
    assert_eq!(whole.at_destination(), None);
}

#[tokio::test]
async fn a_plan_without_an_image_id_is_refused() {
    let partial = Partial::new(51);
    let mut plan = partial.plan().await;
    plan.images[0].engine = None;
    let report = partial.run(&plan).await;
    assert!(matches!(error_of(&report), MigrationError::SourceNotPinned { .. }));
    assert!(partial.migration.ecr.names().is_empty());
}

#[tokio::test]
async fn a_push_of_different_content_is_detected() {
    let partial = Partial::new(51);
    let plan = partial.plan().await;
    let other = partial.engine.content.image(partial.engine.path(), None, &["other"]);
    *partial.engine.pushes_instead.lock().unwrap() = Some(other);
    let report = partial.run(&plan).await;
    match error_of(&report) {
        MigrationError::VerificationFailed { expected, .. } => {
            assert_eq!(*expected, partial.children[0]);
        }
        other => panic!("{other:?}"),
    }

    let migration = TestMigration::new();
    let engine = Arc::new(FakeEngine::new(Arc::clone(&migration.registry), false));
    engine.add(NAME, "image");
    *engine.pushes_instead.lock().unwrap() = Some(Digest::of(b"anything"));
    let source = Source::Engine(engine);
    let request = request("app", "app", &["1"]);
    let plan = migration.plan_from(&request, &source).await;
    let report = migration.run(&plan, &source).await;
    assert!(matches!(error_of(&report), MigrationError::ContentDiffers { .. }));
}
