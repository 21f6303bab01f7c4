//! Tests of migrations from a source with a pull quota.

use std::sync::Arc;
use std::time::Duration;

use crate::testing::{World, request, results};

/// Six images, each with two or more manifests that count as pulls.
async fn world_with_quota(pulls_left: u32) -> (World, crate::plan::Plan) {
    let world = World::new();
    for tag in ["1", "2", "3", "4", "5", "6"] {
        let child = world.source.image("app", None, &["shared", tag]);
        world.source.index("app", tag, &[child]);
    }
    *world.source.pulls_left.lock().unwrap() = Some(pulls_left);
    let plan = world.plan(&request("app", "app", &["1", "2", "3", "4", "5", "6"])).await;
    (world, plan)
}

fn quota_events(world: &World) -> Vec<String> {
    let events = world.events.lines();
    let events = events.iter().filter(|line| line.starts_with("Quota"));
    events.map(|line| line.split_whitespace().next().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn planning_leaves_a_small_quota_to_the_run() {
    let (world, plan) = world_with_quota(20).await;
    assert_eq!(*world.source.pulls_left.lock().unwrap(), Some(20), "only HEADs were asked");
    assert!(plan.images.iter().all(|image| image.remarks == [crate::plan::Remark::ReadLater]));
    assert!(plan.is_ready());
    let quota = plan.pull_quota.unwrap();
    assert_eq!((quota.needed, quota.quota.remaining), (6, 20));
    let report = world.run(&plan, &world.registry_source()).await;
    assert_eq!(results(&report), ["Moved Equal"; 6]);
    assert_eq!(*world.source.pulls_left.lock().unwrap(), Some(8));
}

#[tokio::test]
async fn manifests_read_by_a_plan_are_not_pulled_again() {
    let (world, _) = world_with_quota(0).await;
    let left = || *world.source.pulls_left.lock().unwrap();
    let request = request("app", "app", &["1", "2", "3"]);
    let (source, manifests) = (world.registry_source(), Arc::default());
    let plan = async || {
        let destination = world.destination();
        let facts = crate::facts::gather::gather_with_progress(
            &request,
            &source,
            &destination,
            &manifests,
            &|_| {},
        )
        .await;
        crate::plan::make_plan::plan(&request, &facts.unwrap())
    };
    *world.source.pulls_left.lock().unwrap() = Some(50);
    assert_eq!(plan().await.pull_quota.unwrap().needed, 3);
    assert_eq!(left(), Some(44), "an index and an image for each");

    *world.source.pulls_left.lock().unwrap() = Some(1);
    let again = plan().await;
    assert_eq!(again.pull_quota.unwrap().needed, 0);
    let later = crate::plan::Remark::ReadLater;
    assert!(again.images.iter().all(|image| !image.remarks.contains(&later)));
    let report = world.run(&again, &source).await;
    assert_eq!(results(&report), ["Moved Equal"; 3]);
    assert_eq!(left(), Some(1));
}

#[tokio::test]
async fn a_run_waits_for_a_used_up_quota_and_continues() {
    let (mut world, plan) = world_with_quota(5).await;
    *world.source.renewed_after_looks.lock().unwrap() = Some((2, 100));
    world.control = crate::control::Control::with_check_interval(Duration::from_millis(1));
    let report = world.run(&plan, &world.registry_source()).await;
    assert_eq!(results(&report), ["Moved Equal"; 6]);
    // One task checks the quota for all: three checks, then the run continues.
    assert_eq!(quota_events(&world), ["QuotaUsedUp", "QuotaUsedUp", "QuotaUsedUp", "QuotaRenewed"]);
}

#[tokio::test]
async fn signing_in_ends_the_wait_for_a_quota() {
    let (mut world, plan) = world_with_quota(1).await;
    *world.source.renewed_after_looks.lock().unwrap() = Some((0, 100));
    world.control = crate::control::Control::with_check_interval(Duration::from_secs(3600));
    let source = world.registry_source();
    let run = world.run(&plan, &source);
    let sign_in = async {
        while quota_events(&world).is_empty() {
            tokio::task::yield_now().await;
        }
        // The wait begins after the event is emitted.
        loop {
            world.control.wake();
            tokio::task::yield_now().await;
            if quota_events(&world).len() > 1 {
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
    let (mut world, plan) = world_with_quota(0).await;
    world.control = crate::control::Control::with_check_interval(Duration::from_secs(3600));
    let source = world.registry_source();
    let cancel = async {
        while quota_events(&world).is_empty() {
            tokio::task::yield_now().await;
        }
        world.control.cancel();
    };
    let (report, ()) = futures_util::future::join(world.run(&plan, &source), cancel).await;
    assert!(report.cancelled);
    assert_eq!(results(&report), ["Cancelled NotProved"; 6]);
}
