//! Tests of AWS sessions that expire during a migration.

use std::time::Duration;

use crate::control::Control;
use crate::plan::Plan;
use crate::report::{ImageResult, Report};
use crate::testing::{World, joined, request};
use transload_model::{LifecyclePreset, RepositorySettings};

/// Two repositories to create, one of them with a policy, with two images each.
async fn world() -> (World, Plan) {
    let mut world = World::new();
    for tag in ["1", "2"] {
        world.source.image("app", Some(tag), &["shared", tag]);
        world.source.image("web", Some(tag), &["shared", "web", tag]);
    }
    let mut both = joined(request("app", "app", &["1", "2"]), request("web", "web", &["1", "2"]));
    for settings in both.repositories.values_mut() {
        *settings = RepositorySettings {
            lifecycle: LifecyclePreset::KeepNewest { count: 3 },
            ..RepositorySettings::default()
        };
    }
    world.control = Control::with_check_interval(Duration::from_millis(1));
    let plan = world.plan(&both).await;
    (world, plan)
}

fn all_moved(report: &Report) -> bool {
    report.images.iter().all(|image| matches!(image.result, ImageResult::Moved))
}

fn sign_in_events(world: &World) -> Vec<String> {
    let events = world.events.lines();
    let events = events.iter().filter(|line| line.starts_with("Sign"));
    events.map(|line| line.split_whitespace().next().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn a_session_that_expires_at_any_call_loses_and_repeats_nothing() {
    // Counts the calls of a run whose session doesn't expire.
    let (world, plan) = world().await;
    *world.ecr.calls_left.lock().unwrap() = Some(1000);
    assert!(all_moved(&world.run_signing_in(&plan, &world.registry_source(), 0).await));
    let calls = 1000 - world.ecr.calls_left.lock().unwrap().unwrap();
    assert!(calls > 6, "a token, two repositories with their policies, four proofs: {calls}");
    for ends_after in 0..calls {
        let (world, plan) = crate::sign_in::tests::world().await;
        *world.ecr.calls_left.lock().unwrap() = Some(ends_after);
        // The first of the three checks is made before a user is asked to sign in.
        let report = world.run_signing_in(&plan, &world.registry_source(), 3).await;
        assert!(all_moved(&report), "after {ends_after}: {report:?}");
        let expected = ["SignInNeeded", "SignInNeeded", "SignInNeeded", "SignedIn"];
        assert_eq!(sign_in_events(&world), expected, "one looks for all, after {ends_after}");
        let mut uploads = world.registry.uploads.lock().unwrap().clone();
        let all = uploads.len();
        uploads.sort();
        uploads.dedup();
        assert_eq!(uploads.len(), all, "nothing was sent twice, after {ends_after}");
        let mut created = world.ecr.asked_for.lock().unwrap().clone();
        created.sort();
        assert_eq!(created, ["app", "web"], "after {ends_after}");
    }
}

#[tokio::test]
async fn credentials_that_need_no_person_are_renewed_silently() {
    for ends_after in 0..7 {
        let (mut world, plan) = world().await;
        world.control = Control::with_check_interval(Duration::from_secs(3600));
        *world.ecr.calls_left.lock().unwrap() = Some(ends_after);
        let source = world.registry_source();
        let run = world.run_signing_in(&plan, &source, 0);
        let report = tokio::time::timeout(Duration::from_secs(60), run).await.unwrap();
        assert!(all_moved(&report), "after {ends_after}: {report:?}");
        assert_eq!(sign_in_events(&world), Vec::<String>::new(), "after {ends_after}");
    }
}

#[tokio::test]
async fn a_rejected_registry_login_is_renewed_after_a_sign_in() {
    for refused_after in 0..8 {
        let (world, plan) = world().await;
        *world.registry.refuses_login_after.lock().unwrap() = Some(refused_after);
        // The first token is available; its renewal fails.
        *world.ecr.calls_left.lock().unwrap() = Some(1);
        let report = world.run_signing_in(&plan, &world.registry_source(), 1).await;
        assert!(all_moved(&report), "after {refused_after}: {report:?}");
        assert!(sign_in_events(&world).ends_with(&["SignedIn".to_owned()]));
    }
}

#[tokio::test]
async fn the_events_of_an_expired_session_are_in_order() {
    let mut world = World::new();
    world.source.image("app", Some("1"), &["layer"]);
    world.control = Control::with_check_interval(Duration::from_millis(1));
    let plan = world.plan(&request("app", "app", &["1"])).await;
    *world.ecr.calls_left.lock().unwrap() = Some(1);
    world.run_signing_in(&plan, &world.registry_source(), 2).await;
    insta::assert_snapshot!(world.events.lines().join("\n"));
}

#[tokio::test]
async fn signing_in_or_cancelling_ends_the_wait() {
    for cancelled in [false, true] {
        let (mut world, plan) = world().await;
        world.control = Control::with_check_interval(Duration::from_secs(3600));
        *world.ecr.calls_left.lock().unwrap() = Some(2);
        let source = world.registry_source();
        let run = world.run_signing_in(&plan, &source, 1);
        let person = async {
            while sign_in_events(&world).is_empty() {
                tokio::task::yield_now().await;
            }
            if cancelled {
                world.control.cancel();
            } else {
                world.control.wake();
            }
        };
        let both = futures_util::future::join(run, person);
        let (report, ()) = tokio::time::timeout(Duration::from_secs(60), both).await.unwrap();
        assert_eq!(report.cancelled, cancelled);
        assert_eq!(all_moved(&report), !cancelled, "{report:?}");
        let failed = report.failed().count();
        assert_eq!(failed, 0, "a cancel is no failure");
    }
}
