//! Tests of AWS sessions that expire during a migration.

use std::time::Duration;

use crate::control::Control;
use crate::plan::Plan;
use crate::report::{ImageResult, Report};
use crate::testing::{TestMigration, joined, request};
use transload_model::{LifecyclePreset, RepositorySettings};

/// Two repositories to create, one of them with a policy, with two images each.
async fn planned_migration() -> (TestMigration, Plan) {
    let mut migration = TestMigration::new();
    for tag in ["1", "2"] {
        migration.source.image("app", Some(tag), &["shared", tag]);
        migration.source.image("web", Some(tag), &["shared", "web", tag]);
    }
    let mut both = joined(request("app", "app", &["1", "2"]), request("web", "web", &["1", "2"]));
    for settings in both.repositories.values_mut() {
        *settings = RepositorySettings {
            lifecycle: LifecyclePreset::KeepNewest { count: 3 },
            ..RepositorySettings::default()
        };
    }
    migration.control = Control::with_check_interval(Duration::from_millis(1));
    let plan = migration.plan(&both).await;
    (migration, plan)
}

fn all_moved(report: &Report) -> bool {
    report.images.iter().all(|image| matches!(image.result, ImageResult::Moved))
}

fn sign_in_events(migration: &TestMigration) -> Vec<String> {
    let events = migration.events.lines();
    let events = events.iter().filter(|line| line.starts_with("Sign"));
    events.map(|line| line.split_whitespace().next().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn a_session_that_expires_at_any_call_loses_and_repeats_nothing() {
    // Counts the calls of a run whose session doesn't expire.
    let (migration, plan) = planned_migration().await;
    *migration.ecr.calls_left.lock().unwrap() = Some(1000);
    assert!(all_moved(&migration.run_signing_in(&plan, &migration.registry_source(), 0).await));
    let calls = 1000 - migration.ecr.calls_left.lock().unwrap().unwrap();
    assert!(calls > 6, "a token, two repositories with their policies, four proofs: {calls}");
    for expires_after in 0..calls {
        let (migration, plan) = planned_migration().await;
        *migration.ecr.calls_left.lock().unwrap() = Some(expires_after);
        // The first of the three checks is made before a user is asked to sign in.
        let report = migration.run_signing_in(&plan, &migration.registry_source(), 3).await;
        assert!(all_moved(&report), "after {expires_after}: {report:?}");
        let expected = ["SignInNeeded", "SignInNeeded", "SignInNeeded", "SignedIn"];
        assert_eq!(
            sign_in_events(&migration),
            expected,
            "one task checks for all, after {expires_after}"
        );
        let mut uploads = migration.registry.uploads.lock().unwrap().clone();
        let count = uploads.len();
        uploads.sort();
        uploads.dedup();
        assert_eq!(uploads.len(), count, "nothing was sent twice, after {expires_after}");
        let mut created = migration.ecr.creation_requests.lock().unwrap().clone();
        created.sort();
        assert_eq!(created, ["app", "web"], "after {expires_after}");
    }
}

#[tokio::test]
async fn credentials_that_need_no_user_are_renewed_silently() {
    for expires_after in 0..7 {
        let (mut migration, plan) = planned_migration().await;
        migration.control = Control::with_check_interval(Duration::from_secs(3600));
        *migration.ecr.calls_left.lock().unwrap() = Some(expires_after);
        let source = migration.registry_source();
        let run = migration.run_signing_in(&plan, &source, 0);
        let report = tokio::time::timeout(Duration::from_secs(60), run).await.unwrap();
        assert!(all_moved(&report), "after {expires_after}: {report:?}");
        assert_eq!(sign_in_events(&migration), Vec::<String>::new(), "after {expires_after}");
    }
}

#[tokio::test]
async fn a_rejected_registry_login_is_renewed_after_a_sign_in() {
    for refused_after in 0..8 {
        let (migration, plan) = planned_migration().await;
        *migration.registry.refuses_login_after.lock().unwrap() = Some(refused_after);
        // The first token is available; its renewal fails.
        *migration.ecr.calls_left.lock().unwrap() = Some(1);
        let report = migration.run_signing_in(&plan, &migration.registry_source(), 1).await;
        assert!(all_moved(&report), "after {refused_after}: {report:?}");
        assert!(sign_in_events(&migration).ends_with(&["SignedIn".to_owned()]));
    }
}

#[tokio::test]
async fn the_events_of_an_expired_session_are_in_order() {
    let mut migration = TestMigration::new();
    migration.source.image("app", Some("1"), &["layer"]);
    migration.control = Control::with_check_interval(Duration::from_millis(1));
    let plan = migration.plan(&request("app", "app", &["1"])).await;
    *migration.ecr.calls_left.lock().unwrap() = Some(1);
    migration.run_signing_in(&plan, &migration.registry_source(), 2).await;
    insta::assert_snapshot!(migration.events.lines().join("\n"));
}

#[tokio::test]
async fn signing_in_or_cancelling_ends_the_wait() {
    for cancelled in [false, true] {
        let (mut migration, plan) = planned_migration().await;
        migration.control = Control::with_check_interval(Duration::from_secs(3600));
        *migration.ecr.calls_left.lock().unwrap() = Some(2);
        let source = migration.registry_source();
        let run = migration.run_signing_in(&plan, &source, 1);
        let user = async {
            while sign_in_events(&migration).is_empty() {
                tokio::task::yield_now().await;
            }
            if cancelled {
                migration.control.cancel();
            } else {
                migration.control.wake();
            }
        };
        let both = futures_util::future::join(run, user);
        let (report, ()) = tokio::time::timeout(Duration::from_secs(60), both).await.unwrap();
        assert_eq!(report.cancelled, cancelled);
        assert_eq!(all_moved(&report), !cancelled, "{report:?}");
        let failed = report.failed().count();
        assert_eq!(failed, 0, "a cancelled image has not failed");
    }
}
