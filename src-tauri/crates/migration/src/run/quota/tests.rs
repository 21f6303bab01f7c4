//! Tests of migrations from a source with a pull quota.

use std::sync::Arc;
use std::time::Duration;

use crate::testing::{TestMigration, request, results};

/// Six images, each with two or more manifests that count as pulls.
async fn migration_with_quota(pulls_left: u32) -> (TestMigration, crate::plan::Plan) {
    let migration = TestMigration::new();
    for tag in ["1", "2", "3", "4", "5", "6"] {
        let child = migration.source.image("app", None, &["shared", tag]);
        migration.source.index("app", tag, &[child]);
    }
    *migration.source.pulls_left.lock().unwrap() = Some(pulls_left);
    let plan = migration.plan(&request("app", "app", &["1", "2", "3", "4", "5", "6"])).await;
    (migration, plan)
}

fn quota_events(migration: &TestMigration) -> Vec<String> {
    let events = migration.events.lines();
    let events = events.iter().filter(|line| line.starts_with("Quota"));
    events.map(|line| line.split_whitespace().next().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn planning_leaves_a_small_quota_to_the_run() {
    let (migration, plan) = migration_with_quota(20).await;
    assert_eq!(
        *migration.source.pulls_left.lock().unwrap(),
        Some(20),
        "only HEAD requests were sent"
    );
    assert!(plan.images.iter().all(|image| image.remarks == [crate::plan::Remark::ReadLater]));
    assert!(plan.is_ready());
    let quota = plan.pull_quota.unwrap();
    assert_eq!((quota.needed, quota.quota.remaining), (6, 20));
    let report = migration.run(&plan, &migration.registry_source()).await;
    assert_eq!(results(&report), ["Moved Equal"; 6]);
    assert_eq!(*migration.source.pulls_left.lock().unwrap(), Some(8));
}

#[tokio::test]
async fn manifests_read_by_a_plan_are_not_pulled_again() {
    let (migration, _) = migration_with_quota(0).await;
    let left = || *migration.source.pulls_left.lock().unwrap();
    let request = request("app", "app", &["1", "2", "3"]);
    let (source, manifests) = (migration.registry_source(), Arc::default());
    let plan = async || {
        let destination = migration.destination();
        let facts =
            crate::facts::gather::gather(&request, &source, &destination, &manifests, &|_| {})
                .await;
        crate::plan::make_plan::plan(&request, &facts.unwrap())
    };
    *migration.source.pulls_left.lock().unwrap() = Some(50);
    assert_eq!(plan().await.pull_quota.unwrap().needed, 3);
    assert_eq!(left(), Some(44), "an index and an image for each");

    *migration.source.pulls_left.lock().unwrap() = Some(1);
    let second_plan = plan().await;
    assert_eq!(second_plan.pull_quota.unwrap().needed, 0);
    let later = crate::plan::Remark::ReadLater;
    assert!(second_plan.images.iter().all(|image| !image.remarks.contains(&later)));
    let report = migration.run(&second_plan, &source).await;
    assert_eq!(results(&report), ["Moved Equal"; 3]);
    assert_eq!(left(), Some(1));
}

#[tokio::test]
async fn a_run_waits_for_a_used_up_quota_and_continues() {
    let (mut migration, plan) = migration_with_quota(5).await;
    *migration.source.quota_renewal.lock().unwrap() = Some((2, 100));
    migration.control = crate::control::Control::with_check_interval(Duration::from_millis(1));
    let report = migration.run(&plan, &migration.registry_source()).await;
    assert_eq!(results(&report), ["Moved Equal"; 6]);
    // One task checks the quota for all: three checks, then the run continues.
    assert_eq!(
        quota_events(&migration),
        ["QuotaUsedUp", "QuotaUsedUp", "QuotaUsedUp", "QuotaRenewed"]
    );
}

#[tokio::test]
async fn signing_in_ends_the_wait_for_a_quota() {
    let (mut migration, plan) = migration_with_quota(1).await;
    *migration.source.quota_renewal.lock().unwrap() = Some((0, 100));
    migration.control = crate::control::Control::with_check_interval(Duration::from_secs(3600));
    let source = migration.registry_source();
    let run = migration.run(&plan, &source);
    let sign_in = async {
        while quota_events(&migration).is_empty() {
            tokio::task::yield_now().await;
        }
        // The wait begins after the event is emitted.
        loop {
            migration.control.wake();
            tokio::task::yield_now().await;
            if quota_events(&migration).len() > 1 {
                break;
            }
        }
    };
    let both = futures_util::future::join(run, sign_in);
    let (report, ()) = tokio::time::timeout(Duration::from_secs(60), both).await.unwrap();
    assert_eq!(results(&report), ["Moved Equal"; 6]);
}

#[tokio::test]
async fn a_wait_for_a_quota_can_be_cancelled() {
    let (mut migration, plan) = migration_with_quota(0).await;
    migration.control = crate::control::Control::with_check_interval(Duration::from_secs(3600));
    let source = migration.registry_source();
    let cancel = async {
        while quota_events(&migration).is_empty() {
            tokio::task::yield_now().await;
        }
        migration.control.cancel();
    };
    let (report, ()) = futures_util::future::join(migration.run(&plan, &source), cancel).await;
    assert!(report.cancelled);
    assert_eq!(results(&report), ["Cancelled NotProved"; 6]);
}
