//! Journals that earlier versions of the program wrote. Each has a fixture, as that version wrote it.

use tempfile::TempDir;
use transload_model::{RepositoryName, Tag};

use crate::destination_identity::DestinationEndpoint;
use crate::error::MigrationError;
use crate::journal::entry::{JournalState, Stage};
use crate::journal::intent::{Write, tag_histories};
use crate::journal::schema::newest_version;
use crate::journal::store::Journal;
use crate::journal::tests::execute_sql;
use crate::plan::Route;
use crate::proof::Proof;
use crate::recorded_error::RecordedError;
use crate::testing::summaries;

/// Each released version has a fixture, as that version wrote it.
#[tokio::test]
async fn journals_of_earlier_versions_open() {
    let fixtures = [
        (1, include_str!("../fixtures/version_1.sql")),
        (2, include_str!("../fixtures/version_2.sql")),
        (3, include_str!("../fixtures/version_3.sql")),
        (4, include_str!("../fixtures/version_4.sql")),
        (5, include_str!("../fixtures/version_5.sql")),
        (6, include_str!("../fixtures/version_6.sql")),
        (7, include_str!("../fixtures/version_7.sql")),
    ];
    let earlier = newest_version() - 1;
    assert_eq!(
        i64::try_from(fixtures.len()).unwrap(),
        earlier,
        "add a fixture of the version before a new step"
    );
    for (version, text) in fixtures {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("journal.sqlite");
        execute_sql(&path, text);
        execute_sql(&path, &format!("PRAGMA user_version = {version}"));
        let journal = Journal::open(path).await.unwrap();
        let record = journal.record("migration-1").await.unwrap();
        let stages: Vec<_> = record.images.iter().map(|image| image.stage).collect();
        assert_eq!(stages, [Stage::Moved, Stage::Failed, Stage::Begun], "version {version}");
        assert_eq!(record.images[0].proof, Proof::Equal);
        assert_eq!(record.images[0].planned.platforms.len(), 2);
        let error = record.images[1].error.as_ref().unwrap();
        assert_eq!(error.code, "image_missing", "version {version}");
        assert_eq!(record.repositories.len(), 1);
        // The writes that the version recorded can be undone.
        let histories = tag_histories(&record.intents);
        let history = |tag: &str| {
            let key = (RepositoryName::parse("app").unwrap(), Tag::parse(tag).unwrap());
            histories.get(&key).cloned().unwrap_or_default()
        };
        let (moved, begun) = (&record.images[0], history("3"));
        assert_eq!(history("1").digests.first(), moved.pushed_digest.as_ref());
        assert_eq!(history("1").earlier, moved.planned.destination_digest);
        assert_eq!(moved.pushed_digest.is_some(), version >= 4);
        assert!(begun.is_uncertain && begun.digests.is_empty(), "version {version}");
        assert_eq!(history("2"), Default::default(), "version {version}");
        assert_eq!(record.summary.state, JournalState::Interrupted);
        // Account and region come from the host name. Endpoints were not recorded.
        let destination = record.destination().unwrap();
        assert_eq!(destination.account.as_str(), "111122223333", "version {version}");
        assert_eq!(destination.region.as_str(), "eu-west-1", "version {version}");
        assert_eq!(destination.ecr_endpoint, DestinationEndpoint::NotRecorded);
        assert_eq!(destination.registry_endpoint, DestinationEndpoint::NotRecorded);
    }
}

/// Images of the Docker Engine, written by versions that did not record the engine's image in the plan.
#[tokio::test]
async fn engine_images_policies_and_intents_of_earlier_versions_are_kept() {
    for (version, text) in [
        (5, include_str!("../fixtures/version_5.sql")),
        (6, include_str!("../fixtures/version_6.sql")),
        (7, include_str!("../fixtures/version_7.sql")),
    ] {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("journal.sqlite");
        execute_sql(&path, text);
        execute_sql(&path, &format!("PRAGMA user_version = {version}"));
        let journal = Journal::open(path).await.unwrap();
        let record = journal.record("engine-5").await.unwrap();
        let images = &record.images;
        let stages: Vec<_> = images.iter().map(|image| image.stage).collect();
        assert_eq!(stages, [Stage::Moved, Stage::Moved, Stage::Begun], "version {version}");
        assert!(images.iter().all(|image| image.planned.route == Route::DockerEngine));
        // Version 5 is the first that distinguishes an unknown number from zero.
        let sent: Vec<_> = images.iter().map(|image| image.sent_bytes).collect();
        assert_eq!(sent, [None, Some(77), Some(0)], "version {version}");
        assert_eq!(images[0].proof, Proof::EqualToPushed, "version {version}");
        // The planned image of the engine is unknown, so a resume refuses it.
        assert!(images.iter().all(|image| image.planned.engine.is_none()));
        assert!(images.iter().all(|image| image.planned.part_of.is_none()));
        // Version 6 is the first with an order of pushes and with policies that were not set.
        let order: Vec<_> = images.iter().map(|image| image.planned.push_order).collect();
        let not_set: Vec<(String, Option<RecordedError>)> = if version == 5 {
            assert_eq!(order, [0, 0, 0]);
            Vec::new()
        } else {
            assert_eq!(order, [2, 1, 0], "version {version}");
            let refused = RecordedError::new("internal", "it was refused");
            vec![("tool".to_owned(), Some(refused)), ("other".to_owned(), None)]
        };
        assert_eq!(record.policies_not_set, not_set, "version {version}");
        let histories = tag_histories(&record.intents);
        let history = |tag: &str| {
            let key = (RepositoryName::parse("tool").unwrap(), Tag::parse(tag).unwrap());
            histories[&key].clone()
        };
        let pushed: Vec<_> = images[0].pushed_digest.iter().cloned().collect();
        assert_eq!(history("1").digests, pushed, "version {version}");
        assert!(history("1").is_confirmed, "version {version}");
        assert!(history("3").is_uncertain, "version {version}");

        // Version 7 is the first that records intents and referrer tags. The upgrade does not insert
        // these intents a second time.
        let record = journal.record("migration-1").await.unwrap();
        let numbers: Vec<_> = record.intents.iter().map(|intent| intent.number).collect();
        let tags = record.images[0].planned.referrer_tags.as_ref().map(Vec::len);
        if version == 7 {
            assert_eq!(numbers, [0, 2, 10, 11, 12]);
            assert_eq!(record.intents[4].write, Write::SetRepositoryPolicy);
            assert_eq!(record.intents[4].outcome, None);
            assert_eq!(tags, Some(1));
        } else {
            assert_eq!(numbers, [0, 2], "version {version}");
            assert_eq!(tags, None, "version {version}");
        }
    }
}

#[tokio::test]
async fn the_destination_of_an_earlier_entry_comes_from_the_recorded_caller_identity() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("journal.sqlite");
    execute_sql(&path, include_str!("../fixtures/version_3.sql"));
    execute_sql(&path, "PRAGMA user_version = 3");
    let journal = Journal::open(path).await.unwrap();
    let record = journal.record("migration-2").await.unwrap();
    let destination = record.destination().unwrap();
    assert_eq!(destination.account.as_str(), "444455556666");
    assert_eq!(destination.region.as_str(), "eu-north-1");
    assert_eq!(destination.registry.as_str(), "registry.lan:5000");
    let unknown = journal.record("migration-3").await.unwrap();
    let error = unknown.destination().unwrap_err();
    assert!(matches!(error, MigrationError::DestinationNotRecorded { .. }), "{error}");
    assert_eq!(summaries(&journal).await.len(), 3, "the others are still listed");
}
