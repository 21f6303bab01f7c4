//! The journal's tables. `PRAGMA user_version` is the version of a file. One migration script leads from
//! each version to the next. A released script never changes.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::journal::error::JournalError;

/// How long one process waits while another writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// The scripts from an empty file to the newest version, in order.
const UPGRADES: &[&str] = &[
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
    // Earlier versions wrote 0 if the Docker Engine did not report the number of uploaded bytes.
    "
ALTER TABLE image ADD COLUMN sent_uncounted INTEGER NOT NULL DEFAULT 0;
UPDATE image SET sent_uncounted = 1
    WHERE route = 'engine' AND sent_bytes = 0 AND stage IN ('moved', 'pushed');
",
    "
ALTER TABLE image ADD COLUMN push_order INTEGER NOT NULL DEFAULT 0;
ALTER TABLE migration ADD COLUMN policies_not_set TEXT NOT NULL DEFAULT '[]';
",
    // Adds an intent for each recorded write of earlier versions. They did not record the digest of an
    // interrupted push.
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

/// Returns the version that this program writes.
pub(super) fn newest_version() -> i64 {
    i64::try_from(UPGRADES.len()).unwrap_or(i64::MAX)
}

/// Opens the journal. Creates it if it doesn't exist, and upgrades a journal of an earlier version.
pub(super) fn open(path: &Path) -> Result<Connection, JournalError> {
    let database_error = |source| JournalError::Database { path: path.to_owned(), source };
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).map_err(database_error)?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(database_error)?;
    // Readers never wait for the writer, and a committed transaction is on disk.
    // Source: https://sqlite.org/wal.html and https://sqlite.org/pragma.html#pragma_synchronous
    connection.pragma_update(None, "journal_mode", "wal").map_err(database_error)?;
    connection.pragma_update(None, "synchronous", "full").map_err(database_error)?;
    connection.pragma_update(None, "foreign_keys", true).map_err(database_error)?;
    upgrade(&mut connection, path)?;
    Ok(connection)
}

fn upgrade(connection: &mut Connection, path: &Path) -> Result<(), JournalError> {
    let database_error = |source| JournalError::Database { path: path.to_owned(), source };
    let version = |connection: &Connection| {
        connection.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))
    };
    if version(connection).map_err(database_error)? == newest_version() {
        return Ok(());
    }
    // Another process may upgrade at the same time: the second one finds the newest version.
    let transaction = connection
        .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
        .map_err(database_error)?;
    let found = version(&transaction).map_err(database_error)?;
    let Ok(applied) = usize::try_from(found) else {
        let text = found.to_string();
        return Err(JournalError::Damaged { what: "the version", text });
    };
    if found > newest_version() {
        return Err(JournalError::TooNew { path: path.to_owned(), found, known: newest_version() });
    }
    for script in UPGRADES.iter().skip(applied) {
        transaction.execute_batch(script).map_err(database_error)?;
    }
    transaction.pragma_update(None, "user_version", newest_version()).map_err(database_error)?;
    transaction.commit().map_err(database_error)
}
