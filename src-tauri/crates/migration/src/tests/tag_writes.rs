//! Tests of what a migration may overwrite.

use std::sync::Arc;

use transload_model::{Digest, RepositorySettings};

use crate::endpoints::Source;
use crate::error::MigrationError;
use crate::report::{ImageResult, Report};
use crate::request::{MigrationRequest, Resolution};
use crate::testing::engine::FakeEngine;
use crate::testing::registry::FakeRegistry;
use crate::testing::{TestMigration, request, results};

/// A change that another client makes to a tag after planning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    Nothing,
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
pub(super) async fn migration_with_tag(
    existed: bool,
) -> (TestMigration, MigrationRequest, Option<Digest>) {
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
        let plan = migration.plan_from(&request, &source).await;
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
    let plan = migration.plan_from(&request, &source).await;
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
