//! Records that can't be read, such as those of a later version: each loses only itself.

use tempfile::TempDir;
use transload_model::Digest;

use crate::journal::entry::JournalState;
use crate::journal::error::JournalError;
use crate::journal::tests::{begin, execute_sql, open, planned_migration};
use crate::testing::record_error;

/// Damages one of three migrations, in what the list shows of it.
const OF_THE_LIST: [&str; 7] = [
    "UPDATE migration SET registry = 'not a host' WHERE id = 'm-2'",
    "UPDATE migration SET ecr_endpoint = 'not a URL' WHERE id = 'm-2'",
    "UPDATE migration SET registry = CAST(x'ff' AS TEXT) WHERE id = 'm-2'",
    "UPDATE image SET stage = 'teleported' WHERE migration = 'm-2' AND number = 1",
    "UPDATE image SET proof = 'certain' WHERE migration = 'm-2' AND number = 1",
    "UPDATE image SET left_behind = '[' WHERE migration = 'm-2' AND number = 1",
    "UPDATE migration SET temporary_tags_left = 'none' WHERE id = 'm-2'",
];

/// Damages one of three migrations. What the list doesn't need is an error of the record only.
const OF_THE_RECORD: [&str; 6] = [
    "UPDATE image SET source_digest = 'sha256:none' WHERE migration = 'm-2' AND number = 1",
    "UPDATE image SET platform_proofs = '[' WHERE migration = 'm-2' AND number = 1",
    "UPDATE image SET referrer_tags = '[' WHERE migration = 'm-2' AND number = 1",
    "UPDATE image SET engine = '[' WHERE migration = 'm-2' AND number = 1",
    "UPDATE repository SET name = 'Not A Name' WHERE migration = 'm-2'",
    "UPDATE intent SET write = 'teleport' WHERE migration = 'm-2'",
];

#[tokio::test]
async fn an_unreadable_migration_loses_only_itself() {
    let (_, _, plan) = planned_migration().await;
    let of_the_list = OF_THE_LIST.map(|damage| (damage, true));
    let of_the_record = OF_THE_RECORD.map(|damage| (damage, false));
    for (damage, is_of_the_list) in of_the_list.into_iter().chain(of_the_record) {
        let folder = TempDir::new().unwrap();
        let journal = open(&folder).await;
        for id in ["m-1", "m-2", "m-3"] {
            drop(begin(&journal, id, &plan).await);
        }
        execute_sql(
            journal.path(),
            "INSERT INTO intent (migration, number, write, repository, intended_at_ms)
             VALUES ('m-2', 0, 'create_repository', 'app', 1)",
        );
        execute_sql(journal.path(), damage);

        let listed = journal.list().await.unwrap();
        let readable = listed.iter().flatten();
        let readable: Vec<_> =
            readable.map(|summary| (summary.id.as_str(), summary.state)).collect();
        let interrupted = JournalState::Interrupted;
        let unreadable: Vec<_> = listed.iter().filter_map(|entry| entry.as_ref().err()).collect();
        if is_of_the_list {
            assert_eq!(readable, [("m-3", interrupted), ("m-1", interrupted)], "{damage}");
            assert_eq!(unreadable.len(), 1, "{damage}");
            assert_eq!(unreadable[0].id, "m-2", "{damage}");
            assert!(unreadable[0].started_at_ms > 0, "{damage}");
            assert_unreadable(&unreadable[0].error, damage);
        } else {
            assert_eq!(listed.len(), 3, "{damage}");
            assert!(unreadable.is_empty(), "{damage}");
        }

        assert_unreadable(&journal.record("m-2").await.unwrap_err(), damage);
        assert_unreadable(&journal.resume("m-2", record_error()).await.err().unwrap(), damage);
        assert_unreadable(&journal.claim("m-2").await.err().unwrap(), damage);
        for id in ["m-1", "m-3"] {
            let (record, log) = journal.resume(id, record_error()).await.unwrap();
            assert_eq!(record.images.len(), plan.images.len(), "{damage}");
            drop(log);
            journal.claim(id).await.unwrap();
        }
        journal.delete("m-2").await.unwrap();
        assert_eq!(journal.list().await.unwrap().len(), 2, "{damage}");
    }
}

#[tokio::test]
async fn an_unreadable_image_hides_no_other_from_a_search_or_a_clean_up() {
    let (_, _, plan) = planned_migration().await;
    let folder = TempDir::new().unwrap();
    let journal = open(&folder).await;
    for id in ["m-1", "m-2", "m-3"] {
        drop(begin(&journal, id, &plan).await);
    }
    let image = &plan.images[0];
    let repository = image.repository.as_str();
    let (good, bad) = (Digest::of(b"good"), "sha256:none");
    for (id, digest) in [("m-1", good.as_str()), ("m-2", bad)] {
        execute_sql(
            journal.path(),
            &format!(
                "UPDATE image SET stage = 'moved', ecr_digest = '{digest}'
                 WHERE migration = '{id}' AND repository = '{repository}'"
            ),
        );
    }
    execute_sql(
        journal.path(),
        "UPDATE image SET source = CAST(x'ff' AS TEXT) WHERE migration = 'm-2'",
    );
    let destination = &plan.destination;
    let recent = journal
        .recently_migrated(&destination.account, &destination.region, &image.repository, 0)
        .await
        .unwrap();
    assert_eq!(recent.keys().collect::<Vec<_>>(), [&good]);
    let found = journal.search(repository).await.unwrap();
    let mut found: Vec<_> = found.into_iter().map(|found| found.id).collect();
    found.sort();
    assert_eq!(found, ["m-1", "m-3"]);
}

fn assert_unreadable(error: &JournalError, damage: &str) {
    let JournalError::UnreadableMigration { path, id, .. } = error else {
        panic!("{damage}: {error:?}")
    };
    assert!(path.ends_with("journal.sqlite"), "{damage}");
    assert_eq!(id, "m-2", "{damage}");
}
