//! Reads the rows of the history list. `store` lists all of them, or reads the one of a record.

use std::collections::HashMap;
use std::path::Path;

use rusqlite::{Connection, Row};
use transload_model::RegistryHost;

use crate::journal::claim::Claim;
use crate::journal::entry::{JournalCounts, JournalState, JournalSummary, UnreadableMigration};
use crate::journal::error::JournalError;
use crate::journal::stored::Stored;
use crate::journal::{columns, json_columns, rows};
use crate::outcome::{Outcome, OutcomeCounts, RunEnd};

/// The columns of the history list. The request is omitted because it is long. JSON that can't be read is a text instead of
/// a number, so that it is an error of its row: `json_array_length` alone would fail the whole list.
const SUMMARIES: &str = "
SELECT id, started_at_ms, ended_at_ms, migration.elapsed_ms, cancelled, registry, about,
    account, region, ecr_endpoint, registry_endpoint,
    undone_at_ms, undo, policies_not_set,
    (SELECT count(*) FROM repository
        WHERE repository.migration = migration.id AND created_at_ms IS NOT NULL) AS created,
    count(number) AS images,
    sum(stage = 'moved') AS moved, sum(stage = 'unchanged') AS unchanged,
    sum(stage = 'failed') AS failed,
    coalesce(sum(sent_bytes), 0) AS sent_bytes, sum(sent_uncounted) AS sent_uncounted,
    coalesce(sum(skipped_bytes), 0) AS skipped_bytes,
    CASE WHEN min(json_valid(left_behind)) = 0 THEN 'unreadable'
        ELSE coalesce(sum(iif(json_valid(left_behind), json_array_length(left_behind), 0)), 0)
        END AS left_behind,
    CASE WHEN json_valid(temporary_tags_left) THEN json_array_length(temporary_tags_left)
        ELSE 'unreadable' END AS temporary_tags_left
FROM migration LEFT JOIN image ON image.migration = migration.id";

/// Number of images of each migration by the columns that decide their [`Standing`].
///
/// [`Standing`]: crate::Standing
const STANDINGS: &str = "
SELECT migration, stage, proof, action IN ('keep_existing', 'conflict', 'fixed_conflict') AS is_kept,
    pushed_digest IS NOT NULL AS is_pushed, count(*) AS images
FROM image WHERE ?1 IS NULL OR migration = ?1
GROUP BY migration, stage, proof, is_kept, is_pushed";

/// Number of images by standing of each migration, or why they can't be read.
type Standings = HashMap<String, rusqlite::Result<OutcomeCounts>>;

/// Reads the summaries of all migrations, newest first. A row that can't be read is an error of its own.
pub(super) fn list(
    connection: &Connection,
    journal: &Path,
) -> rusqlite::Result<Vec<Result<JournalSummary, UnreadableMigration>>> {
    let mut standings = standings(connection, None)?;
    let sql = format!("{SUMMARIES} GROUP BY id ORDER BY started_at_ms DESC, id DESC");
    let mut query = connection.prepare(&sql)?;
    let found = query.query_map([], |row| {
        let id: String = row.get("id")?;
        let counts = standings.remove(&id);
        Ok(summary(row, journal, counts).map_err(|source| UnreadableMigration {
            started_at_ms: columns::unsigned_column(row, "started_at_ms").unwrap_or_default(),
            error: JournalError::UnreadableMigration {
                path: journal.to_owned(),
                id: id.clone(),
                source,
            },
            id,
        }))
    })?;
    found.collect()
}

/// Reads the summary of one migration.
pub(super) fn one(
    connection: &Connection,
    journal: &Path,
    id: &str,
) -> rusqlite::Result<JournalSummary> {
    let sql = format!("{SUMMARIES} WHERE id = ?1 GROUP BY id");
    let counts = standings(connection, Some(id))?.remove(id);
    let mut counts = Some(counts);
    connection.query_row(&sql, [id], |row| summary(row, journal, counts.take().flatten()))
}

/// Returns the number of images by standing, of one migration or of all.
fn standings(connection: &Connection, id: Option<&str>) -> rusqlite::Result<Standings> {
    let mut counted = Standings::new();
    let mut query = connection.prepare(STANDINGS)?;
    let mut found = query.query([id])?;
    while let Some(row) = found.next()? {
        let known = counted.entry(row.get("migration")?).or_insert(Ok(OutcomeCounts::default()));
        if let Ok(counts) = known
            && let Err(error) = rows::count_standing(row, counts)
        {
            *known = Err(error);
        }
    }
    Ok(counted)
}

fn summary(
    row: &Row<'_>,
    journal: &Path,
    counts: Option<rusqlite::Result<OutcomeCounts>>,
) -> rusqlite::Result<JournalSummary> {
    let id: String = row.get("id")?;
    let (ended, cancelled): (Option<i64>, bool) = (row.get("ended_at_ms")?, row.get("cancelled")?);
    let state = match ended {
        Some(_) if cancelled => JournalState::Cancelled,
        Some(_) => JournalState::Ended,
        None if Claim::is_taken(journal, &id) => JournalState::Running,
        None => JournalState::Interrupted,
    };
    let end = match state {
        JournalState::Running => RunEnd::Running,
        JournalState::Interrupted => RunEnd::Interrupted,
        JournalState::Cancelled => RunEnd::Cancelled,
        JournalState::Ended => RunEnd::Completed,
    };
    let not_set: String = row.get("policies_not_set")?;
    let not_set: Vec<serde_json::Value> = serde_json::from_str(&not_set).unwrap_or_default();
    // A migration without images has no sums.
    let count = |column| row.get::<_, Option<u32>>(column).map(Option::unwrap_or_default);
    Ok(JournalSummary {
        outcome: Outcome::of(end, counts.transpose()?.unwrap_or_default()),
        state,
        started_at_ms: columns::unsigned_column(row, "started_at_ms")?,
        elapsed_ms: columns::unsigned_column(row, "elapsed_ms")?,
        registry: columns::read(row, "registry", RegistryHost::parse)?,
        destination: rows::destination(row)?,
        about: Stored::of_column(row.get("about")?),
        repositories_created: row.get("created")?,
        policies_not_set: u32::try_from(not_set.len()).unwrap_or(u32::MAX),
        undone: json_columns::undone(row)?,
        counts: JournalCounts {
            images: count("images")?,
            moved: count("moved")?,
            unchanged: count("unchanged")?,
            failed: count("failed")?,
            sent_bytes: rows::sent_bytes(row)?,
            skipped_bytes: columns::unsigned_column(row, "skipped_bytes")?,
            left_behind: count("left_behind")?,
            temporary_tags_left: count("temporary_tags_left")?,
        },
        id,
    })
}
