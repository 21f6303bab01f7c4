//! The journal file: starts, resumes, reads, lists and deletes migrations.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::{Connection, Row};
use transload_model::{AccountId, Digest, Region, RegistryHost, RepositoryName};

use crate::journal::claim::Claim;
use crate::journal::entry::{
    JournalCounts, JournalRecord, JournalState, JournalSummary, NewMigration, Undone,
};
use crate::journal::error::JournalError;
use crate::journal::log::{EarlierAttempts, JournalLog, RecordError};
use crate::journal::search::JournalMatch;
use crate::journal::stored::Stored;
use crate::journal::writer::Writer;
use crate::journal::{columns, json_columns, recent, rows, schema, search};
use crate::outcome::{Outcome, OutcomeCounts, RunEnd};

/// A migration that no process can run as long as this value exists.
pub struct ClaimedMigration {
    pub record: JournalRecord,
    _claim: Claim,
}

/// The columns of the history list. The request is omitted because it is long.
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
    coalesce(sum(json_array_length(left_behind)), 0) AS left_behind,
    json_array_length(temporary_tags_left) AS temporary_tags_left
FROM migration LEFT JOIN image ON image.migration = migration.id";

/// Number of images of each migration by the columns that decide their [`Standing`].
///
/// [`Standing`]: crate::Standing
const STANDINGS: &str = "
SELECT migration, stage, proof, action IN ('keep_existing', 'conflict', 'fixed_conflict') AS is_kept,
    pushed_digest IS NOT NULL AS is_pushed, count(*) AS images
FROM image WHERE ?1 IS NULL OR migration = ?1
GROUP BY migration, stage, proof, is_kept, is_pushed";

/// The journal of all migrations on this computer. Several processes can have it open.
#[derive(Clone)]
pub struct Journal {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    writer: Writer,
}

impl Journal {
    /// Opens the journal. Creates the file and its folder if they don't exist.
    ///
    /// # Errors
    /// If the file or its folder can't be read or written, or a later version of the program wrote it.
    pub async fn open(path: PathBuf) -> Result<Self, JournalError> {
        blocking(move || {
            let folder = path.parent().unwrap_or(Path::new("."));
            let unusable = |source| JournalError::Unusable { path: path.clone(), source };
            std::fs::create_dir_all(folder).map_err(unusable)?;
            let writer = Writer::start(&path)?;
            Ok(Self { inner: Arc::new(Inner { path, writer }) })
        })
        .await
    }

    /// Returns the path of the file.
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// Writes a migration and its plan to disk, and claims the migration for this process.
    ///
    /// # Errors
    /// If the journal can't be written. The migration must not start in this case.
    pub async fn begin(
        &self,
        new: NewMigration,
        record_error: RecordError,
    ) -> Result<JournalLog, JournalError> {
        let this = self.clone();
        blocking(move || {
            let claim = Claim::take(&this.inner.path, &new.id)?;
            let mut connection = this.connect()?;
            let insert = |connection: &mut Connection| {
                let transaction = connection.transaction()?;
                rows::insert_migration(&transaction, &new)?;
                transaction.commit()
            };
            insert(&mut connection).map_err(|error| this.database_error(error))?;
            let writer = this.inner.writer.clone();
            Ok(JournalLog::new(&new.id, writer, claim, record_error, EarlierAttempts::default()))
        })
        .await
    }

    /// Reopens a migration that did not finish, or in which images failed.
    ///
    /// # Errors
    /// [`JournalError::RunsElsewhere`] if a process runs the migration.
    pub async fn resume(
        &self,
        id: &str,
        record_error: RecordError,
    ) -> Result<(JournalRecord, JournalLog), JournalError> {
        let (this, id) = (self.clone(), id.to_owned());
        blocking(move || {
            // Before the claim, so that an unknown ID leaves no file.
            this.read(&id)?;
            let claim = Claim::take(&this.inner.path, &id)?;
            let record = this.read(&id)?;
            let connection = this.connect()?;
            let reopened = connection.execute(
                "UPDATE migration SET ended_at_ms = NULL, cancelled = 0 WHERE id = ?1",
                [&id],
            );
            reopened.map_err(|error| this.database_error(error))?;
            let earlier = EarlierAttempts {
                images: record.images.clone(),
                intents: record.intents.clone(),
                elapsed_ms: record.summary.elapsed_ms,
            };
            let log = JournalLog::new(&id, this.inner.writer.clone(), claim, record_error, earlier);
            Ok((record, log))
        })
        .await
    }

    /// Claims a migration for an undo, so that no process can run it at the same time.
    ///
    /// # Errors
    /// [`JournalError::RunsElsewhere`] if a process runs the migration.
    pub async fn claim(&self, id: &str) -> Result<ClaimedMigration, JournalError> {
        let (this, id) = (self.clone(), id.to_owned());
        blocking(move || {
            // Before the claim, so that an unknown ID leaves no file.
            this.read(&id)?;
            let claim = Claim::take(&this.inner.path, &id)?;
            Ok(ClaimedMigration { record: this.read(&id)?, _claim: claim })
        })
        .await
    }

    /// Records the undo of a claimed migration.
    ///
    /// # Errors
    /// If the journal can't be written.
    pub async fn record_undo(
        &self,
        claimed: ClaimedMigration,
        undone: Undone,
    ) -> Result<(), JournalError> {
        let this = self.clone();
        blocking(move || {
            let updated = this.connect()?.execute(
                "UPDATE migration SET undone_at_ms = ?2, undo = ?3 WHERE id = ?1",
                (
                    &claimed.record.summary.id,
                    columns::signed(undone.at_ms),
                    json_columns::undo_text(&undone),
                ),
            );
            updated.map(|_| ()).map_err(|error| this.database_error(error))
        })
        .await
    }

    /// Waits until all changes of running migrations so far are on disk.
    ///
    /// # Errors
    /// If the journal can't be written. The write is retried as long as the program runs.
    pub async fn flush(&self) -> Result<(), Arc<JournalError>> {
        self.inner.writer.flush().await
    }

    /// Returns all migrations, newest first.
    ///
    /// # Errors
    /// If the journal can't be read.
    pub async fn list(&self) -> Result<Vec<JournalSummary>, JournalError> {
        let this = self.clone();
        blocking(move || {
            let list = |mut connection: Connection| {
                // One snapshot of all tables, also while another connection writes.
                let connection = connection.transaction()?;
                let counts = outcome_counts(&connection, None)?;
                let sql = format!("{SUMMARIES} GROUP BY id ORDER BY started_at_ms DESC, id DESC");
                let mut query = connection.prepare(&sql)?;
                let found = query.query_map([], |row| summary(row, &this.inner.path, &counts))?;
                found.collect::<Result<Vec<_>, _>>()
            };
            list(this.connect()?).map_err(|error| this.database_error(error))
        })
        .await
    }

    /// Returns the migrations with images that a text describes: a part of a name or tag, or the start of a digest.
    ///
    /// # Errors
    /// If the journal can't be read.
    pub async fn search(&self, text: &str) -> Result<Vec<JournalMatch>, JournalError> {
        let (this, text) = (self.clone(), text.to_owned());
        blocking(move || {
            search::search(&this.connect()?, &text).map_err(|error| this.database_error(error))
        })
        .await
    }

    /// Returns when each image was last migrated to a repository since a time, in milliseconds since 1970.
    ///
    /// # Errors
    /// If the journal can't be read.
    pub async fn recently_migrated(
        &self,
        account: &AccountId,
        region: &Region,
        repository: &RepositoryName,
        since_ms: u64,
    ) -> Result<HashMap<Digest, u64>, JournalError> {
        let (this, account, region) = (self.clone(), account.clone(), region.clone());
        let repository = repository.clone();
        blocking(move || {
            let destination = (&account, &region, &repository);
            recent::recently_migrated(&this.connect()?, destination, since_ms)
                .map_err(|error| this.database_error(error))
        })
        .await
    }

    /// Returns one migration with its images and intents.
    ///
    /// # Errors
    /// [`JournalError::Unknown`] if no migration has this ID.
    pub async fn record(&self, id: &str) -> Result<JournalRecord, JournalError> {
        let (this, id) = (self.clone(), id.to_owned());
        blocking(move || this.read(&id)).await
    }

    /// Deletes a migration from the journal. Nothing changes at the destination.
    ///
    /// # Errors
    /// [`JournalError::RunsElsewhere`] if a process runs the migration.
    pub async fn delete(&self, id: &str) -> Result<(), JournalError> {
        let (this, id) = (self.clone(), id.to_owned());
        blocking(move || {
            let _claim = Claim::take(&this.inner.path, &id)?;
            let deleted = this.connect()?.execute("DELETE FROM migration WHERE id = ?1", [&id]);
            match deleted.map_err(|error| this.database_error(error))? {
                0 => Err(JournalError::Unknown { id }),
                _ => Ok(()),
            }
        })
        .await
    }

    fn read(&self, id: &str) -> Result<JournalRecord, JournalError> {
        let read = |mut connection: Connection| {
            // One snapshot of all tables, also while another connection writes.
            let transaction = connection.transaction()?;
            let sql = format!("{SUMMARIES} WHERE id = ?1 GROUP BY id");
            let counts = outcome_counts(&transaction, Some(id))?;
            let summary =
                transaction.query_row(&sql, [id], |row| summary(row, &self.inner.path, &counts))?;
            let (request, left, not_set): (String, String, String) = transaction.query_row(
                "SELECT request, temporary_tags_left, policies_not_set FROM migration
                 WHERE id = ?1",
                [id],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )?;
            let repositories = transaction
                .prepare("SELECT * FROM repository WHERE migration = ?1 ORDER BY name")?
                .query_map([id], rows::repository)?
                .collect::<Result<_, _>>()?;
            let images = transaction
                .prepare("SELECT * FROM image WHERE migration = ?1 ORDER BY number")?
                .query_map([id], rows::image)?
                .collect::<Result<_, _>>()?;
            let intents = transaction
                .prepare("SELECT * FROM intent WHERE migration = ?1 ORDER BY number")?
                .query_map([id], rows::intent)?
                .collect::<Result<_, _>>()?;
            let temporary_tags_left = serde_json::from_str(&left).unwrap_or_default();
            let policies_not_set = json_columns::policies_not_set(&not_set);
            Ok(JournalRecord {
                summary,
                request: Stored::of_column(request),
                repositories,
                images,
                temporary_tags_left,
                policies_not_set,
                intents,
            })
        };
        read(self.connect()?).map_err(|error| match error {
            rusqlite::Error::QueryReturnedNoRows => JournalError::Unknown { id: id.to_owned() },
            error => self.database_error(error),
        })
    }

    /// Runs SQL that the program itself never runs.
    #[cfg(test)]
    pub(crate) fn damage(&self, sql: &str) {
        Connection::open(&self.inner.path).unwrap().execute_batch(sql).unwrap();
    }

    fn connect(&self) -> Result<Connection, JournalError> {
        schema::open(&self.inner.path)
    }

    fn database_error(&self, source: rusqlite::Error) -> JournalError {
        JournalError::Database { path: self.inner.path.clone(), source }
    }
}

/// Returns the number of images by standing, of one migration or of all.
fn outcome_counts(
    connection: &Connection,
    id: Option<&str>,
) -> rusqlite::Result<HashMap<String, OutcomeCounts>> {
    let mut counts: HashMap<String, OutcomeCounts> = HashMap::new();
    let mut query = connection.prepare(STANDINGS)?;
    let mut found = query.query([id])?;
    while let Some(row) = found.next()? {
        rows::count_standing(row, counts.entry(row.get("migration")?).or_default())?;
    }
    Ok(counts)
}

fn summary(
    row: &Row<'_>,
    journal: &Path,
    outcomes: &HashMap<String, OutcomeCounts>,
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
        outcome: Outcome::of(end, outcomes.get(&id).copied().unwrap_or_default()),
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

/// Runs blocking work on a thread that is not one of the runtime's: SQLite waits for the disk.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, JournalError> + Send + 'static,
) -> Result<T, JournalError> {
    // Fails only if `work` panics or the runtime shuts down.
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(JournalError::Closed))
}
