//! The journal file: starts, resumes, reads, lists and deletes migrations.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::Connection;
use transload_model::{AccountId, Digest, Region, RepositoryName};

use crate::journal::claim::Claim;
use crate::journal::entry::{
    JournalRecord, JournalSummary, NewMigration, Undone, UnreadableMigration,
};
use crate::journal::error::JournalError;
use crate::journal::log::{EarlierAttempts, JournalLog, RecordError};
use crate::journal::search::JournalMatch;
use crate::journal::stored::Stored;
use crate::journal::writer::Writer;
use crate::journal::{columns, json_columns, recent, rows, schema, search, summaries};

/// A migration that no process can run as long as this value exists.
pub struct ClaimedMigration {
    pub record: JournalRecord,
    _claim: Claim,
}

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

    /// Returns all migrations, newest first. One that can't be read is an element with its error.
    pub async fn list(
        &self,
    ) -> Result<Vec<Result<JournalSummary, UnreadableMigration>>, JournalError> {
        let this = self.clone();
        blocking(move || {
            let list = |mut connection: Connection| {
                // One snapshot of all tables, also while another connection writes.
                let transaction = connection.transaction()?;
                summaries::list(&transaction, &this.inner.path)
            };
            list(this.connect()?).map_err(|error| this.database_error(error))
        })
        .await
    }

    /// Returns the migrations with images that a text describes: a part of a name or tag, or the start of a digest.
    pub async fn search(&self, text: &str) -> Result<Vec<JournalMatch>, JournalError> {
        let (this, text) = (self.clone(), text.to_owned());
        blocking(move || {
            search::search(&this.connect()?, &text).map_err(|error| this.database_error(error))
        })
        .await
    }

    /// Returns when each image was last migrated to a repository since a time, in milliseconds since 1970.
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
            let summary = summaries::one(&transaction, &self.inner.path, id)?;
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
            // A value of one of its rows, not the file.
            source if columns::is_conversion(&source) => {
                let (path, id) = (self.inner.path.clone(), id.to_owned());
                JournalError::UnreadableMigration { path, id, source }
            }
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

/// Runs blocking work on a thread that is not one of the runtime's: SQLite waits for the disk.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, JournalError> + Send + 'static,
) -> Result<T, JournalError> {
    // Fails only if `work` panics or the runtime shuts down.
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(JournalError::Closed))
}
