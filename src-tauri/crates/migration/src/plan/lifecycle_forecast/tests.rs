//! Tests of the lifecycle forecast of a plan.

use serde_json::{Value, json};

use crate::plan::{ExpiringImage, LifecycleForecast};
use crate::request::{MigrationRequest, Resolution};
use crate::testing::{TestMigration, request};
use transload_lifecycle::Due;
use transload_model::{LifecyclePreset, RepositoryName, RepositorySettings};

fn rule(selection: Value, action: Value) -> Value {
    json!({"rulePriority": 1, "selection": selection, "action": action})
}

fn expire(selection: Value) -> String {
    json!({"rules": [rule(selection, json!({"type": "expire"}))]}).to_string()
}

fn keep(newest: u32) -> String {
    expire(json!({"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": newest}))
}

fn since(tag_status: &str, count_type: &str, days: u32) -> Value {
    json!({"tagStatus": tag_status, "countType": count_type, "countUnit": "days",
        "countNumber": days})
}

/// A repository that exists with these tags, oldest first, each with its own content.
fn migration_with_images(existing: &[&str], policy: Option<&str>) -> TestMigration {
    let migration = TestMigration::new();
    migration.ecr.add("app", RepositorySettings::default());
    for (order, tag) in (1..).zip(existing) {
        let digest = migration.registry.image("app", Some(tag), &[tag]);
        migration.ecr.pushed_at.lock().unwrap().insert(digest, order * 1000);
    }
    migration.ecr.policies.lock().unwrap().extend(policy.map(str::to_owned));
    migration
}

async fn forecast_of(migration: &TestMigration, request: &MigrationRequest) -> LifecycleForecast {
    migration.plan(request).await.repositories[0].forecast.clone()
}

/// Returns the forecast for images with these tags, each with its own content.
async fn forecast(migration: &TestMigration, tags: &[&str]) -> LifecycleForecast {
    for tag in tags {
        migration.source.image("app", Some(tag), &[tag]);
    }
    forecast_of(migration, &request("app", "app", tags)).await
}

/// Returns tags with their expiry in short form: planned images, then existing ones.
fn described(forecast: &LifecycleForecast) -> (Vec<String>, Vec<String>) {
    let LifecycleForecast::Expires { planned, existing } = forecast else {
        panic!("{forecast:?}");
    };
    let one = |image: &ExpiringImage| {
        let when = match image.verdict.due {
            Due::Now => "now".to_owned(),
            Due::After { days, .. } => format!("{days} days"),
        };
        format!("{} {:?} {when}", image.tags.join("+"), image.verdict.action)
    };
    (planned.iter().map(one).collect(), existing.iter().map(one).collect())
}

#[tokio::test]
async fn policies_of_every_count_type_report_the_images_that_expire() {
    let archive = json!({"type": "transition", "targetStorageClass": "archive"});
    let unpulled = since("any", "sinceImagePulled", 30);
    let unpulled = json!({"rules": [rule(unpulled, archive)]}).to_string();
    let mut candidates = since("tagged", "sinceImagePushed", 14);
    candidates["tagPatternList"] = json!(["*-rc*"]);
    for (case, existing, policy, tags, expected) in [
        (
            "more images than the policy keeps: the oldest of the plan",
            vec![],
            keep(3),
            vec!["5", "4", "3", "2", "1"],
            (vec!["2 Expire now", "1 Expire now"], vec![]),
        ),
        (
            "existing images expire first",
            vec!["old-1", "old-2"],
            keep(3),
            vec!["1", "2"],
            (vec![], vec!["old-1 Expire now"]),
        ),
        (
            "images that expire in any case aren't reported",
            vec!["old-1", "old-2", "old-3", "old-4"],
            keep(3),
            vec!["1"],
            (vec![], vec!["old-2 Expire now"]),
        ),
        (
            "an age rule applies to the tags that it matches",
            vec![],
            expire(candidates),
            vec!["1.0-rc1", "1.0"],
            (vec!["1.0-rc1 Expire 14 days"], vec![]),
        ),
        (
            "archived images can't be pulled",
            vec!["old"],
            unpulled,
            vec!["1"],
            (vec!["1 Archive 30 days"], vec![]),
        ),
    ] {
        let forecast = forecast(&migration_with_images(&existing, Some(&policy)), &tags).await;
        assert!(forecast.needs_confirmation(), "{case}");
        let (planned, existing) = described(&forecast);
        assert_eq!(planned, expected.0, "{case}");
        assert_eq!(existing, expected.1, "{case}");
    }
}

#[tokio::test]
async fn a_plan_that_expires_nothing_has_an_empty_forecast() {
    let transitioned = json!({"tagStatus": "any", "storageClass": "archive", "countUnit": "days",
        "countType": "sinceImageTransitioned", "countNumber": 90});
    for (case, existing, policy) in [
        ("no policy", vec!["old"], None),
        ("the policy keeps all images", vec!["old"], Some(keep(3))),
        (
            "only untagged images",
            vec!["old"],
            Some(expire(since("untagged", "sinceImagePushed", 1))),
        ),
        ("only archived images", vec!["old"], Some(expire(transitioned))),
        // Both images exist under other tags, so they keep their age and rank.
        ("images that exist", vec!["1", "2"], Some(keep(2))),
    ] {
        let migration = migration_with_images(&existing, policy.as_deref());
        for (tag, content) in [("new-1", "1"), ("new-2", "2")] {
            migration.source.image("app", Some(tag), &[content]);
        }
        let forecast = forecast_of(&migration, &request("app", "app", &["new-1", "new-2"])).await;
        assert_eq!(forecast, LifecycleForecast::NothingExpires, "{case}");
        assert!(!forecast.needs_confirmation());
    }
}

#[tokio::test]
async fn the_policy_that_a_new_repository_gets_is_evaluated() {
    let migration = TestMigration::new();
    let tags = ["3", "2", "1"];
    for tag in tags {
        migration.source.image("app", Some(tag), &[tag]);
    }
    let mut request = request("app", "app", &tags);
    let name = RepositoryName::parse("app").unwrap();
    let mut with = |lifecycle| {
        let settings = RepositorySettings { lifecycle, ..RepositorySettings::default() };
        request.repositories.insert(name.clone(), settings);
        request.clone()
    };
    let two = forecast_of(&migration, &with(LifecyclePreset::KeepNewest { count: 2 })).await;
    assert_eq!(described(&two).0, ["1 Expire now"], "the oldest, not the newest");
    for lifecycle in [
        LifecyclePreset::None,
        LifecyclePreset::KeepNewest { count: 3 },
        LifecyclePreset::ExpireUntagged { days: 1 },
    ] {
        let forecast = forecast_of(&migration, &with(lifecycle)).await;
        assert_eq!(forecast, LifecycleForecast::NothingExpires, "{lifecycle:?}");
    }
}

#[tokio::test]
async fn an_image_that_loses_its_tag_may_expire() {
    let policy = expire(since("untagged", "sinceImagePushed", 7));
    let migration = migration_with_images(&["1"], Some(&policy));
    migration.source.image("app", Some("1"), &["another"]);
    let mut request = request("app", "app", &["1"]);
    request.images[0].resolution = Some(Resolution::Overwrite);
    let (planned, existing) = described(&forecast_of(&migration, &request).await);
    assert!(planned.is_empty());
    assert_eq!(existing, ["1 Expire 7 days"], "the image that loses its tag");
}

#[tokio::test]
async fn unknown_policies_are_reported_as_unknown() {
    let policy = keep(3).replace("imageCountMoreThan", "sinceImageScanned");
    let unreadable = forecast(&migration_with_images(&["old"], Some(&policy)), &["1"]).await;
    assert!(
        matches!(&unreadable, LifecycleForecast::Unreadable { reason } if reason.contains("sinceImageScanned"))
    );
    assert!(unreadable.needs_confirmation());

    let denied = migration_with_images(&["old"], Some(&keep(3)));
    *denied.ecr.lifecycle_denied.lock().unwrap() = true;
    assert_eq!(forecast(&denied, &["1"]).await, LifecycleForecast::Unknown);
}

#[tokio::test]
async fn children_of_an_index_are_not_counted() {
    let migration = migration_with_images(&[], Some(&keep(2)));
    let children: Vec<_> =
        ["one", "two"].map(|layer| migration.registry.image("app", None, &[layer])).into();
    migration.registry.index("app", "old", &children);
    assert_eq!(forecast(&migration, &["1"]).await, LifecycleForecast::NothingExpires);
    let (planned, existing) = described(&forecast(&migration, &["1", "2"]).await);
    assert!(planned.is_empty());
    assert_eq!(existing, ["old Expire now"], "its children expire with it and aren't reported");
}

#[tokio::test]
async fn a_repository_without_new_images_has_no_forecast() {
    let migration = migration_with_images(&["1"], Some(&keep(1)));
    migration.source.image("app", Some("1"), &["1"]);
    let forecast = forecast_of(&migration, &request("app", "app", &["1"])).await;
    assert_eq!(forecast, LifecycleForecast::NothingExpires);
}

#[tokio::test]
async fn tagged_signatures_count_as_images() {
    let migration = migration_with_images(&["old"], Some(&keep(3)));
    let signed = migration.source.image("app", Some("1"), &["1"]);
    let signature = format!("{}.sig", signed.as_str().replace(':', "-"));
    migration.source.image("app", Some(&signature), &["signature"]);
    let request = request("app", "app", &["1"]);
    assert_eq!(forecast_of(&migration, &request).await, LifecycleForecast::NothingExpires);
    *migration.ecr.policies.lock().unwrap() = vec![keep(2)];
    let (planned, existing) = described(&forecast_of(&migration, &request).await);
    assert!(planned.is_empty());
    assert_eq!(existing, ["old Expire now"], "the image and its signature are the newest two");
}
