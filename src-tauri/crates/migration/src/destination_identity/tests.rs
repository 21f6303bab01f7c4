//! Tests that every operation refuses a destination other than the planned one, and that the
//! journal keeps the identity.

use std::sync::Arc;

use tempfile::TempDir;

use super::*;
use crate::control::Control;
use crate::error::MigrationError;
use crate::events::EventSink;
use crate::journal::entry::JournalRecord;
use crate::journal::store::Journal;
use crate::plan::Plan;
use crate::report::{ImageResult, Report};
use crate::run::verify_again;
use crate::testing::{TestMigration, identity, new_migration, record_error, request, summaries};
use crate::undo::carry_out::undo;
use crate::undo::facts::undo_facts;
use crate::undo::make_plan::undo_plan;
use crate::undo::report::ItemLeftReason;

/// The destination of the tests, changed in one field at a time.
fn others() -> Vec<(DestinationField, DestinationIdentity)> {
    let same = identity();
    let url = |text: &str| DestinationEndpoint::At(Url::parse(text).unwrap());
    vec![
        (
            DestinationField::Account,
            DestinationIdentity {
                account: AccountId::parse("444455556666").unwrap(),
                ..same.clone()
            },
        ),
        (
            DestinationField::Partition,
            DestinationIdentity { partition: Partition::China, ..same.clone() },
        ),
        (
            DestinationField::Region,
            DestinationIdentity { region: Region::parse("eu-west-2").unwrap(), ..same.clone() },
        ),
        (
            DestinationField::Registry,
            DestinationIdentity {
                registry: RegistryHost::parse("other.example").unwrap(),
                ..same.clone()
            },
        ),
        (
            DestinationField::EcrEndpoint,
            DestinationIdentity { ecr_endpoint: url("https://ecr.example"), ..same.clone() },
        ),
        (
            DestinationField::RegistryEndpoint,
            DestinationIdentity { registry_endpoint: url("http://registry.example"), ..same },
        ),
    ]
}

fn is_refused(error: &MigrationError, field: DestinationField) -> bool {
    match error {
        MigrationError::DestinationDiffers { differences } => {
            let [difference] = &differences[..] else { return false };
            let text = error.to_string();
            difference.field == field
                && difference.planned != difference.current
                && text.contains(&difference.planned)
                && text.contains(&difference.current)
        }
        _ => false,
    }
}

fn all_refused(report: &Report, field: DestinationField) -> bool {
    report.images.iter().all(|image| match &image.result {
        ImageResult::Failed { error } => is_refused(error, field),
        _ => false,
    })
}

/// Two migrated images, with the plan and the journal entry of their migration.
async fn migrated() -> (TestMigration, Plan, JournalRecord) {
    let migration = TestMigration::new();
    for tag in ["1", "2"] {
        migration.source.image("app", Some(tag), &["shared", tag]);
    }
    let folder = TempDir::new().unwrap();
    let journal = Journal::open(folder.path().join("journal.sqlite")).await.unwrap();
    let request = request("app", "app", &["1", "2"]);
    let plan = migration.plan(&request).await;
    let new = new_migration("m-1", &plan);
    let log = journal.begin(new, record_error()).await.unwrap();
    migration.run_with(&plan, &migration.registry_source(), Some(&log)).await;
    log.flush().await.unwrap();
    let record = journal.record("m-1").await.unwrap();
    let proof = record.proof_plan(&request).unwrap().0;
    (migration, proof, record)
}

#[test]
fn every_different_field_is_refused_with_both_values() {
    let planned = identity();
    planned.ensure_same(&planned).unwrap();
    for (field, other) in others() {
        for (one, two) in [(&planned, &other), (&other, &planned)] {
            let error = one.ensure_same(two).unwrap_err();
            assert!(is_refused(&error, field), "{field}: {error}");
        }
    }
    let all = others();
    assert_eq!(all[0].1.differences(&all[2].1).len(), 2, "account and region");
}

#[test]
fn an_endpoint_that_was_not_recorded_matches_every_endpoint() {
    let recorded = DestinationIdentity {
        ecr_endpoint: DestinationEndpoint::NotRecorded,
        registry_endpoint: DestinationEndpoint::NotRecorded,
        ..identity()
    };
    for (field, other) in others() {
        let endpoints = [DestinationField::EcrEndpoint, DestinationField::RegistryEndpoint];
        assert_eq!(recorded.ensure_same(&other).is_ok(), endpoints.contains(&field), "{field}");
    }
}

#[tokio::test]
async fn run_verify_and_undo_refuse_a_destination_that_differs_in_any_field() {
    for (field, other) in others() {
        let mut migration = TestMigration::new();
        migration.source.image("app", Some("1"), &["layer"]);
        let plan = migration.plan(&request("app", "app", &["1"])).await;
        migration.identity = other.clone();
        let report = migration.run(&plan, &migration.registry_source()).await;
        assert!(all_refused(&report, field), "{field}: {report:?}");
        assert!(migration.ecr.names().is_empty(), "{field}");
        assert!(migration.registry.uploads.lock().unwrap().is_empty(), "{field}");

        let (mut migration, proof, record) = migrated().await;
        let undone = undo_facts(&record, &migration.destination()).await.unwrap();
        let undone = undo_plan(&record, &undone);
        let before = migration.registry.images("app").len();
        migration.identity = other;
        let events: Arc<dyn EventSink> = Arc::clone(&migration.events) as _;
        let (source, destination) = (migration.registry_source(), migration.destination());
        let control = Control::default();
        let platforms = [Vec::new(), Vec::new()];
        let report =
            verify_again(&proof, &platforms, &source, &destination, &control, &events).await;
        assert!(all_refused(&report, field), "{field}: {report:?}");
        let error = undo_facts(&record, &destination).await.unwrap_err();
        assert!(is_refused(&error, field), "{field}: {error}");
        let report = undo(&undone, &destination, &control, &|_| ()).await;
        let ItemLeftReason::Failed(error) = &report.left[0].why else { panic!("{report:?}") };
        assert!(is_refused(error, field), "{field}: {error}");
        assert_eq!(migration.registry.images("app").len(), before, "{field}");
        assert_eq!(migration.ecr.names(), ["app"], "{field}");
    }
}

#[tokio::test]
async fn the_journal_stores_the_whole_destination() {
    for (field, other) in others() {
        if field == DestinationField::Partition {
            // The partition follows from the region.
            continue;
        }
        let mut migration = TestMigration::new();
        migration.identity = other.clone();
        migration.source.image("app", Some("1"), &["layer"]);
        let folder = TempDir::new().unwrap();
        let journal = Journal::open(folder.path().join("journal.sqlite")).await.unwrap();
        let new = new_migration("m-1", &migration.plan(&request("app", "app", &["1"])).await);
        drop(journal.begin(new, record_error()).await.unwrap());
        assert_eq!(*journal.record("m-1").await.unwrap().destination().unwrap(), other);
        assert_eq!(summaries(&journal).await[0].destination.as_ref(), Some(&other));
    }
}

#[test]
fn contradicting_fields_are_refused() {
    let account = AccountId::parse("111122223333").unwrap();
    let region = Region::parse("eu-west-1").unwrap();
    let host = "111122223333.dkr.ecr.eu-west-1.amazonaws.com";
    let aws = DestinationIdentity::new(
        account.clone(),
        region.clone(),
        &RegistryEndpoint::parse(host).unwrap(),
        None,
    );
    assert_eq!(aws.registry_endpoint, DestinationEndpoint::Aws);
    aws.ensure_consistent().unwrap();
    let local = RegistryEndpoint::parse("http://127.0.0.1:5000").unwrap();
    let local = DestinationIdentity::new(account, region, &local, None);
    local.ensure_consistent().unwrap();
    let at = |text: &str| DestinationEndpoint::At(Url::parse(text).unwrap());
    for (what, wrong) in [
        ("partition", DestinationIdentity { partition: Partition::GovCloud, ..aws.clone() }),
        (
            "region",
            DestinationIdentity { region: Region::parse("us-east-1").unwrap(), ..aws.clone() },
        ),
        (
            "account",
            DestinationIdentity {
                account: AccountId::parse("444455556666").unwrap(),
                ..aws.clone()
            },
        ),
        (
            "registry endpoint",
            DestinationIdentity { registry_endpoint: at("https://evil.example"), ..aws.clone() },
        ),
        (
            "registry endpoint",
            DestinationIdentity { registry_endpoint: DestinationEndpoint::Aws, ..local.clone() },
        ),
        (
            "registry endpoint",
            DestinationIdentity { registry_endpoint: at("http://127.0.0.1:5001"), ..local },
        ),
    ] {
        let error = wrong.ensure_consistent().unwrap_err().to_string();
        assert!(error.contains(what), "{what}: {error}");
    }
}
