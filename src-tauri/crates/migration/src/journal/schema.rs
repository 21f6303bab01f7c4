//! The journal's tables. `PRAGMA user_version` says which version a file has; a step leads from each
//! version to the next, and a step that was once released is never changed.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::journal::error::JournalError;

/// How long one process waits while another writes.
const WAIT_FOR_OTHERS: Duration = Duration::from_secs(10);

/// The steps, from an empty file on.
const STEPS: &[&str] = &[
    "
CREATE TABLE migration (
    id TEXT PRIMARY KEY,
    started_at_ms INTEGER NOT NULL,
    ended_at_ms INTEGER,
    elapsed_ms INTEGER NOT NULL DEFAULT 0,
    cancelled INTEGER NOT NULL DEFAULT 0,
    registry TEXT NOT NULL,
    request TEXT NOT NULL,
    about TEXT NOT NULL,
    temporary_tags_left TEXT NOT NULL DEFAULT '[]'
) STRICT;
CREATE INDEX migration_by_start ON migration (started_at_ms);
CREATE TABLE repository (
    migration TEXT NOT NULL REFERENCES migration (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    existed INTEGER NOT NULL,
    created_at_ms INTEGER,
    PRIMARY KEY (migration, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE image (
    migration TEXT NOT NULL REFERENCES migration (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    source_repository TEXT NOT NULL,
    requested_tag TEXT NOT NULL,
    source TEXT NOT NULL,
    destination TEXT NOT NULL,
    repository TEXT NOT NULL,
    tag TEXT NOT NULL,
    route TEXT NOT NULL,
    action TEXT NOT NULL,
    source_digest TEXT,
    destination_digest TEXT,
    platforms TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    remarks TEXT NOT NULL,
    stage TEXT NOT NULL DEFAULT 'waiting',
    attempts INTEGER NOT NULL DEFAULT 0,
    changed_at_ms INTEGER NOT NULL,
    error TEXT,
    pushed_digest TEXT,
    registry_digest TEXT,
    ecr_digest TEXT,
    proof TEXT NOT NULL DEFAULT 'not_proved',
    sent_bytes INTEGER NOT NULL DEFAULT 0,
    skipped_bytes INTEGER NOT NULL DEFAULT 0,
    elapsed_ms INTEGER NOT NULL DEFAULT 0,
    left_behind TEXT NOT NULL DEFAULT '[]',
    source_moved_to TEXT,
    PRIMARY KEY (migration, number)
) STRICT, WITHOUT ROWID;
",
    "
ALTER TABLE migration ADD COLUMN undone_at_ms INTEGER;
ALTER TABLE migration ADD COLUMN undo TEXT;
",
    "
ALTER TABLE image ADD COLUMN platform_proofs TEXT NOT NULL DEFAULT '[]';
",
    // The destination. Earlier versions kept account and region in `about` only, and no endpoints.
    "
ALTER TABLE migration ADD COLUMN account TEXT;
ALTER TABLE migration ADD COLUMN region TEXT;
ALTER TABLE migration ADD COLUMN ecr_endpoint TEXT;
ALTER TABLE migration ADD COLUMN registry_endpoint TEXT;
UPDATE migration SET
    account = json_extract(about, '$.identity.account_id'),
    region = json_extract(about, '$.identity.region')
WHERE json_valid(about);
",
    // Earlier versions wrote 0 for what the Docker Engine sent without a number.
    "
ALTER TABLE image ADD COLUMN sent_uncounted INTEGER NOT NULL DEFAULT 0;
UPDATE image SET sent_uncounted = 1
    WHERE route = 'engine' AND sent_bytes = 0 AND stage IN ('moved', 'pushed');
",
    "
ALTER TABLE image ADD COLUMN push_order INTEGER NOT NULL DEFAULT 0;
ALTER TABLE migration ADD COLUMN policies_not_set TEXT NOT NULL DEFAULT '[]';
",
    // What earlier versions wrote is entered as far as they noted it. Of a push that was interrupted
    // they did not note what it wrote.
    "
CREATE TABLE intent (
    migration TEXT NOT NULL REFERENCES migration (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    write TEXT NOT NULL,
    repository TEXT NOT NULL,
    tag TEXT,
    image INTEGER,
    earlier_digest TEXT,
    digest TEXT,
    intended_at_ms INTEGER NOT NULL,
    outcome TEXT,
    PRIMARY KEY (migration, number)
) STRICT, WITHOUT ROWID;
INSERT INTO intent (migration, number, write, repository, tag, image, earlier_digest, digest,
        intended_at_ms, outcome)
    SELECT migration, number, 'image_tag', repository, tag, number, destination_digest, pushed_digest,
        changed_at_ms, CASE WHEN pushed_digest IS NULL THEN NULL ELSE 'done' END
    FROM image
    WHERE action IN ('move', 'overwrite') AND stage <> 'unchanged'
        AND (pushed_digest IS NOT NULL OR stage = 'begun');
ALTER TABLE image ADD COLUMN referrer_tags TEXT;
",
    // The image of the Docker Engine that was planned.
    "
ALTER TABLE image ADD COLUMN engine TEXT;
ALTER TABLE image ADD COLUMN part_of TEXT;
",
];

/// The version that this program writes.
pub(super) fn newest() -> i64 {
    i64::try_from(STEPS.len()).unwrap_or(i64::MAX)
}

/// Opens the journal, and makes it or brings it to this version where that is needed.
pub(super) fn open(path: &Path) -> Result<Connection, JournalError> {
    let broken = |source| JournalError::Database { path: path.to_owned(), source };
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).map_err(broken)?;
    connection.busy_timeout(WAIT_FOR_OTHERS).map_err(broken)?;
    // Readers never wait for the writer, and what is committed is on the disk.
    // Source: https://sqlite.org/wal.html and https://sqlite.org/pragma.html#pragma_synchronous
    connection.pragma_update(None, "journal_mode", "wal").map_err(broken)?;
    connection.pragma_update(None, "synchronous", "full").map_err(broken)?;
    connection.pragma_update(None, "foreign_keys", true).map_err(broken)?;
    bring_up(&mut connection, path)?;
    Ok(connection)
}

fn bring_up(connection: &mut Connection, path: &Path) -> Result<(), JournalError> {
    let broken = |source| JournalError::Database { path: path.to_owned(), source };
    let version = |connection: &Connection| {
        connection.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))
    };
    if version(connection).map_err(broken)? == newest() {
        return Ok(());
    }
    // Somebody else may do the same: whoever comes second finds it done.
    let change = connection
        .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
        .map_err(broken)?;
    let found = version(&change).map_err(broken)?;
    let Ok(done) = usize::try_from(found) else {
        let text = found.to_string();
        return Err(JournalError::Damaged { what: "the version", text });
    };
    if found > newest() {
        return Err(JournalError::TooNew { path: path.to_owned(), found, known: newest() });
    }
    for step in STEPS.iter().skip(done) {
        change.execute_batch(step).map_err(broken)?;
    }
    change.pragma_update(None, "user_version", newest()).map_err(broken)?;
    change.commit().map_err(broken)
}
