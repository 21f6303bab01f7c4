//! Tests that a run sends exactly the bytes that its plan shows.

use std::sync::Arc;

use crate::report::ImageResult;
use crate::request::MigrationRequest;
use crate::testing::ecr::FakeEcr;
use crate::testing::registry::FakeRegistry;
use crate::testing::{TestMigration, joined, request};
use transload_model::{Encryption, RepositoryName, RepositorySettings};

const BASE: &str = "a base layer that several repositories share";
const TAGS: [&str; 6] = ["1", "2", "3", "4", "5", "6"];

/// An ECR with or without blob mounting.
fn migration_to_ecr(mounting: bool) -> TestMigration {
    let mut registry = FakeRegistry::new("registry.example");
    (registry.mounts, registry.mounts_only_referenced) = (mounting, true);
    let registry = Arc::new(registry);
    TestMigration {
        ecr: Arc::new(FakeEcr::new(Arc::clone(&registry))),
        registry,
        ..TestMigration::new()
    }
}

/// All tags of these repositories. Each image has a unique layer on top of the shared one.
fn images(migration: &TestMigration, repositories: &[&str]) -> MigrationRequest {
    let mut all = MigrationRequest::default();
    for repository in repositories {
        for tag in TAGS {
            let own = format!("{repository} {tag}");
            migration.source.image(repository, Some(tag), &[BASE, &own]);
        }
        all = joined(all, request(repository, repository, &TAGS));
    }
    all.extent = Default::default();
    all
}

fn two_new(migration: &TestMigration) -> MigrationRequest {
    images(migration, &["app", "web"])
}

fn many_new(migration: &TestMigration) -> MigrationRequest {
    images(migration, &["app", "web", "api", "job", "doc"])
}

fn one_image(migration: &TestMigration) -> MigrationRequest {
    images(migration, &["app"])
}

fn existing_layers(migration: &TestMigration) -> MigrationRequest {
    migration.registry.image("web", Some("other"), &[BASE]);
    migration.ecr.add("web", RepositorySettings::default());
    images(migration, &["app", "web"])
}

fn existing_images(migration: &TestMigration) -> MigrationRequest {
    migration.registry.image("app", Some("1"), &[BASE, "app 1"]);
    migration.ecr.add("app", RepositorySettings::default());
    images(migration, &["app", "web"])
}

fn a_layer_twice(migration: &TestMigration) -> MigrationRequest {
    for (repository, tag) in [("app", "1"), ("app", "2"), ("web", "1")] {
        // The same configuration, and a layer that occurs twice in the image.
        migration.source.image(repository, Some(tag), &[BASE, "twice", "twice"]);
    }
    joined(request("app", "app", &["1", "2"]), request("web", "web", &["1"]))
}

fn shared_children(migration: &TestMigration) -> MigrationRequest {
    for repository in ["app", "web"] {
        let children: Vec<_> = ["one", "two"]
            .map(|layer| migration.source.image(repository, None, &[BASE, layer]))
            .into();
        migration.source.index(repository, "1", &children);
        migration.source.index(repository, "2", &children[..1]);
    }
    joined(request("app", "app", &["1", "2"]), request("web", "web", &["1", "2"]))
}

fn with_referrers(migration: &TestMigration) -> MigrationRequest {
    let request = two_new(migration);
    for repository in ["app", "web"] {
        let signed = migration.source.digest(repository, "1").unwrap();
        migration.source.signature(repository, None, &signed);
    }
    request
}

fn another_encryption(migration: &TestMigration) -> MigrationRequest {
    let mut request = images(migration, &["app", "key", "web"]);
    let settings = RepositorySettings {
        encryption: Encryption::Kms { key: None }.into(),
        ..RepositorySettings::default()
    };
    request.repositories.insert(RepositoryName::parse("key").unwrap(), settings);
    migration.registry.unmountable.lock().unwrap().insert("key".to_owned());
    request
}

#[tokio::test]
async fn planned_bytes_match_the_bytes_sent() {
    type Situation = fn(&TestMigration) -> MigrationRequest;
    let situations: [(&str, Situation); 9] = [
        ("one repository", one_image),
        ("two new repositories", two_new),
        ("many new repositories", many_new),
        ("existing layers", existing_layers),
        ("existing images", existing_images),
        ("the same layer and configuration twice", a_layer_twice),
        ("indexes that share children", shared_children),
        ("referrers, which are not counted", with_referrers),
        ("a repository with another encryption", another_encryption),
    ];
    for (why, situation) in situations {
        for mounting in [false, true] {
            let migration = migration_to_ecr(mounting);
            let plan = migration.plan(&situation(&migration)).await;
            let report = migration.run(&plan, &migration.registry_source()).await;
            let failed = |image: &crate::report::ImageReport| {
                matches!(image.result, ImageResult::Failed { .. })
            };
            assert!(!report.images.iter().any(failed), "{why}: {report:?}");
            let sent: u64 = report.images.iter().filter_map(|image| image.sent_bytes).sum();
            assert_eq!(plan.totals.upload_bytes, sent, "{why}, mounting {mounting}");
            // The configuration of each signature has two bytes.
            let signatures = if why.starts_with("referrers") { 4 } else { 0 };
            let uploaded = migration.registry.uploaded_bytes();
            assert!((sent..=sent + signatures).contains(&uploaded), "{why}, mounting {mounting}");
        }
    }
}

#[tokio::test]
async fn mounting_saves_the_planned_bytes() {
    let (off, on) = (migration_to_ecr(false), migration_to_ecr(true));
    let (without, with) = (off.plan(&many_new(&off)).await, on.plan(&many_new(&on)).await);
    assert_eq!(without.totals.blob_mounting, Some(false));
    assert_eq!(without.totals.upload_bytes, without.totals.stored_bytes);
    assert_eq!(with.totals.mountable_bytes, 4 * BASE.len() as u64);
    assert_eq!(with.totals.upload_bytes, without.totals.upload_bytes - with.totals.mountable_bytes);
}
