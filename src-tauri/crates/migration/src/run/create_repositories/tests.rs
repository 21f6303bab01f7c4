//! Tests of creating repositories during a run, and of their policies.

use crate::testing::{TestMigration, joined, request, results};
use transload_model::{LifecyclePreset, RepositoryName, RepositoryPolicy};

/// A repository policy that grants access.
const POLICY: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"Pull","Effect":"Allow",
    "Principal":{"AWS":["111122223333"]},"Action":["ecr:BatchGetImage"]}]}"#;

#[tokio::test]
async fn a_denied_repository_creation_fails_only_its_images() {
    let migration = TestMigration::new();
    migration.source.image("app", Some("1"), &["layer"]);
    migration.source.image("web", Some("1"), &["layer"]);
    let mut both = joined(request("app", "app", &["1"]), request("web", "web", &["1"]));
    for settings in both.repositories.values_mut() {
        settings.lifecycle = LifecyclePreset::KeepNewest { count: 3 };
    }
    migration.ecr.denied.lock().unwrap().insert("app".to_owned());
    let plan = migration.plan(&both).await;
    let report = migration.run(&plan, &migration.registry_source()).await;
    let lines = results(&report);
    assert!(lines[0].starts_with("failed"), "{lines:?}");
    assert_eq!(lines[1], "Moved Equal");
    assert_eq!(report.repositories_created, [RepositoryName::parse("web").unwrap()]);
    assert_eq!(migration.ecr.policies.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_repository_is_created_only_when_an_image_needs_it() {
    let migration = TestMigration::new();
    migration.source.image("app", Some("1"), &["layer"]);
    migration.source.image("web", Some("1"), &["layer"]);
    let both = joined(request("app", "app", &["1"]), request("web", "web", &["1"]));
    let mut plan = migration.plan(&both).await;
    // Resumed later, when the source no longer has the first image.
    for image in &mut plan.images {
        image.content = None;
    }
    plan.manifests = std::sync::Arc::default();
    migration.source.remove("app", "1");
    let report = migration.run(&plan, &migration.registry_source()).await;
    let lines = results(&report);
    assert!(lines[0].starts_with("failed"), "{lines:?}");
    assert_eq!(lines[1], "Moved Equal");
    assert_eq!(report.repositories_created, [RepositoryName::parse("web").unwrap()]);
    assert_eq!(*migration.ecr.creation_requests.lock().unwrap(), ["web"]);
}

#[tokio::test]
async fn images_of_one_repository_create_it_once() {
    let migration = TestMigration::new();
    let tags: Vec<String> = (0..40).map(|tag| tag.to_string()).collect();
    for tag in &tags {
        migration.source.image("app", Some(tag), &["shared", tag]);
    }
    let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
    let plan = migration.plan(&request("app", "app", &tags)).await;
    let report = migration.run(&plan, &migration.registry_source()).await;
    assert_eq!(results(&report), ["Moved Equal"; 40]);
    assert_eq!(*migration.ecr.creation_requests.lock().unwrap(), ["app"]);
}

#[tokio::test]
async fn a_refused_policy_is_set_by_the_next_run() {
    let migration = TestMigration::new();
    migration.source.image("app", Some("1"), &["layer"]);
    let mut request = request("app", "app", &["1"]);
    let name = RepositoryName::parse("app").unwrap();
    for settings in request.repositories.values_mut() {
        settings.lifecycle = LifecyclePreset::KeepNewest { count: 3 };
        settings.policy = Some(RepositoryPolicy::parse(POLICY).unwrap());
    }
    *migration.ecr.policies_denied.lock().unwrap() = true;
    let mut plan = migration.plan(&request).await;
    let report = migration.run(&plan, &migration.registry_source()).await;
    assert!(results(&report)[0].contains("ecr:SetRepositoryPolicy"), "{:?}", results(&report));
    assert_eq!(report.repositories_created, std::slice::from_ref(&name));

    *migration.ecr.policies_denied.lock().unwrap() = false;
    for repository in &mut plan.repositories {
        (repository.exists, repository.is_own) = (true, true);
    }
    let report = migration.run(&plan, &migration.registry_source()).await;
    assert_eq!(results(&report), ["Moved Equal"]);
    assert_eq!(
        report.repositories_created,
        std::slice::from_ref(&name),
        "created in the first run"
    );
    assert!(migration.ecr.repository_policies.lock().unwrap().contains_key(&name));
    assert_eq!(migration.ecr.policies.lock().unwrap().len(), 1, "the first policy is kept");
}

#[tokio::test]
async fn a_repository_created_by_others_keeps_its_policies() {
    let migration = TestMigration::new();
    migration.source.image("app", Some("1"), &["layer"]);
    let mut request = request("app", "app", &["1"]);
    let name = RepositoryName::parse("app").unwrap();
    migration.ecr.add("app", request.repositories[&name].clone());
    for settings in request.repositories.values_mut() {
        settings.policy = Some(RepositoryPolicy::parse(POLICY).unwrap());
    }
    let mut plan = migration.plan(&request).await;
    // As in a resumed migration, whose settings are those of the request.
    for repository in &mut plan.repositories {
        repository.settings = request.repositories[&repository.name].clone();
    }
    assert_eq!(results(&migration.run(&plan, &migration.registry_source()).await), ["Moved Equal"]);
    assert!(migration.ecr.repository_policies.lock().unwrap().is_empty());
}
