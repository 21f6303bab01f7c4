//! Tests of planning: existing layers, mounts, settings and progress.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use crate::plan::Difference;
use crate::report::ImageResult;
use crate::testing::{TestMigration, request};
use transload_model::{
    Encryption, LifecyclePreset, RepositoryName, RepositoryPolicy, RepositorySettings,
};

const POLICY: &str = r#"{"Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"ecr:BatchGetImage"}]}"#;

fn name(text: &str) -> RepositoryName {
    RepositoryName::parse(text).unwrap()
}

fn with_policy() -> RepositorySettings {
    RepositorySettings {
        policy: Some(RepositoryPolicy::parse(POLICY).unwrap()),
        ..RepositorySettings::default()
    }
}

#[tokio::test]
async fn existing_layers_are_not_counted() {
    let migration = TestMigration::new();
    migration.source.image("app", Some("1"), &["shared-layer", "one"]);
    migration.source.image("app", Some("2"), &["shared-layer", "second"]);
    migration.registry.image("app", Some("1"), &["shared-layer", "one"]);
    migration.ecr.add("app", RepositorySettings::default());
    let plan = migration.plan(&request("app", "app", &["1", "2"])).await;
    let config = "config of [\"shared-layer\", \"second\"]".len() as u64;
    assert_eq!(plan.totals.images_to_move, 1);
    assert_eq!(plan.totals.there_bytes, "shared-layer".len() as u64);
    assert_eq!(plan.totals.unique_bytes, "second".len() as u64 + config);
    assert_eq!(plan.totals.stored_bytes, plan.totals.unique_bytes);

    let report = migration.run(&plan, &migration.registry_source()).await;
    assert!(report.images.iter().all(|image| !matches!(image.result, ImageResult::Failed { .. })));
    let sent: u64 = report.images.iter().filter_map(|image| image.sent_bytes).sum();
    assert_eq!(sent, plan.totals.unique_bytes, "the plan predicted the uploaded bytes");
}

#[tokio::test]
async fn mountable_bytes_count_repositories_with_the_same_encryption() {
    let migration = TestMigration::new();
    let mut all = request("a", "a1", &["1"]);
    for (source, repository) in [("b", "b1"), ("c", "c1")] {
        all.images.extend(request(source, repository, &["1"]).images);
    }
    for source in ["a", "b", "c"] {
        migration.source.image(source, Some("1"), &["0123456789", source]);
    }
    let with_key = RepositorySettings {
        encryption: Encryption::Kms { key: None }.into(),
        ..RepositorySettings::default()
    };
    all.repositories = BTreeMap::from([
        (name("a1"), RepositorySettings::default()),
        (name("b1"), RepositorySettings::default()),
        (name("c1"), with_key),
    ]);
    let plan = migration.plan(&all).await;
    assert_eq!(plan.totals.stored_bytes - plan.totals.unique_bytes, 20, "c1 can't mount the layer");
    assert_eq!(plan.totals.mountable_bytes, 10);

    // If one of the repositories already has the layer, none of them uploads it.
    migration.registry.image("a1", Some("other"), &["0123456789"]);
    migration.ecr.add("a1", RepositorySettings::default());
    let plan = migration.plan(&all).await;
    assert_eq!(plan.totals.there_bytes, 10);
    assert_eq!(plan.totals.mountable_bytes, 10);
}

#[tokio::test]
async fn a_new_repository_gets_its_policy_and_existing_policies_are_kept() {
    let migration = TestMigration::new();
    migration.source.image("app", Some("1"), &["layer"]);
    let mut request = request("app", "app", &["1"]);
    let settings =
        RepositorySettings { lifecycle: LifecyclePreset::KeepNewest { count: 2 }, ..with_policy() };
    request.repositories.insert(name("app"), settings);
    let plan = migration.plan(&request).await;
    migration.run(&plan, &migration.registry_source()).await;
    let policy_of = |policies: &Mutex<std::collections::HashMap<RepositoryName, String>>| {
        policies.lock().unwrap().get(&name("app")).cloned()
    };
    assert_eq!(policy_of(&migration.ecr.repository_policies).as_deref(), Some(POLICY));

    let plan = migration.plan(&request).await;
    assert!(plan.repositories[0].exists);
    assert!(plan.repositories[0].differences.is_empty(), "both policies are the same");
    let other = POLICY.replace("Allow", "Deny");
    migration.ecr.repository_policies.lock().unwrap().insert(name("app"), other.clone());
    migration.ecr.policies.lock().unwrap().clear();
    let plan = migration.plan(&request).await;
    let lifecycle = Difference::Lifecycle {
        wanted: LifecyclePreset::KeepNewest { count: 2 },
        has_another: false,
    };
    let differences = &plan.repositories[0].differences;
    assert_eq!(*differences, [lifecycle, Difference::Policy { has_another: true }]);
    migration.run(&plan, &migration.registry_source()).await;
    assert_eq!(
        policy_of(&migration.ecr.repository_policies),
        Some(other),
        "the existing policy is kept"
    );
}

#[tokio::test]
async fn progress_reaches_the_number_of_images() {
    let migration = TestMigration::new();
    let tags = ["1", "2", "3"];
    for tag in tags {
        migration.source.image("app", Some(tag), &[tag]);
    }
    let reported = Mutex::new(Vec::new());
    let report = |progress: crate::facts::gather::GatherProgress| {
        assert_eq!(progress.images, 3);
        reported.lock().unwrap().push(progress.looked_at);
    };
    let request = request("app", "app", &tags);
    let (source, manifests) = (migration.registry_source(), Arc::default());
    crate::facts::gather::gather(&request, &source, &migration.destination(), &manifests, &report)
        .await
        .unwrap();
    let reported = reported.into_inner().unwrap();
    assert!(reported.is_sorted(), "{reported:?}");
    assert_eq!(reported.last(), Some(&3));
}

#[tokio::test]
async fn a_single_image_reports_its_platform() {
    let migration = TestMigration::new();
    migration.source.configured_image("app", "1", r#"{"os":"linux","architecture":"arm64"}"#);
    migration.source.configured_image("app", "2", "no json");
    let plan = migration.plan(&request("app", "app", &["1", "2"])).await;
    let platforms = |index: usize| {
        let platforms = plan.images[index].platforms.iter();
        platforms.map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(platforms(0), ["linux/arm64"]);
    assert!(platforms(1).is_empty());
    assert!(plan.is_ready(), "an unknown platform is allowed");
}

#[tokio::test]
async fn a_run_has_the_blobs_only_if_it_mounts_layers() {
    let migration = TestMigration::new();
    migration.source.image("app", Some("1"), &["layer"]);
    let plan = migration.plan(&request("app", "app", &["1"])).await;
    for (blob_mounting, blobs) in [(None, 0), (Some(false), 0), (Some(true), 2)] {
        let mut plan = plan.clone();
        plan.totals.blob_mounting = blob_mounting;
        plan.drop_unused_blobs();
        let content = plan.images[0].content.as_ref().unwrap();
        assert_eq!(content.blobs.len(), blobs, "{blob_mounting:?}");
    }
}
