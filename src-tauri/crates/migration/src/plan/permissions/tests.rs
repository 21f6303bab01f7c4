//! The permissions that plans require.

use std::collections::BTreeMap;

use super::*;
use crate::testing::{TestMigration, joined, request};
use transload_model::{LifecyclePreset, RepositoryName, RepositorySettings};

fn location() -> ResourceLocation {
    let region = Region::parse("cn-north-1").unwrap();
    ResourceLocation::new(region, AccountId::parse("123456789012").unwrap())
}

fn arn(name: &str) -> String {
    format!("arn:aws-cn:ecr:cn-north-1:123456789012:repository/{name}")
}

fn actions_and_resources(required: &[NeededPermission]) -> Vec<(&str, Vec<&str>)> {
    let one = |one: &NeededPermission| one.permission.clone();
    assert!(required.iter().all(|required| !one(required).resources.is_empty()));
    required
        .iter()
        .map(|required| {
            let resources = required.permission.resources.iter().map(String::as_str);
            (required.permission.action.as_str(), resources.collect())
        })
        .collect()
}

/// A plan with `app`, which has one image already, and `new`, which will be created.
async fn plan_with(settings: RepositorySettings) -> Plan {
    let migration = TestMigration::new();
    migration.source.image("app", Some("1"), &["layer"]);
    migration.source.image("new", Some("1"), &["layer"]);
    migration.registry.image("app", Some("1"), &["layer"]);
    migration.ecr.add("app", RepositorySettings::default());
    let mut both = request("app", "app", &["1"]);
    both.images.extend(request("new", "new", &["1"]).images);
    let new = RepositoryName::parse("new").unwrap();
    both.repositories.extend(BTreeMap::from([(new, settings)]));
    migration.plan(&both).await
}

#[tokio::test]
async fn a_plan_requires_the_permissions_of_its_images_and_settings() {
    let plan = plan_with(RepositorySettings::default()).await;
    let (app, new) = (arn("app"), arn("new"));
    let (app, new) = (app.as_str(), new.as_str());
    assert_eq!(
        actions_and_resources(&permissions(&plan, &location())),
        [
            ("ecr:GetAuthorizationToken", vec!["*"]),
            ("ecr:DescribeRepositories", vec![app, new]),
            ("ecr:BatchGetImage", vec![app, new]),
            ("ecr:CreateRepository", vec![new]),
            ("ecr:BatchCheckLayerAvailability", vec![new]),
            ("ecr:InitiateLayerUpload", vec![new]),
            ("ecr:UploadLayerPart", vec![new]),
            ("ecr:CompleteLayerUpload", vec![new]),
            ("ecr:PutImage", vec![new]),
            ("ecr:DescribeImages", vec![app, new]),
        ]
    );
}

#[tokio::test]
async fn settings_of_new_repositories_require_further_permissions() {
    let settings = RepositorySettings {
        tags: BTreeMap::from([("team".to_owned(), "a".to_owned())]),
        lifecycle: LifecyclePreset::KeepNewest { count: 3 },
        encryption: Encryption::Kms { key: Some("1234".to_owned()) }.into(),
        ..RepositorySettings::default()
    };
    let plan = plan_with(settings).await;
    let required = permissions(&plan, &location());
    let actions_and_resources = actions_and_resources(&required);
    let key = "arn:aws-cn:kms:cn-north-1:123456789012:key/1234";
    let new = arn("new");
    for (action, resource) in [
        ("ecr:TagResource", new.as_str()),
        ("ecr:PutLifecyclePolicy", &new),
        ("kms:CreateGrant", key),
        ("kms:DescribeKey", key),
    ] {
        assert!(
            actions_and_resources.contains(&(action, vec![resource])),
            "{action}: {actions_and_resources:?}"
        );
    }
}

#[tokio::test]
async fn layers_shared_by_repositories_require_the_mount_permissions() {
    let migration = TestMigration::new();
    for name in ["one", "two"] {
        migration.source.image(name, Some("1"), &["layer"]);
    }
    let both = joined(request("one", "one", &["1"]), request("two", "two", &["1"]));
    let required = permissions(&migration.plan(&both).await, &location());
    let last = required.last().unwrap();
    assert_eq!(last.permission.action, "ecr:GetDownloadUrlForLayer");
    assert!(!last.purpose.is_essential());
}

#[test]
fn a_key_is_given_by_id_or_alias() {
    let arn = |key: &str| {
        let key = Some(key.to_owned());
        key_arn(&Encryption::KmsDualLayer { key }.into(), &location()).unwrap()
    };
    let alias = "arn:aws-cn:kms:cn-north-1:123456789012:alias/mine";
    assert_eq!(arn("alias/mine"), alias);
    assert_eq!(arn(alias), alias);
    assert_eq!(arn("1234"), "arn:aws-cn:kms:cn-north-1:123456789012:key/1234");
    let full = "arn:aws-cn:kms:cn-north-1:210987654321:key/1234";
    assert_eq!(arn(full), full);
    assert_eq!(key_arn(&Encryption::Kms { key: None }.into(), &location()), None);
    assert_eq!(key_arn(&Encryption::Aes256.into(), &location()), None);
}
