//! Which recorded images a repository received lately.

use super::*;
use transload_model::Digest;

fn digest(name: &str) -> Digest {
    Digest::of(name.as_bytes())
}

#[test]
fn images_of_this_repository_that_a_migration_copied_lately_are_found() {
    let connection = Connection::open_in_memory().unwrap();
    connection
        .execute_batch(
            "CREATE TABLE migration (id TEXT, account TEXT, region TEXT, undone_at_ms INTEGER);
             CREATE TABLE image (migration TEXT, repository TEXT, stage TEXT, changed_at_ms INTEGER,
                ecr_digest TEXT, pushed_digest TEXT, destination_digest TEXT);
             INSERT INTO migration VALUES
                ('here', '111122223333', 'eu-west-1', NULL),
                ('again', '111122223333', 'eu-west-1', NULL),
                ('undone', '111122223333', 'eu-west-1', 60),
                ('account', '444455556666', 'eu-west-1', NULL),
                ('region', '111122223333', 'us-east-1', NULL),
                ('old version', NULL, NULL, NULL);",
        )
        .unwrap();
    // Migration, repository, stage, time, and the columns with the digest.
    let rows = [
        ("here", "app", "moved", 60, [Some("moved"), Some("other"), None]),
        ("here", "app", "pushed", 60, [None, Some("pushed"), None]),
        ("here", "app", "unchanged", 60, [None, None, Some("kept")]),
        ("here", "app", "moved", 50, [Some("on time"), None, None]),
        ("again", "app", "moved", 70, [Some("moved"), None, None]),
        ("here", "app", "moved", 49, [Some("long ago"), None, None]),
        ("here", "app", "failed", 60, [None, None, Some("failed")]),
        ("here", "app", "moved", 60, [None, None, None]),
        ("here", "other", "moved", 60, [Some("other repository"), None, None]),
        ("undone", "app", "moved", 60, [Some("undone"), None, None]),
        ("account", "app", "moved", 60, [Some("other account"), None, None]),
        ("region", "app", "moved", 60, [Some("other region"), None, None]),
        ("old version", "app", "moved", 60, [Some("unknown account"), None, None]),
    ];
    for (migration, repository, stage, changed, digests) in rows {
        let [ecr, pushed, planned] = digests.map(|name| name.map(|name| digest(name).to_string()));
        connection
            .execute(
                "INSERT INTO image VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                (migration, repository, stage, changed, ecr, pushed, planned),
            )
            .unwrap();
    }
    let account = AccountId::parse("111122223333").unwrap();
    let region = Region::parse("eu-west-1").unwrap();
    let name = RepositoryName::parse("app").unwrap();
    let found = recently_migrated(&connection, (&account, &region, &name), 50).unwrap();
    let expected = [("moved", 70), ("pushed", 60), ("kept", 60), ("on time", 50)];
    assert_eq!(found, expected.map(|(name, at_ms)| (digest(name), at_ms)).into());
}
